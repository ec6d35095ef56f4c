"""Whether the body of a request is what its route takes."""

from __future__ import annotations

import json
from typing import Any

from tinytorch_lab.course.catalogue import MILESTONE_ID, MODULE_ID
from tinytorch_lab.course.grading.roster import STUDENT_ID

EXAMPLES = {
    MODULE_ID: '"NN_name"', MILESTONE_ID: '"1_1957_name"', STUDENT_ID: '"ID"',
    bool: "true", list: "[]", dict: "{}", str: '"..."',
}  # fmt: skip
"""What a field of each kind looks like, for who gave another: a pattern that a string matches as a whole, or a type."""


def fault_of(body: Any, fields: dict[str, Any]) -> str | None:
    """What is wrong with a body that must be a mapping with ``fields``, each of one of the kinds above; None if nothing is."""
    for name, kind in fields.items():
        value = body.get(name) if isinstance(body, dict) else None
        if not _fits(value, kind):
            words = ", ".join(f'"{key}": {EXAMPLES[wanted]}' for key, wanted in fields.items())
            return f"The body must be {{{words}}}; got {json.dumps(body)[:200]}."
    return None


def _fits(value: Any, kind: Any) -> bool:
    if isinstance(kind, type):
        return isinstance(value, kind)
    return isinstance(value, str) and kind.fullmatch(value) is not None
