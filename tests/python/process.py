"""A server program as a child process: started, waited for, stopped."""

import pathlib
import socket
import subprocess
import time
import urllib.error
import urllib.request

PATIENCE_SECONDS = 60


def free_port():
    """A port of the loopback address that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """Runs `command` until the end of the `with` block; its output goes to the file `log`."""

    def __init__(self, command, log: pathlib.Path, health: str, environment):
        self.command = command
        self.log = log
        self.health = health
        self.environment = environment
        self.process = None

    def start(self):
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment
            )
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._is_healthy():
            ended = self.process.poll()
            if ended is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"{self.command} does not come up (exit code {ended}):\n{self.output()}")
            time.sleep(0.02)

    def stop(self):
        """Asks the server to end, and gives its exit code."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

    def output(self):
        """What the server has printed so far."""
        return self.log.read_text(errors="replace")

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def _is_healthy(self):
        try:
            with urllib.request.urlopen(self.health, timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False
