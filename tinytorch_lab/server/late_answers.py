"""What the routes for late work answer, as plain data; knows no tornado. ``[instructor]`` is imported where it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tinytorch_lab.server.class_answers import Place

if TYPE_CHECKING:
    from tinytorch_lab.course.grading.model import ClassPaths


def policy_of(paths: ClassPaths, module: str) -> dict[str, Any]:
    """When the module is due (None: never), and what lateness costs."""
    from tinytorch_lab.course.grading.late import read_policy

    policy = read_policy(paths.root / "grading.toml")
    due = policy.due.get(module)
    late = {"percent_per_day": policy.percent_per_day, "cap_percent": policy.cap_percent}
    return {"due": due.isoformat() if due else None, **late}


def change_policy(place: Place, module: str, changes: dict[str, Any]) -> dict[str, Any]:
    """Change the module's ``due`` date (ISO 8601), ``percent_per_day`` or ``cap_percent``; null takes one away."""
    from tinytorch_lab.course.grading import late_edit
    from tinytorch_lab.course.grading.model import ClassPaths

    paths = ClassPaths(place.folder)
    given = {name: late_edit.read_time(value) if isinstance(value, str) else value for name, value in changes.items()}
    late_edit.change_policy(paths, module, given)
    return policy_of(paths, module)


def extend(place: Place, module: str, student: str, until: str) -> dict[str, Any]:
    """Give the student until then (ISO 8601) for the module; with "" as long as everybody has."""
    from tinytorch_lab.course.grading import late_edit
    from tinytorch_lab.course.grading.model import ClassPaths

    late_edit.extend(ClassPaths(place.folder), module, student, late_edit.read_time(until) if until else None)
    return {}
