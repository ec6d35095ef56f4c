"""What all handlers share: a function runs in a thread, and what it returns or sends is written as JSON.

What takes long (tests, completing) answers one JSON object a line while it runs.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jupyter_server.base.handlers import APIHandler
from tornado.iostream import StreamClosedError

from tinytorch_lab.course.errors import Cancelled, CourseError
from tinytorch_lab.server.body import fault_of
from tinytorch_lab.server.sender import Sender


class Handler(APIHandler):
    """What all routes share."""

    _send: Sender | None = None

    @property
    def root(self) -> Path:
        """The folder that the server serves."""
        return Path(self.settings["server_root_dir"]).expanduser().resolve()

    @property
    def place(self) -> object:
        """Where the server works, as the functions that answer know it: a student's get ``root``."""
        return self.root

    async def answer(self, function: Callable[..., Any], *arguments: Any) -> None:
        """Answer what ``function(*arguments)`` returns; it runs in a thread, so that the event loop goes on."""
        try:
            result = await asyncio.get_running_loop().run_in_executor(None, function, *arguments)
        except CourseError as error:
            self.refuse(409, str(error))
        except OSError as error:
            self.refuse(500, _in_words(error))
        else:
            self.finish(json.dumps(result))

    async def stream(self, function: Callable[..., None], *arguments: Any) -> None:
        """Answer each message that ``function(*arguments, send)`` sends as one line, then how it ended if it failed.

        When who asked goes away, ``send.stop`` is set, and sending raises Cancelled.
        """
        loop = asyncio.get_running_loop()
        queue: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        self._send = Sender(lambda message: loop.call_soon_threadsafe(queue.put_nowait, message))
        self.set_header("Content-Type", "application/x-ndjson")
        running = loop.run_in_executor(None, _run, function, arguments, self._send)
        while (message := await queue.get()) is not None:
            try:
                self.write(json.dumps(message) + "\n")
                await self.flush()
            except StreamClosedError:
                self._send.stop.set()
        await running

    def on_connection_close(self) -> None:
        """Who asked has gone away: what runs for them ends."""
        if self._send is not None:
            self._send.stop.set()
        super().on_connection_close()

    def refuse(self, status: int, message: str) -> None:
        """Answer with a status and a sentence."""
        self.set_status(status)
        self.finish(json.dumps({"message": message}))

    def body(self, **fields: Any) -> dict[str, Any] | None:
        """The body, a mapping with at least ``fields`` (see ``fault_of``). None if it was refused."""
        body = self.get_json_body()
        if fault := fault_of(body, fields):
            self.refuse(400, fault)
            return None
        return body if isinstance(body, dict) else {}


def _run(function: Callable[..., None], arguments: tuple[Any, ...], send: Sender) -> None:
    """Run what streams, in a thread; the last message is None."""
    try:
        function(*arguments, send)
    except Cancelled:
        pass  # nobody is there to be told
    except CourseError as error:
        send.put({"kind": "error", "message": str(error)})
    except OSError as error:
        send.put({"kind": "error", "message": _in_words(error)})
    finally:
        send.put(None)


def _in_words(error: OSError) -> str:
    return f"{error.strerror or error}: {error.filename or 'no file named'}."
