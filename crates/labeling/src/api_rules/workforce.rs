//! Workforces.

use super::patterns::*;
use super::shapes::*;
use super::tags::TAGS;
use super::{
    Among, Shape, Structure, Text, list, one_of, optional, required, structure, text, text_rules,
};

pub(super) static CREATE: Structure = Structure {
    members: &[
        optional("CognitoConfig", &Shape::Structure(&COGNITO_CONFIG)),
        optional("OidcConfig", &Shape::Structure(&OIDC_CONFIG)),
        optional("SourceIpConfig", &Shape::Structure(&SOURCE_IP_CONFIG)),
        required("WorkforceName", &NAME),
        optional("Tags", &TAGS),
        optional("WorkforceVpcConfig", &Shape::Structure(&VPC_CONFIG)),
        optional("IpAddressType", &IP_ADDRESS_TYPE),
    ],
    among: &[Among::ExactlyOne(&["CognitoConfig", "OidcConfig"])],
};

pub(super) static UPDATE: Structure = structure(&[
    required("WorkforceName", &NAME),
    optional("SourceIpConfig", &Shape::Structure(&SOURCE_IP_CONFIG)),
    optional("OidcConfig", &Shape::Structure(&OIDC_CONFIG)),
    optional("WorkforceVpcConfig", &Shape::Structure(&VPC_CONFIG)),
    optional("IpAddressType", &IP_ADDRESS_TYPE),
]);

pub(super) static BY_NAME: Structure = structure(&[required("WorkforceName", &NAME)]);

pub(super) static LIST: Structure = structure(&[
    optional("SortBy", &SORT_BY_NAME_OR_DATE),
    optional("SortOrder", &SORT_ORDER),
    optional("NameContains", &NAME),
    optional("NextToken", &NEXT_TOKEN),
    optional("MaxResults", &MAX_RESULTS),
]);

pub(super) static NAME: Shape = text(1, 63, &WORKFORCE_NAME);
pub(super) static COGNITO_USER_POOL: Shape = text(1, 55, &USER_POOL);
pub(super) static CLIENT_ID: Shape = text(1, 1024, &PRINTABLE);

static COGNITO_CONFIG: Structure = structure(&[
    required("UserPool", &COGNITO_USER_POOL),
    required("ClientId", &CLIENT_ID),
]);

static OIDC_CONFIG: Structure = structure(&[
    required("ClientId", &CLIENT_ID),
    required("ClientSecret", &CLIENT_SECRET),
    required("Issuer", &ENDPOINT),
    required("AuthorizationEndpoint", &ENDPOINT),
    required("TokenEndpoint", &ENDPOINT),
    required("UserInfoEndpoint", &ENDPOINT),
    required("LogoutEndpoint", &ENDPOINT),
    required("JwksUri", &ENDPOINT),
    optional("Scope", &SCOPE_SHAPE),
    optional("AuthenticationRequestExtraParams", &EXTRA_PARAMS),
]);
static CLIENT_SECRET: Shape = Shape::Text(Text {
    secret: true,
    ..text_rules(1, 1024, &PRINTABLE)
});
static ENDPOINT: Shape = text(0, 500, &HTTPS);
static SCOPE_SHAPE: Shape = text(0, 1024, &SCOPE);
static EXTRA_PARAMS: Shape = Shape::Map {
    max: 10,
    key: &EXTRA_PARAM,
    value: &EXTRA_PARAM,
};
static EXTRA_PARAM: Text = text_rules(0, 512, &LINE_OR_EMPTY);

static SOURCE_IP_CONFIG: Structure = structure(&[required("Cidrs", &CIDRS)]);
/// The model sets no limit; the guide says ten.
static CIDRS: Shape = list(0, 10, &CIDR_SHAPE);
static CIDR_SHAPE: Shape = text(4, 64, &CIDR);

static VPC_CONFIG: Structure = structure(&[
    optional("VpcId", &VPC),
    optional("SecurityGroupIds", &SECURITY_GROUPS),
    optional("Subnets", &SUBNETS),
]);
static VPC: Shape = text(0, 32, &VPC_ID);
static SECURITY_GROUPS: Shape = list(1, 5, &SECURITY_GROUP);
static SECURITY_GROUP: Shape = text(0, 32, &SECURITY_GROUP_ID);
static SUBNETS: Shape = list(1, 16, &SUBNET);
static SUBNET: Shape = text(0, 32, &SUBNET_ID);
static IP_ADDRESS_TYPE: Shape = one_of(&["ipv4", "dualstack"]);
