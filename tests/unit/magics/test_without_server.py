"""A kernel's environment may lack the server's part, which only the course's pages need."""

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import sys

class Lacking:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"jupyter_server", "jupyterlab", "notebook", "jupytext", "nbformat", "nbclient"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Lacking())
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config
ip = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
ip.run_line_magic("load_ext", "tinytorch_lab")
ip.run_cell("%%measure -o m --quiet\\nx = list(range(1000))").raise_error()
print(ip.user_ns["m"].state)
ip.run_cell("import tinytorch_lab; print(len(tinytorch_lab.history()))").raise_error()
try:
    import jupyter_server
except ModuleNotFoundError:
    print("lacking")
"""


def test_a_kernel_measures_without_the_server_and_keeps_its_history_in_jupyters_data_directory(tmp_path: Path) -> None:
    environment = {**os.environ, "IPYTHONDIR": str(tmp_path), "JUPYTER_DATA_DIR": str(tmp_path / "data")}
    environment |= {"TINYTORCH_LAB_HISTORY": "on"}
    environment.pop("TINYTORCH_HOME", None)
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, cwd=tmp_path, env=environment, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.split()[0] == "done"
    assert ran.stdout.split()[-1] == "lacking"
    assert (tmp_path / "data" / "tinytorch-lab" / "history.db").is_file()
