"""JupyterLab as a test sees it: what a user does, and what is on the screen."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Locator, Page

from .server import LabServer

PANEL = ".jp-NotebookPanel:not(.lm-mod-hidden)"

# The notebook in front, for scripts in the page.
NOTEBOOK = "window.jupyterapp.shell.currentWidget"


@dataclass
class Lab:
    """One browser page on one server."""

    page: Page
    server: LabServer
    workspace: str
    artifacts: Path
    errors: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    """Words of errors that the test brings about, such as the failed requests that the browser itself reports."""
    sent: list[str] = field(default_factory=list)
    """Every message that the page has sent over a web socket, such as requests to kernels."""

    def __post_init__(self) -> None:
        self.page.on("console", self._on_console)
        self.page.on("websocket", lambda socket: socket.on("framesent", self._on_sent))
        self.page.on("pageerror", lambda error: self._on_page_error(error.stack or str(error)))

    # What the user does

    def open(self, path: str = "") -> None:
        """Go to JupyterLab, with a document if a path is given."""
        place = f"/tree/{path}" if path else ""
        self.page.goto(f"{self.server.url}lab/workspaces/{self.workspace}{place}?token={self.server.token}")
        self.wait_ready()
        if not path:
            self.page.wait_for_selector(".jp-Launcher")

    def wait_ready(self) -> None:
        self.page.wait_for_function("window.jupyterapp !== undefined")
        self.page.evaluate("window.jupyterapp.restored")
        self.page.wait_for_selector("#jupyterlab-splash", state="detached")

    def open_notebook(self, path: str) -> None:
        self.open(path)
        self.wait_kernel()

    def wait_kernel(self) -> None:
        """Until the notebook in front has a kernel, and it is idle."""
        self.page.wait_for_selector(f"{PANEL} .jp-Cell")
        self.page.wait_for_function(f"{NOTEBOOK}?.sessionContext?.session?.kernel?.status === 'idle'", timeout=60_000)
        self.page.wait_for_selector(f"{PANEL} .jp-Spinner", state="detached")

    def execute(self, command: str, args: dict[str, Any] | None = None) -> None:
        self.page.evaluate(
            "([command, args]) => window.jupyterapp.commands.execute(command, args).then(() => undefined)",
            [command, args or {}],
        )

    def start(self, command: str) -> None:
        """Execute a command without waiting for its end."""
        self.page.evaluate("command => { void window.jupyterapp.commands.execute(command) }", command)

    def activate_cell(self, index: int) -> None:
        """Click into the margin of a cell: it becomes the active one, in command mode."""
        self.page.evaluate(f"index => {NOTEBOOK}.content.scrollToItem(index)", index)
        self.cell(index).locator(".jp-InputPrompt").click()

    def insert_cell(self, index: int, source: str, metadata: dict[str, Any] | None = None) -> None:
        self.page.evaluate(
            f"([index, cell]) => {{ {NOTEBOOK}.content.model.sharedModel.insertCell(index, cell) }}",
            [index, {"cell_type": "code", "source": source, "metadata": metadata or {}}],
        )

    def run_cell(self, index: int) -> None:
        """Run a cell to its end."""
        self.activate_cell(index)
        self.execute("notebook:run-cell")

    def screenshot(self, name: str, element: Locator | None = None) -> None:
        """Keep the page, or one element of it, in both themes: NAME-light.png and NAME-dark.png."""
        for theme in ("dark", "light"):
            self.set_theme(theme)
            self.picture(f"{name}-{theme}", element)

    def picture(self, name: str, element: Locator | None = None) -> None:
        """Keep what is on the screen just now."""
        self.artifacts.mkdir(exist_ok=True)
        (element or self.page).screenshot(path=self.artifacts / f"{name}.png", animations="disabled")

    def unexpected_errors(self) -> list[str]:
        """What the console has shown, without what the test brings about."""
        return [error for error in self.errors if not any(words in error for words in self.expected)]

    # What is on the screen

    def cell(self, index: int) -> Locator:
        return self.page.locator(f"{PANEL} .jp-Cell[data-windowed-list-index='{index}']")

    def result(self, index: int) -> Locator:
        return self.cell(index).locator(".tt-Measure")

    def stopwatch(self, index: int) -> Locator:
        return self.cell(index).locator("[data-jp-item-name='tt-measure'] jp-button")

    def tiles(self, index: int) -> list[str]:
        return self.result(index).locator(".tt-Tile").all_inner_texts()

    def notebook(self) -> dict[str, Any]:
        """The notebook in front as it would be saved."""
        return dict(self.page.evaluate(f"{NOTEBOOK}.content.model.toJSON()"))

    def cell_json(self, index: int) -> dict[str, Any]:
        return dict(self.notebook()["cells"][index])

    def navigator(self) -> Locator:
        return self.page.locator("#tinytorch-navigator")

    def module_row(self, module: str) -> Locator:
        return self.navigator().locator(f"[data-row='{module}']")

    def figure(self, index: int) -> Locator:
        """The figure in the toolbar of a cell."""
        return self.cell(index).locator(".tt-CellFigure")

    def answer(self, button: str) -> None:
        """Press a button of the dialog on the screen."""
        self.page.locator(".jp-Dialog").get_by_role("button", name=button).click()
        self.page.wait_for_selector(".jp-Dialog", state="detached")

    def set_theme(self, theme: str) -> None:
        """``"dark"`` or ``"light"``."""
        name = f"JupyterLab {theme.capitalize()}"
        self.execute("apputils:change-theme", {"theme": name})
        self.page.wait_for_selector(f"body[data-jp-theme-name='{name}']", state="attached")
        # JupyterLab covers the page while it changes the theme, and stumbles over a change before that has ended.
        self.page.wait_for_selector("#jupyterlab-splash", state="detached")

    def _on_page_error(self, error: str) -> None:
        # JupyterLab's own, when a page is closed or a kernel shut down before the kernel has answered.
        if "Canceled future for create_subshell_request" not in error:
            self.errors.append(error)

    def _on_console(self, message: ConsoleMessage) -> None:
        # JupyterLab's debugger complains when a kernel is restarted or shut down.
        if message.type == "error" and "debugger state" not in message.text:
            self.errors.append(f"{message.text} ({message.location.get('url')})")

    def _on_sent(self, payload: str | bytes) -> None:
        self.sent.append(payload if isinstance(payload, str) else payload.decode("utf-8", "replace"))
