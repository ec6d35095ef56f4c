"""Messages between the grader and a submission: their length, then JSON.

What comes from a submission is hostile: it is never unpickled, and never read beyond a limit.
"""

from __future__ import annotations

import json
import select
import socket
import struct
from typing import Any

HEADER = struct.Struct(">I")
CHUNK = 1 << 16
MAX_OUTPUTS = 1000
"""So many outputs of a cell are kept."""


class WireError(Exception):
    """What came is no message: too long, or no JSON object."""


def send(channel: socket.socket, message: dict[str, Any]) -> None:
    """Write one message."""
    data = json.dumps(message, default=str).encode("utf-8", "replace")
    channel.sendall(HEADER.pack(len(data)) + data)


def receive(channel: socket.socket) -> dict[str, Any] | None:
    """Wait for one message; None at the end. For the side that trusts the other."""
    header = _exactly(channel, HEADER.size)
    data = header and _exactly(channel, HEADER.unpack(header)[0])
    return _message(data) if data else None


def _exactly(channel: socket.socket, count: int) -> bytes | None:
    got = bytearray()
    while len(got) < count:
        part = channel.recv(min(CHUNK, count - len(got)))
        if not part:
            return None
        got += part
    return bytes(got)


def _message(data: bytes) -> dict[str, Any]:
    try:
        message = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise WireError(f"no JSON: {error}") from None
    if not isinstance(message, dict):
        raise WireError(f"a {type(message).__name__} instead of an object")
    return whole_characters(message) if b"\\ud" in data.lower() else message


def whole_characters(message: dict[str, Any]) -> dict[str, Any]:
    """The same, with a question mark for each half of a character: JSON can hold one, no file and no terminal takes it."""
    made: dict[str, Any] = json.loads(json.dumps(message, ensure_ascii=False).encode("utf-8", "replace"))
    return made


class Inbox:
    """The grader's end of the channel: reads what is there, and waits no longer than it is told."""

    def __init__(self, channel: socket.socket, limit: int) -> None:
        self.channel = channel
        self.limit = limit
        self.ended = False
        self._got = bytearray()

    def wait(self, seconds: float) -> dict[str, Any] | None:
        """The next message, or None if none was complete within ``seconds`` or the other side has ended.

        Raises WireError for what is no message.
        """
        if not self.ended and select.select([self.channel], [], [], seconds)[0]:
            self._read()
        return self._next()

    def _read(self) -> None:
        try:
            part = self.channel.recv(CHUNK)
        except ConnectionError:
            part = b""
        self.ended = not part
        self._got += part

    def _next(self) -> dict[str, Any] | None:
        if len(self._got) < HEADER.size:
            return None
        length = HEADER.unpack_from(self._got)[0]
        if length > self.limit:
            raise WireError(f"a message of {length} bytes, more than {self.limit}")
        end = HEADER.size + length
        if len(self._got) < end:
            return None
        data = bytes(self._got[HEADER.size : end])
        del self._got[:end]
        return _message(data)
