"""A real JupyterLab on a temporary student folder, and a real Chromium that looks at it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from .browser import chromium_path
from .lab import Lab
from .server import LabServer, start_server

ARTIFACTS = Path(__file__).parents[1] / "artifacts"

expect.set_options(timeout=30_000)  # as all other waits: a busy machine needs more than playwright's five seconds

CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def student_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made as a student makes it."""
    folder = tmp_path_factory.mktemp("student") / "course"
    subprocess.run([sys.executable, "-m", "tinytorch_lab", "new", str(folder)], check=True)
    return folder


@pytest.fixture(scope="session")
def server(student_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    yield from start_server(student_folder, tmp_path_factory.mktemp("jupyter"))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser a file: playwright's event loop must be gone before the server tests make theirs."""
    path = chromium_path()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is missing; in CI the browser tests must run. Install the package chromium.")
        pytest.skip("Chromium is missing: install chromium or google-chrome to run the browser tests.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def new_lab(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[[LabServer], Lab]]:
    """Makes a page with its own workspace on a server; afterwards no page may have reported an error."""
    labs: list[Lab] = []

    def make(server: LabServer) -> Lab:
        page = chromium.new_context(viewport={"width": 1280, "height": 1000}).new_page()
        labs.append(Lab(page, server, workspace=f"w{abs(hash(request.node.nodeid))}-{len(labs)}", artifacts=ARTIFACTS))
        return labs[-1]

    yield make
    for lab in labs:
        lab.page.context.close()
    errors = [error for lab in labs for error in lab.unexpected_errors()]
    assert errors == [], "The browser's console shows errors."


@pytest.fixture
def lab(new_lab: Callable[[LabServer], Lab], server: LabServer) -> Iterator[Lab]:
    yield new_lab(server)
    server.stop_kernels()
