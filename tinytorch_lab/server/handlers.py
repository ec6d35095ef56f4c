"""Routes: read the body, call one function in a thread, write JSON."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import tornado
from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join

from tinytorch_lab.course.catalogue import MODULE_ID
from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.server import answers

PREFIX = "tinytorch-lab"


class Handler(APIHandler):
    """What all routes share."""

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
            self.refuse(500, f"{error.strerror or error}: {error.filename or 'no file named'}.")
        else:
            self.finish(json.dumps(result))

    def refuse(self, status: int, message: str) -> None:
        """Answer with a status and a sentence."""
        self.set_status(status)
        self.finish(json.dumps({"message": message}))


class CourseHandler(Handler):
    """GET: the catalogue with the student's progress."""

    @tornado.web.authenticated
    async def get(self) -> None:
        """Answer the course."""
        await self.answer(answers.course, self.root)


class OpenHandler(Handler):
    """POST {"module": "01_tensor"}: the path of its notebook, made if it is not there."""

    @tornado.web.authenticated
    async def post(self) -> None:
        """Answer {"path": ...}."""
        body = self.get_json_body()
        module = body.get("module") if isinstance(body, dict) else None
        if not isinstance(module, str) or not MODULE_ID.fullmatch(module):
            self.refuse(400, f'The body must be {{"module": "NN_name"}}; got {json.dumps(body)[:200]}.')
            return
        await self.answer(answers.open_module, self.root, module)


def routes(base_url: str) -> list[tuple[str, type[Handler]]]:
    """The table of routes below ``base_url``."""
    table: list[tuple[str, type[Handler]]] = [("course", CourseHandler), ("open", OpenHandler)]
    return [(url_path_join(base_url, PREFIX, path), handler) for path, handler in table]
