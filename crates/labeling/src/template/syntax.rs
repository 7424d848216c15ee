//! The parsed form of a template. It owns its names and literals and borrows nothing, so that one parse serves any
//! number of renderings, on any thread.

use std::ops::Range;

use super::filters::Filter;

/// A sequence of nodes.
pub type Block = Vec<Node>;

/// One piece of a template. `at` is the byte of the source that an error points to.
#[derive(Debug)]
pub enum Node {
    /// Text copied as it is.
    Text(Range<usize>),
    /// `{{ … }}` and `{% echo … %}`.
    Output(Chain),
    /// `{% assign name = … %}`
    Assign { name: Box<str>, value: Chain },
    /// `{% capture name %}…{% endcapture %}`
    Capture {
        name: Box<str>,
        body: Block,
        at: usize,
    },
    /// `if` and `unless` with their `elsif` and `else`.
    If {
        branches: Vec<Branch>,
        otherwise: Block,
        at: usize,
    },
    /// `{% case %}`
    Case {
        subject: Operand,
        arms: Vec<Arm>,
        otherwise: Block,
        at: usize,
    },
    /// `{% for %}`
    For(Box<Loop>),
    /// `{% tablerow %}`
    TableRow(Box<Loop>),
    /// `{% cycle %}`
    Cycle {
        group: CycleGroup,
        values: Vec<Operand>,
        at: usize,
    },
    /// `{% increment %}` (+1, shows the value before) and `{% decrement %}` (-1, shows the value after).
    Count { name: Box<str>, by: i128, at: usize },
    /// `{% ifchanged %}`; `slot` numbers them.
    IfChanged { slot: usize, body: Block, at: usize },
    /// `{% liquid %}`
    Inline { body: Block, at: usize },
    /// `{% break %}`
    Break,
    /// `{% continue %}`
    Continue,
}

/// What a `cycle` shares its turn with.
#[derive(Debug)]
pub enum CycleGroup {
    /// Named by the author.
    Named(Operand),
    /// Every cycle with these same values.
    Values(Box<str>),
}

/// One condition and what it guards.
#[derive(Debug)]
pub struct Branch {
    pub condition: Condition,
    /// True for the first branch of `unless`.
    pub negated: bool,
    pub body: Block,
    pub at: usize,
}

/// One `when`.
#[derive(Debug)]
pub struct Arm {
    pub values: Vec<Operand>,
    pub body: Block,
    pub at: usize,
}

/// `for` and `tablerow`.
#[derive(Debug)]
pub struct Loop {
    pub variable: Box<str>,
    /// `variable-collection` as Liquid names it; loops of one name share `offset: continue`.
    pub name: Box<str>,
    pub collection: Operand,
    pub reversed: bool,
    pub limit: Option<Operand>,
    pub offset: Option<Offset>,
    /// Only `tablerow` has columns.
    pub columns: Option<Operand>,
    pub body: Block,
    pub otherwise: Block,
    pub at: usize,
}

/// Where a loop starts.
#[derive(Debug)]
pub enum Offset {
    /// Where the last loop of the same name ended.
    Continue,
    /// At an index.
    At(Operand),
}

/// A value and the filters it runs through.
#[derive(Debug)]
pub struct Chain {
    pub head: Operand,
    pub filters: Vec<FilterCall>,
    /// Whether `skip_autoescape` is among the filters.
    pub skip_autoescape: bool,
    pub at: usize,
}

/// One filter with its arguments.
#[derive(Debug)]
pub struct FilterCall {
    pub filter: &'static Filter,
    pub positional: Vec<Operand>,
    pub named: Vec<(Box<str>, Operand)>,
    pub at: usize,
}

/// A value that needs no filter to be known.
#[derive(Debug)]
pub enum Operand {
    Nil,
    Bool(bool),
    Int(i128),
    Float(f64),
    Text(Box<str>),
    Empty,
    Blank,
    Range(Box<(Operand, Operand)>),
    Lookup(Box<Lookup>),
}

/// `root.key[index]…`
#[derive(Debug)]
pub struct Lookup {
    pub root: Box<str>,
    pub path: Vec<Operand>,
    pub at: usize,
}

/// A condition; `and` and `or` have one rank and group from the right.
#[derive(Debug)]
pub enum Condition {
    Truthy(Operand),
    Compare {
        left: Operand,
        comparison: Comparison,
        right: Operand,
        at: usize,
    },
    And(Box<(Condition, Condition)>),
    Or(Box<(Condition, Condition)>),
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Contains,
}
