"""Where our routes stand below the server's own."""

from __future__ import annotations

from typing import TypeVar

from jupyter_server.utils import url_path_join

from tinytorch_lab.server.handler import Handler

PREFIX = "tinytorch-lab"

H = TypeVar("H", bound=Handler)


def below_prefix(base_url: str, table: list[tuple[str, type[H]]]) -> list[tuple[str, type[H]]]:
    """The table with whole paths."""
    return [(url_path_join(base_url, PREFIX, path), handler) for path, handler in table]
