"""Grading: submissions in, scores out. ``model`` has what is passed around; docs/grading.md has the whole."""
