"""A small class folder: two modules of an instructor's own, one good and one with faults."""

from __future__ import annotations

import json
from pathlib import Path

GOOD = '''# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Sums

# %%
import math

# %% nbgrader={"grade": false, "grade_id": "01-add", "locked": false, "schema_version": 3, "solution": true}
def add(a, b):
    """The sum of a and b."""
    ### BEGIN SOLUTION
    total = a + b
    return total
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "01-add-test", "locked": true, "points": 3, "schema_version": 3, "solution": false}
assert add(1, 2) == 3, "add(1, 2) should be 3"
### BEGIN HIDDEN TESTS
assert add(-1, 1) == 0, "add(-1, 1) should be 0"
### END HIDDEN TESTS

# %% [markdown] nbgrader={"grade": true, "grade_id": "01-why", "locked": false, "points": 2, "schema_version": 3, "solution": true}
# Why does the order not matter?
#
# ### BEGIN SOLUTION
# Addition commutes.
# ### END SOLUTION
'''

BAD = GOOD.replace("01-", "02-").replace("    ### END SOLUTION\n", "").replace("# # Sums", "# # Products")
BAD_LINE = 18
"""Here begins its solution, which never ends."""

SEALED = ("total = a + b", "add(-1, 1)", "Addition commutes")
"""What students must not see."""


def author_file(folder: Path, module: str) -> Path:
    """The author's file of ``module``."""
    return folder / "modules" / module / f"{module[3:]}_dev.py"


def write_class(folder: Path) -> Path:
    """Make the class at ``folder``."""
    for module, text in (("01_sums", GOOD), ("02_products", BAD)):
        file = author_file(folder, module)
        file.parent.mkdir(parents=True)
        file.write_text(text, encoding="utf-8")
    (folder / ".tinytorch-lab.json").write_text(json.dumps({"kind": "class", "version": 1}), encoding="utf-8")
    return folder


def hand_in(folder: Path, student: str, answer: str | None = None) -> Path:
    """A submission of 01_sums where nbgrader keeps it: the released notebook, with ``answer`` in place of the stubs."""
    notebook = json.loads((folder / "release/01_sums/sums.ipynb").read_text(encoding="utf-8"))
    own = {"01-add": f"def add(a, b):\n    return {answer}", "01-why": "Because it commutes."}
    for cell in notebook["cells"] if answer else ():
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        cell["source"] = own.get(name, cell["source"])
    place = folder / "submitted" / student / "01_sums" / "sums.ipynb"
    place.parent.mkdir(parents=True)
    place.write_text(json.dumps(notebook), encoding="utf-8")
    return place
