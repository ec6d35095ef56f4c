"""What an instructor's server answers, and that no other server answers it."""

import json
import os
import textwrap
from pathlib import Path

import pytest
from tornado.httpclient import HTTPClientError

from tinytorch_lab.course.errors import Cancelled, CourseError
from tinytorch_lab.server import worker
from tinytorch_lab.server.class_handlers import class_routes
from tinytorch_lab.server.grading_handlers import grading_routes
from tinytorch_lab.server.sender import Sender

from ..class_sample import BAD_LINE, write_class

ROUTES = [path.partition("/tinytorch-lab/")[2] for path, _ in [*class_routes("/"), *grading_routes("/")]]
MODULE = {"module": "01_sums"}
RELEASE = MODULE | {"mend": False, "edition": False}


@pytest.fixture
def instructor(jp_root_dir, jp_serverapp):
    """The server's root is a class folder, and the server is its instructor's."""
    jp_serverapp.web_app.settings["tinytorch_lab"].instructor = True
    return write_class(jp_root_dir)


async def ask(jp_fetch, route: str, body: object = None, **options):
    """Status and text of the answer, also of a refusal."""
    given = {} if body is None else {"method": "POST", "body": json.dumps(body)}
    try:
        answer = await jp_fetch("tinytorch-lab", *route.split("/"), **(given | options), request_timeout=120)
    except HTTPClientError as error:
        answer = error.response
    return answer.code, answer.body.decode()


async def test_a_server_that_is_no_instructors_answers_nothing(jp_root_dir, jp_fetch) -> None:
    write_class(jp_root_dir)
    body = json.dumps(RELEASE | {"modules": []})
    for route in ROUTES:
        for verb in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
            status, text = await ask(jp_fetch, route, method=verb, body=body, allow_nonstandard_methods=True)
            assert status == 403, f"{verb} {route}"
            assert "c.TinyTorchLab.instructor = True" in json.loads(text)["message"]
    assert len(ROUTES) == 13
    assert not (jp_root_dir / "release").exists()


async def test_the_class_says_how_far_each_module_is_and_where_its_faults_are(instructor, jp_fetch) -> None:
    status, text = await ask(jp_fetch, "class")
    assert status == 200
    good, bad = json.loads(text)["modules"]
    assert (good["id"], good["state"], good["version"], good["reason"]) == ("01_sums", "ready", None, None)
    assert good["points"] == {"auto": 3, "manual": 2}
    assert good["path"] == good["file"] == "modules/01_sums/sums_dev.py"
    assert bad["state"] == "draft"
    assert bad["reason"] == "1 fault in modules/02_products/products_dev.py"
    (fault,) = (each for each in bad["faults"] if each["severity"] == "error")
    assert (fault["line"], fault["grade_id"], fault["rule"]) == (BAD_LINE, "02-add", "R3")
    assert fault["mend"]


async def test_faults_are_what_a_refused_preview_and_release_answer(instructor, jp_fetch) -> None:
    module = {"module": "02_products"}
    status, text = await ask(jp_fetch, "class/preview", module)
    preview = json.loads(text)
    assert status == 200
    assert preview["cells"] == []
    assert "was not released" in preview["refused"]
    assert [fault["line"] for fault in preview["faults"]] == [BAD_LINE]
    _, text = await ask(jp_fetch, "class/release", RELEASE | module)
    last = json.loads(text.splitlines()[-1])
    assert last["kind"] == "refused"
    assert last["faults"] == preview["faults"]
    assert not (instructor / "release").exists()


async def test_without_a_class_folder_a_sentence_says_how_to_make_one(jp_root_dir, jp_serverapp, jp_fetch) -> None:
    jp_serverapp.web_app.settings["tinytorch_lab"].instructor = True
    status, text = await ask(jp_fetch, "class")
    assert status == 409
    assert "tinytorch-lab new --class" in json.loads(text)["message"]


async def test_the_class_folder_of_the_configuration_may_lie_elsewhere(
    jp_root_dir, tmp_path, jp_serverapp, jp_fetch
) -> None:
    config = jp_serverapp.web_app.settings["tinytorch_lab"]
    config.instructor = True
    config.class_folder = str(write_class(tmp_path / "elsewhere"))
    _, text = await ask(jp_fetch, "class")
    answer = json.loads(text)
    assert answer["folder"] == "elsewhere"
    assert [module["path"] for module in answer["modules"]] == [None, None], "The browser cannot reach it."


async def test_a_students_folder_is_no_class(student, jp_serverapp, jp_fetch) -> None:
    jp_serverapp.web_app.settings["tinytorch_lab"].instructor = True
    status, text = await ask(jp_fetch, "class")
    assert status == 409
    assert "is a student folder" in json.loads(text)["message"]


@pytest.mark.parametrize(
    ("route", "body"),
    [
        ("class/preview", {"module": "../etc"}),
        ("class/preview", {"path": "modules/01_sums/sums_dev.py"}),
        ("class/release", MODULE),
        ("class/release", RELEASE | {"module": "01_sums/.."}),
        ("class/release", RELEASE | {"edition": "yes"}),
        ("class/zip", {"modules": ["../etc"]}),
        ("class/zip", {}),
    ],
)
async def test_every_body_is_checked(instructor, jp_fetch, route: str, body: object) -> None:
    status, text = await ask(jp_fetch, route, body)
    assert status == 400
    assert "The body must be" in json.loads(text)["message"]


def test_a_students_page_is_not_told_that_it_is_an_instructors(jp_serverapp) -> None:
    assert "tinytorchLabInstructor" not in jp_serverapp.web_app.settings.get("page_config_data", {})


class TestInstructorsPage:
    @pytest.fixture
    def jp_server_config(self, jp_server_config: dict) -> dict:
        return jp_server_config | {"TinyTorchLab": {"instructor": True}}

    def test_it_is_told(self, jp_serverapp) -> None:
        assert jp_serverapp.web_app.settings["page_config_data"]["tinytorchLabInstructor"] is True
        assert jp_serverapp.web_app.settings["tinytorch_lab"].instructor is True


# The process in which a release runs


def run_worker(monkeypatch, tmp_path: Path, source: str, send: Sender) -> None:
    """Let ``source`` be the worker."""
    (tmp_path / "a_worker.py").write_text(textwrap.dedent(source))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    worker.run("a_worker", {"module": "01_sums"}, send)


def test_a_worker_that_dies_is_a_sentence_with_its_last_words(monkeypatch, tmp_path) -> None:
    got: list = []
    source = """
        import json, os, sys
        print(json.dumps({"kind": "step", "asked": json.load(sys.stdin)}), flush=True)
        sys.stderr.write("Traceback\\nMemoryError: no room")
        os._exit(3)
    """
    with pytest.raises(CourseError, match=r"exit status 3.*MemoryError: no room.*try again"):
        run_worker(monkeypatch, tmp_path, source, Sender(got.append))
    assert got == [{"kind": "step", "asked": {"module": "01_sums"}}]


def test_what_is_no_message_ends_the_worker(monkeypatch, tmp_path) -> None:
    with pytest.raises(CourseError, match="is no message: 'hello'"):
        run_worker(monkeypatch, tmp_path, "import time; print('hello', flush=True); time.sleep(600)", Sender(print))


def test_who_goes_away_ends_the_worker_and_what_it_started(monkeypatch, tmp_path) -> None:
    """Its child too: else a kernel would run on. The child's end is seen at the other end of a pipe."""
    fifo = tmp_path / "fifo"
    source = f"""
        import json, subprocess, sys, time
        child = subprocess.Popen([sys.executable, "-c", "import time; f = open({str(fifo)!r}, 'w'); time.sleep(600)"])
        print(json.dumps({{"kind": "step"}}), flush=True)
        time.sleep(600)
    """
    os.mkfifo(fifo)
    ends: list = []

    def gone(message: dict | None) -> None:
        ends.append(fifo.open())  # returns when the child has opened its end
        send.stop.set()

    send = Sender(gone)
    with pytest.raises(Cancelled):
        run_worker(monkeypatch, tmp_path, source, send)
    assert ends[0].read() == "", "Read to its end: nobody holds the other one any more."
