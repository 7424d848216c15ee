"""Every response of the SageMaker operations against the service model inside the vendor's client.

The client's own parser forgives a missing or unknown member; this does not. Two servers are asked, because region and
account are in every name.
"""

import json
import os
import pathlib
import re

import boto3
import botocore.exceptions
import pytest
from cairn_server import CairnServer
from sagemaker_world import TEMPLATE, World, unique

PLACES = [("us-east-1", "000000000000"), ("ap-northeast-1", "123456789012")]
UNMODELLED = {"ValidationException", "AccessDeniedException", "UnknownOperationException"}
# One, on purpose: deleting a workforce with teams is documented to be ResourceInUse, though the model lists no error.
DOCUMENTED = {("DeleteWorkforce", "ResourceInUse")}

OPERATIONS = {
    "AddTags", "CreateHumanTaskUi", "CreateLabelingJob", "CreateWorkforce", "CreateWorkteam", "DeleteHumanTaskUi",
    "DeleteTags", "DeleteWorkforce", "DeleteWorkteam", "DescribeHumanTaskUi", "DescribeLabelingJob",
    "DescribeSubscribedWorkteam", "DescribeWorkforce", "DescribeWorkteam", "ListHumanTaskUis", "ListLabelingJobs",
    "ListLabelingJobsForWorkteam", "ListSubscribedWorkteams", "ListTags", "ListWorkforces", "ListWorkteams",
    "RenderUiTemplate", "StopLabelingJob", "UpdateWorkforce", "UpdateWorkteam",
}  # fmt: skip


def problems(value, shape, path=""):
    """What is wrong with a JSON value of a shape."""
    kind = shape.type_name
    if kind == "structure":
        if not isinstance(value, dict):
            yield f"{path} is not an object"
            return
        for name in shape.required_members:
            if name not in value:
                yield f"{path}.{name} is missing"
        for name, member in value.items():
            if name not in shape.members:
                yield f"{path}.{name} is not in the model"
            else:
                yield from problems(member, shape.members[name], f"{path}.{name}")
    elif kind == "list":
        if not isinstance(value, list):
            yield f"{path} is not a list"
            return
        yield from limits(len(value), shape, path)
        for at, item in enumerate(value):
            yield from problems(item, shape.member, f"{path}[{at}]")
    elif kind == "string":
        if not isinstance(value, str):
            yield f"{path} is not a string"
            return
        yield from limits(len(value), shape, path)
        pattern = in_python(shape.metadata.get("pattern", ""))
        if pattern and not re.fullmatch(pattern, value):
            yield f"{path} is {value!r} and does not match {pattern}"
        if shape.enum and value not in shape.enum:
            yield f"{path} is {value!r} and none of {shape.enum}"
    elif kind == "timestamp":
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            yield f"{path} is not a number"
    elif kind in ("integer", "long"):
        if isinstance(value, bool) or not isinstance(value, int):
            yield f"{path} is not a whole number"
        else:
            yield from limits(value, shape, path)
    elif kind == "boolean":
        if not isinstance(value, bool):
            yield f"{path} is not a truth value"
    else:
        yield f"{path} has the type {kind}, which this test does not know"


def in_python(pattern):
    """A pattern whose classes of Unicode, which Python does not know, are near enough to tell a wrong kind of value."""
    classes = {"L": r"\w", "N": r"\d", "Z": r"\s"}
    return re.sub(r"\\p\{(.)\}", lambda found: classes.get(found[1], r"\S"), pattern)


def limits(number, shape, path):
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and number < least:
        yield f"{path} is below {least}"
    if most is not None and number > most:
        yield f"{path} is above {most}"


class Watched:
    """A client whose responses are held against the model as they come."""

    def __init__(self, options):
        self.client = boto3.client("sagemaker", **options)
        self.answered, self.refused = set(), set()
        self.client.meta.events.register("after-call.sagemaker", self._check)

    def _check(self, http_response, model, **_):
        content = json.loads(http_response.content) if http_response.content else None
        if http_response.status_code == 200:
            shape = model.output_shape
            found = ["there is an answer where the model has none"] if shape is None and content else []
            found += problems(content, shape) if shape is not None else []
            assert not found, f"{model.name}: {found} in {content}"
            self.answered.add(model.name)
            return
        code = content["__type"]
        modelled = {shape.name for shape in model.error_shapes}
        known = code in modelled | UNMODELLED or (model.name, code) in DOCUMENTED
        assert known, f"{model.name} is refused with {code}: {content}"
        assert content["message"] == content["Message"]
        self.refused.add(model.name)


@pytest.fixture(params=PLACES, ids=[region for region, _ in PLACES])
def place(request, tmp_path):
    region, account = request.param
    binary = pathlib.Path(os.environ["CAIRN_BIN"])
    with CairnServer(binary, tmp_path, "--region", region, "--account-id", account) as server:
        yield server, region, account


def refused(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError):
        call(**arguments)


def test_every_response_is_of_the_shape_in_the_model(place):
    server, region, account = place
    watched = Watched(server.boto3_options(region))
    sagemaker = watched.client
    world = World(sagemaker, boto3.client("s3", **server.boto3_options(region)), region, account)
    sagemaker.create_labeling_job(**world.request("Birds-1", Tags=[{"Key": "a", "Value": "b"}]))
    job = sagemaker.describe_labeling_job(LabelingJobName="birds-1")
    assert job["LabelingJobArn"] == f"arn:aws:sagemaker:{region}:{account}:labeling-job/birds-1"
    sagemaker.create_labeling_job(**world.request("Birds-2"))
    assert "NextToken" in sagemaker.list_labeling_jobs(MaxResults=1)
    sagemaker.list_labeling_jobs_for_workteam(WorkteamArn=world.team_arn, MaxResults=1)
    sagemaker.stop_labeling_job(LabelingJobName="Birds-2")

    sagemaker.describe_workteam(WorkteamName=world.team)
    sagemaker.update_workteam(
        WorkteamName=world.team,
        Description="x",
        NotificationConfiguration={},
        WorkerAccessConfiguration={"S3Presign": {"IamPolicyConstraints": {"SourceIp": "Disabled"}}},
    )
    sagemaker.create_workteam(
        WorkteamName="Second", Description="y", MemberDefinitions=[{"OidcMemberDefinition": {"Groups": ["g"]}}]
    )
    sagemaker.list_workteams(MaxResults=1)
    refused(sagemaker.delete_workteam, WorkteamName=world.team)
    sagemaker.delete_workteam(WorkteamName="Second")
    sagemaker.describe_workforce(WorkforceName="default")
    sagemaker.update_workforce(WorkforceName="default", SourceIpConfig={"Cidrs": ["0.0.0.0/0"]}, IpAddressType="ipv4")
    sagemaker.list_workforces()
    refused(sagemaker.delete_workforce, WorkforceName="default")
    refused(sagemaker.create_workforce, WorkforceName="other", CognitoConfig={"UserPool": "us-east-1_A", "ClientId": "c"})
    sagemaker.list_subscribed_workteams()
    vendor = f"arn:aws:sagemaker:{region}:111111111111:workteam/vendor-crowd/x"
    refused(sagemaker.describe_subscribed_workteam, WorkteamArn=vendor)

    ui = sagemaker.create_human_task_ui(HumanTaskUiName="ui-1", UiTemplate={"Content": TEMPLATE})["HumanTaskUiArn"]
    sagemaker.create_human_task_ui(HumanTaskUiName="ui-2", UiTemplate={"Content": "x"})
    sagemaker.describe_human_task_ui(HumanTaskUiName="ui-1")
    sagemaker.list_human_task_uis(MaxResults=1)
    role = f"arn:aws:iam::{account}:role/Labeling"
    sagemaker.render_ui_template(HumanTaskUiArn=ui, Task={"Input": "{}"}, RoleArn=role)
    sagemaker.render_ui_template(UiTemplate={"Content": "{% if %}"}, Task={"Input": "{}"}, RoleArn=role)
    refused(sagemaker.render_ui_template, HumanTaskUiArn=ui + "x", Task={"Input": "{}"}, RoleArn=role)
    sagemaker.delete_human_task_ui(HumanTaskUiName="ui-2")

    for arn in (job["LabelingJobArn"], world.team_arn, ui, f"arn:aws:sagemaker:{region}:{account}:workforce/default"):
        sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "k", "Value": "v"}])
        sagemaker.list_tags(ResourceArn=arn)
        sagemaker.delete_tags(ResourceArn=arn, TagKeys=["k"])

    missing = unique("missing")
    refused(sagemaker.describe_labeling_job, LabelingJobName=missing)
    refused(sagemaker.stop_labeling_job, LabelingJobName=missing)
    refused(sagemaker.create_labeling_job, **world.request("Birds-1"))
    refused(sagemaker.describe_human_task_ui, HumanTaskUiName=missing)
    refused(sagemaker.delete_human_task_ui, HumanTaskUiName=missing)
    refused(sagemaker.describe_workteam, WorkteamName=missing)
    refused(sagemaker.describe_workforce, WorkforceName=missing)
    refused(sagemaker.list_tags, ResourceArn=ui + "x")

    # The one workforce is there already, and there are no vendors: these two are only ever refused above.
    assert OPERATIONS - watched.answered == {"CreateWorkforce", "DeleteWorkforce", "DescribeSubscribedWorkteam"}
    assert {"CreateWorkforce", "DeleteWorkforce", "DescribeSubscribedWorkteam"} <= watched.refused


def test_a_workforce_of_its_own_name(place):
    server, region, _ = place
    watched = Watched(server.boto3_options(region))
    watched.client.create_workforce(WorkforceName="mine", CognitoConfig={"UserPool": f"{region}_A", "ClientId": "c"})
    watched.client.describe_workforce(WorkforceName="mine")
    watched.client.delete_workforce(WorkforceName="mine")
    assert {"CreateWorkforce", "DescribeWorkforce", "DeleteWorkforce"} <= watched.answered
