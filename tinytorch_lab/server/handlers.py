"""Routes of the student's course: read the body, call one function in a thread, write JSON."""

from __future__ import annotations

import base64

import tornado

from tinytorch_lab.course.catalogue import MILESTONE_ID, MODULE_ID
from tinytorch_lab.server import answers
from tinytorch_lab.server.course_answer import course
from tinytorch_lab.server.handler import Handler
from tinytorch_lab.server.module_handlers import ModuleHandler, ModulesHandler, StreamHandler, answering
from tinytorch_lab.server.prefix import below_prefix


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


def routes(base_url: str) -> list[tuple[str, type[Handler]]]:
    """The table of routes below ``base_url``."""
    table: list[tuple[str, type[Handler]]] = [
        ("course", CourseHandler),
        ("new", NewHandler),
        ("open", answering(answers.open_module, ModuleHandler)),
        ("milestone", MilestoneHandler),
        ("outline", answering(answers.steps, ModuleHandler)),
        ("test", answering(answers.test, StreamHandler)),
        ("complete", answering(answers.complete_module, StreamHandler)),
        ("use", UseHandler),
        ("reset", answering(answers.reset_module, ModuleHandler)),
        ("update", answering(answers.update_modules, ModulesHandler)),
        ("update-from", UpdateFromHandler),
        ("submit", answering(answers.submit, ModuleHandler)),
        ("solution", SolutionHandler),
    ]
    return below_prefix(base_url, table)
