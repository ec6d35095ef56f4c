"""Checks a lesson against the standard for lessons, and its tests against planted mistakes. docs/lesson-checker.md tells more."""
