# mypy: allow-subclassing-any, allow-untyped-calls
# (IPython is typed in part.)
"""An IPython shell whose outputs are kept as notebook outputs: what a kernel sends, without a kernel."""

from __future__ import annotations

import io
import subprocess
import sys
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from tinytorch_lab.course.grading.engine.recorder import Recorder


class Stream(io.TextIOBase):
    """``sys.stdout`` or ``sys.stderr`` of a cell."""

    encoding = "utf-8"

    def __init__(self, name: str, recorder: Recorder) -> None:
        self._stream = name
        self._recorder = recorder

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, text: str) -> int:
        """Keep the text."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._recorder.stream(self._stream, text)
        return len(text)


def _recorder(shell: Any) -> Recorder:
    recorder: Recorder = shell.recorder
    return recorder


class Publisher(DisplayPublisher):
    """Where ``display()`` ends."""

    def publish(
        self, data: Any, metadata: Any = None, *_: Any, transient: Any = None, update: bool = False, **__: Any
    ) -> None:
        """Keep one display, or replace an earlier one of the cell."""
        display_id = (transient or {}).get("display_id")
        recorder = _recorder(self.shell)
        if update and display_id is not None:
            recorder.replace(display_id, data, metadata or {})
        else:
            recorder.add({"output_type": "display_data", "data": data, "metadata": metadata or {}}, display_id)

    def clear_output(self, wait: bool = False) -> None:
        """Drop what the cell has shown so far."""
        _recorder(self.shell).clear()


class Hook(DisplayHook):
    """Where the value of a cell's last expression ends."""

    def write_output_prompt(self) -> None:
        """No prompt."""

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        """Keep the value's representations."""
        _recorder(self.shell).add(
            {
                "output_type": "execute_result",
                "data": format_dict,
                "metadata": md_dict or {},
                "execution_count": self.prompt_count,
            }
        )

    def finish_displayhook(self) -> None:
        """Nothing to flush."""
        self._is_active = False


class GradingShell(InteractiveShell):
    """IPython with the three places where output leaves it turned to the recorder."""

    def __init__(self, **settings: Any) -> None:
        self.recorder = Recorder()
        super().__init__(displayhook_class=Hook, display_pub_class=Publisher, **settings)
        self.ask_exit = lambda: None  # `exit` in a cell ends nothing

    def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:
        self.recorder.fail(etype.__name__, str(evalue), [str(line) for line in stb])

    def enable_gui(self, gui: Any = None) -> None:
        """There is no window to show."""

    def system(self, cmd: str) -> None:
        """``!command``: IPython's own needs a terminal device, which a submission cannot open."""
        ran = subprocess.run(
            self.var_expand(cmd, depth=1), shell=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors="replace", check=False,
        )  # fmt: skip
        sys.stdout.write(ran.stdout)
        self.user_ns["_exit_code"] = ran.returncode


def make_shell() -> GradingShell:
    """The process's one shell: no history on disk (its thread must not live before a fork), plain tracebacks (cheap)."""
    config = Config()
    config.HistoryManager.enabled = False
    config.HistoryManager.hist_file = ":memory:"
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.xmode = "Plain"
    shell: GradingShell = GradingShell.instance(config=config)
    return shell
