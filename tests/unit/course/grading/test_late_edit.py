import errno
import os
import sys
from datetime import UTC, datetime, timedelta

import pytest

from tinytorch_lab.course import files
from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.grading import late_edit, toml_edit
from tinytorch_lab.course.grading.late import read_policy

from .conftest import notebook, put

pytest.importorskip("tomlkit", reason="the [instructor] extra is not installed")

MODULE = "01_pair"
DUE = datetime.fromisoformat("2026-05-04T14:00:00+02:00")
LATER = DUE + timedelta(days=3)
BY_HAND = """\
# Spring course
version = 1

[due]
01_pair = 2026-05-04T14:00:00+02:00  # after the lecture

[late]
percent_per_day = 10        # as the faculty asks
cap_percent = 25

# was ill
[extensions.ada]
01_pair = 2026-05-06T12:00:00Z

[limits]
cell_cpu_s = 30
"""


@pytest.fixture
def file(paths):
    """The policy, written by hand."""
    place = paths.root / "grading.toml"
    place.write_text(BY_HAND, encoding="utf-8")
    return place


def changed(file) -> set[str]:
    """The lines that are new."""
    return set(file.read_text(encoding="utf-8").splitlines()) - set(BY_HAND.splitlines())


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"due": DUE - timedelta(days=1)}, "01_pair = 2026-05-03T14:00:00+02:00  # after the lecture"),
        ({"percent_per_day": 5}, "percent_per_day = 5        # as the faculty asks"),
        ({"cap_percent": 12.5}, "cap_percent = 12.5"),
    ],
)
def test_one_value_changes_and_every_other_line_stays(paths, file, changes, line) -> None:
    late_edit.change_policy(paths, MODULE, changes)
    assert changed(file) == {line}
    assert len(file.read_text().splitlines()) == len(BY_HAND.splitlines())


def test_an_extension_is_set_changed_and_taken_away(paths, file) -> None:
    late_edit.extend(paths, MODULE, "alan", LATER)
    assert changed(file) == {"[extensions.alan]", "01_pair = 2026-05-07T14:00:00+02:00"}
    late_edit.extend(paths, MODULE, "alan", DUE)
    assert read_policy(file).extensions["alan", MODULE] == DUE
    late_edit.extend(paths, MODULE, "alan", None)
    assert file.read_text().split() == BY_HAND.split()
    late_edit.extend(paths, MODULE, "ada", None)
    assert "[extensions" not in file.read_text()
    assert set(BY_HAND.splitlines()) - set(file.read_text().splitlines()) == {
        "[extensions.ada]",
        "01_pair = 2026-05-06T12:00:00Z",
    }


def test_without_a_file_one_is_made(paths) -> None:
    late_edit.change_policy(paths, MODULE, {"due": DUE, "percent_per_day": 10})
    late_edit.extend(paths, MODULE, "ada", LATER)
    policy = read_policy(paths.root / "grading.toml")
    assert (policy.due, policy.percent_per_day, policy.cap_percent) == ({MODULE: DUE}, 10, 100)
    assert policy.extensions == {("ada", MODULE): LATER}


def test_what_was_written_by_hand_meanwhile_stays(paths, file) -> None:
    file.write_text(BY_HAND.replace("cap_percent = 25", "cap_percent = 40").replace("Spring", "Summer"))
    late_edit.change_policy(paths, MODULE, {"percent_per_day": 5})
    policy = read_policy(file)
    assert (policy.percent_per_day, policy.cap_percent) == (5, 40)
    assert file.read_text().startswith("# Summer course")


def test_line_ends_of_windows_stay(paths, file) -> None:
    file.write_bytes(BY_HAND.replace("\n", "\r\n").encode())
    late_edit.extend(paths, MODULE, "alan", LATER)
    assert file.read_bytes().count(b"\r\n") == file.read_bytes().count(b"\n")


WRONG = "version = 1\n[due\n"


@pytest.mark.parametrize(
    ("text", "change", "said"),
    [
        (WRONG, lambda paths: late_edit.change_policy(paths, MODULE, {"cap_percent": 5}), "not valid TOML"),
        ("[due]\n", lambda paths: late_edit.change_policy(paths, MODULE, {"cap_percent": 5}), "version is None"),
        (BY_HAND, lambda paths: late_edit.change_policy(paths, "09_pear", {"due": DUE}), "no module '09_pear'"),
        (BY_HAND, lambda paths: late_edit.extend(paths, "09_pear", "ada", LATER), "no module '09_pear'"),
        (BY_HAND, lambda paths: late_edit.extend(paths, "02_next", "ada", LATER), "02_next has no due date"),
        (BY_HAND, lambda paths: late_edit.extend(paths, MODULE, "ada", DUE - timedelta(1)), "is before 01_pair is due"),
        (BY_HAND, lambda paths: late_edit.extend(paths, MODULE, "eve", LATER), "eve is not in"),
        (BY_HAND, lambda paths: late_edit.change_policy(paths, MODULE, {"due": None}), "ada: extended, and without"),
        (BY_HAND, lambda paths: late_edit.change_policy(paths, MODULE, {"due": LATER}), "ada: extended, and that is"),
        (BY_HAND, lambda paths: late_edit.change_policy(paths, MODULE, {"cap_percent": 101}), "from 0 to 100"),
        (BY_HAND, lambda paths: late_edit.change_policy(paths, MODULE, {"percent_per_day": True}), "from 0 to 100"),
    ],
)
def test_what_cannot_be_is_a_sentence_and_the_file_stays(paths, file, text, change, said) -> None:
    file.write_text(text)
    with pytest.raises(CourseError, match=said):
        change(paths)
    assert file.read_text() == text


def test_who_handed_in_without_being_on_the_roster_can_be_extended(paths, file) -> None:
    put(paths.submitted("eve", MODULE), notebook())
    late_edit.extend(paths, MODULE, "eve", LATER)
    assert read_policy(file).extensions["eve", MODULE] == LATER


@pytest.mark.parametrize(
    "text", ["soon", "2026-05-04", "2026-05-04T14:00", "0026-05-04T14:00+00:00", "9999-12-31T23:59-05:00"]
)
def test_a_time_needs_its_distance_from_utc(text) -> None:
    with pytest.raises(CourseError, match="is no time that work can be due"):
        late_edit.read_time(text)


def test_a_file_that_is_read_only_is_not_replaced(paths, file) -> None:
    file.chmod(0o444)
    with pytest.raises(CourseError, match="read-only"):
        late_edit.extend(paths, MODULE, "alan", LATER)
    assert file.read_text() == BY_HAND


def test_a_full_disk_leaves_the_file_as_it_was(paths, file, monkeypatch) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        late_edit.extend(paths, MODULE, "alan", LATER)
    assert file.read_text() == BY_HAND
    assert [path.name for path in paths.root.iterdir() if "toml" in path.name] == ["grading.toml"]


AWAY = {("extensions", "ada", MODULE): None}
DUE_LINE, ADA_LINE = "01_pair = 2026-05-04T14:00:00Z", "01_pair = 2026-05-05T14:00:00Z"
FORMS = {
    "inline tables": f"due = {{{DUE_LINE}}}\nextensions = {{ada = {{{ADA_LINE}}}}}",
    "dotted keys": f"due.{DUE_LINE}\nextensions.ada.{ADA_LINE}\n",
    "tables apart": f"[extensions.ada]\n{ADA_LINE}\n[due]\n{DUE_LINE}\n[extensions.bob]\n{ADA_LINE}\n",
    "no end of line": f"[late]\ncap_percent = 5\n[due]\n{DUE_LINE}",
}


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_however_the_file_is_written_it_says_the_edit_and_no_more(tmp_path, text) -> None:
    text = "version = 1\n" + text

    def policy(content: bytes):
        (tmp_path / "grading.toml").write_bytes(content)
        return read_policy(tmp_path / "grading.toml")

    old = policy(text.encode())
    at = datetime(2026, 6, 1, tzinfo=UTC)
    for student in ("ada", "eve@example.org"):
        new = policy(toml_edit.edited(text.encode(), {("extensions", student, MODULE): at}, tmp_path))
        assert new.extensions == {**old.extensions, (student, MODULE): at}
        assert new.due == old.due
    away = policy(toml_edit.edited(text.encode(), AWAY, tmp_path))
    assert away.extensions == {key: at for key, at in old.extensions.items() if key != ("ada", MODULE)}


def test_without_tomlkit_it_is_said_what_to_install(paths, file, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "tomlkit", None)
    with pytest.raises(CourseError, match=r"pip install 'tinytorch-lab\[instructor\]'"):
        late_edit.extend(paths, MODULE, "alan", LATER)
    assert file.read_text() == BY_HAND


def test_an_edit_that_does_not_come_out_as_asked_is_refused(tmp_path, monkeypatch) -> None:
    import tomlkit

    monkeypatch.setattr(tomlkit, "dumps", lambda document: BY_HAND)
    with pytest.raises(CourseError, match="Edit it by hand"):
        toml_edit.edited(BY_HAND.encode(), AWAY, tmp_path / "grading.toml")
