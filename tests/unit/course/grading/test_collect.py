"""Collecting: whose it is, which counts, and what hostile or nameless files do (nothing)."""

import hashlib
import io
import json
import os
import sys
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.grading import archives, clock, collect, received
from tinytorch_lab.course.grading.model import ClassPaths

from .conftest import AT, notebook, put


def submit_zip(content: bytes, module: str = "01_pair", at: datetime = AT, digest: str | None = None) -> bytes:
    """As ``tinytorch-lab submit`` makes it."""
    manifest = {
        "version": 1, "module": module, "at": at.isoformat(), "notebook": f"{module[3:]}.ipynb",
        "sha256": digest or hashlib.sha256(content).hexdigest(),
    }  # fmt: skip
    return zipped({f"{module}/{module[3:]}.ipynb": content, "manifest.json": json.dumps(manifest).encode()})


def zipped(files: dict[str, bytes], at: tuple[int, ...] = (2026, 5, 4, 12, 0, 0)) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, at), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def taken(found: collect.Collection) -> set[tuple[str, str, str]]:
    return {(one.student, one.module, one.outcome) for one in found.taken}


def reasons(found: collect.Collection) -> str:
    return "\n".join(str(left) for left in found.left)


def test_files_of_moodle_canvas_and_plain_folders_reach_their_students(paths: ClassPaths, tmp_path: Path) -> None:
    names = {
        "Ada Lovelace_990_assignsubmission_file_/pair.ipynb": b"ada",
        "turingalan_LATE_502_77001_pair-1.ipynb": b"alan",
        "Grace Hopper_13_assignsubmission_file_pair.ipynb": b"grace",
        "grace2/02_next/next.ipynb": b"grace2",
    }
    for name, text in names.items():
        put(tmp_path / "export" / name, text)
    found = collect.collect(paths, origin=tmp_path / "export")
    assert reasons(found) == ""
    for student, module in (("ada", "01_pair"), ("alan", "01_pair"), ("grace", "01_pair"), ("grace2", "02_next")):
        assert paths.submitted(student, module).read_bytes() == student.encode()
    assert received.load(paths, "01_pair")["ada"].place.startswith("export/Ada Lovelace_990_")


def test_a_zip_of_the_export_with_submit_files_in_it_is_the_same(paths: ClassPaths, tmp_path: Path) -> None:
    content = notebook()
    export = put(
        tmp_path / "export.zip",
        zipped(
            {
                "Ada Lovelace_990_assignsubmission_file_/01_pair_2026.zip": submit_zip(content),
                "lovelaceada_501_1_02_next_2026.zip": submit_zip(content, "02_next"),
                "alan/pair.ipynb": content,
                "__MACOSX/alan/._pair.ipynb": b"clutter",
            }
        ),
    )
    found = collect.collect(paths, origin=export)
    assert reasons(found) == ""
    assert taken(found) == {("ada", "01_pair", "new"), ("ada", "02_next", "new"), ("alan", "01_pair", "new")}
    assert {one.student: one.clock for one in found.taken if one.module == "01_pair"} == {
        "ada": "manifest",
        "alan": "zip entry",
    }
    assert clock.handed_in(paths.submitted("ada", "01_pair")) == AT


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Grace Hopper_99_assignsubmission_file_/pair.ipynb", "nobody, or several, named 'Grace Hopper'"),
        ("Ada Lovelace_12_assignsubmission_file_/pair.ipynb", "its name says ada, its number 12 says alan"),
        ("nobody_999_1_pair.ipynb", "nobody, or several, named 'nobody'"),
        ("mallory/01_pair/pair.ipynb", "'mallory' is not in roster.csv"),
        ("pair.ipynb", "whose is it? It should lie in a folder named by the student's id"),
        ("ada/homework.ipynb", "which module is it?"),
        ("ada/notes.pdf", "neither a notebook nor a zip"),
    ],
)
def test_what_is_not_sure_is_listed_and_never_guessed(
    paths: ClassPaths, tmp_path: Path, name: str, reason: str
) -> None:
    put(tmp_path / "export" / name, notebook())
    found = collect.collect(paths, origin=tmp_path / "export")
    assert taken(found) == set()
    assert reason in reasons(found)
    assert not (paths.root / "submitted").exists()


def test_the_newest_counts_and_older_ones_are_kept(paths: ClassPaths, tmp_path: Path) -> None:
    day = timedelta(days=1)
    sent = [(b"second", AT), (b"first", AT - day), (b"third", AT + day), (b"third", AT + 2 * day)]
    outcomes = []
    for number, (content, at) in enumerate(sent):
        put(tmp_path / str(number) / "ada" / "01_pair" / "pair.ipynb", content, at)
        outcomes += [one.outcome for one in collect.collect(paths, origin=tmp_path / str(number)).taken]
    assert outcomes == ["new", "older, kept", "newer", "there already"]
    assert paths.submitted("ada", "01_pair").read_bytes() == b"third"
    assert (
        clock.handed_in(paths.submitted("ada", "01_pair")) == AT + day
    )  # unchanged work is not later for being sent twice
    older = sorted(file.read_bytes() for file in paths.older("ada", "01_pair").iterdir())
    assert older == [b"first", b"second"]


def test_a_collection_that_was_cut_off_between_time_and_notebook_is_completed_by_the_next(
    paths: ClassPaths, tmp_path: Path
) -> None:
    put(tmp_path / "a" / "ada" / "01_pair" / "pair.ipynb", b"old", AT)
    collect.collect(paths, origin=tmp_path / "a")
    newer = AT + timedelta(hours=1)
    clock.write_stamp(paths.submitted("ada", "01_pair").parent, newer)  # as if killed right after
    put(tmp_path / "b" / "ada" / "01_pair" / "pair.ipynb", b"new", newer)
    assert taken(collect.collect(paths, origin=tmp_path / "b")) == {("ada", "01_pair", "newer")}
    assert paths.submitted("ada", "01_pair").read_bytes() == b"new"


def test_only_the_modules_asked_for_are_collected(paths: ClassPaths, tmp_path: Path) -> None:
    put(tmp_path / "export" / "ada" / "01_pair" / "pair.ipynb", notebook())
    put(tmp_path / "export" / "ada" / "02_next" / "next.ipynb", notebook())
    found = collect.collect(paths, ("02_next",), tmp_path / "export")
    assert taken(found) == {("ada", "02_next", "new")}


def test_names_that_climb_out_of_a_zip_write_nothing_outside(paths: ClassPaths, tmp_path: Path) -> None:
    hostile = {
        "../../evil.ipynb": b"x",
        "/abs/evil.ipynb": b"x",
        "../ada/01_pair/pair.ipynb": b"hidden, so passed over",
        "..\\..\\ada2\\pair.ipynb": b"x",
    }
    before = set(tmp_path.rglob("*"))
    found = collect.collect(paths, origin=put(tmp_path / "export.zip", zipped(hostile)))
    assert taken(found) == set()
    assert {path.name for path in set(tmp_path.rglob("*")) - before} == {"export.zip"}


def test_a_bomb_is_read_no_further_than_the_limit(
    paths: ClassPaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MAX_FILE", 1000)
    bomb = zipped({"ada/01_pair/pair.ipynb": b"0" * 10_000_000, "alan/01_pair/pair.ipynb": b"small"})
    found = collect.collect(paths, origin=put(tmp_path / "export.zip", bomb))
    assert taken(found) == {("alan", "01_pair", "new")}
    assert "ada/01_pair/pair.ipynb: it is larger than" in reasons(found)


def test_so_are_many_files_together_and_zips_in_zips_in_zips(
    paths: ClassPaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = zipped({"pair.ipynb": b"x"})
    found = collect.collect(paths, origin=put(tmp_path / "a.zip", zipped({"ada/b.zip": zipped({"c.zip": deep})})))
    assert "ada/b.zip/c.zip: it is neither" in reasons(found)
    monkeypatch.setattr(archives, "MAX_TOTAL", 1500)
    many = zipped({f"s{number}/pair.ipynb": bytes(1000) for number in range(5)})
    found = collect.collect(paths, origin=put(tmp_path / "b.zip", many))
    assert "the rest of it was not looked at" in reasons(found)
    monkeypatch.setattr(archives, "MAX_PACKED", 1200)
    found = collect.collect(paths, origin=put(tmp_path / "ada" / "01_pair" / "mine.zip", many).parents[1])
    assert "01_pair/mine.zip: the zip cannot be read (it holds more than" in reasons(found)
    monkeypatch.setattr(archives, "MAX_ENTRIES", 3)
    assert "more than 3 entries" in reasons(collect.collect(paths, origin=tmp_path / "b.zip"))


@pytest.mark.parametrize("content", [b"no zip at all", zipped({"ada/pair.ipynb": b"x" * 5000})[:-40]])
def test_a_damaged_zip_is_a_sentence(paths: ClassPaths, tmp_path: Path, content: bytes) -> None:
    found = collect.collect(paths, origin=put(tmp_path / "export.zip", content))
    assert taken(found) == set()
    assert "export.zip: the zip cannot be read" in reasons(found)


def test_an_entry_whose_content_does_not_fit_its_checksum_is_left_and_the_others_are_not(
    paths: ClassPaths, tmp_path: Path
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("ada/pair.ipynb", b"AAAA-original")
        archive.writestr("alan/pair.ipynb", b"fine")
    broken = packed.getvalue().replace(b"AAAA-original", b"AAAA-changed!")
    found = collect.collect(paths, origin=put(tmp_path / "export.zip", broken))
    assert taken(found) == {("alan", "01_pair", "new")}
    assert "ada/pair.ipynb: Bad CRC-32" in reasons(found)


def test_a_submit_file_whose_notebook_was_changed_is_left(paths: ClassPaths, tmp_path: Path) -> None:
    put(tmp_path / "export" / "ada" / "a.zip", submit_zip(notebook(), digest="0" * 64))
    put(tmp_path / "export" / "alan" / "a.zip", zipped({"manifest.json": b"[]"}))
    found = collect.collect(paths, origin=tmp_path / "export")
    assert taken(found) == set()
    assert "is not the one its manifest was made for" in reasons(found)
    assert "its manifest or what the manifest names is missing or damaged" in reasons(found)


def test_a_manifest_from_the_future_does_not_stay_the_newest_forever(paths: ClassPaths, tmp_path: Path) -> None:
    later = datetime.now(UTC) + timedelta(days=400)
    put(tmp_path / "export" / "ada" / "a.zip", submit_zip(notebook(), at=later))
    found = collect.collect(paths, origin=tmp_path / "export")
    assert clock.handed_in(paths.submitted("ada", "01_pair")) == AT
    assert "in the future" in found.taken[0].remark


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_links_are_not_followed_because_what_is_collected_is_given_back(paths: ClassPaths, tmp_path: Path) -> None:
    secret = put(tmp_path / "solutions.ipynb", b"the solutions")
    (tmp_path / "export" / "ada" / "01_pair").mkdir(parents=True)
    (tmp_path / "export" / "ada" / "01_pair" / "pair.ipynb").symlink_to(secret)
    os.mkfifo(tmp_path / "export" / "ada" / "02_next.ipynb")
    inbound = paths.root / "exchange" / "tiny" / "inbound"
    (inbound / "alan+01_pair+2026-05-04 12:00:00 UTC+x").mkdir(parents=True)
    (inbound / "alan+01_pair+2026-05-04 12:00:00 UTC+x" / "pair.ipynb").symlink_to(secret)
    (inbound / "grace+01_pair+2026-05-04 12:00:00 UTC+x").symlink_to(tmp_path)
    found = [collect.collect(paths, origin=tmp_path / "export"), collect.collect(paths)]
    assert [taken(one) for one in found] == [set(), set()]
    assert "is a link, which is not followed" in reasons(found[0])
    assert "is no ordinary file" in reasons(found[0])
    assert "is a link, which is not followed" in reasons(found[1])
    assert "it is no ordinary folder" in reasons(found[1])


def test_the_exchange_is_read_with_its_times_and_secrets(paths: ClassPaths) -> None:
    put(paths.root / "nbgrader_config.py", b'c = get_config()\nc.CourseDirectory.course_id = "dl101"\n')
    inbound = paths.root / "exchange" / "dl101" / "inbound"
    for at, content in (("2026-05-04 12:00:00.5 UTC", b"one"), ("2026-05-04 14:00:00.0 UTC", b"two")):
        put(inbound / f"ada+01_pair+{at}+abc" / "pair.ipynb", content)
        put(inbound / f"ada+01_pair+{at}+abc" / "submission_secret.txt", content)
    put(inbound / "mallory+01_pair+2026-05-04 12:00:00 UTC+abc" / "pair.ipynb", b"x")
    found = collect.collect(paths)
    place = paths.submitted("ada", "01_pair")
    assert place.read_bytes() == b"two"
    assert (place.parent / "submission_secret.txt").read_bytes() == b"two"
    assert clock.handed_in(place) == AT + timedelta(hours=2)
    assert "'mallory' is not in roster.csv" in reasons(found)


def test_no_exchange_and_no_export_are_sentences(paths: ClassPaths, tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="There is no exchange at"):
        collect.collect(paths)
    with pytest.raises(CourseError, match="There is nothing at"):
        collect.collect(paths, origin=tmp_path / "nowhere.zip")


def test_without_a_roster_plain_folders_and_the_exchange_work_and_names_of_an_lms_do_not(
    paths: ClassPaths, tmp_path: Path
) -> None:
    (paths.root / "roster.csv").unlink()
    put(tmp_path / "export" / "kay" / "01_pair" / "pair.ipynb", b"x")
    put(tmp_path / "export" / "kayalan_12_34_pair.ipynb", b"x")
    put(tmp_path / "export" / "no id" / "01_pair" / "pair.ipynb", b"x")
    found = collect.collect(paths, origin=tmp_path / "export")
    assert taken(found) == {("kay", "01_pair", "new")}
    assert "There is no roster.csv" in reasons(found)
    assert "cannot be an id" in reasons(found)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-05-04 12:00:00.250000 UTC", AT + timedelta(milliseconds=250)),
        ("2026-05-04 14:00:00 Europe/Berlin", AT),
        ("2026-05-04 14:00:00 +0200", AT),
        ("2026-05-04T14:00:00+02:00", AT),
        ("2026-05-04 12:00:00", AT),
        ("yesterday", None),
        ("2026-05-04 12:00:00 Nowhere/Atlantis", None),
        ("", None),
    ],
)
def test_times_are_read_as_nbgrader_and_manifests_write_them(text: str, said: datetime | None) -> None:
    assert clock.parse(text) == said


def test_a_renamed_notebook_is_of_the_module_that_was_named_if_it_is_the_students_only_one(
    paths: ClassPaths, tmp_path: Path
) -> None:
    names = {
        "Ada Lovelace_11_assignsubmission_file_/My homework (final).ipynb": b"ada",
        "Alan Turing_12_assignsubmission_file_/pair.ipynb": b"alan",
        "Alan Turing_12_assignsubmission_file_/scratch.ipynb": b"other",
        "Grace Hopper_13_assignsubmission_file_/one.ipynb": b"1",
        "Grace Hopper_13_assignsubmission_file_/two.ipynb": b"2",
    }
    export = put(tmp_path / "export.zip", zipped(names))
    unnamed = collect.collect(paths, origin=export)
    assert taken(unnamed) == {("alan", "01_pair", "new")}
    assert "name that: tinytorch-lab collect NN --from" in reasons(unnamed)
    found = collect.collect(paths, ("01_pair",), export)
    assert taken(found) == {("ada", "01_pair", "new"), ("alan", "01_pair", "there already")}
    assert paths.submitted("ada", "01_pair").read_bytes() == b"ada"
    assert sorted(Path(left.place).name for left in found.left) == ["one.ipynb", "scratch.ipynb", "two.ipynb"]
    assert received.load(paths, "01_pair")["ada"].place.endswith("My homework (final).ipynb")


def test_nobody_hands_in_for_others_by_names_within_what_they_handed_in(paths: ClassPaths, tmp_path: Path) -> None:
    for_ada = {
        "ada/01_pair/pair.ipynb": b"forged",
        "Ada Lovelace_11_assignsubmission_file_/pair.ipynb": b"forged",
        "lovelaceada_501_88_pair.ipynb": b"forged",
    }
    places = {"alan/01_pair/mine.zip": zipped(for_ada), "turingalan_502_77_mine.zip": zipped(for_ada)}
    places |= {f"alan/{name}": content for name, content in for_ada.items()}
    places |= {f"Alan Turing_12_assignsubmission_file_/{name}": content for name, content in for_ada.items()}
    for name, content in places.items():
        put(tmp_path / "export" / name, content)
    for origin in (tmp_path / "export", put(tmp_path / "export.zip", zipped(places))):
        found = collect.collect(paths, origin=origin)
        assert {one.student for one in found.taken} == {"alan"}
        assert not paths.submitted("ada", "01_pair").exists()
    (paths.root / "roster.csv").unlink()
    found = collect.collect(paths, origin=tmp_path / "export")
    assert "ada" not in {one.student for one in found.taken if ".zip" in one.place}


def test_a_zip_that_a_student_packed_is_as_late_as_it_was_sent(paths: ClassPaths, tmp_path: Path) -> None:
    packed = zipped({"pair.ipynb": b"late"}, at=(2026, 5, 1, 12, 0, 0))
    collect.collect(paths, origin=put(tmp_path / "e" / "ada" / "01_pair" / "mine.zip", packed).parents[2])
    assert clock.handed_in(paths.submitted("ada", "01_pair")) == AT
    both = zipped({"alan/01_pair/mine.zip": packed}, at=(2026, 5, 4, 12, 0, 0))
    collect.collect(paths, origin=put(tmp_path / "export.zip", both))
    assert clock.handed_in(paths.submitted("alan", "01_pair")) == datetime(2026, 5, 4, 12).astimezone(UTC)
