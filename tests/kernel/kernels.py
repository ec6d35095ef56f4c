"""A real ipykernel for tests, and what a front end sees of a cell that ran in it."""

from __future__ import annotations

import json
import os
import queue
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_client.manager import KernelManager, start_new_kernel

MIME = "application/vnd.tinytorch.measure+json"
ANSI = re.compile(r"\x1b\[[0-9;]*m")
OTHERS = 64 * 1024
"""Bytes that the kernel's own threads may hold while a cell is traced: once in some runs it was 28 kB."""

# Everything of ours that could stay behind in a kernel. An empty result is a clean kernel.
LEFTOVERS = """
def _leftovers():
    import gc, sys, threading, tracemalloc
    ip = get_ipython()
    left = [f"thread {t.name}" for t in threading.enumerate() if t.name.startswith("tinytorch-lab")]
    left += [f"gc callback {c}" for c in gc.callbacks if "tinytorch_lab" in getattr(c, "__module__", "")]
    left += [f"wrapped {n}" for n in ("run_code", "run_ast_nodes", "showtraceback") if "tinytorch_lab" in
             getattr(vars(ip).get(n), "__module__", "")]
    left += [f"display hook {h}" for h in getattr(ip.display_pub, "_hooks", [])]
    if "tinytorch_lab" in getattr(sys.displayhook, "__module__", ""):
        left.append("sys.displayhook")
    if "tinytorch_lab" in getattr(tracemalloc.start, "__module__", ""):
        left.append("tracemalloc.start")
    left += [f"hidden {n}" for n in ("stdout", "stderr") if "tinytorch_lab" in type(getattr(sys, n)).__module__]
    left += [f"wrapped {n}" for n in ("publish", "clear_output") if n in vars(ip.display_pub)]
    if "line_profiler" in type(sys.gettrace()).__module__:
        left.append("line profiler")
    if tracemalloc.is_tracing():
        left.append("tracing")
    if "tinytorch_lab.profiler" in sys.modules:
        from tinytorch_lab.profiler import resident, tracing
        left += [f"meter {m}" for m in tracing._meters] + [f"watcher {w}" for w in resident._watchers]
        left += ["live update"] * tracing._own_work
        from tinytorch_lab.profiler.ops import observer
        left += [f"watch {w}" for w in observer._watches] + [f"tap {t}" for t in observer._taps.values()]
    return left
"""


@dataclass
class Ran:
    """One executed cell: its reply, and the messages it published, in order."""

    reply: dict[str, Any]
    messages: list[dict[str, Any]] = field(default_factory=list)

    @property
    def status(self) -> str:
        return str(self.reply["status"])

    @property
    def displays(self) -> list[dict[str, Any]]:
        """The contents of all displays of measurements, first ones and updates."""
        return [m["content"] for m in self.messages if MIME in m["content"].get("data", {})]

    @property
    def figures(self) -> list[dict[str, Any]]:
        return [content["data"][MIME] for content in self.displays]

    @property
    def last(self) -> dict[str, Any]:
        """The measurement as it stands at the end."""
        return self.figures[-1]

    def stream(self, name: str) -> str:
        return "".join(m["content"]["text"] for m in self.messages if m["content"].get("name") == name)

    @property
    def result(self) -> str | None:
        found = [m["content"]["data"]["text/plain"] for m in self.messages if m["msg_type"] == "execute_result"]
        return found[0] if found else None

    def seen(self) -> list[Any]:
        """What the cell showed, in order, without measurements, times and numbers of cells.

        Between two displays, what went to stdout and to stderr stands apart: ipykernel sends either stream on its own clock,
        so that their order to each other changes from run to run (seen on 3.13, without %%measure).
        """
        shown: list[Any] = []
        for message in self.messages:
            content, kind = message["content"], message["msg_type"]
            if kind == "stream":
                _add_text(shown, content["name"], content["text"])
            elif kind == "error":
                shown.append([kind, content["ename"], content["evalue"], normal("\n".join(content["traceback"]))])
            elif "data" in content and MIME not in content["data"]:
                shown.append([kind, content["data"]])
            elif kind == "clear_output":
                shown.append([kind, content])
        return _normal_in(shown)


def _add_text(shown: list[Any], name: str, text: str) -> None:
    """Append to the text of this stream since the last display; stderr stands before stdout."""
    since = len(shown)
    while since and shown[since - 1][0] in ("stderr", "stdout"):
        since -= 1
    for part in shown[since:]:
        if part[0] == name:
            part[1] += text
            return
    shown.insert(since if name == "stderr" else len(shown), [name, text])


def _normal_in(shown: Any) -> Any:
    if isinstance(shown, str):
        return normal(shown)
    if isinstance(shown, dict):
        return {key: _normal_in(value) for key, value in shown.items()}
    return [_normal_in(part) for part in shown] if isinstance(shown, list) else shown


def normal(text: str) -> str:
    """A traceback or warning without colours, cell numbers, addresses, and the line that tells both cells apart."""
    text = ANSI.sub("", text)
    text = re.sub(r"# (%%measure.*|plain)", "# FIRST LINE", text)
    text = re.sub(r"In ?\[\d+\]", "In[N]", text)
    text = re.sub(r"((?:.+\n)+\n)\1+", r"\1", text)  # as many frames of a recursion as there is room for
    text = re.sub(r"CPU times:.*\nWall time:.*", "TIMES", text)
    # A magic stands in line 2 below ours and in line 1 without it.
    text = re.sub(r"In\[N\], line \d+\n(      1 # FIRST LINE\n)?----> \d+ get_ip", "In[N]\n----> get_ip", text)
    text = re.sub(r"ipykernel_\d+.\d+\.py", "CELL.py", text)
    text = re.sub(r"\b\d+\.py", "CELL.py", text)
    return re.sub(r"0x[0-9a-f]+", "0xADDRESS", text)


class Kernel:
    """A kernel and a client that can send cell metadata, as JupyterLab does."""

    def __init__(self, manager: KernelManager, client: Any) -> None:
        self.manager = manager
        self.client = client

    def run(
        self,
        code: str,
        metadata: dict[str, Any] | None = None,
        *,
        silent: bool = False,
        during: Callable[[], None] | None = None,
        timeout: float = 120,
    ) -> Ran:
        """Run a cell; ``during`` is called as soon as it has printed a line."""
        content = {
            "code": code,
            "silent": silent,
            "store_history": not silent,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": False,
        }
        message = self.client.session.msg("execute_request", content, metadata=metadata or {})
        self.client.shell_channel.send(message)
        return self._collect(message["header"]["msg_id"], during, time.monotonic() + timeout)

    def interrupt(self) -> None:
        """Interrupt the cell, as the stop button does."""
        self.manager.interrupt_kernel()
        # An awaiting kernel only notices with its next message (seen with ipykernel 7.4, measured or not).
        self.client.comm_info()

    def value(self, expression: str) -> Any:
        """The value of an expression, through its repr as JSON; leaves no trace in history or counters."""
        message = self.client.session.msg(
            "execute_request",
            {"code": "", "silent": True, "user_expressions": {"v": f"__import__('json').dumps({expression})"}},
        )
        self.client.shell_channel.send(message)
        ran = self._collect(message["header"]["msg_id"], None, time.monotonic() + 60)
        answer = ran.reply["user_expressions"]["v"]
        assert answer["status"] == "ok", answer
        return json.loads(eval(answer["data"]["text/plain"]))

    def leftovers(self) -> list[str]:
        self.run(LEFTOVERS, silent=True)
        found: list[str] = self.value("_leftovers()")
        self.run("del _leftovers", silent=True)
        return found

    def ask(self, kind: str, content: dict[str, Any]) -> dict[str, Any]:
        """Another request than execute, such as ``is_complete_request``."""
        message = self.client.session.msg(kind, content)
        self.client.shell_channel.send(message)
        return self._reply(message["header"]["msg_id"], time.monotonic() + 60)["content"]

    def _collect(self, request: str, during: Callable[[], None] | None, end: float) -> Ran:
        messages: list[dict[str, Any]] = []
        while True:
            message = self._next(self.client.get_iopub_msg, request, end)
            kind = message["msg_type"]
            if kind == "status" and message["content"]["execution_state"] == "idle":
                break
            if kind not in ("status", "execute_input"):
                messages.append(message)
            if during is not None and kind == "stream" and "\n" in message["content"]["text"]:  # else print is at it
                during()
                during = None
        return Ran(self._reply(request, end)["content"], messages)

    def _reply(self, request: str, end: float) -> dict[str, Any]:
        return self._next(self.client.get_shell_msg, request, end)

    @staticmethod
    def _next(get: Callable[..., dict[str, Any]], request: str, end: float) -> dict[str, Any]:
        while True:
            try:
                message = get(timeout=max(0.1, end - time.monotonic()))
            except queue.Empty:
                raise TimeoutError("the kernel did not answer in time") from None
            if message["parent_header"].get("msg_id") == request:
                return message


@contextmanager
def running_kernel(directory: Path, *, extension: bool = True) -> Iterator[Kernel]:
    """A new kernel whose IPython configuration loads our extension, or nothing."""
    profile = directory / "profile_default"
    profile.mkdir(parents=True, exist_ok=True)
    wanted = ["tinytorch_lab"] if extension else []
    configuration = {"InteractiveShellApp": {"extensions": wanted}, "HistoryManager": {"enabled": False}}
    (profile / "ipython_kernel_config.json").write_text(json.dumps(configuration))
    environment = {**os.environ, "IPYTHONDIR": str(directory), "OPENBLAS_NUM_THREADS": "1"}
    environment |= {"JUPYTER_DATA_DIR": str(directory / "data"), "TINYTORCH_LAB_CALIBRATE": "0"}
    environment["TINYTORCH_LAB_HISTORY"] = "on"
    environment.pop("PYTHONTRACEMALLOC", None)
    manager, client = start_new_kernel(kernel_name="python3", env=environment, cwd=str(directory))
    try:
        yield Kernel(manager, client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
