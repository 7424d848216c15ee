"""The tools of these tests, tested themselves."""

import boto3
import pytest

from cairn_server import read_keys


def test_keys_are_read_from_what_the_server_prints():
    printed = (
        "endpoint  http://127.0.0.1:9000\n\nFor scripts:\n\n"
        "export AWS_ENDPOINT_URL=http://127.0.0.1:9000\n"
        "export AWS_ACCESS_KEY_ID=CAIRN0123456789ABCDE\n"
        "export AWS_SECRET_ACCESS_KEY=abcDEF/ghi+jklMNOpqrSTUvwxYZ0123456789ab\n"
    )
    assert read_keys(printed) == ("CAIRN0123456789ABCDE", "abcDEF/ghi+jklMNOpqrSTUvwxYZ0123456789ab")
    with pytest.raises(RuntimeError, match="no keys"):
        read_keys("listening on http://127.0.0.1:9000")


def test_the_other_s3_keeps_keys_that_look_like_odd_paths(moto):
    s3 = boto3.client(
        "s3", endpoint_url=moto.endpoint, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    s3.create_bucket(Bucket="odd")
    for key in ("a//b", "dir/"):
        s3.put_object(Bucket="odd", Key=key, Body=key.encode())
    assert [item["Key"] for item in s3.list_objects_v2(Bucket="odd")["Contents"]] == ["a//b", "dir/"]
