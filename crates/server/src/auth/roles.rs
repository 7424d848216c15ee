//! The one table of who may do what.
//!
//! A row for every operation of the AWS-wire services and for every route below `/_/portal/api` and
//! `/_/console/api`. Nothing is allowed that has no row. An integration test walks the table and fails
//! when a row lacks its unauthenticated, wrong-role and happy case.

/// What a person may do. Stored by [`Role::name`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Runs the server: people, keys, workforces and everything a requester may.
    Administrator,
    /// Owns labeling jobs, their data and the teams that work on them.
    Requester,
    /// Leads an outside team: sees the jobs given to it, by reference code.
    VendorManager,
    /// Labels.
    Worker,
}

impl Role {
    /// All roles, highest first.
    pub const ALL: [Role; 4] = [
        Role::Administrator,
        Role::Requester,
        Role::VendorManager,
        Role::Worker,
    ];

    /// The stored name, which is also the one on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Role::Administrator => "administrator",
            Role::Requester => "requester",
            Role::VendorManager => "vendor-manager",
            Role::Worker => "worker",
        }
    }

    /// The role of a stored name.
    pub fn from_name(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Name of the IAM role that a person with this role appears under.
    pub fn iam_name(self) -> &'static str {
        match self {
            Role::Administrator => "CairnAdministrator",
            Role::Requester => "CairnRequester",
            Role::VendorManager => "CairnVendorManager",
            Role::Worker => "CairnWorker",
        }
    }

    /// Whether whoever holds this role may act under `other`: an administrator under any, everyone
    /// else under their own.
    pub fn covers(self, other: Role) -> bool {
        self == Role::Administrator || self == other
    }
}

/// Where an operation is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Door {
    /// `X-Amz-Target: SageMaker.…`.
    SageMaker,
    /// Query protocol, `Action=…`, signed for `sts`.
    Sts,
    /// Query protocol, `Action=…`, signed for `iam`.
    Iam,
    /// Requests below `/_/portal/api`, by session.
    Portal,
    /// Requests below `/_/console`, by session.
    Console,
    /// The object store: reading or writing buckets.
    S3,
}

/// One row: who may call one operation.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Where it is asked for.
    pub door: Door,
    /// Name of the operation; for routes, method and path pattern (`POST /_/portal/api/sign-in`).
    pub operation: &'static str,
    /// Who may call it.
    pub access: Access,
}

/// Who may call an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody, signed in or not: what leads to a session.
    Open,
    /// These roles.
    Roles(&'static [Role]),
}

impl Access {
    /// Whether `role` may call it.
    pub fn admits(self, role: Role) -> bool {
        match self {
            Access::Open => true,
            Access::Roles(roles) => roles.contains(&role),
        }
    }
}

/// The row of an operation, if there is one.
pub fn row(door: Door, operation: &str) -> Option<&'static Row> {
    ROWS.iter()
        .find(|row| row.door == door && row.operation == operation)
}

const ADMINISTRATORS: Access = Access::Roles(&[Role::Administrator]);
const REQUESTERS: Access = Access::Roles(&[Role::Administrator, Role::Requester]);
const VENDORS: Access = Access::Roles(&[Role::Administrator, Role::Requester, Role::VendorManager]);
const LABELERS: Access = Access::Roles(&[Role::Administrator, Role::Requester, Role::Worker]);
const EVERYONE: Access = Access::Roles(&Role::ALL);

const fn row_of(door: Door, operation: &'static str, access: Access) -> Row {
    Row {
        door,
        operation,
        access,
    }
}

/// The table.
pub const ROWS: &[Row] = &[
    row_of(Door::SageMaker, "CreateLabelingJob", REQUESTERS),
    row_of(Door::SageMaker, "DescribeLabelingJob", REQUESTERS),
    row_of(Door::SageMaker, "ListLabelingJobs", REQUESTERS),
    row_of(Door::SageMaker, "ListLabelingJobsForWorkteam", VENDORS),
    row_of(Door::SageMaker, "StopLabelingJob", REQUESTERS),
    row_of(Door::SageMaker, "CreateWorkteam", REQUESTERS),
    row_of(Door::SageMaker, "DescribeWorkteam", VENDORS),
    row_of(Door::SageMaker, "ListWorkteams", REQUESTERS),
    row_of(Door::SageMaker, "UpdateWorkteam", REQUESTERS),
    row_of(Door::SageMaker, "DeleteWorkteam", REQUESTERS),
    row_of(Door::SageMaker, "CreateWorkforce", ADMINISTRATORS),
    row_of(Door::SageMaker, "DescribeWorkforce", REQUESTERS),
    row_of(Door::SageMaker, "ListWorkforces", REQUESTERS),
    row_of(Door::SageMaker, "UpdateWorkforce", ADMINISTRATORS),
    row_of(Door::SageMaker, "DeleteWorkforce", ADMINISTRATORS),
    row_of(Door::SageMaker, "DescribeSubscribedWorkteam", REQUESTERS),
    row_of(Door::SageMaker, "ListSubscribedWorkteams", REQUESTERS),
    row_of(Door::SageMaker, "CreateHumanTaskUi", REQUESTERS),
    row_of(Door::SageMaker, "DescribeHumanTaskUi", REQUESTERS),
    row_of(Door::SageMaker, "ListHumanTaskUis", REQUESTERS),
    row_of(Door::SageMaker, "DeleteHumanTaskUi", REQUESTERS),
    row_of(Door::SageMaker, "RenderUiTemplate", REQUESTERS),
    row_of(Door::SageMaker, "AddTags", REQUESTERS),
    row_of(Door::SageMaker, "ListTags", REQUESTERS),
    row_of(Door::SageMaker, "DeleteTags", REQUESTERS),
    row_of(Door::Sts, "GetCallerIdentity", EVERYONE),
    row_of(Door::Sts, "AssumeRole", REQUESTERS),
    row_of(Door::Sts, "GetSessionToken", EVERYONE),
    row_of(Door::Iam, "GetRole", EVERYONE),
    row_of(Door::S3, "Read", REQUESTERS),
    row_of(Door::S3, "Write", REQUESTERS),
    row_of(Door::Portal, "POST /_/portal/api/sign-in", Access::Open),
    row_of(Door::Portal, "POST /_/portal/api/sign-out", Access::Open),
    row_of(
        Door::Portal,
        "POST /_/portal/api/password/reset",
        Access::Open,
    ),
    row_of(Door::Portal, "POST /_/portal/api/password", EVERYONE),
    row_of(Door::Portal, "POST /_/portal/api/language", EVERYONE),
    row_of(Door::Portal, "GET /_/portal/api/me", EVERYONE),
    row_of(Door::Portal, "GET /_/portal/api/jobs", LABELERS),
    row_of(Door::Portal, "POST /_/portal/api/jobs/{job}/next", LABELERS),
    row_of(
        Door::Portal,
        "GET /_/portal/api/jobs/{job}/history",
        LABELERS,
    ),
    row_of(
        Door::Portal,
        "POST /_/portal/api/assignments/{id}/submit",
        LABELERS,
    ),
    row_of(
        Door::Portal,
        "POST /_/portal/api/assignments/{id}/heartbeat",
        LABELERS,
    ),
    row_of(
        Door::Portal,
        "PUT /_/portal/api/assignments/{id}/draft",
        LABELERS,
    ),
    row_of(
        Door::Portal,
        "POST /_/portal/api/assignments/{id}/decline",
        LABELERS,
    ),
    row_of(
        Door::Portal,
        "POST /_/portal/api/assignments/{id}/release",
        LABELERS,
    ),
    row_of(
        Door::Portal,
        "POST /_/portal/api/assignments/{id}/object-error",
        LABELERS,
    ),
    row_of(Door::Console, "POST /_/console/api/sign-in", Access::Open),
    row_of(Door::Console, "POST /_/console/api/sign-out", Access::Open),
    row_of(
        Door::Console,
        "POST /_/console/api/password/reset",
        Access::Open,
    ),
    row_of(Door::Console, "POST /_/console/api/password", REQUESTERS),
    row_of(Door::Console, "POST /_/console/api/language", REQUESTERS),
    row_of(Door::Console, "GET /_/console/api/me", REQUESTERS),
    row_of(Door::Console, "GET /_/console/api/overview", REQUESTERS),
    row_of(Door::Console, "GET /_/console/api/jobs", REQUESTERS),
    row_of(Door::Console, "POST /_/console/api/jobs", REQUESTERS),
    row_of(Door::Console, "GET /_/console/api/jobs/{name}", REQUESTERS),
    row_of(
        Door::Console,
        "GET /_/console/api/jobs/{name}/events",
        REQUESTERS,
    ),
    row_of(
        Door::Console,
        "GET /_/console/api/jobs/{name}/labels",
        REQUESTERS,
    ),
    row_of(
        Door::Console,
        "GET /_/console/api/jobs/{name}/failures",
        REQUESTERS,
    ),
    row_of(
        Door::Console,
        "POST /_/console/api/jobs/{name}/retry",
        REQUESTERS,
    ),
    row_of(
        Door::Console,
        "POST /_/console/api/jobs/{name}/stop",
        REQUESTERS,
    ),
    row_of(
        Door::Console,
        "GET /_/console/api/jobs/{name}/output-manifest",
        REQUESTERS,
    ),
    row_of(
        Door::Console,
        "POST /_/console/api/manifest-check",
        REQUESTERS,
    ),
    row_of(Door::Console, "POST /_/console/api/preview", REQUESTERS),
    row_of(Door::Console, "GET /_/console/api/teams", REQUESTERS),
    row_of(Door::Console, "POST /_/console/api/teams", REQUESTERS),
    row_of(Door::Console, "GET /_/console/api/teams/{name}", REQUESTERS),
    row_of(
        Door::Console,
        "DELETE /_/console/api/teams/{name}",
        REQUESTERS,
    ),
    row_of(
        Door::Console,
        "POST /_/console/api/teams/{name}/members",
        REQUESTERS,
    ),
    row_of(
        Door::Console,
        "DELETE /_/console/api/teams/{name}/members/{worker}",
        REQUESTERS,
    ),
    row_of(Door::Console, "GET /_/console/api/workers", REQUESTERS),
    row_of(Door::Console, "POST /_/console/api/workers", REQUESTERS),
    row_of(
        Door::Console,
        "POST /_/console/api/workers/{id}/disable",
        REQUESTERS,
    ),
    row_of(
        Door::Console,
        "POST /_/console/api/workers/{id}/enable",
        REQUESTERS,
    ),
    row_of(
        Door::Console,
        "POST /_/console/api/workers/{id}/reset-link",
        REQUESTERS,
    ),
    row_of(Door::Console, "GET /_/console/api/keys", ADMINISTRATORS),
    row_of(Door::Console, "POST /_/console/api/keys", ADMINISTRATORS),
    row_of(
        Door::Console,
        "POST /_/console/api/keys/{id}/disable",
        ADMINISTRATORS,
    ),
    row_of(
        Door::Console,
        "POST /_/console/api/keys/{id}/enable",
        ADMINISTRATORS,
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_operation_has_two_rows_and_an_administrator_may_call_all() {
        for (at, row) in ROWS.iter().enumerate() {
            let same = |other: &Row| other.door == row.door && other.operation == row.operation;
            assert!(
                !ROWS[..at].iter().any(same),
                "{} has two rows",
                row.operation
            );
            assert!(row.access.admits(Role::Administrator), "{}", row.operation);
        }
    }

    #[test]
    fn role_names_read_back() {
        for role in Role::ALL {
            assert_eq!(Role::from_name(role.name()), Some(role));
        }
        assert_eq!(Role::from_name("root"), None);
    }
}
