"""New lesson versions in a student's folder, and what happens when something goes wrong in the middle."""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from tinytorch_lab.course import lock, reset, source, update
from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.given import base_of
from tinytorch_lab.course.notebooks import read_notebook
from tinytorch_lab.course.release_files import read_release
from tinytorch_lab.course.workspace import Folder

from .solved import solve


def pair() -> source.Module:
    return source.catalogue().find("01")


def new_version(lesson: Path) -> None:
    text = lesson.read_text(encoding="utf-8").replace("# # Module 01: Pair", "# # Module 01: A pair")
    text = text.replace("assert add(1, 2) == 3", "assert add(1, 2) == 3.0").replace(
        '"""a + b"""', '"""The sum of a and b."""'
    )
    lesson.write_text(text, encoding="utf-8")
    os.utime(lesson, ns=(1, lesson.stat().st_mtime_ns + 1_000_000))


def test_an_update_brings_the_new_cells_and_keeps_the_work(folder: Folder, lesson: Path) -> None:
    path = solve(folder)
    mine = path.read_bytes()
    new_version(lesson)
    (done,) = update.update(folder, (pair(),))
    text = path.read_text(encoding="utf-8")
    assert "A pair" in text
    assert "== 3.0" in text
    assert "return a + b" in text
    assert "NotImplementedError" not in text
    assert (
        done.sentence
        == "cells: 1 brought up to date (01-add-test); 1 new (# Module 01: A pair); 1 taken out (# Module 01: Pair); "
        "1 changed by you and by the course: yours stands (01-add)"
    )
    assert done.backup.read_bytes() == mine
    (again,) = update.update(folder, (pair(),))
    assert again.sentence.startswith("nothing new")
    assert again.backup is None


def test_a_damaged_notebook_is_left_alone_with_its_reason(folder: Folder) -> None:
    path = folder.path / pair().notebook
    path.write_text("{ half")
    (done,) = update.update(folder, (pair(),))
    assert done.sentence.startswith("left as it is: ")
    assert path.read_text() == "{ half"


def test_a_missing_notebook_comes_back(folder: Folder) -> None:
    (folder.path / pair().notebook).unlink()
    (done,) = update.update(folder, (pair(),))
    assert done.sentence == "new in your folder"


@pytest.mark.parametrize("form", ["folder", "deeper", "module", "zip", "submission"])
def test_a_release_is_a_folder_or_a_zip(folder: Folder, tmp_path: Path, form: str) -> None:
    text = source.notebook_text(pair())
    place = tmp_path / "out" / ("release/01_pair" if form == "deeper" else "01_pair")
    place.mkdir(parents=True)
    (place / "pair.ipynb").write_text(text, encoding="utf-8")
    (place / "other.txt").write_text("x")
    origin = {"module": place}.get(form, tmp_path / "out")
    if form in ("zip", "submission"):
        origin = tmp_path / "release.zip"
        with zipfile.ZipFile(origin, "w") as archive:
            archive.write(place / "pair.ipynb", ("week 1/" if form == "zip" else "") + "01_pair/pair.ipynb")
            archive.writestr("../../evil.ipynb", "{}")
    assert read_release(origin) == {"01_pair": text}


def test_what_is_no_release_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_text("no zip")
    with pytest.raises(CourseError, match="neither a folder nor a zip"):
        read_release(tmp_path / "x.zip")
    (tmp_path / "empty").mkdir()
    with pytest.raises(CourseError, match="no released module"):
        read_release(tmp_path / "empty")
    with pytest.raises(CourseError, match="nothing at"):
        read_release(tmp_path / "missing")
    (tmp_path / "empty" / "01_pair").mkdir()
    (tmp_path / "empty" / "01_pair" / "pair.ipynb").write_text("[]")
    with pytest.raises(CourseError, match="not a readable notebook"):
        read_release(tmp_path / "empty")


def test_two_at_once_wait_and_then_say_so(folder: Folder) -> None:
    second = lock.folder_lock(folder.path, wait_s=0.1)
    with lock.folder_lock(folder.path), pytest.raises(CourseError, match="Another tinytorch-lab is at work"):
        second.__enter__()


def test_a_lock_is_given_back_by_who_dies(folder: Folder) -> None:
    code = (
        "import sys, time; from pathlib import Path; from tinytorch_lab.course.lock import folder_lock\n"
        "with folder_lock(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", code, str(folder.path)], stdout=subprocess.PIPE)
    assert holder.stdout.readline() == b"held" + os.linesep.encode()
    holder.kill()
    holder.wait()
    holder.stdout.close()
    with lock.folder_lock(folder.path, wait_s=5):
        pass


CHURN = """
import sys
from pathlib import Path
from tinytorch_lab.course import reset, update, workspace
from tinytorch_lab.course.catalogue import Module
folder = workspace.read_marker(Path(sys.argv[1]))
module = Module("01_pair", "core.pair", "Pair", "Foundation", (), "", (), 100)
texts = [Path(name).read_text(encoding="utf-8") for name in sys.argv[2:]]
print("go", flush=True)
while True:
    for text in texts:
        update.update_from(folder, {module.id: text})
        print("done", flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="kill -9 is POSIX's")
def test_killed_at_any_moment_every_notebook_is_whole(folder: Folder, lesson: Path, tmp_path: Path) -> None:
    """200 times: a process that updates a notebook without end is killed; what is there is one of what it writes."""
    path = solve(folder)
    versions = [tmp_path / "one.ipynb", tmp_path / "two.ipynb"]
    versions[0].write_text(source.notebook_text(pair()), encoding="utf-8")
    new_version(lesson)
    versions[1].write_text(source.notebook_text(pair()), encoding="utf-8")
    allowed = set()
    for version in versions * 2:
        update.update_from(folder, {"01_pair": version.read_text(encoding="utf-8")})
        allowed.add(path.read_bytes())
    assert len(allowed) == 2
    found = []
    rng = random.Random(0)
    for turn in range(10):
        writer = subprocess.Popen(
            [sys.executable, "-c", CHURN, str(folder.path), *map(str, versions)], stdout=subprocess.PIPE
        )
        for _ in range(2 + turn % 2):  # "go", and one or two updates, however busy the machine is
            writer.stdout.readline()
        for _ in range(20):
            time.sleep(rng.uniform(0, 0.02))
            writer.send_signal(signal.SIGSTOP)
            found.append(path.read_bytes())
            writer.send_signal(signal.SIGCONT)
        writer.kill()
        writer.wait()
        writer.stdout.close()
        found.append(path.read_bytes())
        for copy in (folder.path / "backups").glob("*.ipynb"):
            assert copy.read_bytes() in allowed
            copy.unlink()
        assert base_of(folder.path, pair(), read_notebook(path)) is not None
    assert len(found) >= 200
    assert set(found) == allowed
    assert all("return a + b" in content.decode() for content in found)


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Path:
    """A file system of its own with 256 KiB."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no tmpfs here: {mounted.stderr.decode().strip()}")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root mounts a tmpfs")
@pytest.mark.parametrize("free", [0, 4096, 8192, 16384])
def test_on_a_full_disk_the_work_stays_whole(small_course: Path, lesson: Path, tiny_disk: Path, free: int) -> None:
    from tinytorch_lab.course import workspace

    workspace.new_student_folder(tiny_disk / "course")
    folder = workspace.read_marker(tiny_disk / "course")
    path = solve(folder)
    mine = path.read_bytes()
    new_version(lesson)
    space = os.statvfs(tiny_disk)
    (tiny_disk / "filler").write_bytes(b"x" * max(0, space.f_bavail * space.f_frsize - free))
    for attempt in (lambda: update.update(folder, (pair(),)), lambda: reset.reset(folder, pair())):
        with contextlib.suppress(OSError):
            attempt()
        assert read_notebook(path).cells
    assert path.read_bytes() == mine or any(copy.read_bytes() == mine for copy in (folder.path / "backups").glob("*"))
    assert not list(folder.path.rglob("*.part"))
    assert json.loads((folder.path / workspace.MARKER).read_text())["kind"] == "student"
