"""The one exception that a user sees as a sentence instead of a traceback."""


class CourseError(Exception):
    """Something that its reader can mend; the message says what was given, what was expected and what to do."""


class Cancelled(Exception):
    """Whoever asked for the work does not want it any more: it ends without a result, and nothing is kept of it."""
