"""Handlers of what is asked about modules, the same for a student's folder and for a class: each takes the place from its base."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

import tornado

from tinytorch_lab.course.catalogue import MODULE_ID
from tinytorch_lab.server.handler import Handler

H = TypeVar("H", bound=Handler)


class ModuleHandler(Handler):
    """POST {"module": "01_tensor"}: what ``function`` answers for the place and the module."""

    function: ClassVar[Callable[..., Any]]

    @tornado.web.authenticated
    async def post(self) -> None:
        """Answer it."""
        if (body := self.body(module=MODULE_ID)) is not None:
            await self.answer(type(self).function, self.place, body["module"])


class StreamHandler(Handler):
    """POST {"module": "01_tensor"}: what ``function`` sends for them, one line a message."""

    function: ClassVar[Callable[..., None]]

    @tornado.web.authenticated
    async def post(self) -> None:
        """Answer it."""
        if (body := self.body(module=MODULE_ID)) is not None:
            await self.stream(type(self).function, self.place, body["module"])


class ModulesHandler(Handler):
    """POST {"modules": ["01_tensor"]}: what ``function`` answers for the place and them; all are meant if the list is empty."""

    function: ClassVar[Callable[..., Any]]

    @tornado.web.authenticated
    async def post(self) -> None:
        """Answer it."""
        if (body := self.body(modules=list)) is None:
            return
        words = body["modules"]
        if not all(isinstance(word, str) and MODULE_ID.fullmatch(word) for word in words):
            self.refuse(400, f'The body must be {{"modules": ["NN_name", ...]}}; got {json.dumps(body)[:200]}.')
            return
        await self.answer(type(self).function, self.place, words)


def answering(function: Callable[..., Any], base: type[H]) -> type[H]:
    """The handler of ``function``, of the kind ``base``."""
    return type(f"{function.__name__}_handler", (base,), {"function": staticmethod(function)})
