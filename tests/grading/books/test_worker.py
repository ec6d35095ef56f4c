"""What the server talks to: one job, lines of JSON, and an end that can be told from every other."""

import json
import signal
import subprocess
import sys

import psutil

from tinytorch_lab.course.grading.worker import answer

MODULE = "01_pair"


def ask(class_, action: str, **more) -> tuple[dict, list[dict]]:
    lines: list[dict] = []
    last = answer({"action": action, "course": str(class_.paths.root), **more}, lines.append)
    json.dumps([last, lines])  # all of it is plain data
    return last, lines


def test_the_actions_go_from_collecting_to_grades(class_, tmp_path) -> None:
    place = class_.hand_in("ada", add="a - b", why="It adds.")
    (tmp_path / "export" / "ada" / MODULE).mkdir(parents=True)
    place.rename(tmp_path / "export" / "ada" / MODULE / "pair.ipynb")
    last, _ = ask(class_, "collect", origin=str(tmp_path / "export"))
    assert (last["kind"], [one["student"] for one in last["taken"]], last["left"]) == ("done", ["ada"], [])
    (module,) = ask(class_, "overview")[0]["modules"]
    assert (module["submissions"], module["graded"], module["states"]) == (1, 0, {"not graded yet": 1})
    last, lines = ask(class_, "grade", module=MODULE)
    assert [(one["kind"], one["student"], one["score"], one["total"]) for one in lines] == [("progress", "ada", 3.0, 1)]
    assert last["changes"][0]["before"] is None
    assert last["changes"][0]["after"]["max_score"] == 10.0
    last, _ = ask(class_, "overview")
    (module,) = last["modules"]
    (ada,) = module["students"]
    assert (module["graded"], module["needs_manual"], ada["score"], ada["feedback"]) == (1, 1, 3.0, False)
    assert last["isolation"]
    assert ask(class_, "feedback", module=MODULE)[0]["pages"] == 1
    assert "ada,,,,3,10,30,needs manual grade" in ask(class_, "grades")[0]["csv"]
    assert "ada" not in ask(class_, "grades", anonymous=True)[0]["csv"]
    assert [one["grade_id"] for one in ask(class_, "items", module=MODULE)[0]["items"]] == [
        "01-add-test",
        "01-mul-test",
    ]


def test_what_a_user_can_mend_comes_as_a_sentence(class_) -> None:
    assert "There is no exchange at" in ask(class_, "collect")[0]["message"]
    assert ask(class_, "grade", module="02_next")[0]["kind"] == "error"


def test_a_run_that_is_stopped_says_so_keeps_what_is_graded_and_leaves_nobody_behind(class_) -> None:
    class_.hand_in("ada")
    class_.hand_in("loop", add="[None for _ in iter(int, 1)]")
    worker = subprocess.Popen(
        [sys.executable, "-m", "tinytorch_lab.course.grading.worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    worker.stdin.write(json.dumps({"action": "grade", "course": str(class_.paths.root), "module": MODULE}))
    worker.stdin.close()
    assert json.loads(worker.stdout.readline())["student"] == "ada"
    below = psutil.Process(worker.pid).children(recursive=True)
    assert below
    worker.send_signal(signal.SIGTERM)
    assert [json.loads(line) for line in worker.stdout] == [{"kind": "stopped"}]
    assert worker.wait() == 0
    assert psutil.wait_procs(below, timeout=30)[1] == []
    assert set(class_.rows()) == {"ada"}
    (module,) = ask(class_, "overview")[0]["modules"]
    assert module["states"] == {"graded": 1, "not graded yet": 1}
