"""Grading 40 mixed submissions of a small module: ours beside nbgrader's own Autograde, in pairs, scores compared one by one.

``python benchmarks/grading.py [ROUNDS] [--limit S] [--many N]`` (1 round by default). Each round grades the same submissions with
both, each in a process of its own; CPU seconds are those of the process with all that it started, after its imports. A cell may
take what each allows by default (ours 20 s of CPU time, nbgrader 30 s of wall time), or S seconds in both. ``--many N`` then grades
N submissions with ours alone, on all cores. Needs Linux and nbgrader; module and submissions are those of tests/grading/engine.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import pickle
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "grading" / "engine"))

import small_module as small

from tinytorch_lab.course.grading.model import Graded, Limits, Task

MODULE, NOTEBOOK = "01_small", "small"
Change = Callable[[dict[str, Any]], None]


def behind(code: str, name: str = "double") -> Change:
    def change(submission: dict[str, Any]) -> None:
        small.cell(submission, name)["source"] += "\n" + code

    return change


def instead(code: str, name: str = "double") -> Change:
    return lambda submission: small.cell(submission, name).update(source=code)


def without(name: str) -> Change:
    return lambda submission: submission["cells"].remove(small.cell(submission, name))


def twice(name: str) -> Change:
    def change(submission: dict[str, Any]) -> None:
        at = submission["cells"].index(small.cell(submission, name))
        submission["cells"].insert(at + 1, {**submission["cells"][at], "id": "again"})

    return change


SWALLOW = "more = 1\nwhile more:\n    try:\n        while more: pass\n    except KeyboardInterrupt: pass"
DROP = (
    "import ast\nclass Drop(ast.NodeTransformer):\n    def visit_Assert(self, node): return ast.Pass()\n"
    "get_ipython().ast_transformers.append(Drop())\ndef triple(x): return 0"
)
KINDS: list[tuple[str, int, Change | None]] = [
    ("right", 12, None),
    ("wrong", 6, instead("def triple(x): return x + 2", "triple")),
    ("half done", 4, instead("def quadruple(x):\n    raise NotImplementedError()", "quadruple")),
    ("syntax error", 2, instead("def double(x) return 2 * x")),
    ("edited test", 2, instead("assert True", "triple-test")),
    ("deleted test", 1, without("quadruple-test")),
    ("repeated test", 1, twice("triple-test")),
    ("warns on stderr", 2, instead("def double(x):\n    import sys; print('note', file=sys.stderr); return 2 * x")),
    ("NumPy warning", 1, instead("def double(x):\n    np.float64(1) / np.float64(0); return 2 * x")),
    ("drops asserts", 1, behind(DROP, "triple")),
    ("patches np.allclose", 1, instead("def double(x): return 0\nnp.allclose = lambda *_, **__: True")),
    ("30 MB of output", 1, behind("for _ in range(300): print('x' * 100_000)")),
    ("1 GiB of memory", 1, behind("block = np.ones(2**27)")),
    ("endless loop", 1, behind("while True: pass")),
    ("endless loop that swallows interrupts", 1, behind(SWALLOW, "quintuple")),
    ("os._exit", 1, behind("import os; os._exit(0)", "triple")),
    ("reads the disk", 1, behind("import glob; found = glob.glob('/etc/*') + glob.glob('/root/**')")),
    ("unknown magic", 1, behind("get_ipython().run_line_magic('nosuchmagic', '')", "quintuple")),
]


def tasks(limit_s: float | None) -> list[Task]:
    usual = Limits()
    limits = replace(small.QUICK, cell_cpu_s=limit_s or usual.cell_cpu_s, cell_wall_s=usual.cell_wall_s)
    numbers = itertools.count(1)
    return [
        small.solved(change, f"{next(numbers):02d} {kind}".replace(" ", "_"), limits=limits)
        for kind, count, change in KINDS
        for _ in range(count)
    ]


def used() -> float:
    """CPU seconds of this process and of all its ended children."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def ours(given: list[Task], workers: int | None) -> dict[str, Any]:
    from nbgrader import preprocessors  # noqa: F401  (imports are counted apart)

    from tinytorch_lab.course.grading.engine.run import grade_all

    cpu, started = used(), time.perf_counter()
    graded: list[Graded] = list(grade_all(given, lambda words: None, workers=workers))
    spent = {"cpu_s": used() - cpu, "wall_s": time.perf_counter() - started, "imports_s": cpu}
    scores = {one.student: {cell.grade_id: cell.score for cell in one.cells} for one in graded}
    states = {one.student: one.state for one in graded}
    return {**spent, "scores": scores, "states": states}


def nbgrader(given: list[Task], limit_s: float | None) -> dict[str, Any]:
    """nbgrader's autograde over all submissions, in this process."""
    from nbgrader.api import Gradebook
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import Config

    with tempfile.TemporaryDirectory() as folder:
        config = Config()
        config.CourseDirectory.root = folder
        if limit_s:
            config.Execute.timeout = int(limit_s)
        config.OverwriteCells.add_missing_cells = True
        config.Application.log_level = 50
        source = Path(folder, "source", MODULE, f"{NOTEBOOK}.ipynb")
        write(source, given[0].source)
        for task in given:
            write(Path(folder, "submitted", task.student, MODULE, f"{NOTEBOOK}.ipynb"), task.submitted)
        api = NbGraderAPI(config=config)
        made = api.generate_assignment(MODULE)
        assert made["success"], made
        cpu, started = used(), time.perf_counter()
        states = {task.student: "" if api.autograde(MODULE, task.student)["success"] else "failed" for task in given}
        spent = {"cpu_s": used() - cpu, "wall_s": time.perf_counter() - started, "imports_s": cpu}
        with Gradebook(f"sqlite:///{folder}/gradebook.db") as book:
            scores = {task.student: read(book, task.student) for task in given}
    return {**spent, "scores": scores, "states": states}


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def read(book: Any, student: str) -> dict[str, float | None]:
    grades = book.find_submission_notebook(NOTEBOOK, MODULE, student).grades
    return {grade.name: grade.auto_score for grade in grades}


def apart(name: str, given: list[Task], option: float | None = None) -> dict[str, Any]:
    """Run one side in a process of its own, from an empty folder; ``option`` is our workers, nbgrader's limit."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "tasks").write_bytes(pickle.dumps((given, option)))
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])  # nbgrader starts `alembic`
        command = [sys.executable, __file__, "--side", name]
        subprocess.run(command, cwd=folder, check=True, env={**os.environ, "PATH": path}, stderr=subprocess.DEVNULL)
        return json.loads(Path(folder, "result").read_text())


def side(name: str) -> None:
    given, option = pickle.loads(Path("tasks").read_bytes())
    result = (ours if name == "ours" else nbgrader)(given, option)
    Path("result").write_text(json.dumps(result))


def compare(mine: dict[str, Any], theirs: dict[str, Any]) -> None:
    """Where the scores of tests differ."""
    same = 0
    for student, scores in mine["scores"].items():
        tests = {name: score for name, score in scores.items() if name != "why"}
        other = {name: theirs["scores"][student].get(name) for name in tests}
        if tests == other and not theirs["states"][student]:
            same += 1
            continue
        why = "lost by nbgrader" if theirs["states"][student] else ""
        print(f"  {student}: ours {show(tests)} ({mine['states'][student]}), nbgrader {show(other)} {why}")
    print(f"scores of every test equal in {same} of {len(mine['scores'])} submissions; the others are above")


def show(scores: dict[str, float | None]) -> str:
    return "/".join("-" if score is None else f"{score:g}" for score in scores.values())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("rounds", nargs="?", type=int, default=1)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--many", type=int, default=0)
    parser.add_argument("--side", choices=("ours", "nbgrader"))
    wanted = parser.parse_args()
    if wanted.side:
        side(wanted.side)
        return
    given = tasks(wanted.limit)
    calm = [task for task in given if "endless" not in task.student]
    print(f"{date.today()}, Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    for title, some in ((f"all {len(given)}", given), (f"the {len(calm)} that end by themselves", calm)):
        ratios = []
        for _ in range(wanted.rounds):
            mine, theirs = apart("ours", some, 1), apart("nbgrader", some, wanted.limit)
            each = [one["cpu_s"] / len(some) for one in (mine, theirs)]
            ratios.append(each[0] / each[1])
            walls = f"{mine['wall_s']:.1f}, {theirs['wall_s']:.1f} s"
            print(f"{title}: ours {each[0]:.3f}, nbgrader {each[1]:.3f} CPU s a submission; {walls}")
        print(f"{title}: ours takes 1/{1 / statistics.median(ratios):.1f} of nbgrader's CPU")
        if some is given:
            print("  our states:", dict(Counter(mine["states"].values())))
            compare(mine, theirs)
    if wanted.many:
        many = [replace(task, student=f"{number}") for number, task in zip(range(wanted.many), itertools.cycle(calm))]
        mine = apart("ours", many)
        states = dict(Counter(mine["states"].values()))
        print(f"{wanted.many} submissions: {mine['wall_s']:.1f} s, {mine['cpu_s']:.1f} CPU s, {states}")


if __name__ == "__main__":
    main()
