"""S001, S002, S005 to S008: the parts of a lesson and their order."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tinytorch_lab.course.check.cells import headings
from tinytorch_lab.course.check.findings import Finding
from tinytorch_lab.course.check.lesson import Lesson
from tinytorch_lab.course.lesson import BEGIN_SOLUTION

PARTS = {
    "Part 1": "S002",
    "Part 2": "S004",
    "Part 3": "S005",
    "Integration test": "S006",
    "ML systems thinking": "S007",
    "Summary": "S008",
}
FRAMEWORKS = ("PyTorch", "TensorFlow", "JAX")
FEWEST_QUESTIONS, MOST_QUESTIONS = 3, 5


def title(lesson: Lesson) -> Iterator[Finding]:
    """The first cell: title, objectives, prerequisites, what it unlocks."""
    first = lesson.cells[0] if lesson.cells else None
    wanted = f"# Module {lesson.module.number}: {lesson.module.title}"
    if first is None or first.source.partition("\n")[0].strip() != wanted:
        yield lesson.finding(
            "S001", "The first cell does not begin with the title.", f"Begin it with '{wanted}'.", first
        )
    elif missing := [
        w for w in ("You build", "You measure", "Prerequisites", "Unlocks") if w.lower() not in first.source.lower()
    ]:
        yield lesson.finding(
            "S001",
            f"The first cell does not say {', '.join(map(repr, missing))}.",
            "Add a short sentence of each.",
            first,
        )


def order(lesson: Lesson) -> Iterator[Finding]:
    """Every part is there, once, behind the one before it."""
    places = [(cell, i, words) for cell in lesson.prose for i, words in headings(cell.source)]
    last = -1
    for part, rule in PARTS.items():
        found = [n for n, (_, _, words) in enumerate(places) if words.startswith(part)]
        if not found:
            yield lesson.finding(rule, f"No heading begins with '{part}'.", f"Add '## {part}' in its place.")
        elif len(found) > 1 or found[0] < last:
            cell, line, words = places[found[-1]]
            what = "stands twice" if len(found) > 1 else "stands before a part that comes first"
            yield lesson.finding(rule, f"'{words}' {what}.", f"The order is {', '.join(PARTS)}.", cell, line + 1)
        last = max([last, *found])


def formula(lesson: Lesson) -> Iterator[Finding]:
    """Part 1 holds the formula that the student verifies by measuring."""
    cells = [cell for cell in lesson.cells_of("Part 1", ("Part 2",)) if cell.kind == "markdown"]
    if cells and not any("$" in cell.source or "\n|" in cell.source for cell in cells):
        yield lesson.finding(
            "S002", "Part 1 holds no formula.", "Write the cost that will be measured as $...$ or in a table.", cells[0]
        )


def production(lesson: Lesson) -> Iterator[Finding]:
    """Part 3 says what a production framework does."""
    cells = list(lesson.cells_of("Part 3", ("Integration test",)))
    if cells and not any(name in cell.source for cell in cells for name in FRAMEWORKS):
        yield lesson.finding(
            "S005", "Part 3 names no framework.", f"Say what {' or '.join(FRAMEWORKS)} does for this job.", cells[0]
        )


def integration(lesson: Lesson) -> Iterator[Finding]:
    """A graded test of the whole module stands in its part."""
    cells = list(lesson.cells_of("Integration test", ("ML systems thinking",)))
    if cells and not any(cell.is_test for cell in cells):
        yield lesson.finding(
            "S006",
            "The integration test is no graded cell.",
            "Add a test cell with points that uses all of it.",
            cells[0],
        )


def main_block(lesson: Lesson) -> Iterator[Finding]:
    """``if __name__ == "__main__":`` calls every test."""
    tests = {
        node.name: cell
        for cell in lesson.code
        if cell.is_test
        for node in cell.defined()
        if node.name.startswith("test")
    }
    blocks = [
        n for c in lesson.code for n in c.tree.body if isinstance(n, ast.If) and "__name__" in ast.unparse(n.test)
    ]
    if not blocks:
        yield lesson.finding(
            "S006",
            'There is no `if __name__ == "__main__":`.',
            "Add one that calls all tests behind the integration test.",
        )
    called = {ast.unparse(n.func) for block in blocks for n in ast.walk(block) if isinstance(n, ast.Call)}
    for name, cell in tests.items():
        if blocks and name not in called:
            yield lesson.finding("S006", f"The main block does not call {name}.", "Call it there.", cell)


def questions(lesson: Lesson) -> Iterator[Finding]:
    """Three to five questions, graded by hand, each with a rubric."""
    found = [cell for cell in lesson.cells if cell.is_question]
    inside = {cell.number for cell in lesson.cells_of("ML systems thinking", ("Summary",))}
    if not FEWEST_QUESTIONS <= len(found) <= MOST_QUESTIONS:
        yield lesson.finding(
            "S007", f"There are {len(found)} manually graded questions.",
            f"Ask {FEWEST_QUESTIONS} to {MOST_QUESTIONS}.", lesson.part_of("ML systems thinking"),
        )  # fmt: skip
    for cell in found:
        if "rubric" not in cell.source.partition(BEGIN_SOLUTION)[2].lower():
            yield lesson.finding(
                "S007", "The solution holds no rubric.", "End it with 'Rubric: ...', point by point.", cell
            )
        if cell.number not in inside:
            yield lesson.finding(
                "S007", "The question stands outside of its part.", "Move it below that heading.", cell
            )


def summary_is_last(lesson: Lesson) -> Iterator[Finding]:
    """The summary is the last cell."""
    last = lesson.cells[-1] if lesson.cells else None
    part = lesson.part_of("Summary")
    if last is not None and part is not None and last is not part:
        yield lesson.finding("S008", "The summary is not the last cell.", "Move what follows it up.", last)
