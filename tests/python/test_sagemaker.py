"""The SageMaker operations, called as scripts and notebooks call them."""

import datetime
import hashlib
import json
import time
import urllib.error
import urllib.request

import boto3
import pytest
from botocore.exceptions import ClientError
from sagemaker_world import LABELS, TEMPLATE, World, unique

PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")
def sagemaker(client):
    return client("sagemaker")


@pytest.fixture(scope="module")
def world(client, sagemaker):
    return World(sagemaker, client("s3"))


def code_of(call, *arguments, **keywords):
    with pytest.raises(ClientError) as refused:
        call(*arguments, **keywords)
    return refused.value.response["Error"]["Code"]


def described_in(sagemaker, name, state):
    """The job once it is in a state. There is no waiter for labeling jobs: everybody polls."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        found = sagemaker.describe_labeling_job(LabelingJobName=name)
        if found["LabelingJobStatus"] == state:
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.05)


def test_a_job_is_made_and_described_as_it_was_asked_for(sagemaker, world):
    name = unique("Cats-And-Dogs")
    request = world.request(name, Tags=[{"Key": "cost", "Value": "7"}, {"Key": "cairn:consolidation", "Value": "majority"}])
    before = datetime.datetime.now(datetime.timezone.utc)
    arn = sagemaker.create_labeling_job(**request)["LabelingJobArn"]
    assert arn == f"arn:aws:sagemaker:us-east-1:000000000000:labeling-job/{name.lower()}"
    found = described_in(sagemaker, name, "InProgress")
    for member, value in request.items():
        assert found[member] == value, member
    assert found["LabelingJobArn"] == arn
    assert found["LabelCounters"] == {
        "TotalLabeled": 0,
        "HumanLabeled": 0,
        "MachineLabeled": 0,
        "FailedNonRetryableError": 0,
        "Unlabeled": 5,
    }
    # Notebooks build paths from both.
    output = found["OutputConfig"]["S3OutputPath"] + name + "/manifests/output/output.manifest"
    assert found["LabelingJobOutput"]["OutputDatasetS3Uri"] == output
    assert abs(found["CreationTime"] - before) < datetime.timedelta(seconds=30)
    assert "FailureReason" not in found
    assert found["ResponseMetadata"]["HTTPHeaders"]["x-amzn-requestid"]


def test_names_are_taken_whatever_their_case(sagemaker, world):
    name = unique("taken")
    sagemaker.create_labeling_job(**world.request(name))
    with pytest.raises(sagemaker.exceptions.ResourceInUse):
        sagemaker.create_labeling_job(**world.request(name.upper()))
    with pytest.raises(sagemaker.exceptions.ResourceNotFound):
        sagemaker.describe_labeling_job(LabelingJobName="never-made")


def test_a_job_that_continues_another_counts_its_labels(sagemaker, world):
    key, name = unique("labeled"), unique("continued")
    lines = [{"source": "a", "animal": 1, "animal-metadata": {}}, {"source": "b"}]
    body = "".join(json.dumps(line) + "\n" for line in lines).encode()
    world.s3.put_object(Bucket=world.bucket, Key=key, Body=body)
    request = world.request(name)
    request["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"] = f"s3://{world.bucket}/{key}"
    sagemaker.create_labeling_job(**request)
    counters = described_in(sagemaker, name, "InProgress")["LabelCounters"]
    assert (counters["TotalLabeled"], counters["HumanLabeled"], counters["Unlabeled"]) == (1, 1, 1)


def test_a_job_is_stopped(sagemaker, world):
    name = unique("stopped")
    sagemaker.create_labeling_job(**world.request(name))
    described_in(sagemaker, name, "InProgress")
    assert set(sagemaker.stop_labeling_job(LabelingJobName=name)) == {"ResponseMetadata"}
    described_in(sagemaker, name, "Stopped")
    assert code_of(sagemaker.stop_labeling_job, LabelingJobName=name) == "ValidationException"
    with pytest.raises(sagemaker.exceptions.ResourceNotFound):
        sagemaker.stop_labeling_job(LabelingJobName="never-made")
    # What there is of results is there: every line, as it came.
    folder = f"out/{name}/manifests/output/output.manifest"
    text = world.s3.get_object(Bucket=world.bucket, Key=folder)["Body"].read()
    assert text == world.s3.get_object(Bucket=world.bucket, Key="in.manifest")["Body"].read()


def test_bad_files_are_named_before_anybody_is_paid(sagemaker, world):
    put = world.s3.put_object
    put(Bucket=world.bucket, Key="bad.template", Body=b"<p>\n{% if %}")
    put(Bucket=world.bucket, Key="none.json", Body=b'{"labels":[]}')

    def message(**changes):
        request = world.request(unique("bad"))
        for path, value in changes.items():
            *parents, last = path.split("__")
            place = request
            for parent in parents:
                place = place[parent]
            place[last] = value
        with pytest.raises(ClientError) as refused:
            sagemaker.create_labeling_job(**request)
        error = refused.value.response["Error"]
        assert error["Code"] == "ValidationException"
        return error["Message"]

    uri = f"s3://{world.bucket}/"
    template = message(HumanTaskConfig__UiConfig__UiTemplateS3Uri=uri + "bad.template")
    assert "bad.template: line 2, column" in template
    assert "labels" in message(LabelCategoryConfigS3Uri=uri + "none.json")
    assert "there is no object" in message(LabelCategoryConfigS3Uri=uri + "missing")
    assert "there is no bucket" in message(InputConfig__DataSource__S3DataSource__ManifestS3Uri="s3://nowhere-at-all/x")
    assert "hyphen" not in message(HumanTaskConfig__TaskKeywords=["Multi-label"])
    assert "cairn:nonsense" in message(Tags=[{"Key": "cairn:nonsense", "Value": "1"}])


def test_bad_lines_fail_the_job_and_are_named(sagemaker, world):
    key, name = unique("bad.manifest"), unique("bad-lines")
    world.s3.put_object(Bucket=world.bucket, Key=key, Body=b'{"source":"a"}\n{"sauce":"b"}\nnot json\n')
    request = world.request(name)
    request["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"] = f"s3://{world.bucket}/{key}"
    sagemaker.create_labeling_job(**request)
    reason = described_in(sagemaker, name, "Failed")["FailureReason"]
    assert reason.startswith("ClientError: ")
    assert key in reason and "line 2" in reason and "line 3" in reason
    assert len(reason) <= 1024


def test_jobs_are_listed_by_paginators(sagemaker, world):
    prefix = unique("listed")
    names = [f"{prefix}-{letter}" for letter in "cabed"]
    for name in names:
        sagemaker.create_labeling_job(**world.request(name))

    def listed(**query):
        pages = sagemaker.get_paginator("list_labeling_jobs").paginate(
            NameContains=prefix, PaginationConfig={"PageSize": 2}, **query
        )
        pages = [page["LabelingJobSummaryList"] for page in pages]
        assert all(len(page) <= 2 for page in pages)
        return [job["LabelingJobName"] for page in pages for job in page]

    assert listed() == names
    assert listed(SortBy="Name", SortOrder="Descending") == sorted(names, reverse=True)
    assert listed(StatusEquals="Failed") == []
    # Between two pages a job may not go where the pages have been.
    for name in names:
        described_in(sagemaker, name, "InProgress")
    assert sorted(listed(SortBy="Status")) == sorted(names)
    hour = datetime.timedelta(hours=1)
    now = datetime.datetime.now(datetime.timezone.utc)
    assert listed(CreationTimeAfter=now - hour, LastModifiedTimeBefore=now + hour) == names
    assert listed(CreationTimeBefore=now - hour) == []
    for_team = sagemaker.get_paginator("list_labeling_jobs_for_workteam")
    pages = for_team.paginate(WorkteamArn=world.team_arn, PaginationConfig={"PageSize": 3})
    seen = [job["LabelingJobName"] for page in pages for job in page["LabelingJobSummaryList"]]
    assert [name for name in seen if name.startswith(prefix)] == names
    assert code_of(sagemaker.list_labeling_jobs, NextToken="forged") == "ValidationException"


def test_teams_and_the_workforce(sagemaker, world):
    name = unique("Second")
    member = world.member("labelers")
    sagemaker.create_workteam(WorkteamName=name, Description="more", MemberDefinitions=[member])
    team = sagemaker.describe_workteam(WorkteamName=name)["Workteam"]
    assert team["MemberDefinitions"] == [member]
    assert team["WorkteamArn"].endswith(f":workteam/private-crowd/{name}")
    assert isinstance(team["CreateDate"], datetime.datetime)
    changed = sagemaker.update_workteam(WorkteamName=name, Description="fewer")["Workteam"]
    assert (changed["Description"], changed["MemberDefinitions"]) == ("fewer", [member])
    pages = sagemaker.get_paginator("list_workteams").paginate(NameContains="second", SortBy="Name")
    assert [team["WorkteamName"] for page in pages for team in page["Workteams"]] == [name]
    (workforce,) = sagemaker.list_workforces()["Workforces"]
    assert workforce["WorkforceArn"] == team["WorkforceArn"]
    assert workforce["SubDomain"] == team["SubDomain"]
    found = sagemaker.describe_workforce(WorkforceName=workforce["WorkforceName"])["Workforce"]
    assert found["CognitoConfig"] == {"UserPool": "us-east-1_Example", "ClientId": "client1"}
    assert code_of(sagemaker.delete_workforce, WorkforceName=workforce["WorkforceName"]) == "ResourceInUse"
    assert sagemaker.delete_workteam(WorkteamName=name)["Success"] is True
    assert code_of(sagemaker.describe_workteam, WorkteamName=name) == "ValidationException"
    assert sagemaker.list_subscribed_workteams()["SubscribedWorkteams"] == []


def test_tags(sagemaker, world):
    arn = world.team_arn
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": f"key {n}", "Value": "値"} for n in range(30)])
    pages = sagemaker.get_paginator("list_tags").paginate(ResourceArn=arn, PaginationConfig={"PageSize": 50})
    tags = [tag for page in pages for tag in page["Tags"]]
    assert tags == [{"Key": f"key {n}", "Value": "値"} for n in range(30)]
    sagemaker.delete_tags(ResourceArn=arn, TagKeys=[f"key {n}" for n in range(30)])
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == []
    assert code_of(sagemaker.list_tags, ResourceArn=arn + "x") == "ValidationException"


def test_a_human_task_ui_is_read_back_and_rendered(sagemaker, world):
    name = unique("ui")
    arn = sagemaker.create_human_task_ui(HumanTaskUiName=name, UiTemplate={"Content": TEMPLATE})["HumanTaskUiArn"]
    found = sagemaker.describe_human_task_ui(HumanTaskUiName=name)
    with urllib.request.urlopen(found["UiTemplate"]["Url"], timeout=10) as answer:
        assert answer.read().decode() == TEMPLATE
    assert found["UiTemplate"]["ContentSha256"] == hashlib.sha256(TEMPLATE.encode()).hexdigest()
    role = f"arn:aws:iam::{world.account}:role/Labeling"
    data = json.dumps({"taskObject": "<b>猫</b>", "labels": [label["label"] for label in LABELS["labels"]]})
    page = sagemaker.render_ui_template(HumanTaskUiArn=arn, Task={"Input": data}, RoleArn=role)
    assert page["Errors"] == []
    assert "&lt;b&gt;猫&lt;/b&gt;" in page["RenderedContent"]
    assert "[&quot;猫&quot;,&quot;dog&quot;]" in page["RenderedContent"]
    assert "assets.crowd.aws" not in page["RenderedContent"]
    job = unique("with-ui")
    request = world.request(job)
    request["HumanTaskConfig"]["UiConfig"] = {"HumanTaskUiArn": arn}
    sagemaker.create_labeling_job(**request)
    described_in(sagemaker, job, "InProgress")
    sagemaker.delete_human_task_ui(HumanTaskUiName=name)
    with pytest.raises(sagemaker.exceptions.ResourceNotFound):
        sagemaker.describe_human_task_ui(HumanTaskUiName=name)
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(found["UiTemplate"]["Url"], timeout=10)
    pages = sagemaker.get_paginator("list_human_task_uis").paginate()
    names = [ui["HumanTaskUiName"] for page in pages for ui in page["HumanTaskUiSummaries"]]
    assert name not in names


def test_a_rendered_page_shows_stored_objects(sagemaker, world):
    world.s3.put_object(Bucket=world.bucket, Key="a/cat é.txt", Body="meow".encode(), ContentType="text/plain")
    role = f"arn:aws:iam::{world.account}:role/Labeling"

    def render(content, data):
        return sagemaker.render_ui_template(UiTemplate={"Content": content}, Task={"Input": json.dumps(data)}, RoleArn=role)

    page = render("{{ task.input.x | grant_read_access }}", {"x": f"s3://{world.bucket}/a/cat é.txt"})
    address = page["RenderedContent"].split(">")[-1].strip()
    with urllib.request.urlopen(address, timeout=10) as answer:
        assert answer.read() == b"meow"
    broken = render("<p>{{ task.input.x | nonsense }}", {"x": 1})
    assert broken["RenderedContent"] == ""
    (error,) = broken["Errors"]
    assert error["Code"] == "TemplateUnknownFilter"
    assert "line 1" in error["Message"]


def test_the_aws_cli(aws, world):
    name = unique("by-cli")
    arn = json.loads(aws("sagemaker", "create-labeling-job", "--cli-input-json", json.dumps(world.request(name))))
    found = json.loads(aws("sagemaker", "describe-labeling-job", "--labeling-job-name", name))
    assert found["LabelingJobArn"] == arn["LabelingJobArn"]
    listed = json.loads(aws("sagemaker", "list-labeling-jobs", "--name-contains", name, "--page-size", "1"))
    assert [job["LabelingJobName"] for job in listed["LabelingJobSummaryList"]] == [name]
    aws("sagemaker", "stop-labeling-job", "--labeling-job-name", name)
    refused = aws("sagemaker", "describe-labeling-job", "--labeling-job-name", "never-made", check=False)
    assert refused.returncode != 0
    assert "(ResourceNotFound)" in refused.stderr


def test_the_execution_role_is_found_as_the_sdk_looks_for_it(client):
    arn = client("sts").get_caller_identity()["Arn"]
    role = arn.split("/")[1]
    found = client("iam").get_role(RoleName=role)["Role"]
    assert found["Arn"] == f"arn:aws:iam::000000000000:role/{role}"
    with pytest.raises(ClientError) as refused:
        client("iam").get_role(RoleName="not a role")
    assert refused.value.response["Error"]["Code"] == "NoSuchEntity"


def test_a_function_assumes_the_role_of_its_job(client, cairn, world):
    keys = client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{world.account}:role/service-role/AmazonSageMaker-ExecutionRole-2019",
        RoleSessionName="consolidation",
    )["Credentials"]
    options = {
        **cairn.boto3_options("us-east-1"),
        "aws_access_key_id": keys["AccessKeyId"],
        "aws_secret_access_key": keys["SecretAccessKey"],
        "aws_session_token": keys["SessionToken"],
    }
    body = boto3.client("s3", **options).get_object(Bucket=world.bucket, Key="labels.json")["Body"]
    assert json.load(body) == LABELS
    assert boto3.client("sagemaker", **options).list_labeling_jobs(MaxResults=1)["LabelingJobSummaryList"]
