//! The objects `forloop` and `tablerowloop`.

use std::cell::Cell;
use std::rc::Rc;

use super::value::Value;

/// Where a running loop stands.
#[derive(Debug)]
pub(super) struct LoopState {
    /// Items in all.
    pub length: usize,
    /// The current item, from 0.
    pub index: Cell<usize>,
    pub kind: LoopKind,
}

/// What only one of the two kinds of loop knows.
#[derive(Debug)]
pub(super) enum LoopKind {
    For {
        name: Box<str>,
        parent: Option<Rc<LoopState>>,
    },
    TableRow {
        /// At least 1.
        columns: usize,
    },
}

impl LoopState {
    pub fn kind_name(&self) -> &'static str {
        match self.kind {
            LoopKind::For { .. } => "forloop",
            LoopKind::TableRow { .. } => "tablerowloop",
        }
    }

    pub fn member<'a>(&self, key: &str) -> Value<'a> {
        let index = self.index.get();
        let left = self.length.saturating_sub(index);
        match (key, &self.kind) {
            ("length", _) => Value::int(self.length),
            ("index", _) => Value::int(index + 1),
            ("index0", _) => Value::int(index),
            ("rindex", _) => Value::int(left),
            ("rindex0", _) => Value::int(left.saturating_sub(1)),
            ("first", _) => Value::Bool(index == 0),
            ("last", _) => Value::Bool(left <= 1),
            ("name", LoopKind::For { name, .. }) => Value::made(&**name),
            ("parentloop", LoopKind::For { parent, .. }) => {
                parent.clone().map_or(Value::Nil, Value::Loop)
            }
            ("row", LoopKind::TableRow { columns }) => Value::int(index / columns + 1),
            ("col", LoopKind::TableRow { columns }) => Value::int(index % columns + 1),
            ("col0", LoopKind::TableRow { columns }) => Value::int(index % columns),
            ("col_first", LoopKind::TableRow { columns }) => {
                Value::Bool(index.is_multiple_of(*columns))
            }
            ("col_last", LoopKind::TableRow { columns }) => {
                Value::Bool(index % columns == columns - 1)
            }
            _ => Value::Nil,
        }
    }
}
