"""The small parts of the engine: messages, outputs, rules for files."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from tinytorch_lab.course.grading.engine.execution import checked, number, seconds
from tinytorch_lab.course.grading.engine.wire import HEADER, Inbox, WireError, receive, send

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the fork server needs Linux")


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    grader, submission = socket.socketpair()
    with grader, submission:
        yield grader, submission


def test_a_message_arrives_whole_also_in_pieces(ends: tuple[socket.socket, socket.socket]) -> None:
    inbox = Inbox(ends[0], 10**6)
    data = json.dumps({"text": "ä" * 1000}).encode()
    for piece in (HEADER.pack(len(data))[:2], HEADER.pack(len(data))[2:] + data[:10], data[10:]):
        assert inbox.wait(0) is None
        ends[1].sendall(piece)
    assert inbox.wait(1) == {"text": "ä" * 1000}


def test_two_messages_at_once_are_two(ends: tuple[socket.socket, socket.socket]) -> None:
    send(ends[1], {"first": 1})
    send(ends[1], {"second": 2})
    inbox = Inbox(ends[0], 10**6)
    assert [inbox.wait(1), inbox.wait(1)] == [{"first": 1}, {"second": 2}]


def test_the_end_is_seen(ends: tuple[socket.socket, socket.socket]) -> None:
    ends[1].close()
    inbox = Inbox(ends[0], 10)
    assert (inbox.wait(1), inbox.ended, receive(ends[0])) == (None, True, None)


@pytest.mark.parametrize(
    "data",
    [
        HEADER.pack(11),
        HEADER.pack(2) + b"[]",
        HEADER.pack(3) + b"\xff\xfe\xfd",
        HEADER.pack(4) + b"nope",
    ],
    ids=["too long", "no object", "no text", "no JSON"],
)
def test_what_is_no_message_is_refused(ends: tuple[socket.socket, socket.socket], data: bytes) -> None:
    ends[1].sendall(data)
    with pytest.raises(WireError):
        Inbox(ends[0], 10).wait(1)


HOSTILE_OUTPUTS: list[tuple[Any, Any]] = [
    (None, []),
    ([1, {"output_type": "update"}, {}], []),
    ([{"output_type": "stream", "name": "x", "text": 5}], [{"output_type": "stream", "name": "stdout", "text": "5"}]),
    ([{"output_type": "error"}], [{"output_type": "error", "ename": "", "evalue": "", "traceback": []}]),
    (
        [{"output_type": "execute_result", "data": {"text/plain": 5, "a/json": 5}, "execution_count": "x", "more": 1}],
        [{"output_type": "execute_result", "data": {"a/json": 5}, "metadata": {}, "execution_count": None}],
    ),
]


@pytest.mark.parametrize(("sent", "kept"), HOSTILE_OUTPUTS)
def test_of_what_a_submission_sends_only_outputs_are_kept(sent: Any, kept: list[dict[str, Any]]) -> None:
    assert checked(sent) == kept


def test_numbers_that_a_submission_sends_are_numbers() -> None:
    assert [number(value) for value in (3, -1, True, "3", 10**9, None)] == [3, None, None, None, None, None]
    assert [seconds(value) for value in (0.5, -1, float("nan"), float("inf"), "1", None)] == [0.5, 0, 0, 0, 0, 0]


def test_the_recorder_joins_streams_and_cuts_at_the_limit() -> None:
    from tinytorch_lab.course.grading.engine.recorder import CUT, Recorder

    recorder = Recorder()
    recorder.begin(10)
    for name, text in (("stdout", "ab"), ("stdout", "cd"), ("stderr", "ef"), ("stdout", "0123456789")):
        recorder.stream(name, text)
    recorder.add({"output_type": "display_data", "data": {"text/plain": "too much"}, "metadata": {}})
    assert [(one["name"], one["text"]) for one in recorder.finished()] == [
        ("stdout", "abcd"), ("stderr", "ef"), ("stdout", "0123"), ("stdout", CUT),
    ]  # fmt: skip
    assert InteractiveShell.initialized() is False, "no shell is made in the grader's process"


@pytest.mark.parametrize("sign", ["x", "\x00", "é", "█", "𝕏"])
def test_the_recorder_counts_bytes_of_the_message_and_not_signs(sign: str) -> None:
    from tinytorch_lab.course.grading.engine.recorder import CUT, Recorder

    recorder = Recorder()
    recorder.begin(1000)
    for text in (sign * 10, "plain" + sign * 2000, sign):
        recorder.stream("stdout", text)
    kept, cut = recorder.finished()
    assert cut["text"] == CUT
    assert 900 < len(json.dumps(kept["text"])) <= 1002


def test_a_display_may_be_replaced_as_often_as_it_likes_but_not_by_one_that_is_too_large() -> None:
    from tinytorch_lab.course.grading.engine.recorder import Recorder

    recorder = Recorder()
    recorder.begin(200)
    recorder.add({"output_type": "display_data", "data": {"text/plain": "first"}, "metadata": {}}, "one")
    for text in (*["again"] * 100, "x" * 1000):
        recorder.replace("one", {"text/plain": text}, {})
    assert recorder.finished()[0]["data"] == {"text/plain": "again"}
    assert recorder.left < 200, "what did not fit made no room"


def test_rules_leave_out_masked_files_and_the_source_tree(tmp_path: Path) -> None:
    import tinytorch
    from tinytorch_lab.course.grading.engine import landlock, reach

    package = Path(tinytorch.__file__).parent
    named = dict(reach.rules([tmp_path], [], ("core.tensor",)))
    assert named[tmp_path] == landlock.WRITE
    assert named[package / "core" / "activations.py"] == landlock.READ
    assert {named[package], named[package / "core"]} == {landlock.LIST}
    assert not [path for path in named if "tensor" in path.name and path.is_relative_to(package)]
    reached = [path for path, rights in named.items() if rights != landlock.LIST]
    out_of_reach = (
        package / "core/tensor.py",
        package.parent / "modules",
        Path("/usr/local/share/nbgrader"),
        Path("/srv"),
    )
    assert [path for path in out_of_reach if any(path.is_relative_to(one) for one in reached)] == []


def test_rules_without_a_mask_name_a_tree_once(tmp_path: Path) -> None:
    import tinytorch
    from tinytorch_lab.course.grading.engine import landlock, reach

    named = dict(reach.rules([tmp_path], [], ()))
    package = Path(tinytorch.__file__).parent
    assert named.get(package) == landlock.READ
    assert package / "core" not in named
