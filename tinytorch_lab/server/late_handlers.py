"""Routes that change when work is due and what lateness costs, for instructors only (class_handlers)."""

from __future__ import annotations

import json

import tornado

from tinytorch_lab.course.catalogue import MODULE_ID
from tinytorch_lab.course.grading.roster import STUDENT_ID
from tinytorch_lab.server import late_answers
from tinytorch_lab.server.class_handlers import ClassHandler

POLICY = {"due": str | None, "percent_per_day": int | float | None, "cap_percent": int | float | None}
"""What of the late policy can be changed, and what it may be."""


class PolicyHandler(ClassHandler):
    """POST {"module": ..., "changes": {}}: change due date or late policy; only what ``changes`` names, null takes it away."""

    @tornado.web.authenticated
    async def post(self) -> None:
        """Answer the policy of the module."""
        if (body := self.body(module=MODULE_ID, changes=dict)) is None:
            return
        changes = body["changes"]
        if not changes or not all(
            name in POLICY and isinstance(value, POLICY[name]) for name, value in changes.items()
        ):
            example = '{"due": "2026-12-01T23:59:00+01:00", "percent_per_day": 10, "cap_percent": null}'
            self.refuse(400, f'The body must be {{"changes": {example}}}; got {json.dumps(body)[:200]}.')
            return
        await self.answer(late_answers.change_policy, self.place, body["module"], changes)


class ExtensionHandler(ClassHandler):
    """POST {"module": ..., "student": "ada", "until": "..."}: extend, or with "" take the extension away."""

    @tornado.web.authenticated
    async def post(self) -> None:
        """Answer {}."""
        if (body := self.body(module=MODULE_ID, student=STUDENT_ID, until=str)) is not None:
            await self.answer(late_answers.extend, self.place, body["module"], body["student"], body["until"])
