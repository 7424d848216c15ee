"""moto's server: an S3 that shares no code with Cairn."""

import os
import pathlib

from process import Server, free_port


class MotoServer(Server):
    """S3 at `endpoint`; any keys open it."""

    def __init__(self, program: str, folder: pathlib.Path):
        port = free_port()
        self.endpoint = f"http://127.0.0.1:{port}"
        super().__init__(
            command=[program, "-H", "127.0.0.1", "-p", str(port)],
            log=folder / "log",
            health=f"{self.endpoint}/moto-api/",
            environment=dict(os.environ),
        )
