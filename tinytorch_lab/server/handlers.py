"""Routes: read the body, call one function in a thread, write JSON.

What takes long (tests, completing) answers one JSON object a line while it runs.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import tornado
from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from tornado.iostream import StreamClosedError

from tinytorch_lab.course.catalogue import MILESTONE_ID, MODULE_ID
from tinytorch_lab.course.errors import Cancelled, CourseError
from tinytorch_lab.server import answers
from tinytorch_lab.server.course_answer import course
from tinytorch_lab.server.sender import Sender

PREFIX = "tinytorch-lab"


class Handler(APIHandler):
    """What all routes share."""

    _send: Sender | None = None

    @property
    def root(self) -> Path:
        """The folder that the server serves."""
        return Path(self.settings["server_root_dir"]).expanduser().resolve()

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
        """The body, a mapping with at least ``fields``: a compiled pattern, or a type. None if it was refused."""
        body = self.get_json_body()
        for name, wanted in fields.items():
            value = body.get(name) if isinstance(body, dict) else None
            fits = (
                isinstance(value, wanted)
                if isinstance(wanted, type)
                else isinstance(value, str) and wanted.fullmatch(value)
            )
            if not fits:
                words = ", ".join(f'"{key}": {_example(kind)}' for key, kind in fields.items())
                self.refuse(400, f"The body must be {{{words}}}; got {json.dumps(body)[:200]}.")
                return None
        return body if isinstance(body, dict) else {}


class CourseHandler(Handler):
    """GET: the catalogue with the student's progress."""

    @tornado.web.authenticated
    async def get(self) -> None:
        """Answer the course."""
        await self.answer(course, self.root)


class NewHandler(Handler):
    """POST: make the student folder ``course`` where the server was started."""

    @tornado.web.authenticated
    async def post(self) -> None:
        """Answer the course."""
        await self.answer(answers.new_folder, self.root)


class ModuleHandler(Handler):
    """POST {"module": "01_tensor"}: what ``function`` answers for the root and the module."""

    function: ClassVar[Callable[..., Any]]

    @tornado.web.authenticated
    async def post(self) -> None:
        """Answer it."""
        if (body := self.body(module=MODULE_ID)) is not None:
            await self.answer(type(self).function, self.root, body["module"])


class StreamHandler(Handler):
    """POST {"module": "01_tensor"}: what ``function`` sends for it, one line a message."""

    function: ClassVar[Callable[..., None]]

    @tornado.web.authenticated
    async def post(self) -> None:
        """Answer it."""
        if (body := self.body(module=MODULE_ID)) is not None:
            await self.stream(type(self).function, self.root, body["module"])


class MilestoneHandler(Handler):
    """POST {"milestone": "1_1957_perceptron"}: the path of its notebook."""

    @tornado.web.authenticated
    async def post(self) -> None:
        """Answer {"path": ...}."""
        if (body := self.body(milestone=MILESTONE_ID)) is not None:
            await self.answer(answers.open_milestone, self.root, body["milestone"])


class UseHandler(Handler):
    """POST {"module": ..., "mine": true}: whose code later modules run on."""

    @tornado.web.authenticated
    async def post(self) -> None:
        """Answer {"source": ...}."""
        if (body := self.body(module=MODULE_ID, mine=bool)) is not None:
            await self.answer(answers.use, self.root, body["module"], body["mine"])


class UpdateHandler(Handler):
    """POST {"modules": ["01_tensor"]}: bring them to this version; all of them if the list is empty."""

    @tornado.web.authenticated
    async def post(self) -> None:
        """Answer what was done to each."""
        if (body := self.body(modules=list)) is None:
            return
        words = body["modules"]
        if not all(isinstance(word, str) and MODULE_ID.fullmatch(word) for word in words):
            self.refuse(400, f'The body must be {{"modules": ["NN_name", ...]}}; got {json.dumps(body)[:200]}.')
            return
        await self.answer(answers.update_modules, self.root, words)


class UpdateFromHandler(Handler):
    """POST {"name": "release.zip", "content": BASE64}: bring the modules of this zip into the folder.

    The browser sends the file itself: no path comes from there.
    """

    @tornado.web.authenticated
    async def post(self) -> None:
        """Answer what was done to each."""
        if (body := self.body(name=str, content=str)) is None:
            return
        try:
            content = base64.b64decode(body["content"], validate=True)
        except ValueError:
            self.refuse(400, 'The body must be {"name": "release.zip", "content": BASE64}; its content is not base64.')
            return
        await self.answer(answers.update_from, self.root, body["name"], content)


class SolutionHandler(Handler):
    """POST {"module": ..., "anyway": false}: the student's functions beside the reference's."""

    @tornado.web.authenticated
    async def post(self) -> None:
        """Answer {"pairs": ...}."""
        if (body := self.body(module=MODULE_ID, anyway=bool)) is not None:
            await self.answer(answers.show_solution, self.root, body["module"], body["anyway"])


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


def _for_module(function: Callable[..., Any], base: type[Handler] = ModuleHandler) -> type[Handler]:
    return type(f"{function.__name__}_handler", (base,), {"function": staticmethod(function)})


def _example(wanted: Any) -> str:
    examples = {MODULE_ID: '"NN_name"', MILESTONE_ID: '"1_1957_name"', bool: "true", list: "[]", str: '"..."'}
    return examples[wanted]


def _in_words(error: OSError) -> str:
    return f"{error.strerror or error}: {error.filename or 'no file named'}."


def routes(base_url: str) -> list[tuple[str, type[Handler]]]:
    """The table of routes below ``base_url``."""
    table: list[tuple[str, type[Handler]]] = [
        ("course", CourseHandler),
        ("new", NewHandler),
        ("open", _for_module(answers.open_module)),
        ("milestone", MilestoneHandler),
        ("outline", _for_module(answers.steps)),
        ("test", _for_module(answers.test, StreamHandler)),
        ("complete", _for_module(answers.complete_module, StreamHandler)),
        ("use", UseHandler),
        ("reset", _for_module(answers.reset_module)),
        ("update", UpdateHandler),
        ("update-from", UpdateFromHandler),
        ("submit", _for_module(answers.submit)),
        ("solution", SolutionHandler),
    ]
    return [(url_path_join(base_url, PREFIX, path), handler) for path, handler in table]
