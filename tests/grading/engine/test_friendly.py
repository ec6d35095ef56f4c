"""What a right submission does works inside of all layers: they stop attacks, not lessons."""

from __future__ import annotations

import pytest
from small_module import cell, notebook, plain, released, solved, task, with_code

from tinytorch_lab.course.grading.engine.run import grade_one
from tinytorch_lab.course.grading.model import Graded, Limits

CODES = {
    "temporary files": "import tempfile\nwith tempfile.TemporaryDirectory() as place:\n"
    "    with open(place + '/a', 'w') as file: print('kept', file=file)\n    print(open(place + '/a').read())",
    "files beside the notebook": "np.save('array.npy', np.arange(4))\nprint('kept', np.load('array.npy', mmap_mode='r').sum())",
    "threads": "import threading\nthread = threading.Thread(target=print, args=['kept'])\nthread.start(); thread.join()",
    "processes": "import multiprocessing as mp\nwith mp.get_context('fork').Pool(2) as pool: print('kept', pool.map(abs, [-1, 2]))",
    "a shell command": "import subprocess\nprint(subprocess.run('echo kept', shell=True, capture_output=True, text=True).stdout)",
    "its own process": "import psutil\nif psutil.Process().memory_info().rss: print('kept')\nopen('/proc/self/maps').close()",
    "await": "import asyncio\nawait asyncio.sleep(0)\nprint('kept')",
    "exit": "print('kept')\nexit()",
    "an earlier module of the library": "from tinytorch.core.tensor import Tensor\nprint('kept', Tensor([1.0]) + 1)",
    "a display that is updated": "from IPython.display import display\n"
    "shown = display('first', display_id=True)\nshown.update('kept')",
    "a warning": "import warnings\nwarnings.warn('kept')",
}


def text_of(graded: Graded, name: str) -> str:
    """All that the cell shows."""
    assert graded.notebook is not None, graded.reason
    return str(cell(graded.notebook, name)["outputs"])


@pytest.mark.parametrize("name", CODES)
def test_a_lesson_may_use(name: str) -> None:
    graded = grade_one(with_code(CODES[name], masked=("core.activations",)))
    shown = text_of(graded, "double")
    assert "kept" in shown, shown
    assert "'output_type': 'error'" not in shown, shown
    assert graded.score == 20.0, graded.reason


def test_an_updated_display_shows_only_its_last_state() -> None:
    assert "first" not in text_of(grade_one(with_code(CODES["a display that is updated"])), "double")


def test_measured_cells_run_and_define_their_functions() -> None:
    def change(submission: dict) -> None:
        double = cell(submission, "double")
        double["source"] = "%%measure\n" + double["source"]

    graded = grade_one(solved(change))
    assert graded.score == 20.0, graded.reason
    assert "application/vnd.tinytorch.measure+json" in text_of(graded, "double")


def test_a_figure_is_kept_as_text() -> None:
    code = "import matplotlib.pyplot as plt\nfigure, axes = plt.subplots(figsize=(1, 1))\naxes.plot([1, 2])\n"
    code += "from IPython.display import display, Image\nfigure.savefig('a.png')\ndisplay(Image('a.png'))"
    graded = grade_one(with_code(code, limits=Limits()))
    assert "image/png': 'iVBOR" in text_of(graded, "double"), text_of(graded, "double")


def test_each_submission_starts_anew() -> None:
    grade_one(with_code("import builtins, os\nbuiltins.left = 1\nopen('left', 'w').close()\nos.environ['LEFT'] = '1'"))
    look = "import os\nprint('seen', 'left' in dir(__builtins__), os.listdir(), os.environ.get('LEFT'))"
    assert "seen False [] None" in text_of(grade_one(with_code(look)), "double")


def test_random_numbers_differ_between_submissions() -> None:
    drawn = {text_of(grade_one(with_code("print(np.random.rand())")), "double") for _ in range(2)}
    assert len(drawn) == 2


def test_the_student_s_own_earlier_module_comes_before_the_reference() -> None:
    code = "from tinytorch.core.tensor import Tensor\nprint(Tensor.made_by)"
    library = {"core/tensor.py": "class Tensor:\n    made_by = 'ada'\n"}
    own = grade_one(with_code(code, masked=("core.activations",), library=library))
    assert "ada" in text_of(own, "double")
    other = grade_one(with_code(code, "triple", student="bob", masked=("core.activations",)))
    assert "AttributeError" in text_of(other, "triple")


def test_a_library_cannot_be_written_outside_of_its_folder() -> None:
    graded = grade_one(solved(library={"../../escaped.py": "x"}))
    assert graded.state == "grading failed"
    assert "../../escaped.py, which is outside" in graded.reason


LOOK_FOR_HIDDEN = """
import gc
texts = [one for one in gc.get_referents(*gc.get_objects()) if isinstance(one, str) and 'hidden' not in one]
print('hidden', any('3 * 5' in one and 'quintuple(3)' in one for one in texts))
"""


def test_no_hidden_test_is_in_the_process_before_its_turn() -> None:
    assert "hidden False" in text_of(grade_one(with_code(LOOK_FOR_HIDDEN, "quintuple")), "quintuple")
    later = notebook()
    later["cells"].append(plain(LOOK_FOR_HIDDEN))
    seen = grade_one(task(released(later))).notebook
    assert seen is not None
    assert "hidden True" in str(seen["cells"][-1]["outputs"]), "the search finds what was run"


def test_plain_cells_of_the_student_run_too() -> None:
    submission = released(notebook())
    submission["cells"].insert(2, plain("extra = 'kept'"))
    cell(submission, "double")["source"] += "\nprint(extra)"
    assert "kept" in text_of(grade_one(task(submission)), "double")
