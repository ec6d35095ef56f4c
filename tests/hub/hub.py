"""A JupyterHub of its own, and a student in front of it: what a browser sends, over HTTP and a kernel's websocket."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
import websocket

HERE = Path(__file__).parent
EXAMPLE = HERE.parents[1] / "docs" / "jupyterhub_config.py"
SECONDS = 120
MIME = "application/vnd.tinytorch.measure+json"


@dataclass(frozen=True)
class Hub:
    """A running Hub: its address has no "/" at the end."""

    url: str
    password: str


@contextmanager
def running_hub(folder: Path) -> Iterator[Hub]:
    """Run the documented configuration, with its state in ``folder``."""
    ports = free_ports(3)
    hub = Hub(f"http://127.0.0.1:{ports[0]}", secrets.token_hex(16))
    log = folder / "hub.log"
    # Nothing of the settings of who runs the tests, who is root.
    environment = {name: os.environ[name] for name in ("LANG", "LC_ALL") if name in os.environ} | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": str(folder),
        "TEST_HUB_EXAMPLE": str(EXAMPLE),
        "TEST_HUB_FOLDER": str(folder),
        "TEST_HUB_PORTS": " ".join(map(str, ports)),
        "TEST_HUB_PROXY": str(Path(sys.executable).parent / "configurable-http-proxy"),
        "TEST_HUB_PASSWORD": hub.password,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "jupyterhub", "-f", str(HERE / "hub_config.py")],
        cwd=folder,
        env=environment,
        stdout=log.open("w"),
        stderr=subprocess.STDOUT,
    )
    try:
        wait_for(lambda: process.poll() is not None or answers(f"{hub.url}/hub/api"), "the Hub")
        assert process.poll() is None, f"The Hub ended:\n{log.read_text()}"
        yield hub
    except BaseException:
        print(log.read_text()[-20_000:])  # pytest shows it with the failure
        raise
    finally:
        process.terminate()  # the Hub stops the servers and the proxy, too
        process.wait(timeout=60)
        assert not answers(hub.url), "The proxy outlived the Hub."


def free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=10).ok
    except requests.ConnectionError:
        return False


def wait_for(condition: Any, what: str) -> Any:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.2)
    raise TimeoutError(f"{what} did not get ready in {SECONDS} s")


@dataclass
class Student:
    """Someone with a browser."""

    hub: Hub
    name: str
    browser: requests.Session = field(default_factory=requests.Session)

    @property
    def server(self) -> str:
        return f"{self.hub.url}/user/{self.name}"

    def log_in(self) -> None:
        """Fill in the form of the Hub's login page, and wait for the own server."""
        page = f"{self.hub.url}/hub/login"
        self.browser.get(page, timeout=30).raise_for_status()
        form = {"username": self.name, "password": self.hub.password, "_xsrf": self._xsrf("/hub/")}
        answer = self.browser.post(page, data=form, timeout=60)
        answer.raise_for_status()
        # The Hub starts the server when it is asked for it the first time.
        self.browser.get(f"{self.hub.url}/hub/spawn", timeout=60).raise_for_status()
        wait_for(self._is_in, f"the server of {self.name}")

    def _is_in(self) -> bool:
        answer = self.browser.get(f"{self.server}/lab", timeout=60)
        return answer.ok and answer.url.startswith(f"{self.server}/lab")

    def _xsrf(self, path: str) -> str:
        return next(cookie.value for cookie in self.browser.cookies if cookie.name == "_xsrf" and cookie.path == path)

    def get(self, path: str) -> Any:
        answer = self.browser.get(f"{self.server}/{path}", timeout=60)
        assert answer.ok, f"{answer.status_code}: {answer.text[:2000]}"
        return answer.json()

    def post(self, path: str, body: Any = None) -> Any:
        answer = self.browser.post(
            f"{self.server}/{path}",
            json=body if body is not None else {},
            headers={"X-XSRFToken": self._xsrf(f"/user/{self.name}/")},
            timeout=120,
        )
        assert answer.ok, f"{answer.status_code}: {answer.text[:2000]}"
        return answer.json()

    @contextmanager
    def kernel(self, notebook: str) -> Iterator[Kernel]:
        """The kernel of a notebook, as JupyterLab starts it."""
        session = self.post(
            "api/sessions", {"path": notebook, "name": notebook, "type": "notebook", "kernel": {"name": "python3"}}
        )
        cookies = self.browser.prepare_request(requests.Request("GET", f"{self.server}/api")).headers["Cookie"]
        address = f"{self.server.replace('http', 'ws', 1)}/api/kernels/{session['kernel']['id']}/channels"
        channel = websocket.create_connection(
            address, header=[f"Cookie: {cookies}"], origin=self.hub.url, timeout=SECONDS
        )
        try:
            yield Kernel(channel)
        finally:
            channel.close()


@dataclass
class Kernel:
    """A kernel behind a websocket."""

    channel: websocket.WebSocket

    def run(self, code: str) -> list[dict[str, Any]]:
        """Run a cell; all that it published, in order. An error in the cell fails the test."""
        header = {
            "msg_id": uuid.uuid4().hex, "msg_type": "execute_request", "username": "", "session": "test", "version": "5.3",
        }  # fmt: skip
        content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False, "stop_on_error": True}
        request = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
        self.channel.send(json.dumps(request))
        published = []
        while True:
            message = json.loads(self.channel.recv())
            if message["parent_header"].get("msg_id") != header["msg_id"] or message["channel"] != "iopub":
                continue
            published.append(message)
            assert message["msg_type"] != "error", "\n".join(message["content"]["traceback"])
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                return published

    def printed(self, code: str) -> str:
        """What a cell prints."""
        return "".join(m["content"]["text"] for m in self.run(code) if m["content"].get("name") == "stdout")

    def measured(self, code: str) -> dict[str, Any]:
        """The last measurement that a cell shows."""
        shown = [m["content"]["data"][MIME] for m in self.run(code) if MIME in m["content"].get("data", {})]
        assert shown, "The cell showed no measurement."
        return dict(shown[-1])
