"""Routes for grading, for instructors only (class_handlers)."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any, ClassVar

import tornado
from jupyter_server.utils import url_path_join

from tinytorch_lab.course.catalogue import MODULE_ID
from tinytorch_lab.course.grading.roster import STUDENT_ID
from tinytorch_lab.server import grading_answers
from tinytorch_lab.server.class_handlers import ClassHandler, ClassModuleHandler
from tinytorch_lab.server.late_handlers import ExtensionHandler, PolicyHandler
from tinytorch_lab.server.prefix import PREFIX

FORMGRADER = "nbgrader.server_extensions.formgrader"


class SubmissionsHandler(ClassHandler):
    """POST {"module": ...}: everybody's submission, and where nbgrader's Formgrader is, if it is."""

    @tornado.web.authenticated
    async def post(self) -> None:
        """Answer them."""
        if (body := self.body(module=MODULE_ID)) is not None:
            await self.answer(self._with_formgrader, body["module"])

    def _with_formgrader(self, module: str) -> dict[str, Any]:
        return grading_answers.submissions(self.place, module) | {"formgrader": self._formgrader(module)}

    def _formgrader(self, module: str) -> str | None:
        """The page of the module; None where nbgrader's extension is not there, or shows another folder than the class's."""
        extensions = self.settings["serverapp"].extension_manager.extensions
        there = FORMGRADER in extensions and extensions[FORMGRADER].enabled and self.place.folder == self.root
        return url_path_join(self.base_url, "formgrader/gradebook", module, module[3:]) if there else None


class CellsHandler(ClassHandler):
    """POST {"module": ..., "student": "ada"}: what each graded cell of one submission got."""

    @tornado.web.authenticated
    async def post(self) -> None:
        """Answer {"cells": ...}."""
        if (body := self.body(module=MODULE_ID, student=STUDENT_ID)) is not None:
            await self.answer(grading_answers.cells, self.place, body["module"], body["student"])


class CollectHandler(ClassHandler):
    """POST {"module": ..., "name": "export.zip", "content": BASE64}: take in an LMS's file; the exchange if both are ""."""

    @tornado.web.authenticated
    async def post(self) -> None:
        """Answer what was taken and what was left."""
        if (body := self.body(module=MODULE_ID, name=str, content=str)) is None:
            return
        try:
            content = base64.b64decode(body["content"], validate=True)
        except ValueError:
            self.refuse(400, "The body must be {...}; its content is not base64.")
            return
        given = content if body["name"] else None
        await self.answer(grading_answers.collect, self.place, body["module"], body["name"], given)


class RunHandler(ClassHandler):
    """POST {"module": ..., "students": [], FLAG: false}: what ``function`` sends, one line a message."""

    function: ClassVar[Callable[..., None]]
    flag: ClassVar[str]

    @tornado.web.authenticated
    async def post(self) -> None:
        """Answer a stream."""
        if (body := self.body(module=MODULE_ID, students=list, **{self.flag: bool})) is None:
            return
        students = body["students"]
        if not all(isinstance(one, str) and STUDENT_ID.fullmatch(one) for one in students):
            self.refuse(400, f'The body must be {{"students": ["ID", ...]}}; got {json.dumps(body)[:200]}.')
            return
        await self.stream(type(self).function, self.place, body["module"], students, body[self.flag])


class GradeHandler(RunHandler):
    """Grade; ``again``: also what is graded already."""

    function = staticmethod(grading_answers.grade)
    flag = "again"


class FeedbackHandler(RunHandler):
    """Make feedback; ``hidden``: with the hidden tests."""

    function = staticmethod(grading_answers.feedback)
    flag = "hidden"


class ItemsHandler(ClassModuleHandler):
    """How each test went, as CSV."""

    function = staticmethod(grading_answers.items)


class GradesHandler(ClassHandler):
    """POST {"module": ..., "anonymous": false}: the grades as CSV."""

    @tornado.web.authenticated
    async def post(self) -> None:
        """Answer {"name": ..., "text": ...}."""
        if (body := self.body(module=MODULE_ID, anonymous=bool)) is not None:
            await self.answer(grading_answers.grades, self.place, body["module"], body["anonymous"])


def grading_routes(base_url: str) -> list[tuple[str, type[ClassHandler]]]:
    """The table of routes for grading below ``base_url``."""
    table: list[tuple[str, type[ClassHandler]]] = [
        ("class/submissions", SubmissionsHandler),
        ("class/cells", CellsHandler),
        ("class/policy", PolicyHandler),
        ("class/extension", ExtensionHandler),
        ("class/collect", CollectHandler),
        ("class/grade", GradeHandler),
        ("class/feedback", FeedbackHandler),
        ("class/grades", GradesHandler),
        ("class/items", ItemsHandler),
    ]
    return [(url_path_join(base_url, PREFIX, path), handler) for path, handler in table]
