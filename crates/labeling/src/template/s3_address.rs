//! Recognises the addresses under which templates and manifests name stored objects.

use percent_encoding::percent_decode_str;

/// What an address names.
#[derive(Debug, PartialEq)]
pub(super) enum Address {
    /// One stored object.
    Object { bucket: String, key: String },
    /// Something that is none of S3's: it needs no permission of ours.
    Elsewhere,
    /// S3, but without a bucket or a key.
    Incomplete,
}

/// Reads `s3://bucket/key` and the https forms of S3, with the bucket in the path or in the host.
pub(super) fn address_of(address: &str) -> Address {
    if let Some(rest) = strip_scheme(address, "s3://") {
        // The key of an S3 URI is written as it is.
        return object(rest, str::to_owned);
    }
    let Some(rest) = strip_scheme(address, "https://").or_else(|| strip_scheme(address, "http://"))
    else {
        return Address::Elsewhere;
    };
    let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let Some(bucket) = bucket_of_host(&host.to_ascii_lowercase()) else {
        return Address::Elsewhere;
    };
    let (path, query) = split_query(path);
    // A presigned address already grants what it says; another one made from it would lose its terms.
    if query.contains("X-Amz-Signature=") || query.contains("Signature=") {
        return Address::Elsewhere;
    }
    let path = path.strip_prefix('/').unwrap_or(path);
    let decode = |key: &str| percent_decode_str(key).decode_utf8_lossy().into_owned();
    if bucket.is_empty() {
        object(path, decode)
    } else if path.is_empty() {
        Address::Incomplete
    } else {
        Address::Object {
            bucket,
            key: decode(path),
        }
    }
}

fn object(path: &str, decode: impl Fn(&str) -> String) -> Address {
    match path.split_once('/') {
        Some((bucket, key)) if !bucket.is_empty() && !key.is_empty() => Address::Object {
            bucket: decode(bucket),
            key: decode(key),
        },
        _ => Address::Incomplete,
    }
}

fn strip_scheme<'t>(address: &'t str, scheme: &str) -> Option<&'t str> {
    let head = address.get(..scheme.len())?;
    head.eq_ignore_ascii_case(scheme)
        .then(|| &address[scheme.len()..])
}

fn split_query(path: &str) -> (&str, &str) {
    let path = path.split_once('#').map_or(path, |(before, _)| before);
    path.split_once('?').unwrap_or((path, ""))
}

/// The bucket in the host name of S3: empty when it stands in the path, nothing when the host is not S3's.
fn bucket_of_host(host: &str) -> Option<String> {
    let host = host
        .strip_suffix(":443")
        .or(host.strip_suffix(":80"))
        .unwrap_or(host);
    let service = host
        .strip_suffix(".amazonaws.com")
        .or_else(|| host.strip_suffix(".amazonaws.com.cn"))?;
    let labels: Vec<&str> = service.split('.').collect();
    // From the right: `s3`, `s3-<region>`, `s3.<region>` or `s3.dualstack.<region>`.
    let endpoint = match labels.as_slice() {
        [.., "s3", "dualstack", region] if is_region(region) => 3,
        [.., "s3", region] if is_region(region) => 2,
        [.., "s3"] => 1,
        [.., last] if last.strip_prefix("s3-").is_some_and(is_region) => 1,
        _ => return None,
    };
    Some(labels[..labels.len() - endpoint].join("."))
}

/// Whether a label looks like `us-east-1` or `us-gov-west-1`.
fn is_region(label: &str) -> bool {
    let parts: Vec<&str> = label.split('-').collect();
    let Some((number, names)) = parts.split_last() else {
        return false;
    };
    names.len() >= 2
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && !number.is_empty()
        && names
            .iter()
            .all(|name| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase()))
}
