"""The Jupyter server's half: who asks is authenticated, what is answered comes from tinytorch_lab.course."""

from __future__ import annotations

from jupyter_server.serverapp import ServerApp

from tinytorch_lab.server.handlers import routes


def _load_jupyter_server_extension(app: ServerApp) -> None:
    """Add our routes to the server."""
    app.web_app.add_handlers(".*$", routes(app.web_app.settings["base_url"]))  # type: ignore[no-untyped-call]
    app.log.info("tinytorch-lab is ready")
