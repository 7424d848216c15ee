//! Human task UIs, and rendering a template.

use super::patterns::*;
use super::shapes::*;
use super::tags::TAGS;
use super::{Among, Shape, Structure, optional, required, structure, text};

pub(super) static CREATE: Structure = structure(&[
    required("HumanTaskUiName", &NAME),
    required("UiTemplate", &Shape::Structure(&UI_TEMPLATE)),
    optional("Tags", &TAGS),
]);

pub(super) static BY_NAME: Structure = structure(&[required("HumanTaskUiName", &NAME)]);

pub(super) static LIST: Structure = structure(&[
    optional("CreationTimeAfter", &TIMESTAMP),
    optional("CreationTimeBefore", &TIMESTAMP),
    optional("SortOrder", &SORT_ORDER),
    optional("NextToken", &NEXT_TOKEN),
    optional("MaxResults", &MAX_RESULTS),
]);

pub(super) static RENDER: Structure = Structure {
    members: &[
        optional("UiTemplate", &Shape::Structure(&UI_TEMPLATE)),
        required("Task", &Shape::Structure(&TASK)),
        required("RoleArn", &ROLE),
        optional("HumanTaskUiArn", &HUMAN_TASK_UI),
    ],
    among: &[Among::ExactlyOne(&["UiTemplate", "HumanTaskUiArn"])],
};

static NAME: Shape = text(1, 63, &LOWER_NAME);
static UI_TEMPLATE: Structure = structure(&[required("Content", &CONTENT)]);
static CONTENT: Shape = text(1, 128_000, &ANYTHING);
static TASK: Structure = structure(&[required("Input", &INPUT)]);
static INPUT: Shape = text(2, 128_000, &ANYTHING);
