"""The course.toml of a small course: two modules, the second of which needs the first."""

from __future__ import annotations

COURSE = """
version = 1
parts = ["Foundation"]

[[module]]
id = "01_pair"
exports = "core.pair"
title = "Pair"
part = "Foundation"
builds = ["add"]
question = "what an addition costs"
needs = []
points = 100

[[module]]
id = "02_next"
exports = "core.next"
title = "Next"
part = "Foundation"
builds = []
question = "none"
needs = ["01_pair"]
points = 100
"""
