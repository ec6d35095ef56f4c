# mypy: allow-subclassing-any, allow-untyped-calls
# (IPython is typed in part.)
"""An IPython shell whose outputs are kept as notebook outputs: what a kernel sends, without a kernel."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

CUT = "\n... the rest of the output was cut: it exceeds the limit ...\n"


class Recorder:
    """The outputs of the cell that runs, as nbformat has them, up to a limit in bytes."""

    def __init__(self) -> None:
        self.begin(0)

    def begin(self, limit: int) -> None:
        """Forget everything: a cell begins."""
        self.outputs: list[dict[str, Any]] = []
        self.left = limit
        self.cut = False
        self._texts: list[str] = []
        self._shown: dict[str, dict[str, Any]] = {}

    def stream(self, name: str, text: str) -> None:
        """Text that was printed; what follows on the same stream is one output with it."""
        text = text[: max(0, self._room(len(text)))]
        if not text:
            return
        last = self.outputs[-1] if self.outputs else {}
        if last.get("output_type") != "stream" or last["name"] != name:
            self._texts = []
            self.outputs.append({"output_type": "stream", "name": name, "text": self._texts})
        self._texts.append(text)

    def add(self, output: dict[str, Any], display_id: str | None = None) -> None:
        """One output; with ``display_id`` it can be replaced later."""
        output = json.loads(json.dumps(output, default=_plain))
        size = len(json.dumps(output))
        if self._room(size) < size:
            return
        self.outputs.append(output)
        if display_id is not None:
            self._shown[display_id] = output

    def replace(self, display_id: str, data: dict[str, Any], metadata: dict[str, Any]) -> None:
        """Show other data where ``display_id`` was shown in this cell."""
        shown = self._shown.get(display_id)
        if shown is not None:
            new = json.loads(json.dumps({"data": data, "metadata": metadata}, default=_plain))
            self.left += len(json.dumps(shown)) - len(json.dumps(new))
            shown.update(new)

    def finished(self) -> list[dict[str, Any]]:
        """The outputs, with a line at the end if some were cut."""
        for output in self.outputs:
            if output["output_type"] == "stream":
                output["text"] = "".join(output["text"])
        cut = [{"output_type": "stream", "name": "stdout", "text": CUT}] if self.cut else []
        return self.outputs + cut

    def _room(self, size: int) -> int:
        """How much of ``size`` there is room for; takes it."""
        room = min(size, self.left)
        self.cut = self.cut or room < size
        self.left -= max(0, room)
        return room


def _plain(value: object) -> str:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)


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
        _recorder(self.shell).outputs.clear()


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
        self.recorder.add(
            {
                "output_type": "error",
                "ename": etype.__name__,
                "evalue": str(evalue),
                "traceback": [str(line) for line in stb],
            }
        )

    def enable_gui(self, gui: Any = None) -> None:
        """There is no window to show."""


def make_shell() -> GradingShell:
    """The process's one shell: no history on disk (its thread must not live before a fork), plain tracebacks (cheap)."""
    config = Config()
    config.HistoryManager.enabled = False
    config.HistoryManager.hist_file = ":memory:"
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.xmode = "Plain"
    shell: GradingShell = GradingShell.instance(config=config)
    return shell
