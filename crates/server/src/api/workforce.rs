//! The private workforce as the wire shows it, and the rules its operations share.
//!
//! There is one. It is made by CreateWorkforce or, as Ground Truth does, by the first team. Its
//! "Cognito" pool and client are names only: people sign in to this server, and a team's user groups
//! are groups here. They are kept so that what a script wrote is what it reads.

use cairn_db::workforce::Workforce;
use serde::{Deserialize, Serialize};

use super::wire::Timestamp;
use super::{ApiError, ApiResult, Context};
use crate::people::teams;

/// `CognitoConfig`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CognitoConfig {
    /// Name of the pool.
    pub user_pool: String,
    /// Name of the client.
    pub client_id: String,
}

/// `SourceIpConfig`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SourceIpConfig {
    /// Address ranges.
    pub cidrs: Vec<String>,
}

/// What the database keeps of a workforce as JSON.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct StoredConfig {
    /// None until a script names a pool: the workforce was made on this server's own pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cognito_config: Option<CognitoConfig>,
    /// As given; always open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_ip_config: Option<SourceIpConfig>,
    /// As given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_address_type: Option<String>,
}

impl StoredConfig {
    /// The configuration of a stored workforce.
    pub fn of(workforce: &Workforce) -> ApiResult<StoredConfig> {
        serde_json::from_str(&workforce.config).map_err(ApiError::internal)
    }

    /// As the database keeps it.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("texts and lists of texts always serialise")
    }
}

/// `Workforce`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct WorkforceShape {
    workforce_name: String,
    workforce_arn: String,
    sub_domain: String,
    create_date: Timestamp,
    last_updated_date: Timestamp,
    status: &'static str,
    cognito_config: CognitoConfig,
    source_ip_config: SourceIpConfig,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip_address_type: Option<String>,
}

/// The workforce as operations answer with it.
pub fn shape(context: &Context, workforce: Workforce) -> ApiResult<WorkforceShape> {
    let config = StoredConfig::of(&workforce)?;
    Ok(WorkforceShape {
        workforce_arn: context.place().workforce(&workforce.name).to_string(),
        workforce_name: workforce.name,
        sub_domain: context.host().to_owned(),
        create_date: Timestamp(workforce.created_at),
        last_updated_date: Timestamp(workforce.updated_at),
        status: "Active",
        cognito_config: config
            .cognito_config
            .unwrap_or_else(|| nominal_pool(context)),
        source_ip_config: config
            .source_ip_config
            .unwrap_or(SourceIpConfig { cidrs: Vec::new() }),
        ip_address_type: config.ip_address_type,
    })
}

/// The pool shown where no script has named one.
pub fn nominal_pool(context: &Context) -> CognitoConfig {
    CognitoConfig {
        user_pool: teams::user_pool(&context.app.settings),
        client_id: teams::CLIENT_ID.to_owned(),
    }
}

/// The private workforce, if there is one.
pub async fn only_one(context: &Context) -> ApiResult<Option<Workforce>> {
    Ok(context.app.db.workforce_list().await?.into_iter().next())
}

/// The error for a name that no workforce has.
pub fn missing(name: &str) -> ApiError {
    ApiError::validation(format!(
        "`WorkforceName`: there is no workforce called `{name}`"
    ))
}

/// Refuses what a workforce cannot have here yet.
pub fn check_offered(
    has_oidc: bool,
    has_vpc: bool,
    source_ip: Option<&SourceIpConfig>,
    ip_address_type: Option<&str>,
) -> ApiResult<()> {
    if has_oidc {
        return Err(ApiError::validation(
            "`OidcConfig`: signing in through an OpenID Connect provider is not offered yet; leave it out and give `CognitoConfig`, whose people sign in to this server",
        ));
    }
    if has_vpc {
        return Err(ApiError::validation(
            "`WorkforceVpcConfig`: a portal inside a VPC is not offered; which network reaches this server is decided where it runs",
        ));
    }
    if ip_address_type.is_some_and(|kind| kind != "ipv4") {
        return Err(ApiError::validation(
            "`IpAddressType`: only `ipv4` is taken; the address this server listens on decides what reaches the portal",
        ));
    }
    let open = |cidr: &String| matches!(cidr.as_str(), "0.0.0.0/0" | "::/0");
    if source_ip.is_some_and(|config| !config.cidrs.iter().all(open)) {
        return Err(ApiError::validation(
            "`SourceIpConfig.Cidrs`: limiting the portal to address ranges is not offered yet; only 0.0.0.0/0 and ::/0 are taken, which admit everybody",
        ));
    }
    Ok(())
}
