//! Walks the tree and writes the page.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::Value as Json;

use super::error::{Fault, Located, TemplateErrorCode};
use super::filters::Arguments;
use super::loops::{LoopKind, LoopState};
use super::meter::{Environment, Limits, Meter};
use super::number::Number;
use super::syntax::{
    Chain, Comparison, Condition, CycleGroup, FilterCall, Lookup, Loop, Node, Offset, Operand,
};
use super::text::{Mark, Text, escape_into, escape_once_into};
use super::value::Value;

/// Renders parsed nodes of `source`; see [`Template::render`](super::Template::render).
pub(super) fn render<'a>(
    source: &'a str,
    nodes: &'a [Node],
    ifchanged_count: usize,
    data: &'a Json,
    environment: &dyn Environment,
    limits: &Limits,
) -> Result<String, Located> {
    let mut renderer = Renderer {
        source,
        data,
        meter: Meter::new(environment, limits),
        out: String::with_capacity(source.len().min(limits.output_bytes_max)),
        depth: 0,
        variables: BTreeMap::new(),
        scopes: Vec::new(),
        counters: BTreeMap::new(),
        cycles: BTreeMap::new(),
        loop_ends: BTreeMap::new(),
        last_shown: vec![None; ifchanged_count],
    };
    // Outside of a loop `break` and `continue` end the page, as in Liquid.
    renderer.block(nodes, 0)?;
    Ok(renderer.out)
}

/// How a block ended.
#[derive(Clone, Copy, PartialEq)]
enum Flow {
    Through,
    Break,
    Continue,
}

struct Renderer<'a, 'm> {
    source: &'a str,
    data: &'a Json,
    meter: Meter<'m>,
    out: String,
    depth: u32,
    /// What `assign` and `capture` set; visible everywhere.
    variables: BTreeMap<&'a str, Value<'a>>,
    /// Variables of the loops that are running, innermost last.
    scopes: Vec<(&'a str, Value<'a>)>,
    counters: BTreeMap<&'a str, i128>,
    cycles: BTreeMap<String, usize>,
    /// Where the last loop of a name ended, for `offset: continue`.
    loop_ends: BTreeMap<&'a str, usize>,
    last_shown: Vec<Option<String>>,
}

impl<'a> Renderer<'a, '_> {
    fn block(&mut self, nodes: &'a [Node], at: usize) -> Result<Flow, Located> {
        if self.depth > self.meter.limits().depth_max {
            return Err(Fault::new(
                TemplateErrorCode::DepthLimit,
                format_args!(
                    "blocks are nested more than {} deep",
                    self.meter.limits().depth_max
                ),
            )
            .at(at));
        }
        self.depth += 1;
        let mut flow = Flow::Through;
        for node in nodes {
            flow = self.node(node)?;
            if flow != Flow::Through {
                break;
            }
        }
        self.depth -= 1;
        Ok(flow)
    }

    fn node(&mut self, node: &'a Node) -> Result<Flow, Located> {
        match node {
            Node::Text(range) => {
                self.meter
                    .bytes(range.len())
                    .map_err(|fault| fault.at(range.start))?;
                self.out.push_str(&self.source[range.clone()]);
                self.check_output().map_err(|fault| fault.at(range.start))?;
            }
            Node::Output(chain) => {
                self.charge(1, chain.at)?;
                let value = self.chain(chain)?;
                self.show(&value, chain.skip_autoescape)
                    .map_err(|fault| fault.at(chain.at))?;
            }
            Node::Assign { name, value } => {
                self.charge(1, value.at)?;
                let assigned = self.chain(value)?;
                self.variables.insert(name, assigned);
            }
            Node::Capture { name, body, at } => {
                self.charge(1, *at)?;
                let (text, flow) = self.captured(body, *at)?;
                let text = Text::made(text).marked(Mark::Captured);
                self.variables.insert(name, Value::Text(text));
                return Ok(flow);
            }
            Node::If {
                branches,
                otherwise,
                at,
            } => {
                for branch in branches {
                    self.charge(1, branch.at)?;
                    if self.condition(&branch.condition)? != branch.negated {
                        return self.block(&branch.body, branch.at);
                    }
                }
                return self.block(otherwise, *at);
            }
            Node::Case {
                subject,
                arms,
                otherwise,
                at,
            } => {
                self.charge(1, *at)?;
                let subject = self.operand(subject)?;
                for arm in arms {
                    for value in &arm.values {
                        self.charge(1, arm.at)?;
                        let value = self.operand(value)?;
                        let same = subject
                            .equals(&value, &mut self.meter)
                            .map_err(|fault| fault.at(arm.at))?;
                        if same {
                            return self.block(&arm.body, arm.at);
                        }
                    }
                }
                return self.block(otherwise, *at);
            }
            Node::For(parsed) => return self.for_loop(parsed),
            Node::TableRow(parsed) => self.tablerow(parsed)?,
            Node::Cycle { group, values, at } => self.cycle(group, values, *at)?,
            Node::Count { name, by, at } => {
                self.charge(1, *at)?;
                let counter = self.counters.entry(name).or_insert(0);
                let before = *counter;
                *counter += by;
                let shown = if *by > 0 { before } else { *counter };
                Number::Int(shown).print(&mut self.out);
                self.check_output().map_err(|fault| fault.at(*at))?;
            }
            Node::IfChanged { slot, body, at } => {
                self.charge(1, *at)?;
                let (text, flow) = self.captured(body, *at)?;
                if self.last_shown[*slot].as_ref() != Some(&text) {
                    self.out.push_str(&text);
                    self.last_shown[*slot] = Some(text);
                    self.check_output().map_err(|fault| fault.at(*at))?;
                }
                return Ok(flow);
            }
            Node::Inline { body, at } => return self.block(body, *at),
            Node::Break => return Ok(Flow::Break),
            Node::Continue => return Ok(Flow::Continue),
        }
        Ok(Flow::Through)
    }

    fn charge(&mut self, steps: usize, at: usize) -> Result<(), Located> {
        self.meter.steps(steps).map_err(|fault| fault.at(at))
    }

    fn check_output(&self) -> Result<(), Fault> {
        let max = self.meter.limits().output_bytes_max;
        if self.out.len() > max {
            return Err(Fault::new(
                TemplateErrorCode::OutputLimit,
                format_args!("the page is longer than {max} bytes"),
            ));
        }
        Ok(())
    }

    /// Renders a block into a text of its own.
    fn captured(&mut self, body: &'a [Node], at: usize) -> Result<(String, Flow), Located> {
        let outer = std::mem::take(&mut self.out);
        let flow = self.block(body, at)?;
        let text = std::mem::replace(&mut self.out, outer);
        self.meter.bytes(text.len()).map_err(|fault| fault.at(at))?;
        Ok((text, flow))
    }

    /// Writes a value to the page: escaped, unless the author asked for it as it is.
    fn show(&mut self, value: &Value<'a>, raw: bool) -> Result<(), Fault> {
        if let Value::Text(text) = value {
            self.meter.bytes(text.as_str().len())?;
        }
        match value {
            Value::Text(text) if raw => self.out.push_str(text.as_str()),
            Value::Text(text) if text.mark == Mark::Plain => {
                escape_into(text.as_str(), &mut self.out);
            }
            Value::Text(text) => escape_once_into(text.as_str(), &mut self.out),
            Value::Array(_) | Value::List(_) => {
                // Item by item, because each carries its own mark.
                for index in 0..value.len() {
                    self.meter.steps(1)?;
                    self.show(&value.item(index), raw)?;
                }
            }
            Value::Object(_) => {
                let mut json = String::new();
                value.print_json(&mut json, &mut self.meter)?;
                self.show(&Value::made(json), raw)?;
            }
            // Numbers, booleans and the like have nothing to escape.
            other => other.print(&mut self.out, &mut self.meter)?,
        }
        self.check_output()
    }

    fn chain(&mut self, chain: &'a Chain) -> Result<Value<'a>, Located> {
        let mut value = self.operand(&chain.head)?;
        for call in &chain.filters {
            value = self.filter(value, call)?;
        }
        Ok(value)
    }

    fn filter(&mut self, input: Value<'a>, call: &'a FilterCall) -> Result<Value<'a>, Located> {
        self.charge(1, call.at)?;
        let mut arguments = Arguments::default();
        let mut mark = mark_of(&input);
        for operand in &call.positional {
            let argument = self.operand(operand)?;
            mark = mark.max(mark_of(&argument));
            arguments.positional.push(argument);
        }
        for (name, operand) in &call.named {
            let argument = self.operand(operand)?;
            arguments.named.push((name, argument));
        }
        let output = (call.filter.apply)(input, &arguments, &mut self.meter)
            .map_err(|fault| fault.at(call.at))?;
        // What was escaped stays escaped, whatever a filter makes of it.
        Ok(match output {
            Value::Text(text) if text.mark < mark => Value::Text(text.marked(mark)),
            other => other,
        })
    }

    fn operand(&mut self, operand: &'a Operand) -> Result<Value<'a>, Located> {
        Ok(match operand {
            Operand::Nil => Value::Nil,
            Operand::Bool(bool) => Value::Bool(*bool),
            Operand::Int(integer) => Value::Number(Number::Int(*integer)),
            Operand::Float(float) => Value::Number(Number::Float(*float)),
            Operand::Text(text) => Value::Text(Text::borrowed(text)),
            Operand::Empty => Value::Empty,
            Operand::Blank => Value::Blank,
            Operand::Range(ends) => {
                let from = self.operand(&ends.0)?;
                let to = self.operand(&ends.1)?;
                Value::Range(range_end(&from), range_end(&to))
            }
            Operand::Lookup(lookup) => self.lookup(lookup)?,
        })
    }

    fn lookup(&mut self, lookup: &'a Lookup) -> Result<Value<'a>, Located> {
        const PARTS_A_STEP: usize = 16;
        self.charge(lookup.path.len() / PARTS_A_STEP, lookup.at)?;
        let mut value = self.root(&lookup.root);
        for key in &lookup.path {
            if let Value::Text(text) = &value {
                // The only thing within a text is its size, and that is counted.
                self.meter
                    .bytes(text.as_str().len())
                    .map_err(|fault| fault.at(lookup.at))?;
            }
            value = match key {
                Operand::Text(name) => value.member(&Value::Text(Text::borrowed(name))),
                key => {
                    let key = self.operand(key)?;
                    value.member(&key)
                }
            };
        }
        Ok(value)
    }

    /// Innermost loop first, then assigned variables, counters, and the data.
    fn root(&self, name: &str) -> Value<'a> {
        if let Some((_, value)) = self.scopes.iter().rev().find(|(scope, _)| *scope == name) {
            return value.clone();
        }
        if let Some(value) = self.variables.get(name) {
            return value.clone();
        }
        if let Some(counter) = self.counters.get(name) {
            return Value::Number(Number::Int(*counter));
        }
        self.data.get(name).map_or(Value::Nil, Value::of)
    }

    fn condition(&mut self, condition: &'a Condition) -> Result<bool, Located> {
        match condition {
            Condition::Truthy(operand) => Ok(self.operand(operand)?.is_truthy()),
            Condition::And(both) => Ok(self.condition(&both.0)? && self.condition(&both.1)?),
            Condition::Or(both) => Ok(self.condition(&both.0)? || self.condition(&both.1)?),
            Condition::Compare {
                left,
                comparison,
                right,
                at,
            } => {
                self.charge(1, *at)?;
                let left = self.operand(left)?;
                let right = self.operand(right)?;
                self.compare(&left, *comparison, &right)
                    .map_err(|fault| fault.at(*at))
            }
        }
    }

    fn compare(
        &mut self,
        left: &Value<'a>,
        comparison: Comparison,
        right: &Value<'a>,
    ) -> Result<bool, Fault> {
        let meter = &mut self.meter;
        Ok(match comparison {
            Comparison::Equal => left.equals(right, meter)?,
            Comparison::NotEqual => !left.equals(right, meter)?,
            Comparison::Less => left.order(right, meter)?.is_some_and(|order| order.is_lt()),
            Comparison::LessOrEqual => left.order(right, meter)?.is_some_and(|order| order.is_le()),
            Comparison::Greater => left.order(right, meter)?.is_some_and(|order| order.is_gt()),
            Comparison::GreaterOrEqual => {
                left.order(right, meter)?.is_some_and(|order| order.is_ge())
            }
            Comparison::Contains => left.contains(right, meter)?,
        })
    }

    /// The items that a loop walks, with the index of the first and the one after the last.
    fn loop_items(&mut self, parsed: &'a Loop) -> Result<(Value<'a>, usize, usize), Located> {
        self.charge(1, parsed.at)?;
        let collection = self.operand(&parsed.collection)?;
        let items = collection
            .loop_items(&mut self.meter)
            .map_err(|fault| fault.at(parsed.at))?;
        let from = match &parsed.offset {
            None => 0,
            Some(Offset::Continue) => self.loop_ends.get(&*parsed.name).copied().unwrap_or(0),
            Some(Offset::At(operand)) => self.count(operand, "offset", parsed.at)?.unwrap_or(0),
        };
        let limit = match &parsed.limit {
            Some(operand) => self.count(operand, "limit", parsed.at)?,
            None => None,
        };
        let length = items.len();
        let from = from.min(length);
        let to = limit.map_or(length, |limit| from.saturating_add(limit).min(length));
        Ok((items, from, to))
    }

    /// An argument that counts items; nil is no count, and below 0 is 0.
    fn count(
        &mut self,
        operand: &'a Operand,
        name: &str,
        at: usize,
    ) -> Result<Option<usize>, Located> {
        let value = self.operand(operand)?;
        if value.is_nil() {
            return Ok(None);
        }
        match value.to_integer() {
            Some(integer) => Ok(Some(usize::try_from(integer.max(0)).unwrap_or(usize::MAX))),
            None => {
                Err(Fault::argument(format_args!("`{name}` of a loop is not an integer")).at(at))
            }
        }
    }

    fn for_loop(&mut self, parsed: &'a Loop) -> Result<Flow, Located> {
        let (items, from, to) = self.loop_items(parsed)?;
        self.loop_ends.insert(&parsed.name, to);
        if from == to {
            return self.block(&parsed.otherwise, parsed.at);
        }
        let parent = match self.root("forloop") {
            Value::Loop(state) => Some(state),
            _ => None,
        };
        let state = Rc::new(LoopState {
            length: to - from,
            index: Cell::new(0),
            kind: LoopKind::For {
                name: parsed.name.clone(),
                parent,
            },
        });
        let scope = self.scopes.len();
        self.scopes
            .push(("forloop", Value::Loop(Rc::clone(&state))));
        self.scopes.push((&parsed.variable, Value::Nil));
        for index in 0..to - from {
            self.charge(1, parsed.at)?;
            state.index.set(index);
            self.scopes[scope + 1].1 = items.item(if parsed.reversed {
                to - 1 - index
            } else {
                from + index
            });
            if self.block(&parsed.body, parsed.at)? == Flow::Break {
                break;
            }
        }
        self.scopes.truncate(scope);
        Ok(Flow::Through)
    }

    fn tablerow(&mut self, parsed: &'a Loop) -> Result<(), Located> {
        let (items, from, to) = self.loop_items(parsed)?;
        let columns = match &parsed.columns {
            Some(operand) => self.count(operand, "cols", parsed.at)?,
            None => None,
        };
        let columns = columns.unwrap_or(to - from).max(1);
        let state = Rc::new(LoopState {
            length: to - from,
            index: Cell::new(0),
            kind: LoopKind::TableRow { columns },
        });
        let scope = self.scopes.len();
        self.scopes
            .push(("tablerowloop", Value::Loop(Rc::clone(&state))));
        self.scopes.push((&parsed.variable, Value::Nil));
        self.out.push_str("<tr class=\"row1\">\n");
        for index in 0..to - from {
            self.charge(1, parsed.at)?;
            state.index.set(index);
            self.scopes[scope + 1].1 = items.item(from + index);
            let column = index % columns + 1;
            self.out.push_str(&format!("<td class=\"col{column}\">"));
            let flow = self.block(&parsed.body, parsed.at)?;
            self.out.push_str("</td>");
            if flow == Flow::Break {
                break;
            }
            if column == columns && index + 1 < to - from {
                let row = index / columns + 2;
                self.out
                    .push_str(&format!("</tr>\n<tr class=\"row{row}\">"));
            }
        }
        self.out.push_str("</tr>\n");
        self.scopes.truncate(scope);
        self.check_output().map_err(|fault| fault.at(parsed.at))
    }

    fn cycle(
        &mut self,
        group: &'a CycleGroup,
        values: &'a [Operand],
        at: usize,
    ) -> Result<(), Located> {
        self.charge(1, at)?;
        // The prefix keeps a name that an author chose apart from a list of values.
        let group = match group {
            CycleGroup::Values(values) => format!("values {values}"),
            CycleGroup::Named(operand) => {
                let mut name = "named ".to_owned();
                self.operand(operand)?
                    .print(&mut name, &mut self.meter)
                    .map_err(|fault| fault.at(at))?;
                name
            }
        };
        let turn = self.cycles.entry(group).or_insert(0);
        let operand = &values[*turn % values.len()];
        *turn = (*turn + 1) % values.len();
        let value = self.operand(operand)?;
        // A literal is the author's own markup; a variable may hold anything.
        let is_literal = matches!(operand, Operand::Text(_));
        self.show(&value, is_literal).map_err(|fault| fault.at(at))
    }
}

fn mark_of(value: &Value<'_>) -> Mark {
    match value {
        Value::Text(text) => text.mark,
        _ => Mark::Plain,
    }
}

/// An end of a range; what is no number is 0, as in Liquid.
fn range_end(value: &Value<'_>) -> i64 {
    let integer = value
        .to_integer()
        .unwrap_or_else(|| match value.to_number().whole(f64::trunc) {
            Number::Int(integer) => integer,
            Number::Float(_) => 0,
        });
    integer.clamp(i64::MIN.into(), i64::MAX.into()) as i64
}
