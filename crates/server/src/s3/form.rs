//! What s3s leaves to do about forms of files: a session token among the fields, and the name of the
//! file in the key.
//!
//! Both are done on the start of the body, which holds the fields, by a plain look: the token proves
//! itself, and the key is checked against the signed policy after its `${filename}` is filled in.

use axum::body::{Body, BodyDataStream};
use futures::StreamExt;

/// The start of a form that is looked at: S3 allows its fields 20 KB.
const HEAD_BYTES: usize = 32 * 1024;
const FILE_NAME: &str = "${filename}";

/// The start of a form and what follows it.
pub(super) async fn split(body: Body) -> Result<(Vec<u8>, BodyDataStream), axum::Error> {
    let mut rest = body.into_data_stream();
    let mut head = Vec::new();
    while head.len() < HEAD_BYTES {
        match rest.next().await {
            Some(bytes) => head.extend_from_slice(&bytes?),
            None => break,
        }
    }
    Ok((head, rest))
}

/// The value of the field `x-amz-security-token`.
pub(super) fn session_token(head: &[u8]) -> Option<String> {
    let (start, end) = value_of(head, "x-amz-security-token")?;
    let value = std::str::from_utf8(&head[start..end]).ok()?;
    Some(value.to_owned())
}

/// The form with the name of its file filled into its key, where the key asks for that.
pub(super) fn name_key(mut head: Vec<u8>) -> Vec<u8> {
    let Some((start, end)) = value_of(&head, "key") else {
        return head;
    };
    let Ok(key) = std::str::from_utf8(&head[start..end]) else {
        return head;
    };
    if !key.contains(FILE_NAME) {
        return head;
    }
    let name = file_name(&head).unwrap_or_default();
    let key = key.replace(FILE_NAME, &name);
    head.splice(start..end, key.into_bytes());
    head
}

/// Where the value of a field lies.
fn value_of(head: &[u8], field: &str) -> Option<(usize, usize)> {
    let named = format!("; name=\"{field}\"");
    let lower = head.to_ascii_lowercase();
    let at = find(&lower, named.as_bytes())?;
    let start = at + find(&head[at..], b"\r\n\r\n")? + 4;
    let end = start + find(&head[start..], b"\r\n")?;
    Some((start, end))
}

/// The name of the file without the folders some browsers send along.
fn file_name(head: &[u8]) -> Option<String> {
    let marker = b"; filename=\"";
    let start = find(&head.to_ascii_lowercase(), marker)? + marker.len();
    let end = start + find(&head[start..], b"\"")?;
    let name = String::from_utf8_lossy(&head[start..end]);
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    Some(name.to_owned())
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len())
        .position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(key: &str) -> Vec<u8> {
        format!(
            "--b\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\n{key}\r\n--b\r\nContent-Disposition: form-data; name=\"X-Amz-Security-Token\"\r\n\r\nabc.def\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"C:\\dir\\猫 1.jpg\"\r\n\r\nbody\r\n--b--"
        )
        .into_bytes()
    }

    #[test]
    fn the_session_token_is_found() {
        assert_eq!(session_token(&form("x")).as_deref(), Some("abc.def"));
        assert_eq!(
            session_token(b"--b\r\n; name=\"x-amz-security-token\"\r\n"),
            None
        );
        assert_eq!(session_token(b""), None);
    }

    #[test]
    fn the_name_of_the_file_goes_into_the_key() {
        assert_eq!(name_key(form("up/${filename}")), form("up/猫 1.jpg"));
        assert_eq!(name_key(form("up/x")), form("up/x"));
        assert_eq!(name_key(Vec::new()), Vec::<u8>::new());
    }
}
