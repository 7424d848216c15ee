"""The object store, asked by boto3 and the aws CLI as they are."""

import base64
import datetime
import hashlib
import json
import os
import pathlib
import zlib

import boto3
import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.exceptions import ClientError

from cairn_server import CairnServer

MIB = 1024 * 1024
ODD_KEYS = [
    "a//b",
    "dir/",
    "dir",
    "/lead",
    "../x",
    "a/../b",
    "日本語/写真 1.jpg",
    "a b+c%20d?e=f&g#h",
    "quote\"'<>&amp;",
    "~!@$^*()[]{}|\\:;,`=",
    "k" * 1024,
]


@pytest.fixture(scope="module")
def s3(client):
    return client("s3")


@pytest.fixture
def refused():
    """Runs a call and gives status and wire name of the error it must end in."""

    def run(call):
        with pytest.raises(ClientError) as error:
            call()
        response = error.value.response
        return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]

    return run


def keys_of(listing):
    return [item["Key"] for item in listing.get("Contents", [])]


# Buckets.


def test_buckets_are_made_found_and_removed(s3, client, refused):
    made = s3.create_bucket(
        Bucket="made-here", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"}
    )
    assert made["Location"] == "/made-here"
    assert refused(lambda: s3.create_bucket(Bucket="made-here")) == (409, "BucketAlreadyOwnedByYou")
    head = s3.head_bucket(Bucket="made-here")
    assert head["ResponseMetadata"]["HTTPHeaders"]["x-amz-bucket-region"] == "us-east-1"
    assert s3.get_bucket_location(Bucket="made-here")["LocationConstraint"] is None
    assert "made-here" in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    assert "Status" not in s3.get_bucket_versioning(Bucket="made-here")
    assert s3.get_bucket_acl(Bucket="made-here")["Grants"][0]["Permission"] == "FULL_CONTROL"
    s3.put_object(Bucket="made-here", Key="x", Body=b"1")
    assert refused(lambda: s3.delete_bucket(Bucket="made-here")) == (409, "BucketNotEmpty")
    s3.delete_object(Bucket="made-here", Key="x")
    s3.delete_bucket(Bucket="made-here")
    assert refused(lambda: s3.head_bucket(Bucket="made-here")) == (404, "404")
    assert refused(lambda: s3.list_objects_v2(Bucket="made-here")) == (404, "NoSuchBucket")
    assert refused(lambda: s3.put_object(Bucket="made-here", Key="x", Body=b"1")) == (404, "NoSuchBucket")
    tokyo = client("s3", region_name="ap-northeast-1")
    assert "made-here" not in [bucket["Name"] for bucket in tokyo.list_buckets()["Buckets"]]


def test_cors_rules_are_kept_and_obeyed(s3, bucket, cairn, refused):
    s3.put_object(Bucket=bucket, Key="x.png", Body=b"1", ContentType="image/png")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "x.png"})
    plain = requests.get(url, headers={"Origin": "https://anywhere.example"})
    assert plain.headers["Access-Control-Allow-Origin"] == "*"

    def preflight(origin, method):
        return requests.options(
            f"{cairn.endpoint}/{bucket}/x.png",
            headers={
                "Origin": origin,
                "Access-Control-Request-Method": method,
                "Access-Control-Request-Headers": "content-type, x-amz-date",
            },
        )

    assert preflight("https://anywhere.example", "GET").status_code == 200
    assert preflight("https://anywhere.example", "PUT").status_code == 403
    assert refused(lambda: s3.get_bucket_cors(Bucket=bucket)) == (404, "NoSuchCORSConfiguration")
    rule = {
        "AllowedOrigins": ["https://*.example"],
        "AllowedMethods": ["GET", "PUT"],
        "AllowedHeaders": ["*"],
        "ExposeHeaders": ["ETag"],
        "MaxAgeSeconds": 60,
    }
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule]})
    assert s3.get_bucket_cors(Bucket=bucket)["CORSRules"] == [rule]
    allowed = preflight("https://anywhere.example", "PUT")
    assert allowed.status_code == 200
    assert allowed.headers["Access-Control-Allow-Origin"] == "https://anywhere.example"
    assert allowed.headers["Access-Control-Allow-Headers"] == "content-type, x-amz-date"
    assert allowed.headers["Access-Control-Max-Age"] == "60"
    assert preflight("https://elsewhere.test", "PUT").status_code == 403
    elsewhere = requests.get(url, headers={"Origin": "https://elsewhere.test"})
    assert "Access-Control-Allow-Origin" not in elsewhere.headers
    assert elsewhere.headers["Vary"] == "Origin"
    s3.delete_bucket_cors(Bucket=bucket)
    assert preflight("https://elsewhere.test", "GET").status_code == 200
    bad = {"CORSRules": [{"AllowedOrigins": ["*"], "AllowedMethods": ["PATCH"]}]}
    assert refused(lambda: s3.put_bucket_cors(Bucket=bucket, CORSConfiguration=bad)) == (400, "InvalidRequest")


# Objects.


def test_every_key_is_kept_as_it_is(s3, bucket, refused):
    for at, key in enumerate(ODD_KEYS):
        s3.put_object(Bucket=bucket, Key=key, Body=f"body {at}".encode())
    for at, key in enumerate(ODD_KEYS):
        assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == f"body {at}".encode(), key
    assert keys_of(s3.list_objects_v2(Bucket=bucket)) == sorted(ODD_KEYS, key=str.encode)
    assert keys_of(s3.list_objects(Bucket=bucket)) == sorted(ODD_KEYS, key=str.encode)
    for key in ODD_KEYS:
        s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": key})
        s3.delete_object(Bucket=bucket, Key=key)
        assert refused(lambda: s3.get_object(Bucket=bucket, Key=key)) == (404, "NoSuchKey")
    long = refused(lambda: s3.put_object(Bucket=bucket, Key="k" * 1025, Body=b""))
    assert long == (400, "KeyTooLongError")


def test_ranges_and_conditions_are_obeyed(s3, bucket, refused):
    for size in (100, 300_000):
        body = os.urandom(size)
        etag = s3.put_object(Bucket=bucket, Key="x", Body=body)["ETag"]
        assert etag == f'"{hashlib.md5(body).hexdigest()}"'

        def get(**options):
            return s3.get_object(Bucket=bucket, Key="x", **options)

        part = get(Range="bytes=10-19")
        assert part["ContentRange"] == f"bytes 10-19/{size}"
        assert part["ResponseMetadata"]["HTTPStatusCode"] == 206
        assert part["Body"].read() == body[10:20]
        assert get(Range="bytes=90-")["Body"].read() == body[90:]
        assert get(Range="bytes=-7")["Body"].read() == body[-7:]
        assert refused(lambda: get(Range=f"bytes={size}-")) == (416, "InvalidRange")
        modified = get()["LastModified"]
        hour = datetime.timedelta(hours=1)
        assert get(IfMatch=etag)["ContentLength"] == size
        assert refused(lambda: get(IfMatch='"other"')) == (412, "PreconditionFailed")
        assert refused(lambda: get(IfNoneMatch=etag)) == (304, "304")
        assert get(IfNoneMatch='"other"')["ContentLength"] == size
        assert refused(lambda: get(IfModifiedSince=modified)) == (304, "304")
        assert get(IfModifiedSince=modified - hour)["ContentLength"] == size
        assert refused(lambda: get(IfUnmodifiedSince=modified - hour)) == (412, "PreconditionFailed")
        assert get(IfUnmodifiedSince=modified)["ContentLength"] == size
        head = s3.head_object(Bucket=bucket, Key="x")
        assert (head["ContentLength"], head["ETag"], head["AcceptRanges"]) == (size, etag, "bytes")
        assert refused(lambda: s3.head_object(Bucket=bucket, Key="y")) == (404, "404")


def test_a_put_may_have_a_condition(s3, bucket, refused):
    first = s3.put_object(Bucket=bucket, Key="x", Body=b"1", IfNoneMatch="*")
    again = refused(lambda: s3.put_object(Bucket=bucket, Key="x", Body=b"2", IfNoneMatch="*"))
    assert again == (412, "PreconditionFailed")
    s3.put_object(Bucket=bucket, Key="x", Body=b"3", IfMatch=first["ETag"])
    stale = refused(lambda: s3.put_object(Bucket=bucket, Key="x", Body=b"4", IfMatch=first["ETag"]))
    assert stale == (412, "PreconditionFailed")
    assert s3.get_object(Bucket=bucket, Key="x")["Body"].read() == b"3"


def test_headers_metadata_and_tags_are_kept(s3, bucket, refused):
    expires = datetime.datetime(2027, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
    kept = {
        "ContentType": "image/png",
        "CacheControl": "max-age=60",
        "ContentDisposition": 'attachment; filename="x.png"',
        "ContentEncoding": "gzip",
        "ContentLanguage": "ja",
        "Metadata": {"one": "1", "two-words": "a b"},
    }
    s3.put_object(Bucket=bucket, Key="x", Body=b"1", Expires=expires, Tagging="k=v&l=w%20x", **kept)
    for got in (s3.head_object(Bucket=bucket, Key="x"), s3.get_object(Bucket=bucket, Key="x")):
        assert {name: got[name] for name in kept} == kept
        assert got["ResponseMetadata"]["HTTPHeaders"]["expires"] == "Sat, 02 Jan 2027 03:04:05 GMT"
    tags = s3.get_object_tagging(Bucket=bucket, Key="x")["TagSet"]
    assert tags == [{"Key": "k", "Value": "v"}, {"Key": "l", "Value": "w x"}]
    s3.copy_object(Bucket=bucket, Key="y", CopySource=f"{bucket}/x")
    assert s3.head_object(Bucket=bucket, Key="y")["Metadata"] == kept["Metadata"]
    assert s3.get_object_tagging(Bucket=bucket, Key="y")["TagSet"] == tags
    s3.copy_object(
        Bucket=bucket, Key="x", CopySource=f"{bucket}/x", MetadataDirective="REPLACE", ContentType="text/plain"
    )
    head = s3.head_object(Bucket=bucket, Key="x")
    assert (head["ContentType"], head["Metadata"]) == ("text/plain", {})
    itself = refused(lambda: s3.copy_object(Bucket=bucket, Key="x", CopySource=f"{bucket}/x"))
    assert itself == (400, "InvalidRequest")
    s3.put_object_tagging(Bucket=bucket, Key="y", Tagging={"TagSet": [{"Key": "new", "Value": "1"}]})
    assert s3.get_object_tagging(Bucket=bucket, Key="y")["TagSet"] == [{"Key": "new", "Value": "1"}]
    s3.delete_object_tagging(Bucket=bucket, Key="y")
    assert s3.get_object_tagging(Bucket=bucket, Key="y")["TagSet"] == []
    overridden = s3.get_object(Bucket=bucket, Key="y", ResponseContentType="text/html")
    assert overridden["ContentType"] == "text/html"
    huge = {"m": "x" * 2100}
    too_large = refused(lambda: s3.put_object(Bucket=bucket, Key="z", Body=b"", Metadata=huge))
    assert too_large == (400, "MetadataTooLarge")
    untyped = s3.put_object(Bucket=bucket, Key="z", Body=b"") and s3.head_object(Bucket=bucket, Key="z")
    assert untyped["ContentType"] == "binary/octet-stream"


def test_copies_may_have_conditions(s3, bucket, refused):
    etag = s3.put_object(Bucket=bucket, Key="x", Body=os.urandom(100_000))["ETag"]

    def copy(**options):
        return s3.copy_object(Bucket=bucket, Key="y", CopySource=f"{bucket}/x", **options)

    assert copy(CopySourceIfMatch=etag)["CopyObjectResult"]["ETag"] == etag
    assert refused(lambda: copy(CopySourceIfNoneMatch=etag)) == (412, "PreconditionFailed")
    assert refused(lambda: copy(CopySourceIfMatch='"other"')) == (412, "PreconditionFailed")
    missing = refused(lambda: s3.copy_object(Bucket=bucket, Key="y", CopySource=f"{bucket}/nothing"))
    assert missing == (404, "NoSuchKey")


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA1", "SHA256"])
def test_checksums_are_kept(s3, bucket, algorithm):
    name = f"Checksum{algorithm}"
    for size in (10, 100_000):
        put = s3.put_object(Bucket=bucket, Key="x", Body=os.urandom(size), ChecksumAlgorithm=algorithm)
        got = s3.get_object(Bucket=bucket, Key="x", ChecksumMode="ENABLED")
        assert got[name] == put[name]
        assert got["ChecksumType"] == "FULL_OBJECT"
        # boto3 compares the checksum with what it reads.
        assert len(got["Body"].read()) == size
        attributes = s3.get_object_attributes(
            Bucket=bucket, Key="x", ObjectAttributes=["ETag", "Checksum", "ObjectSize"]
        )
        assert attributes["Checksum"][name] == put[name]
        assert attributes["ObjectSize"] == size
        assert "StorageClass" not in attributes


@pytest.mark.parametrize("algorithm, value", [("CRC32C", "e3069283"), ("CRC64NVME", "ae8b14860a799888")])
def test_checksums_given_are_checked(s3, bucket, refused, algorithm, value):
    name = f"Checksum{algorithm}"
    checksum = base64.b64encode(bytes.fromhex(value)).decode()
    put = s3.put_object(Bucket=bucket, Key="x", Body=b"123456789", **{name: checksum})
    assert put[name] == checksum
    assert s3.head_object(Bucket=bucket, Key="x", ChecksumMode="ENABLED")[name] == checksum
    wrong = refused(lambda: s3.put_object(Bucket=bucket, Key="x", Body=b"other", **{name: checksum}))
    assert wrong == (400, "BadDigest")


def test_wrong_checksums_are_refused(s3, bucket, refused):
    wrong = {
        "ChecksumCRC32": base64.b64encode(bytes(4)).decode(),
        "ChecksumSHA256": base64.b64encode(bytes(32)).decode(),
        "ContentMD5": base64.b64encode(bytes(16)).decode(),
    }
    for name, value in wrong.items():
        for size in (10, 100_000):
            put = {"Bucket": bucket, "Key": "x", "Body": os.urandom(size), name: value}
            assert refused(lambda: s3.put_object(**put)) == (400, "BadDigest"), name
    assert keys_of(s3.list_objects_v2(Bucket=bucket)) == []


def test_many_are_deleted_at_once(s3, bucket):
    keys = [f"{at:04}" for at in range(20)] + ODD_KEYS
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=b"1")
    objects = [{"Key": key} for key in keys + ["never-there"]]
    done = s3.delete_objects(Bucket=bucket, Delete={"Objects": objects})
    assert len(done["Deleted"]) == len(objects) and "Errors" not in done
    assert keys_of(s3.list_objects_v2(Bucket=bucket)) == []
    quiet = s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
    assert "Deleted" not in quiet


# Listing.


def test_2500_keys_are_listed_in_pages(s3, bucket, refused):
    from concurrent.futures import ThreadPoolExecutor

    keys = [f"{folder:02}/{file:03} é" for folder in range(25) for file in range(99)]
    keys += [f"top {at:02}" for at in range(25)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: s3.put_object(Bucket=bucket, Key=key, Body=b"1"), keys))
    keys.sort(key=str.encode)

    def walk(operation, **options):
        pages = list(s3.get_paginator(operation).paginate(Bucket=bucket, **options))
        found = [key for page in pages for key in keys_of(page)]
        prefixes = [item["Prefix"] for page in pages for item in page.get("CommonPrefixes", [])]
        return len(pages), found, prefixes

    for operation in ("list_objects", "list_objects_v2"):
        assert walk(operation) == (3, keys, [])
        pages, found, prefixes = walk(operation, Delimiter="/", PaginationConfig={"PageSize": 7})
        assert pages == 8
        assert found == [key for key in keys if key.startswith("top")]
        assert prefixes == [f"{folder:02}/" for folder in range(25)]
        assert walk(operation, Prefix="07/", Delimiter="/")[1] == [key for key in keys if key.startswith("07/")]
        assert walk(operation, Prefix="nothing")[1:] == ([], [])
    after = s3.list_objects_v2(Bucket=bucket, StartAfter="top 22", FetchOwner=True)
    assert keys_of(after) == ["top 23", "top 24"]
    assert after["Contents"][0]["Owner"]["ID"]
    assert s3.list_objects_v2(Bucket=bucket, MaxKeys=0)["KeyCount"] == 0
    token = refused(lambda: s3.list_objects_v2(Bucket=bucket, ContinuationToken="%%%"))
    assert token == (400, "InvalidArgument")


# Multipart uploads.


def test_an_upload_of_three_parts_one_of_them_a_copy(s3, bucket, refused):
    first, source, last = os.urandom(5 * MIB), os.urandom(6 * MIB), os.urandom(1234)
    s3.put_object(Bucket=bucket, Key="source", Body=source)
    upload = s3.create_multipart_upload(
        Bucket=bucket, Key="a//b", ContentType="video/mp4", Metadata={"a": "1"}, Tagging="t=1"
    )["UploadId"]
    key = {"Bucket": bucket, "Key": "a//b", "UploadId": upload}
    etags = [
        s3.upload_part(PartNumber=1, Body=first, **key)["ETag"],
        s3.upload_part_copy(
            PartNumber=2, CopySource=f"{bucket}/source", CopySourceRange=f"bytes={MIB}-{6 * MIB - 1}", **key
        )["CopyPartResult"]["ETag"],
        s3.upload_part(PartNumber=7, Body=last, **key)["ETag"],
    ]
    assert [item["Key"] for item in s3.list_multipart_uploads(Bucket=bucket)["Uploads"]] == ["a//b"]
    listed = s3.list_parts(MaxParts=2, **key)
    assert [part["PartNumber"] for part in listed["Parts"]] == [1, 2] and listed["IsTruncated"]
    more = s3.list_parts(PartNumberMarker=listed["NextPartNumberMarker"], **key)
    assert [part["Size"] for part in more["Parts"]] == [1234]
    parts = [{"PartNumber": number, "ETag": etag} for number, etag in zip((1, 2, 7), etags)]

    def complete(parts):
        return s3.complete_multipart_upload(MultipartUpload={"Parts": parts}, **key)

    assert refused(lambda: complete(parts[::-1])) == (400, "InvalidPartOrder")
    assert refused(lambda: complete([{**parts[0], "ETag": '"0"'}])) == (400, "InvalidPart")
    assert refused(lambda: complete([parts[0], parts[1], {**parts[2], "PartNumber": 8}])) == (400, "InvalidPart")
    done = complete(parts)
    whole = first + source[MIB:] + last
    digests = b"".join(bytes.fromhex(etag.strip('"')) for etag in etags)
    assert done["ETag"] == f'"{hashlib.md5(digests).hexdigest()}-3"'
    got = s3.get_object(Bucket=bucket, Key="a//b")
    assert got["Body"].read() == whole
    assert (got["ContentType"], got["Metadata"], got["ETag"]) == ("video/mp4", {"a": "1"}, done["ETag"])
    middle = s3.get_object(Bucket=bucket, Key="a//b", Range=f"bytes={5 * MIB - 10}-{5 * MIB + 9}")
    assert middle["Body"].read() == whole[5 * MIB - 10 : 5 * MIB + 10]
    second = s3.get_object(Bucket=bucket, Key="a//b", PartNumber=2)
    assert second["PartsCount"] == 3 and second["Body"].read() == source[MIB:]
    assert complete(parts)["ETag"] == done["ETag"], "a client whose answer was lost asks again"
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)


def test_uploads_are_given_up_and_checked(s3, bucket, refused):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="x")["UploadId"]
    key = {"Bucket": bucket, "Key": "x", "UploadId": upload}
    small = [
        {"PartNumber": number, "ETag": s3.upload_part(PartNumber=number, Body=b"small", **key)["ETag"]}
        for number in (1, 2)
    ]
    complete = lambda: s3.complete_multipart_upload(MultipartUpload={"Parts": small}, **key)
    assert refused(complete) == (400, "EntityTooSmall")
    bad = refused(lambda: s3.upload_part(PartNumber=10_001, Body=b"x", **key))
    assert bad == (400, "InvalidArgument")
    s3.abort_multipart_upload(**key)
    assert refused(complete) == (404, "NoSuchUpload")
    assert refused(lambda: s3.upload_part(PartNumber=1, Body=b"x", **key)) == (404, "NoSuchUpload")


def test_upload_file_and_download_file(s3, bucket, tmp_path):
    body = os.urandom(20 * MIB + 17)
    (tmp_path / "up").write_bytes(body)
    s3.upload_file(str(tmp_path / "up"), bucket, "large", ExtraArgs={"ContentType": "video/mp4"})
    head = s3.head_object(Bucket=bucket, Key="large", ChecksumMode="ENABLED")
    assert head["ETag"].endswith('-3"') and head["ContentType"] == "video/mp4"
    s3.download_file(bucket, "large", str(tmp_path / "down"))
    assert (tmp_path / "down").read_bytes() == body
    s3.copy({"Bucket": bucket, "Key": "large"}, bucket, "large copy")
    assert s3.get_object(Bucket=bucket, Key="large copy")["Body"].read() == body


# Addresses for others.


@pytest.mark.parametrize("version", ["s3v4", "s3"])
def test_presigned_addresses_read_and_write(client, bucket, version):
    s3 = client("s3", config=Config(signature_version=version))
    for key in ["a//b", "日本 +.txt"]:
        put = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": key})
        assert requests.put(put, data=b"presigned").status_code == 200
        get = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": key})
        got = requests.get(get, headers={"Range": "bytes=3-"})
        assert (got.status_code, got.content) == (206, b"signed")
        other = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "other"})
        forged = f"{get.partition('?')[0]}?{other.partition('?')[2]}"
        answer = requests.get(forged)
        assert (answer.status_code, "SignatureDoesNotMatch" in answer.text) == (403, True)
        past = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": key}, ExpiresIn=-10)
        assert requests.get(past).status_code in (400, 403)


def test_boto3s_own_default_presigned_address_works(client, bucket):
    s3 = client("s3")
    s3.put_object(Bucket=bucket, Key="x", Body=b"1")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "x"})
    assert "AWSAccessKeyId=" in url, "boto3 signs addresses with version 2 unless told otherwise"
    assert requests.get(url).content == b"1"


def test_a_form_uploads_a_file(s3, bucket):
    form = s3.generate_presigned_post(
        bucket,
        "up/${filename}",
        Fields={"Content-Type": "text/plain", "success_action_status": "201"},
        Conditions=[{"Content-Type": "text/plain"}, {"success_action_status": "201"}, ["content-length-range", 1, 100]],
    )
    send = lambda body: requests.post(form["url"], data=form["fields"], files={"file": ("a b.txt", body)})
    done = send(b"by form")
    assert done.status_code == 201 and f"<Key>up/a b.txt</Key>" in done.text, done.text
    got = s3.get_object(Bucket=bucket, Key="up/a b.txt")
    assert (got["Body"].read(), got["ContentType"]) == (b"by form", "text/plain")
    assert send(b"x" * 101).status_code == 400
    form["fields"]["key"] = "elsewhere"
    against_policy = send(b"x")
    assert against_policy.status_code == 400 and "<Code>InvalidPolicyDocument</Code>" in against_policy.text
    unsigned = requests.post(form["url"], data={"key": "x"}, files={"file": b"1"})
    assert unsigned.status_code == 403


# Signatures and roles.


def test_wrong_signatures_are_named(client, cairn, bucket, quick, refused):
    get = lambda s3: refused(lambda: s3.list_objects_v2(Bucket=bucket))
    assert get(client("s3", aws_secret_access_key="wrong", config=quick)) == (403, "SignatureDoesNotMatch")
    assert get(client("s3", aws_access_key_id="AKIAUNKNOWN", config=quick)) == (403, "InvalidAccessKeyId")
    version_2 = requests.get(f"{cairn.endpoint}/{bucket}", headers={"Authorization": "AWS A:c2ln", "Date": "x"})
    assert version_2.status_code == 400 and "<Code>InvalidRequest</Code>" in version_2.text
    anonymous = requests.get(f"{cairn.endpoint}/{bucket}")
    assert anonymous.status_code == 403 and "<Code>AccessDenied</Code>" in anonymous.text


def test_a_skewed_clock_is_named(cairn, bucket, client):
    credentials = boto3.Session(cairn.key_id, cairn.secret).get_credentials()
    request = AWSRequest("GET", f"{cairn.endpoint}/{bucket}")
    request.headers["x-amz-content-sha256"] = hashlib.sha256(b"").hexdigest()
    signer = SigV4Auth(credentials, "s3", "us-east-1")
    long_ago = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=1)
    request.context["timestamp"] = long_ago.strftime("%Y%m%dT%H%M%SZ")
    request.headers["X-Amz-Date"] = request.context["timestamp"]
    canonical = signer.canonical_request(request)
    signature = signer.signature(signer.string_to_sign(request, canonical), request)
    signer._inject_signature_to_request(request, signature)
    answer = requests.get(request.url, headers=dict(request.headers))
    assert answer.status_code == 403 and "<Code>RequestTimeTooSkewed</Code>" in answer.text


def test_a_body_that_is_not_the_signed_one_is_refused(cairn, bucket, s3):
    credentials = boto3.Session(cairn.key_id, cairn.secret).get_credentials()
    request = AWSRequest("PUT", f"{cairn.endpoint}/{bucket}/x", data=b"signed")
    request.headers["x-amz-content-sha256"] = hashlib.sha256(b"signed").hexdigest()
    SigV4Auth(credentials, "s3", "us-east-1").add_auth(request)
    answer = requests.put(request.url, data=b"forged", headers=dict(request.headers))
    assert answer.status_code == 400 and "XAmzContentSHA256Mismatch" in answer.text, answer.text
    assert keys_of(s3.list_objects_v2(Bucket=bucket)) == []


def test_temporary_keys_need_their_token(client, bucket, quick, refused):
    assumed = client("sts").assume_role(RoleArn="arn:aws:iam::000000000000:role/labeling", RoleSessionName="session")
    keys = assumed["Credentials"]
    options = {
        "aws_access_key_id": keys["AccessKeyId"],
        "aws_secret_access_key": keys["SecretAccessKey"],
        "config": quick,
    }
    with_token = client("s3", aws_session_token=keys["SessionToken"], **options)
    with_token.put_object(Bucket=bucket, Key="x", Body=b"1")
    url = with_token.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "x"})
    assert requests.get(url).content == b"1"
    form = with_token.generate_presigned_post(bucket, "form")
    done = requests.post(form["url"], data=form["fields"], files={"file": b"1"})
    assert done.status_code == 204, done.text
    without = refused(lambda: client("s3", **options).list_objects_v2(Bucket=bucket))
    assert without in [(400, "InvalidToken"), (403, "InvalidToken")]
    worker = client("sts").assume_role(
        RoleArn="arn:aws:iam::000000000000:role/CairnWorker", RoleSessionName="session"
    )["Credentials"]
    denied = client(
        "s3",
        aws_access_key_id=worker["AccessKeyId"],
        aws_secret_access_key=worker["SecretAccessKey"],
        aws_session_token=worker["SessionToken"],
        config=quick,
    )
    assert refused(lambda: denied.list_objects_v2(Bucket=bucket)) == (403, "AccessDenied")
    assert refused(lambda: denied.put_object(Bucket=bucket, Key="y", Body=b"1")) == (403, "AccessDenied")


def test_stored_pages_are_kept_from_acting(s3, bucket, cairn):
    s3.put_object(Bucket=bucket, Key="page.html", Body=b"<script>1</script>", ContentType="text/html")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "page.html"})
    for answer in (requests.get(url), requests.get(f"{cairn.endpoint}/{bucket}/none"), requests.head(url)):
        assert answer.headers["Content-Security-Policy"] == "sandbox"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_bad_requests_are_answered_and_the_server_stays(s3, cairn, bucket):
    for path in ("/%ff", f"/{bucket}/%zz", "/Bad_Name/x", f"/{bucket}?uploads&uploadId=1", f"/{bucket}/%00"):
        for method in ("GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS"):
            answer = requests.request(method, f"{cairn.endpoint}{path}", data=b"<", headers={"Authorization": "AWS4-HMAC-SHA256 x"})
            assert 400 <= answer.status_code < 500 or answer.status_code == 501, (method, path, answer.status_code)
    assert s3.head_bucket(Bucket=bucket)


# The aws CLI.


def test_the_aws_cli_makes_copies_syncs_lists_and_removes(aws, tmp_path):
    source = tmp_path / "source"
    files = {"a.txt": b"a", "dir/b.bin": os.urandom(300_000), "dir/日本.txt": "日本".encode(), "large": os.urandom(12 * MIB)}
    for name, body in files.items():
        path = source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    aws("s3", "mb", "s3://by-cli")
    assert "by-cli" in aws("s3", "ls")
    aws("s3", "sync", str(source), "s3://by-cli/synced/")
    assert aws("s3", "sync", str(source), "s3://by-cli/synced/") == "", "nothing is left to do"
    listed = aws("s3", "ls", "--recursive", "s3://by-cli")
    assert [line.split(maxsplit=3)[3] for line in listed.splitlines()] == [
        "synced/a.txt",
        "synced/dir/b.bin",
        "synced/dir/日本.txt",
        "synced/large",
    ]
    assert "PRE dir/" in aws("s3", "ls", "s3://by-cli/synced/")
    back = tmp_path / "back"
    aws("s3", "cp", "--recursive", "s3://by-cli/synced", str(back))
    assert {str(path.relative_to(back)): path.read_bytes() for path in back.rglob("*") if path.is_file()} == files
    aws("s3", "cp", "s3://by-cli/synced/large", "s3://by-cli/copy")
    assert aws("s3", "cp", "s3://by-cli/synced/a.txt", "-") == "a"
    url = aws("s3", "presign", "s3://by-cli/copy").strip()
    assert requests.get(url).content == files["large"]
    aws("s3", "mv", "s3://by-cli/copy", "s3://by-cli/moved")
    aws("s3", "rm", "s3://by-cli/moved")
    refused = aws("s3", "rb", "s3://by-cli", check=False)
    assert refused.returncode != 0 and "BucketNotEmpty" in refused.stderr
    aws("s3", "rm", "--recursive", "s3://by-cli/synced/dir")
    aws("s3", "rb", "--force", "s3://by-cli")
    assert "by-cli" not in aws("s3", "ls")


def test_the_aws_cli_speaks_to_the_api_of_buckets(aws, tmp_path):
    aws("s3api", "create-bucket", "--bucket", "by-api", "--create-bucket-configuration", "LocationConstraint=eu-west-1")
    (tmp_path / "body").write_bytes(b"123456789")
    put = json.loads(
        aws("s3api", "put-object", "--bucket", "by-api", "--key", "x", "--body", str(tmp_path / "body"), "--checksum-algorithm", "CRC32")
    )
    assert put["ChecksumCRC32"] == base64.b64encode(zlib.crc32(b"123456789").to_bytes(4)).decode()
    assert json.loads(aws("s3api", "head-object", "--bucket", "by-api", "--key", "x"))["ContentLength"] == 9
    aws("s3api", "delete-object", "--bucket", "by-api", "--key", "x")
    aws("s3api", "delete-bucket", "--bucket", "by-api")


def test_what_was_acknowledged_outlives_a_killed_server(tmp_path):
    with CairnServer(pathlib.Path(os.environ["CAIRN_BIN"]), tmp_path) as server:
        s3 = boto3.client("s3", **server.boto3_options("us-east-1"))
        s3.create_bucket(Bucket="kept")
        bodies = {f"{at}": os.urandom(at * 3_000) for at in range(20)}
        for key, body in bodies.items():
            s3.put_object(Bucket="kept", Key=key, Body=body)
        server.process.kill()
        server.process.wait()
        server.start()
        for key, body in bodies.items():
            assert s3.get_object(Bucket="kept", Key=key)["Body"].read() == body


def test_buckets_of_a_remote_store_are_passed_on(tmp_path, moto, refused):
    there = boto3.client(
        "s3", endpoint_url=moto.endpoint, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    there.create_bucket(Bucket="far-away")
    options = ["--remote-s3", moto.endpoint, "--remote-s3-access-key-id", "a", "--remote-s3-secret-access-key", "b"]
    with CairnServer(pathlib.Path(os.environ["CAIRN_BIN"]), tmp_path, *options) as server:
        here = boto3.client("s3", **server.boto3_options("us-east-1"))
        here.create_bucket(Bucket="near")
        assert here.head_bucket(Bucket="far-away")
        assert refused(lambda: here.head_bucket(Bucket="nowhere")) == (404, "404")
        bodies = {"a//b": b"1", "dir/": b"2", "dir/x": os.urandom(100_000), "日本": b"4"}
        for key, body in bodies.items():
            here.put_object(Bucket="far-away", Key=key, Body=body, Metadata={"m": "1"})
            assert there.get_object(Bucket="far-away", Key=key)["Body"].read() == body
            got = here.get_object(Bucket="far-away", Key=key, Range="bytes=0-")
            assert (got["Body"].read(), got["Metadata"]) == (body, {"m": "1"})
        for operation in ("list_objects", "list_objects_v2"):
            pages = list(here.get_paginator(operation).paginate(Bucket="far-away", PaginationConfig={"PageSize": 1}))
            assert [key for page in pages for key in keys_of(page)] == sorted(bodies, key=str.encode)
            rolled = list(
                here.get_paginator(operation).paginate(
                    Bucket="far-away", Delimiter="/", PaginationConfig={"PageSize": 1}
                )
            )
            prefixes = [item["Prefix"] for page in rolled for item in page.get("CommonPrefixes", [])]
            assert (prefixes, [key for page in rolled for key in keys_of(page)]) == (["a/", "dir/"], ["日本"])
        here.copy_object(Bucket="near", Key="x", CopySource={"Bucket": "far-away", "Key": "dir/x"})
        here.copy_object(Bucket="far-away", Key="y", CopySource={"Bucket": "near", "Key": "x"})
        assert there.get_object(Bucket="far-away", Key="y")["Body"].read() == bodies["dir/x"]
        assert refused(lambda: here.get_object(Bucket="far-away", Key="none")) == (404, "NoSuchKey")
        begun = refused(lambda: here.create_multipart_upload(Bucket="far-away", Key="z"))
        assert begun == (501, "NotImplemented")
        here.delete_objects(Bucket="far-away", Delete={"Objects": [{"Key": key} for key in [*bodies, "y"]]})
        assert keys_of(there.list_objects_v2(Bucket="far-away")) == []


def test_one_server_may_be_the_remote_store_of_another(tmp_path, cairn, s3, bucket):
    """moto does not check signatures; this store does, so every key is signed as it is sent."""
    (tmp_path / "other").mkdir()
    options = ["--remote-s3", cairn.endpoint, "--remote-s3-access-key-id", cairn.key_id]
    options += ["--remote-s3-secret-access-key", cairn.secret]
    with CairnServer(pathlib.Path(os.environ["CAIRN_BIN"]), tmp_path / "other", *options) as server:
        other = boto3.client("s3", **server.boto3_options("us-east-1"))
        for at, key in enumerate(ODD_KEYS):
            other.put_object(Bucket=bucket, Key=key, Body=f"{at}".encode(), Metadata={"at": f"{at}"})
            got = s3.get_object(Bucket=bucket, Key=key)
            assert (got["Body"].read(), got["Metadata"]) == (f"{at}".encode(), {"at": f"{at}"}), key
        assert keys_of(other.list_objects_v2(Bucket=bucket)) == sorted(ODD_KEYS, key=str.encode)
        for key in ODD_KEYS:
            assert other.head_object(Bucket=bucket, Key=key)["ContentLength"] > 0
            other.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": key})
            other.delete_object(Bucket=bucket, Key=key)
        assert keys_of(s3.list_objects(Bucket=bucket)) == ["copy"]
        large = os.urandom(40 * MIB)
        address = other.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "large"})
        assert requests.put(address, data=large).status_code == 200
        head = s3.head_object(Bucket=bucket, Key="large")
        assert (head["ContentLength"], head["ETag"][-3:]) == (len(large), '-3"')
