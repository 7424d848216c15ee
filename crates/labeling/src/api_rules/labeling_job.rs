//! Labeling jobs.

use super::patterns::*;
use super::shapes::*;
use super::tags::TAGS;
use super::{
    Among, Shape, Structure, at_least, integer, list, one_of, optional, required, structure, text,
};

pub(super) static CREATE: Structure = structure(&[
    required("LabelingJobName", &NAME),
    required("LabelAttributeName", &LABEL_ATTRIBUTE_NAME),
    required("InputConfig", &Shape::Structure(&INPUT_CONFIG)),
    required("OutputConfig", &Shape::Structure(&OUTPUT_CONFIG)),
    required("RoleArn", &ROLE),
    optional("LabelCategoryConfigS3Uri", &S3_URI_SHAPE),
    optional(
        "StoppingConditions",
        &Shape::Structure(&STOPPING_CONDITIONS),
    ),
    optional(
        "LabelingJobAlgorithmsConfig",
        &Shape::Structure(&ALGORITHMS_CONFIG),
    ),
    required("HumanTaskConfig", &Shape::Structure(&HUMAN_TASK_CONFIG)),
    optional("Tags", &TAGS),
]);

pub(super) static BY_NAME: Structure = structure(&[required("LabelingJobName", &NAME)]);

pub(super) static LIST: Structure = structure(&[
    optional("CreationTimeAfter", &TIMESTAMP),
    optional("CreationTimeBefore", &TIMESTAMP),
    optional("LastModifiedTimeAfter", &TIMESTAMP),
    optional("LastModifiedTimeBefore", &TIMESTAMP),
    optional("MaxResults", &MAX_RESULTS),
    optional("NextToken", &NEXT_TOKEN),
    optional("NameContains", &NAME_CONTAINS),
    optional("SortBy", &SORT_BY),
    optional("SortOrder", &SORT_ORDER),
    optional("StatusEquals", &STATUS),
]);

pub(super) static LIST_FOR_WORKTEAM: Structure = structure(&[
    required("WorkteamArn", &WORKTEAM),
    optional("MaxResults", &MAX_RESULTS),
    optional("NextToken", &NEXT_TOKEN),
    optional("CreationTimeAfter", &TIMESTAMP),
    optional("CreationTimeBefore", &TIMESTAMP),
    optional("JobReferenceCodeContains", &JOB_REFERENCE_CODE_CONTAINS),
    optional("SortBy", &SORT_BY_CREATION_TIME),
    optional("SortOrder", &SORT_ORDER),
]);

static NAME: Shape = text(1, 63, &NAME_63);
static LABEL_ATTRIBUTE_NAME: Shape = text(1, 127, &NAME_127);
static NAME_CONTAINS: Shape = text(0, 63, &NAME_PART);
static JOB_REFERENCE_CODE_CONTAINS: Shape = text(1, 255, &LINE);
static SORT_BY: Shape = one_of(&["Name", "CreationTime", "Status"]);
static SORT_BY_CREATION_TIME: Shape = one_of(&["CreationTime"]);
static STATUS: Shape = one_of(&[
    "Initializing",
    "InProgress",
    "Completed",
    "Failed",
    "Stopping",
    "Stopped",
]);

static INPUT_CONFIG: Structure = structure(&[
    required("DataSource", &Shape::Structure(&DATA_SOURCE)),
    optional("DataAttributes", &Shape::Structure(&DATA_ATTRIBUTES)),
]);
static DATA_SOURCE: Structure = Structure {
    members: &[
        optional("S3DataSource", &Shape::Structure(&S3_DATA_SOURCE)),
        optional("SnsDataSource", &Shape::Structure(&SNS_DATA_SOURCE)),
    ],
    among: &[Among::AtLeastOne(&["S3DataSource", "SnsDataSource"])],
};
static S3_DATA_SOURCE: Structure = structure(&[required("ManifestS3Uri", &S3_URI_SHAPE)]);
static SNS_DATA_SOURCE: Structure = structure(&[required("SnsTopicArn", &SNS_TOPIC)]);
static DATA_ATTRIBUTES: Structure =
    structure(&[optional("ContentClassifiers", &CONTENT_CLASSIFIERS)]);
static CONTENT_CLASSIFIERS: Shape = list(0, 256, &CONTENT_CLASSIFIER);
static CONTENT_CLASSIFIER: Shape = one_of(&[
    "FreeOfPersonallyIdentifiableInformation",
    "FreeOfAdultContent",
]);

static OUTPUT_CONFIG: Structure = structure(&[
    required("S3OutputPath", &S3_URI_SHAPE),
    optional("KmsKeyId", &KMS_KEY),
    optional("SnsTopicArn", &SNS_TOPIC),
]);

static STOPPING_CONDITIONS: Structure = structure(&[
    optional(
        "MaxHumanLabeledObjectCount",
        &MAX_HUMAN_LABELED_OBJECT_COUNT,
    ),
    optional("MaxPercentageOfInputDatasetLabeled", &PERCENTAGE),
]);
static MAX_HUMAN_LABELED_OBJECT_COUNT: Shape = at_least(1);
static PERCENTAGE: Shape = integer(1, 100);

static ALGORITHMS_CONFIG: Structure = structure(&[
    required("LabelingJobAlgorithmSpecificationArn", &ALGORITHM_ARN),
    optional("InitialActiveLearningModelArn", &MODEL),
    optional(
        "LabelingJobResourceConfig",
        &Shape::Structure(&RESOURCE_CONFIG),
    ),
]);
static ALGORITHM_ARN: Shape = text(0, 2048, &ANY_ARN);
static MODEL: Shape = text(20, 2048, &MODEL_ARN);
static RESOURCE_CONFIG: Structure = structure(&[
    optional("VolumeKmsKeyId", &KMS_KEY),
    optional("VpcConfig", &Shape::Structure(&VPC_CONFIG)),
]);
static VPC_CONFIG: Structure = structure(&[
    required("SecurityGroupIds", &SECURITY_GROUP_IDS),
    required("Subnets", &SUBNETS),
]);
static SECURITY_GROUP_IDS: Shape = list(1, 5, &NETWORK_ID);
static SUBNETS: Shape = list(1, 16, &NETWORK_ID);
static NETWORK_ID: Shape = text(0, 32, &ALPHANUMERIC_OR_HYPHEN);

static HUMAN_TASK_CONFIG: Structure = structure(&[
    required("WorkteamArn", &WORKTEAM),
    required("UiConfig", &Shape::Structure(&UI_CONFIG)),
    optional("PreHumanTaskLambdaArn", &LAMBDA),
    optional("TaskKeywords", &TASK_KEYWORDS),
    required("TaskTitle", &TITLE),
    required("TaskDescription", &DESCRIPTION),
    required("NumberOfHumanWorkersPerDataObject", &NUMBER_OF_WORKERS),
    required("TaskTimeLimitInSeconds", &TASK_TIME_LIMIT),
    optional(
        "TaskAvailabilityLifetimeInSeconds",
        &TASK_AVAILABILITY_LIFETIME,
    ),
    optional("MaxConcurrentTaskCount", &MAX_CONCURRENT_TASK_COUNT),
    optional(
        "AnnotationConsolidationConfig",
        &Shape::Structure(&CONSOLIDATION_CONFIG),
    ),
    optional("PublicWorkforceTaskPrice", &Shape::Structure(&TASK_PRICE)),
]);
static UI_CONFIG: Structure = Structure {
    members: &[
        optional("UiTemplateS3Uri", &S3_URI_SHAPE),
        optional("HumanTaskUiArn", &HUMAN_TASK_UI),
    ],
    among: &[Among::ExactlyOne(&["UiTemplateS3Uri", "HumanTaskUiArn"])],
};
static LAMBDA: Shape = text(0, 2048, &LAMBDA_ARN);
static TASK_KEYWORDS: Shape = list(1, 5, &KEYWORD);
static KEYWORD: Shape = text(1, 30, &TASK_KEYWORD);
static TITLE: Shape = text(1, 128, &TASK_TITLE);
static DESCRIPTION: Shape = text(1, 255, &LINE);
static NUMBER_OF_WORKERS: Shape = integer(1, 9);
static TASK_TIME_LIMIT: Shape = at_least(30);
static TASK_AVAILABILITY_LIFETIME: Shape = at_least(60);
static MAX_CONCURRENT_TASK_COUNT: Shape = integer(1, 5000);
static CONSOLIDATION_CONFIG: Structure =
    structure(&[required("AnnotationConsolidationLambdaArn", &LAMBDA)]);
static TASK_PRICE: Structure = structure(&[optional("AmountInUsd", &Shape::Structure(&USD))]);
static USD: Structure = structure(&[
    optional("Dollars", &DOLLARS),
    optional("Cents", &CENTS),
    optional("TenthFractionsOfACent", &TENTHS),
]);
static DOLLARS: Shape = integer(0, 2);
static CENTS: Shape = integer(0, 99);
static TENTHS: Shape = integer(0, 9);
