//! Teams, own and subscribed.

use super::patterns::*;
use super::shapes::*;
use super::tags::TAGS;
use super::{Among, Shape, Structure, Text, list, one_of, optional, required, structure, text};

pub(super) static CREATE: Structure = structure(&[
    required("WorkteamName", &NAME),
    optional("WorkforceName", &super::workforce::NAME),
    required("MemberDefinitions", &MEMBER_DEFINITIONS),
    required("Description", &DESCRIPTION),
    optional(
        "NotificationConfiguration",
        &Shape::Structure(&NOTIFICATION),
    ),
    optional(
        "WorkerAccessConfiguration",
        &Shape::Structure(&WORKER_ACCESS),
    ),
    optional("Tags", &TAGS),
]);

pub(super) static UPDATE: Structure = structure(&[
    required("WorkteamName", &NAME),
    optional("MemberDefinitions", &MEMBER_DEFINITIONS),
    optional("Description", &DESCRIPTION),
    optional(
        "NotificationConfiguration",
        &Shape::Structure(&NOTIFICATION),
    ),
    optional(
        "WorkerAccessConfiguration",
        &Shape::Structure(&WORKER_ACCESS),
    ),
]);

pub(super) static BY_NAME: Structure = structure(&[required("WorkteamName", &NAME)]);

pub(super) static LIST: Structure = structure(&[
    optional("SortBy", &SORT_BY_NAME_OR_DATE),
    optional("SortOrder", &SORT_ORDER),
    optional("NameContains", &NAME),
    optional("NextToken", &NEXT_TOKEN),
    optional("MaxResults", &MAX_RESULTS),
]);

pub(super) static DESCRIBE_SUBSCRIBED: Structure = structure(&[required("WorkteamArn", &WORKTEAM)]);

pub(super) static LIST_SUBSCRIBED: Structure = structure(&[
    optional("NameContains", &NAME),
    optional("NextToken", &NEXT_TOKEN),
    optional("MaxResults", &MAX_RESULTS),
]);

static NAME: Shape = text(1, 63, &NAME_63);
static DESCRIPTION: Shape = text(1, 200, &LINE);

static MEMBER_DEFINITIONS: Shape = list(1, 10, &MEMBER_DEFINITION);
static MEMBER_DEFINITION: Shape = Shape::Structure(&Structure {
    members: &[
        optional(
            "CognitoMemberDefinition",
            &Shape::Structure(&COGNITO_MEMBER),
        ),
        optional("OidcMemberDefinition", &Shape::Structure(&OIDC_MEMBER)),
    ],
    among: &[Among::ExactlyOne(&[
        "CognitoMemberDefinition",
        "OidcMemberDefinition",
    ])],
});
static COGNITO_MEMBER: Structure = structure(&[
    required("UserPool", &super::workforce::COGNITO_USER_POOL),
    required("UserGroup", &USER_GROUP),
    required("ClientId", &super::workforce::CLIENT_ID),
]);
static USER_GROUP: Shape = text(1, 128, &VISIBLE);
static OIDC_MEMBER: Structure = structure(&[optional("Groups", &GROUPS)]);
static GROUPS: Shape = list(1, 10, &GROUP);
static GROUP: Shape = text(1, 63, &VISIBLE);

static NOTIFICATION: Structure =
    structure(&[optional("NotificationTopicArn", &NOTIFICATION_TOPIC)]);
static NOTIFICATION_TOPIC: Shape = Shape::Text(Text {
    min: 0,
    max: None,
    pattern: Some(&NOTIFICATION_TOPIC_ARN),
    values: &[],
    secret: false,
});
static WORKER_ACCESS: Structure =
    structure(&[optional("S3Presign", &Shape::Structure(&S3_PRESIGN))]);
static S3_PRESIGN: Structure = structure(&[optional(
    "IamPolicyConstraints",
    &Shape::Structure(&POLICY_CONSTRAINTS),
)]);
static POLICY_CONSTRAINTS: Structure = structure(&[
    optional("SourceIp", &SWITCH),
    optional("VpcSourceIp", &SWITCH),
]);
static SWITCH: Shape = one_of(&["Enabled", "Disabled"]);
