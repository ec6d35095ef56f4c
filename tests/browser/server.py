"""A Jupyter server of its own, which sees nothing of the user's settings."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

START_SECONDS = 120


@dataclass(frozen=True)
class LabServer:
    """A running server: its address ends in "/"."""

    url: str
    token: str
    root: Path

    def get(self, path: str) -> Any:
        return json.loads(self._ask("GET", path) or "null")

    def stop_kernels(self) -> None:
        """End every session, so that the next notebook gets a fresh kernel."""
        for session in self.get("api/sessions"):
            self._ask("DELETE", f"api/sessions/{session['id']}")

    def _ask(self, method: str, path: str) -> bytes:
        request = urllib.request.Request(self.url + path, method=method)
        request.add_header("Authorization", f"token {self.token}")
        with urllib.request.urlopen(request, timeout=30) as answer:
            return bytes(answer.read())


def start_server(
    root: Path, home: Path, *, startup: str = "", app: str = "jupyterlab", options: tuple[str, ...] = ()
) -> Iterator[LabServer]:
    """Run ``app`` on ``root`` with all settings below ``home``; ``startup`` is run by every kernel when it starts."""
    server = LabServer(f"http://127.0.0.1:{_free_port()}/", secrets.token_hex(16), root)
    process = subprocess.Popen(
        [*_command(server, app), *options],
        cwd=root,
        env=_environment(home, startup),
        stdout=(home / "server.log").open("w"),
        stderr=subprocess.STDOUT,
    )
    try:
        _wait(server, process, home / "server.log")
        yield server
        server.stop_kernels()
    finally:
        process.terminate()
        process.wait(timeout=30)


def _command(server: LabServer, app: str) -> list[str]:
    port = server.url.rstrip("/").rsplit(":", 1)[1]
    return [
        sys.executable,
        "-m",
        app,
        "--no-browser",
        "--allow-root",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={server.token}",
        f"--ServerApp.root_dir={server.root}",
        "--LabApp.expose_app_in_browser=True",
        "--JupyterNotebookApp.expose_app_in_browser=True",
    ]


def _environment(home: Path, startup: str) -> dict[str, str]:
    _write(
        home / "config" / "labconfig" / "page_config.json",
        # The question about Jupyter news would cover the page.
        json.dumps({"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}),
    )
    if startup:
        _write(home / "ipython" / "profile_default" / "startup" / "00-test.py", startup)
    return os.environ | {
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "IPYTHONDIR": str(home / "ipython"),
        "TINYTORCH_LAB_HISTORY": "on",
    }


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(server: LabServer, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            server.get("api/status")
            return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    raise RuntimeError(f"The Jupyter server did not start. Its log:\n{log.read_text(encoding='utf-8')}")
