//! What every store must do, asked through [`Stores`] as everybody does.

use bytes::Bytes;
use cairn_storage::{
    ByteRange, ChecksumRequest, ListQuery, ObjectHeaders, PutCondition, PutOptions, SmallPut,
    StoreError, Stores, bytes_stream,
};
use futures::StreamExt;

use crate::support::{in_pieces, noise};

/// A name a store may be asked to keep although file systems and URLs would not.
const ODD_KEYS: &[&str] = &[
    "a//b",
    "dir/",
    "dir",
    "dir/x",
    "/lead",
    "//",
    "../x",
    "a/../b",
    "日本語/写真 1.jpg",
    "a b+c%20d?e=f&g#h",
    "quote\"'<>&amp;",
    "~!@$^*()[]{}|\\:;,`=",
    "e\u{301}",
];

/// Runs the whole suite in `bucket`, which is there and empty.
pub async fn check_all(stores: &Stores, bucket: &str) {
    check_missing(stores, bucket).await;
    check_odd_keys(stores, bucket).await;
    check_sizes_and_ranges(stores, bucket).await;
    check_headers(stores, bucket).await;
    check_conditions(stores, bucket).await;
    check_versions(stores, bucket).await;
    check_faulty_bodies(stores, bucket).await;
    check_copies(stores, bucket).await;
    check_many(stores, bucket).await;
    check_listing(stores, bucket).await;
}

async fn put(stores: &Stores, bucket: &str, key: &str, body: &Bytes) {
    stores
        .put_bytes(bucket, key, body.clone(), "application/octet-stream")
        .await
        .unwrap_or_else(|error| panic!("{key}: {error}"));
}

async fn get(stores: &Stores, bucket: &str, key: &str) -> Bytes {
    stores
        .get_bytes(bucket, key, u64::MAX)
        .await
        .unwrap_or_else(|error| panic!("{key}: {error}"))
}

/// Empties the bucket.
async fn clear(stores: &Stores, bucket: &str) {
    for key in all_keys(stores, bucket, ListQuery::default()).await {
        stores.delete(bucket, &key).await.unwrap();
    }
}

/// Keys, and prefixes with a star, of all pages.
async fn all_keys(stores: &Stores, bucket: &str, mut query: ListQuery) -> Vec<String> {
    let mut keys = Vec::new();
    loop {
        let page = stores.list(bucket, &query).await.unwrap();
        let limit = if query.limit == 0 { 1_000 } else { query.limit };
        assert!(page.objects.len() + page.prefixes.len() <= limit);
        keys.extend(page.objects.into_iter().map(|info| info.key));
        keys.extend(page.prefixes.into_iter().map(|prefix| format!("{prefix}*")));
        match page.next {
            Some(next) => query.continuation = Some(next),
            None => break,
        }
    }
    keys.sort();
    keys
}

async fn check_missing(stores: &Stores, bucket: &str) {
    let key = "not/there";
    let missing = |error: &StoreError| matches!(error, StoreError::NoSuchKey { .. });
    assert!(missing(&stores.get(bucket, key, None).await.unwrap_err()));
    assert!(missing(&stores.head(bucket, key).await.unwrap_err()));
    stores.delete(bucket, key).await.unwrap();

    let bucket = "no-such-bucket-here";
    let missing = |error: &StoreError| matches!(error, StoreError::NoSuchBucket { .. });
    assert!(missing(&stores.get(bucket, key, None).await.unwrap_err()));
    assert!(missing(&stores.head(bucket, key).await.unwrap_err()));
    let listed = stores.list(bucket, &ListQuery::default()).await;
    assert!(missing(&listed.unwrap_err()));
    let stored = stores
        .put_bytes(bucket, key, Bytes::new(), "text/plain")
        .await;
    assert!(missing(&stored.unwrap_err()));
    assert!(!stores.bucket_exists(bucket).await.unwrap());
}

async fn check_odd_keys(stores: &Stores, bucket: &str) {
    let long = "k".repeat(1_024);
    let keys: Vec<&str> = ODD_KEYS.iter().copied().chain([long.as_str()]).collect();
    for (at, key) in keys.iter().enumerate() {
        put(stores, bucket, key, &Bytes::from(format!("body {at}"))).await;
    }
    for (at, key) in keys.iter().enumerate() {
        assert_eq!(
            get(stores, bucket, key).await,
            format!("body {at}"),
            "{key}"
        );
        assert_eq!(stores.head(bucket, key).await.unwrap().key, *key);
    }
    let mut sorted: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
    sorted.sort();
    assert_eq!(all_keys(stores, bucket, ListQuery::default()).await, sorted);
    clear(stores, bucket).await;
    assert!(
        all_keys(stores, bucket, ListQuery::default())
            .await
            .is_empty()
    );
    for key in ["", &"k".repeat(1_025)] {
        let stored = stores
            .put_bytes(bucket, key, Bytes::new(), "text/plain")
            .await;
        assert!(matches!(stored, Err(StoreError::InvalidName { .. })));
    }
}

async fn check_sizes_and_ranges(stores: &Stores, bucket: &str) {
    // Around the sizes at which stores change how they keep a body.
    for size in [0, 1, 16_383, 16_384, 16_385, 524_288, 1_048_577, 3_000_000] {
        let body = noise(size, size as u64);
        let info = stores
            .put(
                bucket,
                "sized",
                in_pieces(body.clone(), 60_000),
                PutOptions::default(),
            )
            .await
            .unwrap();
        assert_eq!(info.size, size as u64);
        let head = stores.head(bucket, "sized").await.unwrap();
        assert_eq!((head.size, &head.etag), (size as u64, &info.etag));
        assert_eq!(get(stores, bucket, "sized").await, body, "{size} bytes");
        let middle = ByteRange::From {
            first: size as u64 / 3,
            last: Some(size as u64 / 3 + 9),
        };
        let tail = ByteRange::From {
            first: size as u64 / 2,
            last: None,
        };
        for range in [middle, tail, ByteRange::Last(7)] {
            let got = stores.get(bucket, "sized", Some(range)).await;
            match range.within(size as u64) {
                None => assert!(
                    matches!(got, Err(StoreError::InvalidRange { .. })),
                    "{got:?}"
                ),
                Some(span) => {
                    let blob = got.unwrap();
                    assert_eq!(blob.span, span);
                    assert_eq!(blob.info.size, size as u64);
                    let bytes = blob.collect(bucket, u64::MAX).await.unwrap();
                    assert_eq!(bytes, body[span.start as usize..span.end as usize]);
                }
            }
        }
    }
    let limited = stores.get_bytes(bucket, "sized", 2_999_999).await;
    assert!(matches!(limited, Err(StoreError::TooLarge { .. })));
    clear(stores, bucket).await;
}

async fn check_headers(stores: &Stores, bucket: &str) {
    let text = |value: &str| Some(value.to_owned());
    let headers = ObjectHeaders {
        content_type: text("image/png"),
        cache_control: text("max-age=60"),
        content_disposition: text("attachment; filename=\"x.png\""),
        content_encoding: text("identity"),
        content_language: text("ja"),
        expires: text("Tue, 24 Nov 2026 05:15:30 GMT"),
        metadata: [("one".to_owned(), "1".to_owned())].into(),
        tags: Default::default(),
    };
    let options = PutOptions {
        headers: headers.clone(),
        ..PutOptions::default()
    };
    let body = bytes_stream(Bytes::from_static(b"x"));
    stores.put(bucket, "headed", body, options).await.unwrap();
    assert_eq!(
        stores.head(bucket, "headed").await.unwrap().headers,
        headers
    );
    let blob = stores.get(bucket, "headed", None).await.unwrap();
    assert_eq!(blob.info.headers, headers);
    clear(stores, bucket).await;
}

async fn check_conditions(stores: &Stores, bucket: &str) {
    let put_if = |condition: PutCondition, body: &'static str| async move {
        let options = PutOptions {
            condition,
            ..PutOptions::default()
        };
        let body = bytes_stream(Bytes::from_static(body.as_bytes()));
        stores.put(bucket, "conditional", body, options).await
    };
    let first = put_if(PutCondition::Absent, "1").await.unwrap();
    let refused = |result| matches!(result, Err(StoreError::PreconditionFailed { .. }));
    assert!(refused(put_if(PutCondition::Absent, "2").await));
    assert_eq!(get(stores, bucket, "conditional").await, "1");
    put_if(PutCondition::Etag(first.etag.clone()), "3")
        .await
        .unwrap();
    assert!(refused(put_if(PutCondition::Etag(first.etag), "4").await));
    assert_eq!(get(stores, bucket, "conditional").await, "3");
    clear(stores, bucket).await;
}

async fn check_versions(stores: &Stores, bucket: &str) {
    put(stores, bucket, "pinned", &noise(40_000, 1)).await;
    let seen = stores.head(bucket, "pinned").await.unwrap().version;
    let blob = stores
        .get_version(bucket, "pinned", None, &seen)
        .await
        .unwrap();
    assert_eq!(
        blob.collect(bucket, u64::MAX).await.unwrap(),
        noise(40_000, 1)
    );
    put(stores, bucket, "pinned", &noise(40_000, 2)).await;
    let changed = stores.get_version(bucket, "pinned", None, &seen).await;
    assert!(
        matches!(changed, Err(StoreError::Changed { .. })),
        "{changed:?}"
    );
    let copied = stores
        .copy_with(
            (bucket, "pinned"),
            (bucket, "copy"),
            None,
            PutCondition::Always,
            Some(&seen),
        )
        .await;
    assert!(
        matches!(copied, Err(StoreError::Changed { .. })),
        "{copied:?}"
    );
    clear(stores, bucket).await;
}

async fn check_faulty_bodies(stores: &Stores, bucket: &str) {
    let old = Bytes::from_static(b"old");
    put(stores, bucket, "kept", &old).await;
    for size in [100, 100_000] {
        let body = noise(size, 3);
        let store = |options: PutOptions| {
            let body = in_pieces(body.clone(), 9_000);
            async move { stores.put(bucket, "kept", body, options).await }
        };
        let announced = |size| PutOptions {
            size: Some(size as u64),
            ..PutOptions::default()
        };
        for wrong in [size - 1, size + 1] {
            let stored = store(announced(wrong)).await;
            assert!(
                matches!(stored, Err(StoreError::IncompleteBody { .. })),
                "{stored:?}"
            );
        }
        let limited = PutOptions {
            bytes_max: Some(size as u64 - 1),
            ..PutOptions::default()
        };
        assert!(matches!(
            store(limited).await,
            Err(StoreError::TooLarge { .. })
        ));
        let digest = PutOptions {
            checksums: ChecksumRequest {
                md5: Some("AAAAAAAAAAAAAAAAAAAAAA==".to_owned()),
                ..ChecksumRequest::default()
            },
            ..PutOptions::default()
        };
        assert!(matches!(
            store(digest).await,
            Err(StoreError::BadDigest { .. })
        ));
        let failing = in_pieces(body.clone(), 9_000).chain(futures::stream::once(async {
            Err(StoreError::Source("the client went away".into()))
        }));
        let stored = stores.put(bucket, "kept", failing.boxed(), PutOptions::default());
        assert!(matches!(stored.await, Err(StoreError::Source(_))));
    }
    assert_eq!(get(stores, bucket, "kept").await, old);
    clear(stores, bucket).await;
}

async fn check_copies(stores: &Stores, bucket: &str) {
    for size in [10, 2_000_000] {
        let body = noise(size, 5);
        let headers = ObjectHeaders::of_type("image/png");
        let options = PutOptions {
            headers: headers.clone(),
            ..PutOptions::default()
        };
        let stream = bytes_stream(body.clone());
        stores
            .put(bucket, "from//a b", stream, options)
            .await
            .unwrap();
        let copied = stores
            .copy((bucket, "from//a b"), (bucket, "to/"))
            .await
            .unwrap();
        assert_eq!((copied.key.as_str(), copied.size), ("to/", size as u64));
        stores.delete(bucket, "from//a b").await.unwrap();
        assert_eq!(get(stores, bucket, "to/").await, body);
        assert_eq!(stores.head(bucket, "to/").await.unwrap().headers, headers);
        let other = ObjectHeaders::of_type("text/plain");
        stores
            .copy_with(
                (bucket, "to/"),
                (bucket, "to/"),
                Some(other.clone()),
                PutCondition::Always,
                None,
            )
            .await
            .unwrap();
        assert_eq!(stores.head(bucket, "to/").await.unwrap().headers, other);
        assert_eq!(get(stores, bucket, "to/").await, body);
    }
    let missing = stores.copy((bucket, "nothing"), (bucket, "x")).await;
    assert!(
        matches!(missing, Err(StoreError::NoSuchKey { .. })),
        "{missing:?}"
    );
    clear(stores, bucket).await;
}

async fn check_many(stores: &Stores, bucket: &str) {
    let puts: Vec<SmallPut> = (0..60)
        .map(|at| SmallPut {
            bucket: bucket.to_owned(),
            key: format!("many/{at:03}"),
            body: noise(if at == 30 { 50_000 } else { at * 10 }, at as u64),
            content_type: "application/json".to_owned(),
        })
        .collect();
    stores.put_many(puts.clone()).await.unwrap();
    for put in puts {
        assert_eq!(get(stores, bucket, &put.key).await, put.body);
    }
    stores.put_many(Vec::new()).await.unwrap();
    clear(stores, bucket).await;
}

async fn check_listing(stores: &Stores, bucket: &str) {
    let keys = [
        "a", "a/1", "a/2/x", "a/2/y", "b", "b/", "b//c", "c d/1", "日/本",
    ];
    let puts = keys.map(|key| SmallPut {
        bucket: bucket.to_owned(),
        key: key.to_owned(),
        body: Bytes::from_static(b"1"),
        content_type: "text/plain".to_owned(),
    });
    stores.put_many(puts.into()).await.unwrap();
    check_listing_of(stores, bucket, &keys).await;
    clear(stores, bucket).await;
}

/// Lists a bucket that holds just `keys` in every way, in pages of every size.
pub async fn check_listing_of(stores: &Stores, bucket: &str, keys: &[&str]) {
    let prefixes = ["", "a", "a/", "a/2", "b", "b/", "c d/", "日", "zzz"];
    for prefix in prefixes {
        for delimiter in [None, Some("/"), Some("2")] {
            let expected = expect(keys, prefix, delimiter);
            for limit in [0, 1, 2, 3, 100] {
                let query = ListQuery {
                    prefix: prefix.to_owned(),
                    delimiter: delimiter.map(str::to_owned),
                    limit,
                    ..ListQuery::default()
                };
                let listed = all_keys(stores, bucket, query).await;
                assert_eq!(listed, expected, "{prefix:?} {delimiter:?} {limit}");
            }
        }
    }
    for after in ["a", "a/1", "b/", "b", "zzz", "0"] {
        let query = ListQuery {
            start_after: Some(after.to_owned()),
            limit: 2,
            ..ListQuery::default()
        };
        let mut expected: Vec<&str> = keys.iter().copied().filter(|key| *key > after).collect();
        expected.sort();
        assert_eq!(
            all_keys(stores, bucket, query).await,
            expected,
            "after {after}"
        );
    }
}

/// What a listing must hold, worked out the slow way.
fn expect(keys: &[&str], prefix: &str, delimiter: Option<&str>) -> Vec<String> {
    let mut expected: Vec<String> = keys
        .iter()
        .filter_map(|key| {
            let rest = key.strip_prefix(prefix)?;
            let cut = delimiter.and_then(|delimiter| rest.split_once(delimiter));
            Some(match (cut, delimiter) {
                (Some((head, _)), Some(delimiter)) => format!("{prefix}{head}{delimiter}*"),
                _ => (*key).to_owned(),
            })
        })
        .collect();
    expected.sort();
    expected.dedup();
    expected
}
