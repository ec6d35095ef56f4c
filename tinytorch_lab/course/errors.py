"""The one exception that a user sees as a sentence instead of a traceback."""


class CourseError(Exception):
    """Something that its reader can mend; the message says what was given, what was expected and what to do."""
