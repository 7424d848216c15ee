//! Shapes that several families of operations share.

use super::patterns::*;
use super::{Shape, at_least, integer, one_of, text};

pub(super) static S3_URI_SHAPE: Shape = text(0, 1024, &S3_URI);
pub(super) static KMS_KEY: Shape = text(0, 2048, &KMS_KEY_ID);
pub(super) static ROLE: Shape = text(20, 2048, &ROLE_ARN);
pub(super) static SNS_TOPIC: Shape = text(0, 2048, &SNS_TOPIC_ARN);
pub(super) static WORKTEAM: Shape = text(0, 256, &WORKTEAM_ARN);
pub(super) static HUMAN_TASK_UI: Shape = text(0, 1024, &HUMAN_TASK_UI_ARN);
pub(super) static TIMESTAMP: Shape = Shape::Timestamp;
pub(super) static MAX_RESULTS: Shape = integer(1, 100);
pub(super) static TAGS_MAX_RESULTS: Shape = at_least(50);
pub(super) static NEXT_TOKEN: Shape = text(0, 8192, &LINE_OR_EMPTY);
pub(super) static SORT_ORDER: Shape = one_of(&["Ascending", "Descending"]);
pub(super) static SORT_BY_NAME_OR_DATE: Shape = one_of(&["Name", "CreateDate"]);
