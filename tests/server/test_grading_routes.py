"""What an instructor's server answers from the preview of a module to the grades of its submissions."""

import base64
import errno
import io
import json
import os
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tinytorch_lab.course import files

from ..class_sample import SEALED, hand_in, write_class
from .test_class_routes import RELEASE, ask

MODULE = {"module": "01_sums"}
GRADE = MODULE | {"students": [], "again": False}


@pytest.fixture
def instructor(jp_root_dir, jp_serverapp) -> Path:
    jp_serverapp.web_app.settings["tinytorch_lab"].instructor = True
    return write_class(jp_root_dir)


async def rows(jp_fetch) -> dict:
    status, text = await ask(jp_fetch, "class/submissions", MODULE)
    assert status == 200, text
    return {row["student"]: row for row in json.loads(text)["rows"]}


async def cells(jp_fetch, student: str) -> list[dict]:
    status, text = await ask(jp_fetch, "class/cells", MODULE | {"student": student})
    assert status == 200, text
    return json.loads(text)["cells"]


async def lines(jp_fetch, route: str, body: object) -> list[dict]:
    status, text = await ask(jp_fetch, route, body)
    assert status == 200, text
    return [json.loads(line) for line in text.splitlines()]


async def test_from_the_preview_to_the_grades(instructor, jp_fetch) -> None:
    await release_it(instructor, jp_fetch)
    for student, answer in (("ada", "a + b"), ("alan", "a - b"), ("grace", None)):
        hand_in(instructor, student, answer)
    await grade_it(jp_fetch)
    await change_what_lateness_costs(jp_fetch)
    await give_back(instructor, jp_fetch)
    await take_in_an_export(instructor, jp_fetch)


async def release_it(instructor: Path, jp_fetch) -> None:
    _, text = await ask(jp_fetch, "class/preview", MODULE)
    preview = json.loads(text)
    assert (preview["refused"], preview["stubs"], preview["removed_lines"]) == (None, 2, 4)
    assert all(cell["now"] is None for cell in preview["cells"])
    assert not any(sealed in text for sealed in SEALED)
    assert (await ask(jp_fetch, "class/zip", {"modules": []}))[0] == 409

    status, text = await ask(jp_fetch, "class/release", RELEASE)
    assert status == 200
    *steps, done = [json.loads(line) for line in text.splitlines()]
    assert [step["kind"] for step in steps] == ["step"] * steps[0]["total"]
    assert [step["number"] for step in steps] == list(range(1, len(steps) + 1))
    assert done["kind"] == "done"
    assert (done["released"]["version"], done["released"]["unchanged"]) == (1, False)
    released = (instructor / "release/01_sums/sums.ipynb").read_text()
    assert not any(sealed in released for sealed in SEALED)

    (good, _) = json.loads((await ask(jp_fetch, "class"))[1])["modules"]
    assert (good["state"], good["version"]) == ("released", 1)
    preview = json.loads((await ask(jp_fetch, "class/preview", MODULE))[1])
    assert all(cell["now"] == cell["then"] for cell in preview["cells"])

    zipped = json.loads((await ask(jp_fetch, "class/zip", {"modules": ["01_sums"]}))[1])
    assert zipped["path"] == zipped["file"]
    assert zipfile.ZipFile(instructor / zipped["path"]).namelist() == ["01_sums/sums.ipynb"]


async def grade_it(jp_fetch) -> None:
    before = await rows(jp_fetch)
    assert {(row["score"], row["state"]) for row in before.values()} == {(None, "not graded yet")}

    *told, done = await lines(jp_fetch, "class/grade", GRADE)
    graded = [message for message in told if message["kind"] == "progress"]
    assert sorted(message["student"] for message in graded) == ["ada", "alan", "grace"]
    assert [(message["number"], message["total"]) for message in graded] == [(1, 3), (2, 3), (3, 3)]
    assert graded[-1]["seconds_left"] == 0
    scores = {change["student"]: (change["before"], change["after"]["score"]) for change in done["changes"]}
    assert scores == {"ada": (None, 3), "alan": (None, 0), "grace": (None, 0)}
    after = await rows(jp_fetch)
    assert (after["ada"]["score"], after["ada"]["state"]) == (3, "needs manual grade")
    assert after["grace"]["state"] == "graded"
    assert "cells" not in after["alan"]
    test, why = await cells(jp_fetch, "alan")
    assert (test["grade_id"], test["score"], why["grade_id"], why["score"]) == ("01-add-test", 0, "01-why", None)
    assert "add(1, 2) should be 3" in test["error"]
    assert await cells(jp_fetch, "eve") == []

    again = await lines(jp_fetch, "class/grade", GRADE | {"students": ["alan"], "again": True})
    assert again[-1]["changes"] == [
        {"student": "alan", "before": again[-1]["changes"][0]["after"], "after": again[-1]["changes"][0]["after"]}
    ]


async def change_what_lateness_costs(jp_fetch) -> None:
    """Due a while ago, the work is late; with an extension it is not."""
    now = datetime.now(UTC)
    changes = {"due": (now - timedelta(hours=3)).isoformat(), "percent_per_day": 10}
    status, text = await ask(jp_fetch, "class/policy", MODULE | {"changes": changes})
    assert status == 200, text
    policy = json.loads((await ask(jp_fetch, "class/submissions", MODULE))[1])["policy"]
    assert policy == json.loads(text) == {"due": changes["due"], "percent_per_day": 10, "cap_percent": 100}
    ada = (await rows(jp_fetch))["ada"]
    assert (ada["late"][:3], ada["earned"], ada["score"], ada["extension"]) == ("03:", 3, pytest.approx(2.7), None)

    body = MODULE | {"student": "ada", "until": now.isoformat()}
    assert (await ask(jp_fetch, "class/extension", body))[0] == 200
    extended = await rows(jp_fetch)
    ada = extended["ada"]
    assert (ada["late"], ada["score"], ada["extension"]) == ("", 3, now.isoformat())
    assert extended["alan"]["late"] != ""
    assert (await ask(jp_fetch, "class/extension", body | {"until": ""}))[0] == 200
    assert (await ask(jp_fetch, "class/policy", MODULE | {"changes": {"due": None}}))[0] == 200
    assert {row["late"] for row in (await rows(jp_fetch)).values()} == {""}


async def give_back(instructor: Path, jp_fetch) -> None:
    *told, done = await lines(jp_fetch, "class/feedback", MODULE | {"students": [], "hidden": False})
    assert [(one["kind"], one["number"], one["total"]) for one in told] == [("progress", n, 3) for n in (1, 2, 3)]
    assert (done["pages"], done["path"]) == (3, done["zip"])
    assert len(zipfile.ZipFile(instructor / done["zip"]).namelist()) == 3
    page = (await rows(jp_fetch))["alan"]["page"]
    assert SEALED[1] not in (instructor / page).read_text()

    table = json.loads((await ask(jp_fetch, "class/grades", MODULE | {"anonymous": False}))[1])
    assert table["name"] == "01_sums_grades.csv"
    assert [line.split(",")[0] for line in table["text"].splitlines()] == ["id", "ada", "alan", "grace"]
    tests = json.loads((await ask(jp_fetch, "class/items", MODULE))[1])
    assert tests["text"].splitlines()[1].startswith("01-add-test,3,3,33.3")
    (item,) = tests["items"]
    assert (item["grade_id"], item["count"], item["pass_rate"]) == ("01-add-test", 3, pytest.approx(100 / 3))
    assert (item["remark"], item["times"]) == ("", 1)
    table = json.loads((await ask(jp_fetch, "class/grades", MODULE | {"anonymous": True}))[1])
    assert "ada" not in table["text"]
    assert len(table["text"].splitlines()) == 4


async def take_in_an_export(instructor: Path, jp_fetch) -> None:
    """What can be taken in is; what is left is said."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        notebook = (instructor / "release/01_sums/sums.ipynb").read_bytes()
        archive.writestr("hedy/01_sums/sums.ipynb", notebook)
        archive.writestr("hedy/holiday.jpg", b"no notebook")
    body = MODULE | {"name": "../export.zip", "content": base64.b64encode(packed.getvalue()).decode()}
    status, text = await ask(jp_fetch, "class/collect", body)
    answer = json.loads(text)
    assert status == 200, text
    assert [(one["student"], one["outcome"]) for one in answer["taken"]] == [("hedy", "new")]
    assert (instructor / "submitted/hedy/01_sums/sums.ipynb").read_bytes() == notebook
    (left,) = answer["left"]
    assert left["place"].endswith("hedy/holiday.jpg")
    assert not (instructor.parent / "export.zip").exists()
    from_exchange = await ask(jp_fetch, "class/collect", MODULE | {"name": "", "content": ""})
    assert (from_exchange[0], json.loads(from_exchange[1])) == (200, {"taken": [], "left": []})


async def test_a_module_of_which_nothing_was_handed_in_has_no_rows(instructor, jp_fetch) -> None:
    status, text = await ask(jp_fetch, "class/submissions", {"module": "02_products"})
    assert (status, json.loads(text)["rows"]) == (200, [])
    status, text = await ask(jp_fetch, "class/items", {"module": "02_products"})
    assert status == 409
    assert json.loads(text)["message"]


@pytest.mark.parametrize(
    ("route", "body"),
    [
        ("class/submissions", {"module": "../etc"}),
        ("class/collect", MODULE),
        ("class/collect", MODULE | {"name": "x.zip", "content": "no base64!"}),
        ("class/grade", MODULE | {"students": ["../ada"], "again": False}),
        ("class/grade", MODULE | {"students": []}),
        ("class/feedback", MODULE | {"students": [3], "hidden": False}),
        ("class/grades", MODULE),
        ("class/cells", MODULE | {"student": "../ada"}),
        ("class/policy", MODULE | {"changes": {}}),
        ("class/policy", MODULE | {"changes": {"due": 3}}),
        ("class/policy", MODULE | {"changes": {"percent": 3}}),
        ("class/policy", MODULE | {"changes": {"percent_per_day": "3"}}),
        ("class/extension", MODULE | {"student": "../ada", "until": ""}),
        ("class/extension", MODULE | {"student": "ada"}),
    ],
)
async def test_every_body_is_checked(instructor, jp_fetch, route: str, body: object) -> None:
    status, text = await ask(jp_fetch, route, body)
    assert status == 400
    assert "The body must be" in json.loads(text)["message"]


POLICY = "version = 1\n[due]\n01_sums = 2026-12-01T23:59:00+01:00\n"


@pytest.mark.parametrize(
    ("file", "route", "body", "said"),
    [
        ("version = 1\n[due\n", "class/policy", {"changes": {"cap_percent": 5}}, "not valid TOML"),
        (POLICY, "class/policy", {"changes": {"due": "tomorrow"}}, "is no time that work can be due"),
        (POLICY, "class/policy", {"changes": {"cap_percent": 500}}, "nothing was changed"),
        (POLICY, "class/policy", {"module": "09_none", "changes": {"cap_percent": 5}}, "has no module '09_none'"),
        (POLICY, "class/extension", {"student": "ada", "until": "2026-12-01T00:00:00Z"}, "is before 01_sums is due"),
        (POLICY, "class/extension", {"student": "eve", "until": "2026-12-09T00:00:00Z"}, "eve is not in"),
        ("version = 1\n", "class/extension", {"student": "ada", "until": "2026-12-09T00:00:00Z"}, "has no due date"),
    ],
)
async def test_a_change_that_cannot_be_is_a_sentence_and_the_file_stays(
    instructor, jp_fetch, file: str, route: str, body: dict, said: str
) -> None:
    (instructor / "grading.toml").write_text(file)
    (instructor / "roster.csv").write_text("id\nada\n")
    status, text = await ask(jp_fetch, route, MODULE | body)
    assert status == 409
    assert said in json.loads(text)["message"]
    assert (instructor / "grading.toml").read_text() == file


async def test_the_books_of_other_modules_are_not_opened(instructor, jp_fetch) -> None:
    """Reading those of twenty modules and a thousand students would take seconds."""
    other = instructor / "grading/01_sums/results.json"
    other.parent.mkdir(parents=True)
    other.write_text("damaged")
    notebook = instructor / "submitted/ada/01_sums/sums.ipynb"
    notebook.parent.mkdir(parents=True)
    notebook.write_text("{}")
    status, text = await ask(jp_fetch, "class/submissions", {"module": "02_products"})
    assert (status, json.loads(text)["rows"]) == (200, [])


async def test_a_full_disk_is_a_sentence_and_the_file_stays(instructor, jp_fetch, monkeypatch) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "grading.toml")

    (instructor / "grading.toml").write_text(POLICY)
    monkeypatch.setattr(files.os, "fsync", full)
    status, text = await ask(jp_fetch, "class/policy", MODULE | {"changes": {"cap_percent": 5}})
    assert (status, json.loads(text)["message"]) == (500, "No space left on device: grading.toml.")
    assert (instructor / "grading.toml").read_text() == POLICY
