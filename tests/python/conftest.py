"""A Cairn server for the tests: the built binary on an empty data folder, one for the whole run."""

import os
import pathlib
import subprocess

import boto3
import botocore.config
import pytest

from cairn_server import CairnServer
from moto_server import MotoServer

REGION = "us-east-1"


@pytest.fixture(scope="session")
def cairn(tmp_path_factory):
    """The server, started once; tests keep apart by the names they give their buckets and jobs."""
    with CairnServer(pathlib.Path(os.environ["CAIRN_BIN"]), tmp_path_factory.mktemp("cairn")) as server:
        yield server


@pytest.fixture(scope="session")
def moto(tmp_path_factory):
    """An S3 server that is not ours."""
    with MotoServer(os.environ["CAIRN_MOTO"], tmp_path_factory.mktemp("moto")) as server:
        yield server


@pytest.fixture(scope="session")
def client(cairn):
    """Makes boto3 clients: `client("s3")`, `client("sagemaker", region_name="ap-northeast-1")`."""

    def make(service, **options):
        return boto3.client(service, **{**cairn.boto3_options(REGION), **options})

    return make


@pytest.fixture(scope="session")
def aws(cairn, tmp_path_factory):
    """Runs the aws CLI: `aws("s3", "ls")` gives its standard output and fails the test when it fails."""
    home = tmp_path_factory.mktemp("aws-home")
    program = pathlib.Path(os.environ["CAIRN_MOTO"]).parent / "aws"

    def run(*arguments, check=True, **options):
        done = subprocess.run(
            [program, *arguments],
            env={**cairn.environment_of_clients(REGION), "HOME": str(home), "PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            timeout=120,
            **options,
        )
        if check:
            assert done.returncode == 0, f"aws {' '.join(arguments)}:\n{done.stdout}{done.stderr}"
            return done.stdout
        return done

    return run


@pytest.fixture
def bucket(client, request):
    """An empty bucket named after the test."""
    name = "".join(c if c.isalnum() else "-" for c in request.node.name.lower()).strip("-")[:50].strip("-")
    client("s3").create_bucket(Bucket=name)
    return name


@pytest.fixture(scope="session")
def quick():
    """Client options for tests of failures: no retries, so that an error is the error of one request."""
    return botocore.config.Config(retries={"max_attempts": 0})
