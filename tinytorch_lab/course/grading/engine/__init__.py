"""The grading engine: runs one submission apart from everything else and scores it; docs/grading-engine.md has the whole.

``run`` is what others call. ``server`` and what it imports (``confine``, ``cells``, ``shell``) run in processes of their own.
"""
