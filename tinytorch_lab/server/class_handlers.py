"""Routes for instructors. Every one of them, whatever its method, is refused by a server that is not an instructor's."""

from __future__ import annotations

import tornado

from tinytorch_lab.course.catalogue import MODULE_ID
from tinytorch_lab.server import class_answers
from tinytorch_lab.server.class_answers import Place
from tinytorch_lab.server.config import TinyTorchLab
from tinytorch_lab.server.handler import Handler
from tinytorch_lab.server.module_handlers import ModuleHandler, ModulesHandler, answering
from tinytorch_lab.server.prefix import below_prefix

SETTING = "tinytorch_lab"
"""Under this name the server's settings hold the configuration."""

REFUSAL = (
    "This server is not an instructor's, so it shows no lesson with its solutions and releases nothing. "
    "Who runs it can change that: write c.TinyTorchLab.instructor = True into jupyter_server_config.py and start it again."
)


class ClassHandler(Handler):
    """What all routes for instructors share."""

    @property
    def config_of_lab(self) -> TinyTorchLab:
        """What whoever runs the server decided."""
        config = self.settings[SETTING]
        assert isinstance(config, TinyTorchLab)
        return config

    @property
    def place(self) -> Place:
        """Where this server works."""
        return Place(self.root, self.config_of_lab.class_folder)

    async def prepare(self) -> None:  # type: ignore[override]
        """Refuse before any method is looked at."""
        await super().prepare()
        if not self.config_of_lab.instructor:
            self.refuse(403, REFUSAL)


class TheClassHandler(ClassHandler):
    """GET: the modules of the class."""

    @tornado.web.authenticated
    async def get(self) -> None:
        """Answer the class."""
        await self.answer(class_answers.the_class, self.place)


class ClassModuleHandler(ClassHandler, ModuleHandler):
    """POST {"module": "01_tensor"}: what ``function`` answers for the class and it."""


class ClassModulesHandler(ClassHandler, ModulesHandler):
    """POST {"modules": ["01_tensor"]}: what ``function`` answers for the class and them."""


class ReleaseHandler(ClassHandler):
    """POST {"module": ..., "mend": false, "edition": false}: release it, one line a step."""

    @tornado.web.authenticated
    async def post(self) -> None:
        """Answer a stream."""
        if (body := self.body(module=MODULE_ID, mend=bool, edition=bool)) is not None:
            await self.stream(class_answers.release, self.place, body["module"], body["mend"], body["edition"])


def class_routes(base_url: str) -> list[tuple[str, type[ClassHandler]]]:
    """The table of routes for instructors below ``base_url``."""
    table: list[tuple[str, type[ClassHandler]]] = [
        ("class", TheClassHandler),
        ("class/preview", answering(class_answers.preview, ClassModuleHandler)),
        ("class/release", ReleaseHandler),
        ("class/zip", answering(class_answers.zip_releases, ClassModulesHandler)),
    ]
    return below_prefix(base_url, table)
