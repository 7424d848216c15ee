//! [`Parameters`] as bytes and back.
//!
//! Little endian, without gaps: the mark, the version, a length, then labels, workers, pairs and
//! models as 32 bits each; the part of the votes; where each worker's pairs start; the label of
//! each pair; how many votes are spread evenly, what everybody's vote weighs, and each worker's; for
//! every model its number, weight, prior and tables; a checksum of all after the version. Rows
//! have the labels alone, not the lanes that fill them up. Version 1, which is still read, has no
//! weights of votes. With 5,000 workers, 10 labels and all
//! pairs of them that is 5 MB, of which the two models with matrices take 2.2 MB each.

use super::{Parameters, Part, Tables};
use crate::classification::cairn::Model;
use crate::classification::dawid_skene::groups::{self, GroupTables};
use crate::classification::dawid_skene::{MadeUp, Matrices};
use crate::classification::fixed::{ABSENT, ENTRY_MAX};
use crate::classification::groups::GROUPS;
use crate::classification::guessing::Guesses;
use crate::classification::one_coin::Coins;
use crate::classification::pairs::Pairs;
use crate::classification::votes::{FULL, Votes};

const MARK: [u8; 8] = *b"cairnpar";
const VERSION: u32 = 2;
/// Had votes of the same weight, and half a vote more for every label.
const VERSION_EVEN: u32 = 1;

/// Why bytes are not parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParametersError {
    /// They do not begin as parameters do.
    #[error("these are not parameters of consolidation")]
    Mark,
    /// They were written by another version.
    #[error("parameters of version {0}, not {VERSION}")]
    Version(u32),
    /// They end early, go on for too long, or were changed.
    #[error("the parameters are damaged: {0}")]
    Damaged(&'static str),
}

impl Parameters {
    /// The bytes; the same parameters always give the same.
    pub fn to_bytes(&self) -> Vec<u8> {
        let pairs = &self.pairs;
        let mut out = Writer {
            bytes: MARK.to_vec(),
            labels: pairs.labels,
            stride: pairs.stride,
        };
        out.number(VERSION);
        for size in [
            pairs.labels,
            pairs.workers(),
            pairs.given.len(),
            self.parts.len(),
        ] {
            out.number(size as u32);
        }
        out.float(self.votes.part);
        out.numbers(&pairs.starts);
        out.numbers(&pairs.given);
        out.float(self.votes.even);
        out.number(self.votes.everybody);
        out.numbers(&self.votes.workers);
        for part in &self.parts {
            out.number(number(part.model));
            out.float(part.weight);
            out.rows(&part.prior);
            match &part.tables {
                Tables::Matrices(table) => {
                    out.rows(&table.cells);
                    out.rows(&table.workers);
                    match &table.made_up {
                        MadeUp::Same(made_up) => out.rows(made_up),
                        MadeUp::Groups(groups) => {
                            let cells = pairs.labels * pairs.stride;
                            out.number((groups.matrices.len() / cells.max(1)) as u32);
                            out.numbers(&groups.likely);
                            out.rows(&groups.matrices);
                        }
                    }
                    out.rows(&table.crowd);
                }
                Tables::Coins(table) => {
                    out.entries(&table.workers);
                    out.entries(&[table.crowd]);
                    out.rows(&table.shape);
                }
                Tables::Guesses(table) => {
                    out.entries(&table.pairs);
                    out.entries(&table.workers);
                    out.entries(&table.crowd);
                }
            }
        }
        let sum = checksum(&out.bytes[MARK.len() + 4..]);
        out.bytes.extend(sum.to_le_bytes());
        out.bytes
    }

    /// Reads what [`Parameters::to_bytes`] wrote: the very same parameters, or an error. What it
    /// allocates is bounded by the number of bytes, whatever they say.
    pub fn from_bytes(bytes: &[u8]) -> Result<Parameters, ParametersError> {
        let Some(bytes) = bytes.strip_prefix(&MARK) else {
            return Err(ParametersError::Mark);
        };
        let mut all = Reader {
            bytes,
            labels: 0,
            stride: 0,
        };
        let version = all.number()?;
        if ![VERSION, VERSION_EVEN].contains(&version) {
            return Err(ParametersError::Version(version));
        }
        let Some((bytes, sum)) = all.bytes.split_last_chunk::<8>() else {
            return Err(ParametersError::Damaged("they end early"));
        };
        if checksum(bytes) != u64::from_le_bytes(*sum) {
            return Err(ParametersError::Damaged("the checksum is another"));
        }
        let mut from = Reader {
            bytes,
            labels: 0,
            stride: 0,
        };
        let [labels, workers, count, parts] = [
            from.number()? as usize,
            from.number()? as usize,
            from.number()? as usize,
            from.number()? as usize,
        ];
        let part = from.share()?;
        let starts = from.numbers(workers.saturating_add(1))?;
        let given = from.numbers(count)?;
        check_pairs(labels, &starts, &given)?;
        let pairs = Pairs::new(labels, given, starts);
        (from.labels, from.stride) = (pairs.labels, pairs.stride);
        let votes = match version {
            VERSION_EVEN => Votes {
                part,
                even: 0.5 * labels as f64,
                ..Votes::none(workers)
            },
            _ => from.votes(part, workers)?,
        };
        if parts > Model::ALL.len() {
            return Err(ParametersError::Damaged("too many models"));
        }
        let parts = (0..parts)
            .map(|_| from.part(&pairs))
            .collect::<Result<Vec<Part>, _>>()?;
        if !from.bytes.is_empty() {
            return Err(ParametersError::Damaged("they go on for too long"));
        }
        Ok(Parameters {
            pairs,
            votes,
            parts,
        })
    }
}

fn check_pairs(labels: usize, starts: &[u32], given: &[u32]) -> Result<(), ParametersError> {
    let is_ascending = starts.is_sorted()
        && starts.first() == Some(&0)
        && starts
            .last()
            .is_some_and(|end| *end as usize == given.len());
    if !is_ascending {
        return Err(ParametersError::Damaged("the workers' pairs"));
    }
    let all_sorted = starts.windows(2).all(|own| {
        let own = &given[own[0] as usize..own[1] as usize];
        own.is_sorted_by(|left, right| left < right)
    });
    if !all_sorted || given.iter().any(|label| *label as usize >= labels) {
        return Err(ParametersError::Damaged("the labels of pairs"));
    }
    Ok(())
}

fn number(model: Model) -> u32 {
    match model {
        Model::DawidSkene => 0,
        Model::OneCoin => 2,
        Model::Guessing => 3,
        Model::DawidSkeneGroups => 4,
    }
}

/// Of version 1: matrices that were smoothed by the crowd's. All that is left of that are tables like
/// those of [`Model::DawidSkene`].
const CROWD: u32 = 1;

/// FNV-1a over words of eight bytes; the last is filled up with zeros.
fn checksum(bytes: &[u8]) -> u64 {
    let mut sum: u64 = 0xcbf2_9ce4_8422_2325;
    for chunk in bytes.chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        sum = (sum ^ u64::from_le_bytes(word)).wrapping_mul(0x0000_0100_0000_01b3);
        sum ^= sum >> 29;
    }
    sum
}

struct Writer {
    bytes: Vec<u8>,
    labels: usize,
    stride: usize,
}

impl Writer {
    fn number(&mut self, value: u32) {
        self.bytes.extend(value.to_le_bytes());
    }

    fn numbers(&mut self, values: &[u32]) {
        self.bytes
            .extend(values.iter().flat_map(|value| value.to_le_bytes()));
    }

    fn float(&mut self, value: f64) {
        self.bytes.extend(value.to_le_bytes());
    }

    fn entries(&mut self, values: &[i32]) {
        self.bytes
            .extend(values.iter().flat_map(|value| value.to_le_bytes()));
    }

    fn rows(&mut self, values: &[i32]) {
        for row in values.chunks_exact(self.stride.max(1)) {
            self.entries(&row[..self.labels]);
        }
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    labels: usize,
    stride: usize,
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], ParametersError> {
        let Some((taken, rest)) = self.bytes.split_first_chunk() else {
            return Err(ParametersError::Damaged("they end early"));
        };
        self.bytes = rest;
        Ok(*taken)
    }

    fn number(&mut self) -> Result<u32, ParametersError> {
        Ok(u32::from_le_bytes(self.take()?))
    }

    /// So many words of 32 bits.
    fn words(&mut self, count: usize) -> Result<&[[u8; 4]], ParametersError> {
        let bytes = count.saturating_mul(4);
        let Some((taken, rest)) = self.bytes.split_at_checked(bytes) else {
            return Err(ParametersError::Damaged("they end early"));
        };
        self.bytes = rest;
        Ok(taken.as_chunks().0)
    }

    fn numbers(&mut self, count: usize) -> Result<Vec<u32>, ParametersError> {
        let words = self.words(count)?.iter();
        Ok(words.map(|word| u32::from_le_bytes(*word)).collect())
    }

    /// A number in 0..=1.
    fn share(&mut self) -> Result<f64, ParametersError> {
        let value = f64::from_le_bytes(self.take()?);
        if (0.0..=1.0).contains(&value) {
            Ok(value)
        } else {
            Err(ParametersError::Damaged("a share is not in 0..=1"))
        }
    }

    fn entries(&mut self, count: usize) -> Result<Vec<i32>, ParametersError> {
        let words = self.words(count)?.iter();
        let values: Vec<i32> = words.map(|word| i32::from_le_bytes(*word)).collect();
        let bound = ENTRY_MAX.unsigned_abs();
        if values.iter().any(|value| value.unsigned_abs() > bound) {
            return Err(ParametersError::Damaged("an entry is out of range"));
        }
        Ok(values)
    }

    /// Rows by label, with `fill` in the lanes that have none.
    fn rows(&mut self, rows: usize, fill: i32) -> Result<Vec<i32>, ParametersError> {
        let (labels, stride) = (self.labels, self.stride);
        let entries = self.entries(rows.saturating_mul(labels))?;
        let mut filled = vec![fill; rows * stride];
        for (row, entries) in filled
            .chunks_exact_mut(stride.max(1))
            .zip(entries.chunks_exact(labels.max(1)))
        {
            row[..labels].copy_from_slice(entries);
        }
        Ok(filled)
    }

    fn votes(&mut self, part: f64, workers: usize) -> Result<Votes, ParametersError> {
        let votes = Votes {
            part,
            even: f64::from_le_bytes(self.take()?),
            everybody: self.number()?,
            workers: self.numbers(workers)?,
        };
        let is_weight = |weight: &u32| (1..=FULL).contains(weight);
        let are_weights = is_weight(&votes.everybody) && votes.workers.iter().all(is_weight);
        if are_weights && votes.even >= 0.0 && votes.even.is_finite() {
            Ok(votes)
        } else {
            Err(ParametersError::Damaged("the weights of votes"))
        }
    }

    fn groups(&mut self, workers: usize) -> Result<GroupTables, ParametersError> {
        let count = self.number()? as usize;
        if !(1..=GROUPS).contains(&count) {
            return Err(ParametersError::Damaged("the groups of workers"));
        }
        let likely = self.numbers(workers.saturating_mul(count))?;
        if likely.iter().any(|likely| *likely > groups::FULL) {
            return Err(ParametersError::Damaged("the groups of workers"));
        }
        let matrices = self.rows(count * self.labels, 0)?;
        Ok(GroupTables { likely, matrices })
    }

    fn part(&mut self, pairs: &Pairs) -> Result<Part, ParametersError> {
        let number_of_model = match self.number()? {
            CROWD => number(Model::DawidSkene),
            other => other,
        };
        let Some(model) = Model::ALL
            .into_iter()
            .find(|model| number(*model) == number_of_model)
        else {
            return Err(ParametersError::Damaged("a model that is not known"));
        };
        let weight = self.share()?;
        let prior = self.rows(1, ABSENT)?;
        let (workers, labels) = (pairs.workers(), pairs.labels);
        let tables = match model {
            Model::DawidSkene | Model::DawidSkeneGroups => Tables::Matrices(Matrices {
                cells: self.rows(pairs.given.len(), 0)?,
                workers: self.rows(workers, 0)?,
                made_up: match model {
                    Model::DawidSkeneGroups => MadeUp::Groups(self.groups(workers)?),
                    _ => MadeUp::Same(self.rows(labels, 0)?),
                },
                crowd: self.rows(labels, 0)?,
            }),
            Model::OneCoin => {
                let mut table = Coins {
                    pairs: Vec::new(),
                    workers: self.entries(workers)?,
                    crowd: self.entries(1)?[0],
                    shape: self.rows(labels, 0)?,
                };
                table.spread(pairs);
                Tables::Coins(table)
            }
            Model::Guessing => Tables::Guesses(Guesses {
                pairs: self.entries(pairs.given.len())?,
                workers: self.entries(workers)?,
                crowd: self.entries(labels)?,
            }),
        };
        Ok(Part {
            model,
            weight,
            prior,
            tables,
        })
    }
}
