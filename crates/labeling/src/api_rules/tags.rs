//! Tags.

use super::patterns::*;
use super::shapes::*;
use super::{Shape, Structure, list, optional, required, structure, text};

pub(super) static ADD_TAGS: Structure =
    structure(&[required("ResourceArn", &RESOURCE), required("Tags", &TAGS)]);

pub(super) static LIST_TAGS: Structure = structure(&[
    required("ResourceArn", &RESOURCE),
    optional("NextToken", &NEXT_TOKEN),
    optional("MaxResults", &TAGS_MAX_RESULTS),
]);

pub(super) static DELETE_TAGS: Structure = structure(&[
    required("ResourceArn", &RESOURCE),
    required("TagKeys", &TAG_KEYS),
]);

pub(super) static TAGS: Shape = list(0, 50, &TAG_SHAPE);

static TAG_SHAPE: Shape = Shape::Structure(&TAG_STRUCTURE);
static TAG_STRUCTURE: Structure = structure(&[required("Key", &KEY), required("Value", &VALUE)]);
static KEY: Shape = text(1, 128, &TAG);
static VALUE: Shape = text(0, 256, &TAG);
static TAG_KEYS: Shape = list(1, 50, &KEY);
static RESOURCE: Shape = text(0, 256, &RESOURCE_ARN);
