//! Listing keys with prefix, delimiter and pages, over anything that can scan keys in order.

use crate::name::after_prefix;
use crate::object::{ListPage, ListQuery, ObjectInfo};

/// Where a scan begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// At this key or the first after it.
    At(String),
    /// After this key.
    After(String),
}

/// Rows read at first, and again after a jump over a common prefix: when prefixes hold many keys
/// each, most of what a larger read returned would be thrown away.
const SCAN_MIN: usize = 16;
const SCAN_MAX: usize = 1_000;

/// Builds one page. `scan(start, end, count)` gives up to `count` objects in order of their keys,
/// from `start` to before `end`.
pub(crate) fn page<E>(
    query: &ListQuery,
    mut scan: impl FnMut(Start, Option<&str>, usize) -> Result<Vec<ObjectInfo>, E>,
) -> Result<ListPage, E> {
    let limit = query.limit();
    let end = after_prefix(&query.prefix);
    let delimiter = query.delimiter.as_deref().filter(|text| !text.is_empty());
    let mut page = ListPage::default();
    let mut start = Some(first(query, delimiter));
    let mut count = match delimiter {
        Some(_) => SCAN_MIN,
        None => limit + 1,
    };
    while let Some(from) = start.take() {
        let rows = scan(from, end.as_deref(), count)?;
        let is_last = rows.len() < count;
        let mut jump: Option<Start> = None;
        for info in rows {
            if let (Some(_), Some(delimiter)) = (&jump, delimiter)
                && let Some(prefix) = page.prefixes.last()
                && common_prefix(&info.key, &query.prefix, delimiter) == Some(prefix)
            {
                continue;
            }
            jump = None;
            if page.objects.len() + page.prefixes.len() == limit {
                page.next = Some(last_name(&page));
                return Ok(page);
            }
            let prefix = delimiter
                .and_then(|delimiter| common_prefix(&info.key, &query.prefix, delimiter))
                .map(str::to_owned);
            match prefix {
                Some(prefix) => {
                    jump = Some(match after_prefix(&prefix) {
                        Some(after) => Start::At(after),
                        None => {
                            // The last prefix of all: nothing can come after it.
                            page.prefixes.push(prefix);
                            return Ok(page);
                        }
                    });
                    page.prefixes.push(prefix);
                }
                None => {
                    start = Some(Start::After(info.key.clone()));
                    page.objects.push(info);
                }
            }
        }
        if is_last {
            return Ok(page);
        }
        match jump {
            Some(jump) => {
                start = Some(jump);
                count = SCAN_MIN;
            }
            None => count = (count * 2).min(SCAN_MAX),
        }
    }
    Ok(page)
}

/// Where the page begins. A page that ended with a common prefix goes on after all of it.
fn first(query: &ListQuery, delimiter: Option<&str>) -> Start {
    let after = query.continuation.as_ref().or(query.start_after.as_ref());
    match after {
        Some(after) if after.as_str() >= query.prefix.as_str() => {
            let rolled_up = delimiter
                .and_then(|delimiter| common_prefix(after, &query.prefix, delimiter))
                .filter(|prefix| *prefix == after);
            match rolled_up.map(after_prefix) {
                Some(Some(next)) => Start::At(next),
                _ => Start::After(after.clone()),
            }
        }
        _ => Start::At(query.prefix.clone()),
    }
}

/// The part of `key` up to and with the first delimiter after the prefix.
fn common_prefix<'k>(key: &'k str, prefix: &str, delimiter: &str) -> Option<&'k str> {
    let rest = key.strip_prefix(prefix)?;
    let at = rest.find(delimiter)?;
    Some(&key[..prefix.len() + at + delimiter.len()])
}

/// The greater of the last object and the last prefix.
fn last_name(page: &ListPage) -> String {
    let object = page.objects.last().map(|info| info.key.as_str());
    let prefix = page.prefixes.last().map(String::as_str);
    object.max(prefix).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn info(key: &str) -> ObjectInfo {
        ObjectInfo {
            key: key.to_owned(),
            size: 0,
            etag: String::new(),
            version: String::new(),
            modified_at_ms: 0,
            headers: Default::default(),
            checksums: Default::default(),
            part_count: None,
        }
    }

    /// All pages of a listing as `key` and `prefix/*`, and how many rows were scanned.
    fn walk(keys: &BTreeSet<String>, query: ListQuery) -> (Vec<Vec<String>>, usize) {
        let mut scanned = 0;
        let mut scan = |start: Start, end: Option<&str>, count: usize| {
            let fits = |key: &&String| {
                let after = match &start {
                    Start::At(at) => key.as_str() >= at.as_str(),
                    Start::After(at) => key.as_str() > at.as_str(),
                };
                after && end.is_none_or(|end| key.as_str() < end)
            };
            let rows: Vec<ObjectInfo> = keys
                .iter()
                .filter(fits)
                .take(count)
                .map(|key| info(key))
                .collect();
            scanned += rows.len();
            Ok::<_, std::convert::Infallible>(rows)
        };
        let mut pages = Vec::new();
        let mut query = query;
        loop {
            let page = page(&query, &mut scan).unwrap();
            let mut names: Vec<String> = page.objects.iter().map(|info| info.key.clone()).collect();
            names.extend(page.prefixes.iter().map(|prefix| format!("{prefix}*")));
            names.sort();
            pages.push(names);
            match page.next {
                Some(next) => query.continuation = Some(next),
                None => return (pages, scanned),
            }
        }
    }

    fn keys(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn query(prefix: &str, delimiter: Option<&str>, limit: usize) -> ListQuery {
        ListQuery {
            prefix: prefix.to_owned(),
            delimiter: delimiter.map(str::to_owned),
            limit,
            ..ListQuery::default()
        }
    }

    #[test]
    fn keys_are_paged_in_order() {
        let keys = keys(&["a", "a/", "a//b", "a/1", "b", "日本"]);
        let (pages, _) = walk(&keys, query("", None, 4));
        assert_eq!(pages, [vec!["a", "a/", "a//b", "a/1"], vec!["b", "日本"]]);
        let (pages, _) = walk(&keys, query("a/", None, 3));
        assert_eq!(pages, [vec!["a/", "a//b", "a/1"]]);
    }

    #[test]
    fn delimiters_roll_up_even_over_pages() {
        let keys = keys(&["a/1", "a/2", "a/3", "b", "c/1", "c/2", "d"]);
        let (pages, _) = walk(&keys, query("", Some("/"), 1));
        assert_eq!(pages, [vec!["a/*"], vec!["b"], vec!["c/*"], vec!["d"]]);
        let (pages, _) = walk(&keys, query("a/", Some("/"), 2));
        assert_eq!(pages, [vec!["a/1", "a/2"], vec!["a/3"]]);
        let mut after = query("", Some("/"), 9);
        after.start_after = Some("a/1".to_owned());
        assert_eq!(walk(&keys, after.clone()).0, [vec!["a/*", "b", "c/*", "d"]]);
        after.start_after = Some("a/".to_owned());
        assert_eq!(walk(&keys, after).0, [vec!["b", "c/*", "d"]]);
    }

    #[test]
    fn a_folder_of_many_keys_is_jumped_over() {
        let keys: BTreeSet<String> = (0..20)
            .flat_map(|folder| (0..1_000).map(move |file| format!("{folder:02}/{file:04}")))
            .collect();
        let (pages, scanned) = walk(&keys, query("", Some("/"), 1_000));
        assert_eq!(pages[0].len(), 20);
        assert!(scanned <= 21 * SCAN_MIN, "{scanned} rows were read");
    }

    #[test]
    fn many_single_keys_under_a_delimiter_are_read_in_growing_steps() {
        let keys: BTreeSet<String> = (0..2_500).map(|file| format!("{file:05}")).collect();
        let (pages, scanned) = walk(&keys, query("", Some("/"), 1_000));
        assert_eq!(
            pages.iter().map(Vec::len).collect::<Vec<_>>(),
            [1_000, 1_000, 500]
        );
        assert!(scanned <= 6_000, "{scanned} rows were read");
    }
}
