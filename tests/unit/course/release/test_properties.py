# ruff: noqa: E501
"""Generated modules: each is refused, or no sealed line is in what students get, whichever way it is read."""

from __future__ import annotations

import base64
import gzip
import html
import io
import itertools
import json
import re
import tempfile
import urllib.parse
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinytorch_lab.course.class_folder import open_class
from tinytorch_lab.course.release import repeats, scan
from tinytorch_lab.course.release.examine import examined
from tinytorch_lab.course.release.model import ERROR, Fault
from tinytorch_lab.course.release.stage import prepared
from tinytorch_lab.course.student import stripped, to_text

pytest.importorskip("nbgrader", reason="the [instructor] extra is not installed")

MARKERS = tuple(
    f"### {verb} {what}" for what in ("SOLUTION", "HIDDEN TESTS", "MARK SCHEME") for verb in ("BEGIN", "END")
)
TYPOS = (
    "### begin solution",
    "## END SOLUTION",
    "### BEGIN  SOLUTION",
    "#BEGIN HIDDEN TESTS",
    "### END SOLUTIONS",
    "### BEGIN HIDDEN TSETS",
)


def grading(name: str, **flags: object) -> str:
    return json.dumps(
        {"grade": False, "grade_id": name, "locked": False, "schema_version": 3, "solution": False, "task": False}
        | flags
    )


SOLUTION, TEST = {"solution": True}, {"grade": True, "points": 1, "locked": True}
ANSWER, TASK = {"grade": True, "solution": True, "points": 1}, {"task": True, "points": 1, "locked": True}


def read(text: str) -> tuple[str | None, list[Fault]]:
    """What students get of the module (None: refused), and its faults."""
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "modules/01_sums/sums_dev.py"
        file.parent.mkdir(parents=True)
        file.write_bytes(text.encode())
        folder = open_class(Path(place))
        author, faults = examined(folder, folder.find("01"))
    wrong = [fault for fault in faults if fault.severity == ERROR]
    if author is None or wrong:
        assert wrong
        return None, wrong
    source = prepared(author)
    made = to_text(stripped(source, "it"))
    assert made == to_text(stripped(prepared(author), "it"))
    assert [cell.source for cell in nbformat.reads(made, 4).cells] == [
        cell.source for cell in by_nbgrader(source).cells
    ]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("01_sums/sums.ipynb", made)
    assert scan.leaks(packed.getvalue(), repeats.hidden(author)) == []
    return made, wrong


def by_nbgrader(source: nbformat.NotebookNode) -> nbformat.NotebookNode:
    from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme, ClearSolutions

    made, resources = nbformat.from_dict(source), {}
    for preprocessor in (ClearSolutions(), ClearHiddenTests(), ClearMarkScheme()):
        made, resources = preprocessor.preprocess(made, resources)
    return made


WORDS = st.sampled_from(
    (
        "alpha",
        "beta",
        "größe",
        "return",
        "x",
        "=",
        "+",
        "1",
        "'a'",
        '"',
        "#",
        "\\",
        "<b>",
        "&lt;",
        "%",
        "$$",
        "\t",
        "  ",
    )
)
PROSE = st.lists(WORDS, max_size=6).map(" ".join)


@st.composite
def modules(draw: st.DrawFn) -> tuple[str, list[str], bool]:
    """A module, its sealed lines, and whether something is wrong with it: a marker out of place, or a line that is said twice."""
    sealed = [f"secret_{number} = {number} * x" for number in range(draw(st.integers(1, 6)))]
    hidden = list(sealed)
    cells, wrong = [], False
    for number in range(draw(st.integers(1, 5))):
        mine = [hidden.pop() for _ in range(draw(st.integers(0, min(2, len(hidden)))))]
        cells.append(draw(st.sampled_from((solution, graded, answer, task)))(number, mine, draw(PROSE)))
    cells.append(graded(99, hidden, ""))
    if draw(st.booleans()):
        spoilt, wrong = draw(st.sampled_from(SPOILERS)), True
        cells.insert(
            draw(st.integers(0, len(cells))),
            spoilt(draw(st.sampled_from((*MARKERS, *TYPOS))), draw(st.sampled_from(sealed))),
        )
    cells.insert(draw(st.integers(0, len(cells))), f"# %% [markdown]\n# {draw(PROSE)}")
    return draw(st.sampled_from(("\n", "\r\n"))).join("\n\n".join(cells).split("\n")) + "\n", sealed, wrong


def solution(number: int, sealed: list[str], words: str) -> str:
    lines = [
        "    # " + words,
        "    ### BEGIN SOLUTION",
        *(f"    {line}" for line in sealed),
        "    pass",
        "    ### END SOLUTION",
    ]
    return "\n".join([f"# %% nbgrader={grading(f's{number}', **SOLUTION)}", f"def f{number}(x):", *lines])


def graded(number: int, sealed: list[str], words: str) -> str:
    lines = ["x = 1  # " + words, "### BEGIN HIDDEN TESTS", *sealed, "### END HIDDEN TESTS"]
    return "\n".join([f"# %% nbgrader={grading(f't{number}', **TEST)}", *lines])


def answer(number: int, sealed: list[str], words: str) -> str:
    lines = ["Why? " + words, "### BEGIN SOLUTION", *sealed, "### END SOLUTION"]
    return "\n".join([f"# %% [markdown] nbgrader={grading(f'a{number}', **ANSWER)}", *(f"# {line}" for line in lines)])


def task(number: int, sealed: list[str], words: str) -> str:
    lines = ["Draw it. " + words, "### BEGIN MARK SCHEME", *sealed, "### END MARK SCHEME"]
    return "\n".join([f"# %% [markdown] nbgrader={grading(f'k{number}', **TASK)}", *(f"# {line}" for line in lines)])


SPOILERS: tuple[Callable[[str, str], str], ...] = (
    lambda marker, _: f"# %% [markdown]\n# {marker}",
    lambda marker, _: f"# %%\ny = 2\n{marker}",
    lambda marker, _: f'# %%\ny = """\n{marker}\n"""',
    lambda marker, _: f"# %% nbgrader={grading('spoilt', **SOLUTION)}\ndef g():\n    ### BEGIN SOLUTION\n    pass\n    ### END SOLUTION\n    {marker}",
    lambda marker, _: f"# %% nbgrader={grading('spoilt', **TEST)}\n{marker}\ny = 2",
    lambda _, line: f"# %% [markdown]\n# One writes {line} here.",
    lambda _, line: f"# %% [markdown]\n# One writes `{line.replace(' ', '')}`.",
    lambda _, line: f"# %%\ny = 2  # {line}",
    lambda _, line: f"# %%\ny = '{line}'",
    lambda _, line: f"# %% [raw]\n# {line}",
    lambda _, line: f"# %% nbgrader={grading('spoilt', **SOLUTION)}\ndef g(x):\n    # HINT: {line}\n    ### BEGIN SOLUTION\n    ### END SOLUTION",
    lambda _, line: f"# %% nbgrader={grading('spoilt', **SOLUTION)}\n{line}",
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(modules())
def test_a_module_is_refused_if_something_is_wrong_and_else_gives_nothing_away(
    made: tuple[str, list[str], bool],
) -> None:
    text, sealed, wrong = made
    released, faults = read(text)
    assert (released is None) == wrong, [*map(str, faults)]
    for line in sealed if released else ():
        assert line not in released
        assert line.partition(" ")[0] not in released


PIECES = st.sampled_from((
    "# %%", "# %% [markdown]", "# %% [raw]", "# ---", "import math", "def f(x):", "    return x", '"""', "'''", "#", "", "    pass", "assert f(1) == 1", "# words",
    "# HINTS:", "# - a hint", "%%measure", "!ls", "# %%%", "#%%", "# +", "# region", "\\", "x = (", ")", "# ### BEGIN SOLUTION", "# ### END SOLUTION", "\ufeff", "    \t",
    *(f"# %% nbgrader={grading(f'g{n}', **kind)}" for n, kind in enumerate((SOLUTION, TEST, ANSWER, TASK))),
    *(f"# %% [markdown] nbgrader={grading(f'm{n}', **kind)}" for n, kind in enumerate((ANSWER, TASK))),
    *MARKERS, *(f"    {marker}" for marker in MARKERS), *TYPOS,
))  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(PIECES, PIECES, st.integers(0, 9).map(lambda n: f"secret{n} = {n}"), PROSE), max_size=30))
def test_any_lines_at_all_are_refused_in_words_or_stripped_as_nbgrader_does(lines: list[str]) -> None:
    released, faults = read("\n".join(lines))
    for fault in faults:
        str(fault).encode()
        assert re.fullmatch(r"R[1-9]", fault.rule)
    if released is None:
        return
    for words in ("BEGIN SOLUTION", "END SOLUTION", "HIDDEN TESTS", "MARK SCHEME"):
        assert words not in released
    for secret in re.findall(r"secret[0-9]", released):
        assert secret in outside(lines)


def outside(lines: list[str]) -> str:
    """The lines that no marker encloses, read as plainly as can be."""
    kept, inside = [], False
    for line in lines:
        mark = line.strip().removeprefix("# ")
        inside = mark in MARKERS[::2] or (inside and mark not in MARKERS[1::2] and not line.startswith("# %%"))
        kept += [] if inside else [line]
    return "\n".join(kept)


def zipped(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inside", content)
    return packed.getvalue()


FORMS: tuple[Callable[[bytes], bytes], ...] = (
    zipped, gzip.compress, zlib.compress,
    lambda content: content.hex().encode(),
    base64.b64encode, base64.urlsafe_b64encode, base64.encodebytes,
    lambda content: json.dumps({"a": [content.decode()]}).encode(),
    lambda content: json.dumps([content.decode(), "other"], ensure_ascii=True).encode(),
    lambda content: html.escape(content.decode()).encode(),
    lambda content: urllib.parse.quote(content.decode()).encode(),
)  # fmt: skip
TEXT_FORMS = (lambda text: text.encode(), lambda text: text.replace(" ", "\n").encode(), lambda text: text.encode("utf-16"), lambda text: text.encode("utf-16-be"), lambda text: text.encode("utf-32"))  # fmt: skip


@pytest.mark.parametrize("line", ["größe = a < b + 17", "return total_of(a, b)", "Addition commutes, always."])
@pytest.mark.parametrize("text_form", range(len(TEXT_FORMS)))
def test_the_scan_finds_a_line_however_it_is_packed(line: str, text_form: int) -> None:
    """In every form, and in every form of every form."""
    packings = [(), *((one,) for one in FORMS), *itertools.product(FORMS, FORMS)]
    for forms in packings:
        content = TEXT_FORMS[text_form](f"4f {line} c0ffee\n")
        try:
            for form in forms:
                content = form(content)
        except UnicodeDecodeError:
            continue  # a form of text only
        assert line in scan.leaks(content, [line])
        assert scan.leaks(content, ["something_else = 5 + 6"]) == []
