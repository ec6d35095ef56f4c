"""Files that are odd, by accident or on purpose, stop no class: they are graded, shown, and passed over where they cannot be."""

import json

import nbformat
import pytest

from tinytorch_lab.course.grading import run
from tinytorch_lab.course.grading.sent import Left

MODULE = "01_pair"
HALF = "\ud800"


def measuring(source: str, **more) -> dict:
    return {"cell_type": "code", "id": "m", "metadata": {}, "source": source, "outputs": [], **more}


ODD = {
    "half a character": [measuring(f"%%measure\n'{HALF}'", outputs=[{"output_type": "stream", "text": HALF}])],
    "outputs that are none": [measuring("%%measure\n1", outputs=[5, {"output_type": "display_data"}, "x"])],
    "no list of outputs": [measuring("%%measure\n1", outputs="x", execution_count={}, metadata={"tags": 5})],
    "one id twice": [measuring("%%measure\n1", id="01-add"), measuring("%%measure\n2", id="01-add")],
    "an id that is none": [measuring("%%measure\n1", id="../x y")],
}


@pytest.mark.parametrize("kind", ODD)
def test_odd_measuring_cells_are_kept_as_cells(class_, kind: str) -> None:
    place = class_.hand_in("ada")
    given = json.loads(place.read_text())
    place.write_text(json.dumps(given | {"cells": ODD[kind] + given["cells"]}))
    run.grade(class_.paths, MODULE, class_.engine)
    executed = nbformat.reads(class_.paths.autograded("ada", MODULE).read_text(encoding="utf-8"), as_version=4)
    nbformat.validate(executed)
    assert [cell.source.replace("?", HALF) for cell in executed.cells[: len(ODD[kind])]] == [
        one["source"] for one in ODD[kind]
    ]


def test_a_mark_that_windows_puts_in_front_is_no_part_of_the_notebook(class_) -> None:
    place = class_.hand_in("ada")
    place.write_bytes(b"\xef\xbb\xbf" + place.read_bytes())
    run.grade(class_.paths, MODULE, class_.engine)
    assert class_.paths.autograded("ada", MODULE).read_text(encoding="utf-8").startswith("{")


def test_a_name_of_a_file_steers_no_terminal() -> None:
    assert str(Left("x.zip/\x1b]0;mine\x07\udcff.ipynb", "it is a link")) == "x.zip/?]0;mine??.ipynb: it is a link"
