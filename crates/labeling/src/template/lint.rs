//! Tells a requester what workers would stumble over, before a job is created.

use std::collections::BTreeSet;

use super::error::line_and_column;
use super::html::Tags;
use super::parse_located;
use super::rewrite::is_bundle_script;
use super::syntax::{
    Block, Chain, Condition, CycleGroup, FilterCall, Lookup, Loop, Node, Offset, Operand,
};

/// Nobody reads more, and each takes a walk through the source to find its line.
const WARNINGS_MAX: usize = 100;

/// One remark on a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Line in the template, from 1.
    pub line: u32,
    /// Character within the line, from 1.
    pub column: u32,
    /// What is odd, in words for the author of the template.
    pub message: String,
}

/// Checks a template without rendering it. `offered_elements` are the names of the `crowd-*` elements that exist. The
/// remarks come in the order of the template, at most 100; of all of them only a parse error keeps it from being rendered.
pub fn lint(source: &str, offered_elements: &[&str]) -> Vec<Warning> {
    let mut remarks = Vec::new();
    match parse_located(source) {
        Ok((nodes, _)) => check_variables(&nodes, &mut remarks),
        Err(error) => remarks.push((error.offset, error.fault.message)),
    }
    check_page(source, offered_elements, &mut remarks);
    remarks.sort();
    remarks.truncate(WARNINGS_MAX);
    remarks
        .into_iter()
        .map(|(offset, message)| {
            let (line, column) = line_and_column(source, offset);
            Warning {
                line,
                column,
                message,
            }
        })
        .collect()
}

/// A remark at a byte of the source.
type Remark = (usize, String);

fn check_page(source: &str, offered_elements: &[&str], remarks: &mut Vec<Remark>) {
    let mut has_script = false;
    let mut has_form = false;
    let mut has_submit = false;
    let mut tags = Tags::of_template(source);
    while let Some(tag) = tags.next() {
        tags.skip_content(&tag);
        let name = tag.name.to_ascii_lowercase();
        has_script |= is_bundle_script(&tag);
        // This one annotator has a form and a button of its own.
        has_form |= name == "crowd-form" || name == "crowd-entity-annotation";
        has_submit |= ["type", "form-action"].iter().any(|attribute| {
            tag.attribute(attribute)
                .is_some_and(|found| found.value.trim().eq_ignore_ascii_case("submit"))
        });
        if name.starts_with("crowd-") && !offered_elements.contains(&name.as_str()) {
            remarks.push((
                tag.range.start,
                format!("element `<{name}>` does not exist here; workers would see only what is inside it"),
            ));
        }
        if let Some(src) = tag.attribute("src")
            && src.value.trim_start().starts_with("{{")
            && src.value.contains("task.input")
            && !src.value.contains("grant_read_access")
        {
            remarks.push((
                src.value_at,
                "`src` lacks `| grant_read_access`: a worker's browser cannot open a stored object without it"
                    .to_owned(),
            ));
        }
    }
    if !has_script {
        remarks.push((
            0,
            "no script of the crowd elements; it is added at the start of the page".to_owned(),
        ));
    }
    if !has_form {
        remarks.push((
            0,
            "no `<crowd-form>`: nothing gathers what the worker enters".to_owned(),
        ));
        if !has_submit && !source.contains(".submit(") {
            remarks.push((
                0,
                "no way to submit: neither `<crowd-form>`, which brings its own button, nor one with `form-action=\"submit\"`"
                    .to_owned(),
            ));
        }
    }
}

/// Remarks on variables that can never have a value.
fn check_variables(nodes: &Block, remarks: &mut Vec<Remark>) {
    let mut variables = Variables::default();
    variables.block(nodes);
    for lookup in variables.lookups {
        let root = &*lookup.root;
        if root == "task" {
            match lookup.path.first() {
                Some(Operand::Text(name)) if &**name == "input" => {}
                Some(Operand::Text(name)) => remarks.push((
                    lookup.at,
                    format!("`task.{name}` is always empty: data is in `task.input`"),
                )),
                _ => {}
            }
        } else if !variables.set.contains(root) {
            remarks.push((
                lookup.at,
                format!("unknown variable `{root}` is always empty: data is in `task.input`"),
            ));
        }
    }
}

/// What a template reads and what it sets, wherever that stands.
#[derive(Default)]
struct Variables<'t> {
    lookups: Vec<&'t Lookup>,
    set: BTreeSet<&'t str>,
}

impl<'t> Variables<'t> {
    fn block(&mut self, nodes: &'t Block) {
        for node in nodes {
            self.node(node);
        }
    }

    fn node(&mut self, node: &'t Node) {
        match node {
            Node::Text(_) | Node::Break | Node::Continue => {}
            Node::Output(chain) => self.chain(chain),
            Node::Assign { name, value } => {
                self.set.insert(name);
                self.chain(value);
            }
            Node::Capture { name, body, .. } => {
                self.set.insert(name);
                self.block(body);
            }
            Node::If {
                branches,
                otherwise,
                ..
            } => {
                for branch in branches {
                    self.condition(&branch.condition);
                    self.block(&branch.body);
                }
                self.block(otherwise);
            }
            Node::Case {
                subject,
                arms,
                otherwise,
                ..
            } => {
                self.operand(subject);
                for arm in arms {
                    arm.values.iter().for_each(|value| self.operand(value));
                    self.block(&arm.body);
                }
                self.block(otherwise);
            }
            Node::For(parsed) => {
                self.set.insert("forloop");
                self.loop_parts(parsed);
            }
            Node::TableRow(parsed) => {
                self.set.insert("tablerowloop");
                self.loop_parts(parsed);
            }
            Node::Cycle { group, values, .. } => {
                if let CycleGroup::Named(name) = group {
                    self.operand(name);
                }
                values.iter().for_each(|value| self.operand(value));
            }
            Node::Count { name, .. } => {
                self.set.insert(name);
            }
            Node::IfChanged { body, .. } | Node::Inline { body, .. } => self.block(body),
        }
    }

    fn loop_parts(&mut self, parsed: &'t Loop) {
        self.set.insert(&parsed.variable);
        self.operand(&parsed.collection);
        if let Some(Offset::At(operand)) = &parsed.offset {
            self.operand(operand);
        }
        for operand in [&parsed.limit, &parsed.columns].into_iter().flatten() {
            self.operand(operand);
        }
        self.block(&parsed.body);
        self.block(&parsed.otherwise);
    }

    fn chain(&mut self, chain: &'t Chain) {
        self.operand(&chain.head);
        for FilterCall {
            positional, named, ..
        } in &chain.filters
        {
            positional.iter().for_each(|operand| self.operand(operand));
            named.iter().for_each(|(_, operand)| self.operand(operand));
        }
    }

    fn condition(&mut self, condition: &'t Condition) {
        match condition {
            Condition::Truthy(operand) => self.operand(operand),
            Condition::Compare { left, right, .. } => {
                self.operand(left);
                self.operand(right);
            }
            Condition::And(both) | Condition::Or(both) => {
                self.condition(&both.0);
                self.condition(&both.1);
            }
        }
    }

    fn operand(&mut self, operand: &'t Operand) {
        match operand {
            Operand::Range(ends) => {
                self.operand(&ends.0);
                self.operand(&ends.1);
            }
            Operand::Lookup(lookup) => {
                self.lookups.push(lookup);
                lookup.path.iter().for_each(|key| self.operand(key));
            }
            _ => {}
        }
    }
}
