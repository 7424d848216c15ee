//! A row of any kind of shapes.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor};

use super::super::super::input::Id;
use super::Format;

/// Of true labels without a worker.
pub(super) struct Row<F: Format> {
    pub(super) object_id: Id,
    pub(super) worker_id: Option<Id>,
    pub(super) width: Option<f64>,
    pub(super) height: Option<f64>,
    /// The member that [`Format::MEMBER`] names.
    pub(super) drawn: Vec<F::Drawn>,
}

impl<'de, F: Format> Deserialize<'de> for Row<F> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Row<F>, D::Error> {
        from.deserialize_map(RowVisitor(PhantomData))
    }
}

struct RowVisitor<F>(PhantomData<F>);

impl<'de, F: Format> Visitor<'de> for RowVisitor<F> {
    type Value = Row<F>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Row<F>, A::Error> {
        let (mut object_id, mut worker_id, mut drawn) = (None, None, None);
        let (mut width, mut height) = (None, None);
        while let Some(name) = members.next_key::<String>()? {
            match name.as_str() {
                "object_id" => once(&mut object_id, "object_id", members.next_value()?)?,
                "worker_id" => once(&mut worker_id, "worker_id", members.next_value()?)?,
                "width" => once(&mut width, "width", members.next_value()?)?,
                "height" => once(&mut height, "height", members.next_value()?)?,
                name if name == F::MEMBER => once(&mut drawn, F::MEMBER, members.next_value()?)?,
                _ => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(Row {
            object_id: object_id.ok_or_else(|| A::Error::missing_field("object_id"))?,
            worker_id: worker_id.flatten(),
            width: width.flatten(),
            height: height.flatten(),
            drawn: drawn.ok_or_else(|| A::Error::missing_field(F::MEMBER))?,
        })
    }
}

fn once<T, E: Error>(member: &mut Option<T>, name: &'static str, value: T) -> Result<(), E> {
    match member.replace(value) {
        Some(_) => Err(E::duplicate_field(name)),
        None => Ok(()),
    }
}
