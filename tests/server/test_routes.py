import inspect
import json

import pytest
from tornado.httpclient import HTTPClientError

from tinytorch_lab.server import class_handlers, grading_handlers, handlers


async def call(jp_fetch, *path, **options):
    """Status and decoded body, also of an error."""
    try:
        answer = await jp_fetch("tinytorch-lab", *path, **options)
    except HTTPClientError as error:
        answer = error.response
    return answer.code, json.loads(answer.body)


async def test_the_course_lists_20_modules_in_4_parts(student, jp_fetch) -> None:
    status, course = await call(jp_fetch, "course")
    assert status == 200
    assert course["parts"] == ["Foundation", "Vision", "Language", "Systems"]
    assert len(course["modules"]) == 20
    assert course["folder"] == {"kind": "student", "version": 1}
    assert course["problem"] is None
    first, second = course["modules"][0], course["modules"][1]
    assert (first["id"], first["state"], first["missing"], first["source"]) == ("01_tensor", "ready", [], "reference")
    assert first["path"] == "modules/01_tensor/tensor.ipynb"
    assert first["exercises"] > 0
    assert second["missing"] == ["01_tensor"]


async def test_open_makes_a_missing_notebook_and_answers_its_path(student, jp_fetch) -> None:
    notebook = student / "modules/01_tensor/tensor.ipynb"
    notebook.unlink()
    answer = await call(jp_fetch, "open", method="POST", body='{"module": "01_tensor"}')
    assert answer == (200, {"path": "modules/01_tensor/tensor.ipynb"})
    assert notebook.is_file()


@pytest.mark.parametrize(
    "body", ['{"module": "../etc"}', '{"module": "01_tensor/.."}', '{"module": 1}', "[]", '{"path": "x"}']
)
async def test_a_body_that_names_no_module_is_refused(student, jp_fetch, body: str) -> None:
    status, answer = await call(jp_fetch, "open", method="POST", body=body)
    assert status == 400
    assert "The body must be" in answer["message"]


async def test_an_unknown_module_is_a_sentence(student, jp_fetch) -> None:
    status, answer = await call(jp_fetch, "open", method="POST", body='{"module": "77_nothing"}')
    assert status == 409
    assert "no module '77_nothing'" in answer["message"]


async def test_without_a_student_folder_the_course_still_lists_and_says_what_to_do(jp_root_dir, jp_fetch) -> None:
    status, course = await call(jp_fetch, "course")
    assert status == 200
    assert course["folder"] is None
    assert "tinytorch-lab new course" in course["problem"]
    assert all(module["path"] is None for module in course["modules"])
    status, answer = await call(jp_fetch, "open", method="POST", body='{"module": "01_tensor"}')
    assert status == 409
    assert "There is no student folder" in answer["message"]


async def test_a_folder_named_course_below_the_root_is_found(jp_root_dir, jp_fetch) -> None:
    from tinytorch_lab.course.workspace import new_student_folder

    new_student_folder(jp_root_dir / "course")
    answer = await call(jp_fetch, "open", method="POST", body='{"module": "01_tensor"}')
    assert answer == (200, {"path": "course/modules/01_tensor/tensor.ipynb"})


async def test_a_folder_that_was_renamed_is_followed_and_no_second_one_is_made(jp_root_dir, jp_fetch) -> None:
    from tinytorch_lab.course.workspace import new_student_folder

    new_student_folder(jp_root_dir / "course")
    (jp_root_dir / "course").rename(jp_root_dir / "my course")
    _, course = await call(jp_fetch, "course")
    assert course["modules"][0]["path"] == "my course/modules/01_tensor/tensor.ipynb"
    status, course = await call(jp_fetch, "new", method="POST", body="{}")
    assert (status, course["problem"]) == (200, None)
    assert not (jp_root_dir / "course").exists()


async def test_several_student_folders_are_named(jp_root_dir, jp_fetch) -> None:
    from tinytorch_lab.course.workspace import new_student_folder

    new_student_folder(jp_root_dir / "one")
    new_student_folder(jp_root_dir / "two")
    _, course = await call(jp_fetch, "course")
    assert course["folder"] is None
    assert "holds several student folders: one, two." in course["problem"]
    status, answer = await call(jp_fetch, "new", method="POST", body="{}")
    assert (status, answer["message"]) == (409, course["problem"])
    assert not (jp_root_dir / "course").exists()


async def test_where_the_servers_own_folder_has_gone_nothing_is_made_and_the_way_out_is_said(student, jp_fetch) -> None:
    moved = student.with_name("moved")
    student.rename(moved)
    for route, options in (("course", {}), ("new", {"method": "POST", "body": "{}"})):
        status, answer = await call(jp_fetch, route, **options)
        assert status == 409
        assert "is not there any more: the folder was renamed or moved. Give it its old name back" in answer["message"]
    assert not student.exists()
    moved.rename(student)
    assert (await call(jp_fetch, "course"))[0] == 200


async def test_a_damaged_marker_is_told_and_kept(student, jp_fetch) -> None:
    (student / ".tinytorch-lab.json").write_text("{")
    _, course = await call(jp_fetch, "course")
    assert "is damaged" in course["problem"]
    assert (student / ".tinytorch-lab.json").read_text() == "{"


async def test_a_full_disk_is_a_sentence(student, jp_fetch, monkeypatch) -> None:
    from tinytorch_lab.course import given

    def full(path, text):
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(given, "write_atomic", full)
    (student / "modules/01_tensor/tensor.ipynb").unlink()
    status, answer = await call(jp_fetch, "open", method="POST", body='{"module": "01_tensor"}')
    assert status == 500
    assert answer["message"].startswith("No space left on device: ")


def below_prefix(table: list) -> list:
    return [(path.partition("/tinytorch-lab/")[2], handler) for path, handler in table]


ROUTES = below_prefix(handlers.routes("/"))
ALL_ROUTES = [*ROUTES, *below_prefix([*class_handlers.class_routes("/"), *grading_handlers.grading_routes("/")])]


@pytest.mark.parametrize(("path", "handler"), ALL_ROUTES, ids=[path for path, _ in ALL_ROUTES])
async def test_nobody_is_answered_without_a_token(student, jp_fetch, path: str, handler: type) -> None:
    verbs = [verb for verb in ("get", "post", "put", "delete", "patch") if _is_ours(handler, verb)]
    assert verbs
    for verb in verbs:
        options = {} if verb == "get" else {"method": verb.upper(), "body": '{"module": "01_tensor"}'}
        with pytest.raises(HTTPClientError) as caught:
            await jp_fetch(
                "tinytorch-lab", *path.split("/"), headers={"Authorization": ""}, follow_redirects=False, **options
            )
        assert caught.value.code in (302, 403)


def _is_ours(handler: type, verb: str) -> bool:
    return getattr(handler, verb).__module__ == handlers.__name__ or "tinytorch_lab" in inspect.getsourcefile(
        inspect.unwrap(getattr(handler, verb))
    )


@pytest.mark.parametrize(("path", "handler"), ROUTES, ids=[path for path, _ in ROUTES])
async def test_every_body_is_checked(student, jp_fetch, path: str, handler: type) -> None:
    if not _is_ours(handler, "post") or path == "new":
        pytest.skip("takes no body")
    for body in (
        "[]",
        "{}",
        '{"module": "../etc", "milestone": "../1", "modules": ["../etc"], "mine": true, "anyway": true}',
    ):
        status, answer = await call(jp_fetch, path, method="POST", body=body)
        assert status == 400, body
        assert "The body must be" in answer["message"]
