"""The outputs of a cell while it runs, kept up to a limit; of its error there is always enough."""

from __future__ import annotations

import base64
import json
from typing import Any

from tinytorch_lab.course.grading.engine.wire import MAX_OUTPUTS

CUT = "\n... the rest of the output was cut: it exceeds the limit ...\n"
MESSAGE, TRACEBACK = 2_000, 50_000
"""Characters that are kept of an error's message and of its traceback."""


class Recorder:
    """The outputs of the cell that runs, as nbformat has them, up to a limit in bytes."""

    def __init__(self) -> None:
        self.begin(0)

    def begin(self, limit: int) -> None:
        """Forget everything: a cell begins."""
        self.limit = limit
        self.error: dict[str, Any] | None = None
        self.clear()

    def clear(self) -> None:
        """Forget what was shown, but no error."""
        self.outputs: list[dict[str, Any]] = []
        self.left = self.limit
        self.cut = False
        self._texts: list[str] = []
        self._shown: dict[str, dict[str, Any]] = {}

    def stream(self, name: str, text: str) -> None:
        """Text that was printed; what follows on the same stream is one output with it."""
        last = self.outputs[-1] if self.outputs else {}
        follows = last.get("output_type") == "stream" and last["name"] == name
        text = self._fit(text) if follows or self._has_place() else ""
        if not text:
            return
        if not follows:
            self._texts = []
            self.outputs.append({"output_type": "stream", "name": name, "text": self._texts})
        self._texts.append(text)

    def add(self, output: dict[str, Any], display_id: str | None = None) -> None:
        """One output; with ``display_id`` it can be replaced later."""
        output = json.loads(json.dumps(output, default=_plain))
        if not self._has_place() or not self._fits(output):
            return
        self.outputs.append(output)
        if display_id is not None:
            self._shown[display_id] = output

    def fail(self, name: str, message: str, traceback: list[str]) -> None:
        """The cell's error, the first that is told. There is always room for it: without it a test would have passed."""
        lines = "\n".join(traceback)
        if len(lines) > TRACEBACK:
            lines = f"{lines[: TRACEBACK // 2]}\n...\n{lines[-TRACEBACK // 2 :]}"
        told = {"ename": name[:MESSAGE], "evalue": message[:MESSAGE], "traceback": lines.split("\n")}
        self.error = self.error or {"output_type": "error", **told}

    def replace(self, display_id: str, data: dict[str, Any], metadata: dict[str, Any]) -> None:
        """Show other data where ``display_id`` was shown in this cell."""
        shown = self._shown.get(display_id)
        if shown is not None:
            new = json.loads(json.dumps({"data": data, "metadata": metadata}, default=_plain))
            room = len(json.dumps(shown))
            self.left += room  # what it replaces makes room
            if self._fits(shown | new):
                shown.update(new)
            else:
                self.left -= room

    def finished(self) -> list[dict[str, Any]]:
        """The outputs, with a line at the end if some were cut."""
        for output in self.outputs:
            if output["output_type"] == "stream":
                output["text"] = "".join(output["text"])
        cut = [{"output_type": "stream", "name": "stdout", "text": CUT}] if self.cut else []
        return self.outputs + cut + ([self.error] if self.error else [])

    def _has_place(self) -> bool:
        """Whether one more output can be kept: two places are left, for the line on a cut and for an error."""
        place = len(self.outputs) < MAX_OUTPUTS - 2
        self.cut = self.cut or not place
        return place

    def _fits(self, output: dict[str, Any]) -> bool:
        """Whether there is room for it, which is taken then."""
        size = len(json.dumps(output))
        if size > self.left:
            self.cut = True
            return False
        self.left -= size
        return True

    def _fit(self, text: str) -> str:
        """As much of the text as there is room for, as JSON counts it: a sign may take twelve bytes."""
        fitting = text[: self.left]
        while (size := len(json.dumps(fitting)) - 2) > self.left:
            fitting = fitting[: len(fitting) * self.left // size]
        self.cut = self.cut or len(fitting) < len(text)
        self.left -= size
        return fitting


def _plain(value: object) -> str:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)
