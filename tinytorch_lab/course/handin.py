"""Hand a module in: one file with the notebook and a manifest, and a receipt to keep."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tinytorch_lab.course import record
from tinytorch_lab.course.catalogue import Module
from tinytorch_lab.course.files import write_bytes_atomic
from tinytorch_lab.course.notebooks import code_hash, read_notebook
from tinytorch_lab.course.workspace import Folder

VERSION = 1


@dataclass(frozen=True)
class Receipt:
    """What was handed in: the file, when (UTC), the SHA-256 of the notebook in it, and what its last tests said."""

    module: str
    file: Path
    at: str
    sha256: str
    tests: str

    def __str__(self) -> str:
        return f"{self.module} handed in at {self.at}\n  file    {self.file}\n  sha256  {self.sha256}\n  tests   {self.tests}"


def submit(folder: Folder, module: Module) -> Receipt:
    """Write ``submissions/NN_name_DATE.zip`` and return its receipt. Raises CourseError if the notebook is unreadable."""
    notebook = folder.path / module.notebook
    parsed = read_notebook(notebook)
    content = notebook.read_bytes()
    now = datetime.now(UTC)
    receipt = Receipt(
        module.id,
        folder.path / "submissions" / f"{module.id}_{now:%Y-%m-%d_%H-%M-%S}.zip",
        now.isoformat(timespec="seconds"),
        hashlib.sha256(content).hexdigest(),
        _tests_in_words(record.load(folder.path).of(module.id).tests, code_hash(parsed)),
    )
    manifest = {
        "version": VERSION,
        "module": module.id,
        "at": receipt.at,
        "sha256": receipt.sha256,
        "notebook": notebook.name,
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{module.id}/{notebook.name}", content)
        archive.writestr("manifest.json", json.dumps(manifest, indent=1) + "\n")
    write_bytes_atomic(receipt.file, packed.getvalue())
    return receipt


def _tests_in_words(tests: record.Tests | None, code: str) -> str:
    if tests is None:
        return "not run yet"
    fresh = "" if tests.code == code else ", before the last change"
    return f"{tests.passed} of {tests.total} pass ({tests.points} of {tests.max_points} points){fresh}"
