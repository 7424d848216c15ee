"""The `cairn` binary, serving an empty data folder with keys of its own."""

import os
import pathlib
import re

from process import Server, free_port

EXPORT = re.compile(r"^export (AWS_\w+)=(\S+)$", re.MULTILINE)


def read_keys(output: str):
    """The access key id and the secret that the server prints at its first start."""
    exports = dict(EXPORT.findall(output))
    try:
        return exports["AWS_ACCESS_KEY_ID"], exports["AWS_SECRET_ACCESS_KEY"]
    except KeyError as missing:
        raise RuntimeError(f"no keys ({missing}) in what the server printed:\n{output}") from None


class CairnServer(Server):
    """`cairn serve` at `endpoint`; `key_id` and `secret` open it."""

    def __init__(self, binary: pathlib.Path, folder: pathlib.Path, *options: str):
        port = free_port()
        self.binary = binary
        self.folder = folder
        self.data = folder / "data"
        self.endpoint = f"http://127.0.0.1:{port}"
        self.key_id = self.secret = None
        # Settings of the developer's own shell must not reach the server under test.
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("CAIRN_", "AWS_"))}
        super().__init__(
            command=[binary, "serve", "--data", self.data, "--listen", f"127.0.0.1:{port}", *options],
            log=folder / "log",
            health=f"{self.endpoint}/_/health",
            environment=clean,
        )

    def start(self):
        super().start()
        if self.key_id is None:
            self.key_id, self.secret = read_keys(self.output())

    def boto3_options(self, region: str):
        return {
            "endpoint_url": self.endpoint,
            "region_name": region,
            "aws_access_key_id": self.key_id,
            "aws_secret_access_key": self.secret,
        }

    def environment_of_clients(self, region: str):
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_DEFAULT_REGION": region,
            "AWS_ACCESS_KEY_ID": self.key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret,
            "AWS_PAGER": "",
        }
