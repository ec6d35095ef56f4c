"""Shows measurements: as data for the front end, as static HTML, as plain text."""

from tinytorch_lab.show.mime import MIME_TYPE, bundle

__all__ = ["MIME_TYPE", "bundle"]
