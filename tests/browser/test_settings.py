"""The settings of measuring reach the kernels, and only where they say something new."""

from __future__ import annotations

import time

import nbformat.v4

from .lab import NOTEBOOK, Lab
from .notebooks import write_notebook

TARGET = "tinytorch-lab:settings"


def told(lab: Lab) -> list[str]:
    """The messages that opened a comm for settings."""
    return [message for message in lab.sent if TARGET in message]


def wait_told(lab: Lab, times: int) -> None:
    deadline = time.monotonic() + 30
    while len(told(lab)) < times and time.monotonic() < deadline:
        lab.page.wait_for_timeout(50)
    assert len(told(lab)) == times


def test_settings_reach_kernels_when_they_change_and_after_a_restart(lab: Lab) -> None:
    path = write_notebook(lab.server.root / "settings.ipynb", [nbformat.v4.new_code_cell("x = 1")])
    lab.open_notebook(path.name)
    assert told(lab) == [], "A kernel that already does what the settings say is told nothing."

    lab.execute("settingeditor:open")
    lab.page.locator(".jp-PluginList-entry", has_text="TinyTorch").click()
    budget = lab.page.locator("[id$='_traceBudget']")
    budget.fill("0.5")
    wait_told(lab, 1)
    assert '{"mode":"default","trace_budget":0.5,"sampling_s":0.01,"live":true}' in told(lab)[0]
    lab.picture("settings")

    lab.execute("docmanager:open", {"path": path.name})
    lab.page.evaluate(f"{NOTEBOOK}.sessionContext.restartKernel()")
    wait_told(lab, 2)

    # Back to the default, which this kernel has to be told too; and other tests find it so.
    lab.execute("settingeditor:open")
    budget.fill("1.5")
    wait_told(lab, 3)
    assert '"trace_budget":1.5' in told(lab)[2]
