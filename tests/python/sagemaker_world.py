"""What the tests of the SageMaker operations start from: a team, a bucket with the files of a job, a request."""

import itertools
import json

LABELS = {"document-version": "2018-11-28", "labels": [{"label": "猫"}, {"label": "dog"}]}
TEMPLATE = """<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
<crowd-form><crowd-classifier name="crowd-classifier" categories="{{ task.input.labels | to_json | escape }}" header="x">
<classification-target>{{ task.input.taskObject }}</classification-target></crowd-classifier></crowd-form>
"""
COUNTER = itertools.count(1)


def unique(prefix):
    return f"{prefix}-{next(COUNTER)}"


class World:
    """A team and a bucket, and requests for jobs in them."""

    def __init__(self, sagemaker, s3, region="us-east-1", account="000000000000"):
        self.sagemaker, self.s3, self.region, self.account = sagemaker, s3, region, account
        self.bucket = unique(f"world-{region}")
        self.team = unique("Team")
        s3.create_bucket(
            Bucket=self.bucket,
            **({} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}),
        )
        for key, body in {
            "in.manifest": "".join(json.dumps({"source": f"text {n}"}) + "\n" for n in range(5)),
            "labels.json": json.dumps(LABELS),
            "page.template": TEMPLATE,
        }.items():
            s3.put_object(Bucket=self.bucket, Key=key, Body=body.encode())
        self.team_arn = sagemaker.create_workteam(
            WorkteamName=self.team,
            Description="people who know cats",
            MemberDefinitions=[self.member(self.team)],
        )["WorkteamArn"]

    def member(self, group):
        return {
            "CognitoMemberDefinition": {
                "UserPool": f"{self.region}_Example",
                "UserGroup": group,
                "ClientId": "client1",
            }
        }

    def request(self, name, **changes):
        account = {"us-east-1": "432418664414", "ap-northeast-1": "477331159723"}[self.region]
        function = f"arn:aws:lambda:{self.region}:{account}:function:"
        return {
            "LabelingJobName": name,
            "LabelAttributeName": "animal",
            "InputConfig": {
                "DataSource": {"S3DataSource": {"ManifestS3Uri": f"s3://{self.bucket}/in.manifest"}},
                "DataAttributes": {"ContentClassifiers": ["FreeOfAdultContent"]},
            },
            "OutputConfig": {"S3OutputPath": f"s3://{self.bucket}/out/"},
            "RoleArn": f"arn:aws:iam::{self.account}:role/service-role/AmazonSageMaker-ExecutionRole-2019",
            "LabelCategoryConfigS3Uri": f"s3://{self.bucket}/labels.json",
            "StoppingConditions": {"MaxHumanLabeledObjectCount": 5},
            "HumanTaskConfig": {
                "WorkteamArn": self.team_arn,
                "UiConfig": {"UiTemplateS3Uri": f"s3://{self.bucket}/page.template"},
                "PreHumanTaskLambdaArn": function + "PRE-TextMultiClass",
                "TaskKeywords": ["text"],
                "TaskTitle": "どの動物?",
                "TaskDescription": "Choose the animal",
                "NumberOfHumanWorkersPerDataObject": 3,
                "TaskTimeLimitInSeconds": 300,
                "AnnotationConsolidationConfig": {
                    "AnnotationConsolidationLambdaArn": function + "ACS-TextMultiClass"
                },
            },
            **changes,
        }
