"""The Jupyter server's half: who asks is authenticated, what is answered comes from tinytorch_lab.course."""

from __future__ import annotations

from jupyter_server.serverapp import ServerApp

from tinytorch_lab.server.class_handlers import SETTING, class_routes
from tinytorch_lab.server.config import TinyTorchLab
from tinytorch_lab.server.formgrader import protect
from tinytorch_lab.server.grading_handlers import grading_routes
from tinytorch_lab.server.handlers import routes


def _load_jupyter_server_extension(app: ServerApp) -> None:
    """Add our routes to the server, and tell its pages whether they are an instructor's."""
    config = TinyTorchLab(parent=app)
    settings = app.web_app.settings
    settings[SETTING] = config
    if config.instructor:
        # Shows the panel; what it may do is decided by each route.
        settings.setdefault("page_config_data", {})["tinytorchLabInstructor"] = True
    base_url = settings["base_url"]
    app.web_app.add_handlers(".*$", [*routes(base_url), *class_routes(base_url), *grading_routes(base_url)])  # type: ignore[no-untyped-call]
    protect(settings)  # extensions are loaded in the order of their names, so nbgrader's is there
    app.log.info("tinytorch-lab is ready")
