//! Paging of lists: `MaxResults` and `NextToken`.
//!
//! A token is signed and names the list it continues, filters included, so that a forged token, one
//! of another list or one of other filters is refused rather than read as a place.

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{ApiError, ApiResult, Context};
use crate::secrets::Purpose;

/// Rows of a page when the request names no number.
pub const ROWS: i64 = 10;
/// How long a token continues its list.
const TOKEN_MS: i64 = 24 * 3_600 * 1_000;

/// One request for a page of a list.
pub struct Page {
    list: String,
    rows: i64,
    /// Where the page before ended, as the list wrote it.
    pub after: Option<Vec<String>>,
}

impl Page {
    /// Reads the paging members of a request to `operation`. `filters` is all else that decides what
    /// the list shows.
    pub fn open(
        context: &Context,
        operation: &str,
        filters: &impl Serialize,
        max_results: Option<i64>,
        next_token: Option<&str>,
    ) -> ApiResult<Page> {
        Page::open_with(
            context,
            operation,
            filters,
            max_results.unwrap_or(ROWS),
            next_token,
        )
    }

    /// As [`Page::open`], with the number of rows decided by the caller.
    pub fn open_with(
        context: &Context,
        operation: &str,
        filters: &impl Serialize,
        rows: i64,
        next_token: Option<&str>,
    ) -> ApiResult<Page> {
        let filters = serde_json::to_vec(filters).map_err(ApiError::internal)?;
        let list = format!(
            "{operation} {}",
            hex::encode(&Sha256::digest(&filters)[..8])
        );
        let after = match next_token {
            None => None,
            Some(token) => Some(open_token(context, &list, token)?),
        };
        Ok(Page { list, rows, after })
    }

    /// Rows to ask the database for: one more than the page shows tells whether another follows.
    pub fn limit(&self) -> i64 {
        self.rows + 1
    }

    /// The rows of the page and the token of the next one. `place` writes where a row stands.
    pub fn cut<T>(
        &self,
        context: &Context,
        mut rows: Vec<T>,
        place: impl Fn(&T) -> Vec<String>,
    ) -> (Vec<T>, Option<String>) {
        if rows.len() as i64 <= self.rows {
            return (rows, None);
        }
        rows.truncate(self.rows as usize);
        let token = rows.last().map(|row| {
            let place = place(row);
            let fields: Vec<&str> = std::iter::once(self.list.as_str())
                .chain(place.iter().map(String::as_str))
                .collect();
            let expires_at_ms = context.now_ms + TOKEN_MS;
            context
                .app
                .secrets
                .sign(Purpose::Page, expires_at_ms, &fields)
        });
        (rows, token)
    }

    /// The place as `N` texts.
    pub fn after_texts<const N: usize>(&self) -> ApiResult<Option<[String; N]>> {
        match &self.after {
            None => Ok(None),
            Some(fields) => <[String; N]>::try_from(fields.clone())
                .map(Some)
                .map_err(|_| bad_token()),
        }
    }
}

fn open_token(context: &Context, list: &str, token: &str) -> ApiResult<Vec<String>> {
    let mut fields = context
        .app
        .secrets
        .open(Purpose::Page, token, context.now_ms)
        .map_err(|_| bad_token())?;
    if fields.first().is_none_or(|of| of != list) {
        return Err(bad_token());
    }
    fields.remove(0);
    Ok(fields)
}

/// What a token that is not one of this list's gets.
pub fn bad_token() -> ApiError {
    ApiError::validation(
        "`NextToken` does not continue this list: it was changed, is older than a day, or belongs to a list with other filters",
    )
}
