"""axe-core, from the front end's own packages: what it finds in one part of the page."""

from __future__ import annotations

from pathlib import Path

from .lab import Lab

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"

VIOLATIONS = """
selector => axe.run(selector, { resultTypes: ['violations'] }).then(result => result.violations
    .filter(rule => ['serious', 'critical'].includes(rule.impact))
    .map(rule => `${rule.id}: ${rule.nodes.map(node => `${node.html} ${node.failureSummary}`).join(' | ')}`))
"""


def violations(lab: Lab, selector: str) -> list[str]:
    """The serious and critical violations below ``selector``, in words."""
    if not lab.page.evaluate("window.axe !== undefined"):
        lab.page.add_script_tag(path=AXE)
    return list(lab.page.evaluate(VIOLATIONS, selector))
