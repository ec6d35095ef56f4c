"""What an instructor's server answers about submissions, on a class with a release and three of them."""

import base64
import io
import json
import shutil
import zipfile
from pathlib import Path

import pytest

from tinytorch_lab.course.release import release

from ..class_sample import SEALED, hand_in, write_class
from .test_class_routes import ask

MODULE = {"module": "01_sums"}
GRADE = MODULE | {"students": [], "again": False}


@pytest.fixture(scope="module")
def released(tmp_path_factory) -> Path:
    folder = write_class(tmp_path_factory.mktemp("released") / "class")
    release("01_sums", course=folder)
    for student, answer in (("ada", "a + b"), ("alan", "a - b"), ("grace", None)):
        hand_in(folder, student, answer)
    return folder


@pytest.fixture
def instructor(released, jp_root_dir, jp_serverapp) -> Path:
    shutil.copytree(released, jp_root_dir, dirs_exist_ok=True)
    jp_serverapp.web_app.settings["tinytorch_lab"].instructor = True
    return jp_root_dir


async def rows(jp_fetch) -> dict:
    status, text = await ask(jp_fetch, "class/submissions", MODULE)
    assert status == 200, text
    return {row["student"]: row for row in json.loads(text)["rows"]}


async def lines(jp_fetch, route: str, body: object) -> list[dict]:
    status, text = await ask(jp_fetch, route, body)
    assert status == 200, text
    return [json.loads(line) for line in text.splitlines()]


async def test_from_a_submission_to_its_feedback(instructor, jp_fetch) -> None:
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
    test = next(cell for cell in after["alan"]["cells"] if cell["grade_id"] == "01-add-test")
    assert "add(1, 2) should be 3" in test["error"]

    again = await lines(jp_fetch, "class/grade", GRADE | {"students": ["alan"], "again": True})
    assert again[-1]["changes"] == [
        {"student": "alan", "before": again[-1]["changes"][0]["after"], "after": again[-1]["changes"][0]["after"]}
    ]
    (done,) = await lines(jp_fetch, "class/grade", GRADE)
    assert (done["changes"], done["kept"], done["outdated"]) == ([], ["ada", "alan", "grace"], [])

    (done,) = await lines(jp_fetch, "class/feedback", MODULE | {"students": [], "hidden": False})
    assert (done["pages"], done["path"]) == (3, done["zip"])
    assert len(zipfile.ZipFile(instructor / done["zip"]).namelist()) == 3
    page = (await rows(jp_fetch))["alan"]["page"]
    assert SEALED[1] not in (instructor / page).read_text()

    table = json.loads((await ask(jp_fetch, "class/grades", MODULE | {"anonymous": False}))[1])
    assert table["name"] == "01_sums_grades.csv"
    assert [line.split(",")[0] for line in table["text"].splitlines()] == ["id", "ada", "alan", "grace"]
    table = json.loads((await ask(jp_fetch, "class/grades", MODULE | {"anonymous": True}))[1])
    assert "ada" not in table["text"]
    assert len(table["text"].splitlines()) == 4


async def test_an_export_of_an_lms_is_taken_in_and_what_is_left_is_said(instructor, jp_fetch) -> None:
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


async def test_without_a_file_the_exchange_is_collected(instructor, jp_fetch) -> None:
    status, text = await ask(jp_fetch, "class/collect", MODULE | {"name": "", "content": ""})
    assert (status, json.loads(text)) == (200, {"taken": [], "left": []})


async def test_a_module_of_which_nothing_was_handed_in_has_no_rows(instructor, jp_fetch) -> None:
    status, text = await ask(jp_fetch, "class/submissions", {"module": "02_products"})
    assert (status, json.loads(text)["rows"]) == (200, [])


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
    ],
)
async def test_every_body_is_checked(instructor, jp_fetch, route: str, body: object) -> None:
    status, text = await ask(jp_fetch, route, body)
    assert status == 400
    assert "The body must be" in json.loads(text)["message"]
