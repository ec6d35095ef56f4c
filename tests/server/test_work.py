"""What the navigator asks for while a student works: each route, through a real server."""

import base64
import io
import json
import zipfile
from pathlib import Path

import nbformat
import pytest
from tornado.httpclient import HTTPClientError

from tinytorch_lab.course import lock, release_files, source
from tinytorch_lab.course.lesson import grader, read_lesson

LESSON = Path(__file__).resolve().parents[2] / "modules/01_tensor/tensor_dev.py"
MODULE = json.dumps({"module": "01_tensor"})


@pytest.fixture
def solved(student):
    """The student has solved module 01, in the reference's words."""
    answers = {
        grader(cell).get("grade_id"): cell.source for cell in read_lesson(LESSON).cells if grader(cell).get("solution")
    }
    path = student / "modules/01_tensor/tensor.ipynb"
    notebook = nbformat.read(path, 4)
    for cell in notebook.cells:
        if grader(cell).get("solution"):
            cell.source = answers[grader(cell)["grade_id"]]
    nbformat.write(notebook, path)
    return student


async def ask(jp_fetch, route: str, **body: object) -> dict:
    answer = await jp_fetch("tinytorch-lab", route, method="POST", body=json.dumps(body), request_timeout=120)
    return json.loads(answer.body)


async def lines(jp_fetch, route: str, **body: object) -> list[dict]:
    answer = await jp_fetch("tinytorch-lab", route, method="POST", body=json.dumps(body), request_timeout=120)
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.body.splitlines()]


async def row(jp_fetch) -> dict:
    return json.loads((await jp_fetch("tinytorch-lab", "course")).body)["modules"][0]


async def refused(jp_fetch, route: str, **body: object) -> str:
    with pytest.raises(HTTPClientError) as caught:
        await ask(jp_fetch, route, **body)
    assert caught.value.code == 409
    return json.loads(caught.value.response.body)["message"]


async def test_from_the_first_test_to_a_library_of_ones_own(solved, jp_fetch) -> None:
    assert "complete it first" in await refused(jp_fetch, "use", module="01_tensor", mine=True)
    messages = await lines(jp_fetch, "test", module="01_tensor")
    assert [m["kind"] for m in messages] == ["test"] * 10 + ["done"]
    assert [m["number"] for m in messages[:-1]] == list(range(1, 11))
    assert messages[-1]["tested"]["passed"] == messages[-1]["tested"]["total"] == 10
    assert (await row(jp_fetch))["state"] == "tests pass"

    messages = await lines(jp_fetch, "complete", module="01_tensor")
    assert messages[0] == {"kind": "step", "text": "Testing 01_tensor"}
    assert messages[-1]["refused"] is None
    assert messages[-1]["timesReference"] > 0
    after = await row(jp_fetch)
    assert (after["state"], after["source"], after["tests"]["points"]) == ("complete", "mine", 76)
    assert (solved / "tinytorch/core/tensor.py").exists()

    assert await ask(jp_fetch, "use", module="01_tensor", mine=False) == {"source": "reference"}
    assert (await row(jp_fetch))["source"] == "reference"
    pairs = (await ask(jp_fetch, "solution", module="01_tensor", anyway=False))["pairs"]
    assert pairs[0]["name"] == "as_array"
    assert "astype" in pairs[0]["reference"]


async def test_a_failing_test_says_what_came_back_and_where(student, jp_fetch) -> None:
    messages = await lines(jp_fetch, "test", module="01_tensor")
    first = messages[0]["outcome"]
    assert first["cell_id"] == first["grade_id"] == "01-as-array-test"
    assert first["message"] == "Something that this test needs is not built yet."
    assert "NotImplementedError" in first["traceback"]
    step = (await ask(jp_fetch, "outline", module="01_tensor"))["steps"][0]
    assert (step["kind"], step["title"], step["done"], step["message"]) == (
        "build",
        "as_array",
        False,
        first["message"],
    )
    assert step["hints"] == ["astype(target, copy=False) copies only where the dtype changes."]


async def test_what_goes_wrong_while_streaming_is_a_line(student, jp_fetch) -> None:
    (student / "modules/01_tensor/tensor.ipynb").write_text("{ broken")
    (message,) = await lines(jp_fetch, "test", module="01_tensor")
    assert message["kind"] == "error"
    assert "is not a readable notebook" in message["message"]


async def test_the_outline_ticks_what_is_done(solved, jp_fetch) -> None:
    steps = (await ask(jp_fetch, "outline", module="01_tensor"))["steps"]
    assert [step["done"] for step in steps if step["kind"] == "build"] == [False] * 9
    assert {step["kind"] for step in steps} == {"build", "measure", "understand"}
    await lines(jp_fetch, "test", module="01_tensor")
    steps = (await ask(jp_fetch, "outline", module="01_tensor"))["steps"]
    assert [step["done"] for step in steps if step["kind"] == "build"] == [True] * 9
    assert all(step["done"] for step in steps if step["kind"] == "understand")
    assert not any(step["done"] for step in steps if step["kind"] == "measure")


async def test_a_question_is_named_by_its_first_sentence(student, jp_fetch) -> None:
    steps = (await ask(jp_fetch, "outline", module="01_tensor"))["steps"]
    titles = [step["title"] for step in steps if step["kind"] == "understand"]
    assert titles[0] == "Which results of views had memory of their own, and why?"
    assert all(len(title) > 10 for title in titles), "A number alone names no question."


async def test_reset_update_and_submit_say_what_they_did(solved, jp_fetch) -> None:
    receipt = await ask(jp_fetch, "submit", module="01_tensor")
    assert (solved / receipt["file"]).is_file()
    assert len(receipt["sha256"]) == 64
    done = (await ask(jp_fetch, "update", modules=[]))["modules"]
    assert done[0] == {"id": "01_tensor", "sentence": "nothing new", "backup": None}
    assert {one["sentence"] for one in done} == {"nothing new"}
    assert len(done) >= 7
    before = (solved / "modules/01_tensor/tensor.ipynb").read_bytes()
    backup = (await ask(jp_fetch, "reset", module="01_tensor"))["backup"]
    assert (solved / backup).read_bytes() == before
    assert (await row(jp_fetch))["state"] == "ready"


def release(*names: str, text: str | None = None) -> str:
    """A zip with these files, each a notebook with one more question than module 01 has, as base64."""
    lesson = nbformat.reads(source.notebook_text(source.catalogue().find("01")), 4)
    lesson.cells.append(nbformat.v4.new_markdown_cell("One question more.", id="more"))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in names:
            archive.writestr(name, text or nbformat.writes(lesson))
    return base64.b64encode(packed.getvalue()).decode()


async def test_a_release_comes_as_bytes_and_is_merged(solved, jp_fetch) -> None:
    notebook = solved / "modules/01_tensor/tensor.ipynb"
    before = notebook.read_bytes()
    content = release("release/01_tensor/tensor.ipynb", "release/notes.txt", "../../01_tensor/other.ipynb")
    (done,) = (await ask(jp_fetch, "update-from", name="release.zip", content=content))["modules"]
    assert (done["id"], done["sentence"]) == ("01_tensor", "cells: 1 new (One question more.)")
    assert (solved / done["backup"]).read_bytes() == before
    after = nbformat.read(notebook, 4)
    assert after.cells[-1].source == "One question more."
    assert "astype" in next(cell.source for cell in after.cells if cell.id == "01-as-array")
    assert sorted(path.name for path in solved.iterdir()) == [
        ".tinytorch-lab", ".tinytorch-lab.json", "backups", "milestones", "modules", "tinytorch"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (base64.b64encode(b"a film").decode(), "mine.zip is neither a folder nor a zip that can be read"),
        (release("notes.txt"), "mine.zip holds no released module"),
        (release("01_tensor/tensor.ipynb", text="{ half"), "01_tensor/tensor.ipynb is not a readable notebook"),
        (release("01_tensor/tensor.ipynb", text="x" * 2000), "its notebooks have 0 MiB; a release has at most 0."),
    ],
)
async def test_what_is_no_release_is_refused_and_nothing_changes(
    student, jp_fetch, monkeypatch, content: str, words: str
) -> None:
    if "at most" in words:
        monkeypatch.setattr(release_files, "MAX_BYTES", 1000)
    before = (student / "modules/01_tensor/tensor.ipynb").read_bytes()
    assert words in await refused(jp_fetch, "update-from", name="mine.zip", content=content)
    assert (student / "modules/01_tensor/tensor.ipynb").read_bytes() == before
    assert not (student / "backups").exists()


async def test_an_upload_that_is_too_large_or_no_base64_is_refused(student, jp_fetch, monkeypatch) -> None:
    monkeypatch.setattr(release_files, "UPLOAD_BYTES", 2**20)
    content = base64.b64encode(bytes(2**20 + 1)).decode()
    assert "mine.zip has 1 MiB; a release has at most 1." in await refused(
        jp_fetch, "update-from", name="mine.zip", content=content
    )
    with pytest.raises(HTTPClientError) as caught:
        await ask(jp_fetch, "update-from", name="mine.zip", content="!!")
    assert caught.value.code == 400


async def test_a_grade_is_read_from_the_feedback(student, jp_fetch) -> None:
    assert ((await row(jp_fetch))["feedback"], (await row(jp_fetch))["grade"]) == (None, None)
    page = student / "feedback/01_tensor/tensor.html"
    page.parent.mkdir(parents=True)
    page.write_text("<h4>tensor (Score: 61.5 / 100.0)</h4>")
    after = await row(jp_fetch)
    assert after["feedback"] == "feedback/01_tensor/tensor.html"
    assert after["grade"] == {"points": 61.5, "maxPoints": 100.0}


async def test_a_second_run_is_refused_while_one_goes_on(student, jp_fetch, monkeypatch) -> None:
    monkeypatch.setattr(lock, "WAIT_S", 0.0)
    with lock.run_lock(student, "Completing 02_activations"):
        (message,) = await lines(jp_fetch, "test", module="01_tensor")
    assert message["kind"] == "error"
    assert message["message"].startswith("Completing 02_activations goes on since ")


async def test_the_first_screen_makes_the_folder(jp_root_dir, jp_fetch) -> None:
    course = await ask(jp_fetch, "new")
    assert course["folder"] == {"kind": "student", "version": 1}
    assert (jp_root_dir / "course/modules/01_tensor/tensor.ipynb").exists()
    assert course["modules"][0]["path"] == "course/modules/01_tensor/tensor.ipynb"
    again = await ask(jp_fetch, "new")
    assert again["folder"] == course["folder"]


async def test_milestones_unlock_with_what_they_need(student, jp_fetch) -> None:
    course = json.loads((await jp_fetch("tinytorch-lab", "course")).body)
    first = course["milestones"][0]
    assert first["id"] == "1_1957_perceptron"
    assert "06_optimizers" in first["missing"]
    answer = await ask(jp_fetch, "milestone", milestone="1_1957_perceptron")
    assert (student / answer["path"]).is_file()
    for package, name in (("core", n) for n in ("tensor", "activations", "layers", "autograd", "optimizers")):
        (student / "tinytorch" / package / f"{name}.py").write_text("")
    course = json.loads((await jp_fetch("tinytorch-lab", "course")).body)
    assert course["milestones"][0]["missing"] == []
