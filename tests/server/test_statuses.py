"""The class is read anew only where something has changed."""

import os
from pathlib import Path

import pytest

from tinytorch_lab.course.release import status
from tinytorch_lab.server.statuses import statuses

from ..class_sample import GOOD, author_file, write_class


@pytest.fixture
def read(monkeypatch) -> list[str]:
    """The modules that were read, in order."""
    names: list[str] = []
    really = status.module_status
    monkeypatch.setattr(
        status, "module_status", lambda folder, module: names.append(module.id) or really(folder, module)
    )
    return names


def write(file: Path, text: str, at: int) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    os.utime(file, (at, at))


def test_only_the_module_that_changed_is_read(tmp_path, read) -> None:
    folder = write_class(tmp_path / "class")
    assert [one.state for one in statuses(folder)] == ["ready", "draft"]
    assert [one.state for one in statuses(folder)] == ["ready", "draft"]
    assert read == ["01_sums", "02_products"]
    write(author_file(folder, "02_products"), GOOD.replace("01-", "02-"), at=1)
    assert [one.state for one in statuses(folder)] == ["ready", "ready"]
    assert read == ["01_sums", "02_products", "02_products"]
    # As many letters as before, at another time.
    write(author_file(folder, "01_sums"), GOOD.replace("BEGIN SOLUTION", "BEGIN SOLUTIOM"), at=2)
    assert statuses(folder)[0].state == "draft"


def test_what_others_put_there_is_seen(tmp_path, read) -> None:
    folder = write_class(tmp_path / "class")
    statuses(folder)
    write(folder / "submitted/ada/01_sums/sums.ipynb", "{}", at=1)
    assert statuses(folder)[0].submissions == 1
    write(folder / ".tinytorch-lab/releases/01_sums.json", "{}", at=1)
    assert statuses(folder)[0].state == "draft", "A damaged manifest is a fault."
