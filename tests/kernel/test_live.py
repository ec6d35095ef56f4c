"""What reaches the front end, and when."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from kernels import MIME, Kernel, Ran

BUSY = "import time\nend = time.perf_counter() + 2\nwhile time.perf_counter() < end: pass"


def kinds(ran: Ran) -> list[str]:
    """The order of messages: ``ours`` for a first display, ``update``, or what the cell sent."""
    names = {"display_data": "ours", "update_display_data": "update"}
    return [names[m["msg_type"]] if MIME in m["content"].get("data", {}) else m["msg_type"] for m in ran.messages]


@pytest.mark.parametrize("mode", ["", "--time"])
def test_figures_arrive_at_least_four_times_a_second_while_python_is_busy(kernel: Kernel, mode: str) -> None:
    ran = kernel.run(f"%%measure {mode}\n{BUSY}")
    updates = [m for m in ran.messages if MIME in m["content"].get("data", {})]
    running = [m for m in updates if m["content"]["data"][MIME]["state"] == "running"][1:]
    assert len({m["content"]["data"][MIME]["wall_s"] for m in running}) >= 8  # distinct ones, in 2 s


def test_figures_arrive_while_the_cell_awaits(kernel: Kernel) -> None:
    ran = kernel.run("%%measure\nimport asyncio\nawait asyncio.sleep(1)")
    assert len([f for f in ran.figures if f["state"] == "running"]) >= 5


def test_one_display_is_updated_in_place(kernel: Kernel) -> None:
    ran = kernel.run(f"%%measure\n{BUSY.replace('+ 2', '+ 0.5')}")
    assert [m["msg_type"] for m in ran.messages] == ["display_data"] + ["update_display_data"] * (len(ran.messages) - 1)
    assert len({d["transient"]["display_id"] for d in ran.displays}) == 1
    assert [f["state"] for f in ran.figures] == ["running"] * (len(ran.figures) - 1) + ["done"]
    assert all(set(d["data"]) == {MIME, "text/html", "text/plain"} for d in ran.displays)


def test_a_short_cell_sends_the_first_and_the_final_figures_only(kernel: Kernel) -> None:
    assert kinds(kernel.run("%%measure\nx = 1")) == ["ours", "update"]


def test_the_display_comes_first_and_the_cells_output_after_it(kernel: Kernel) -> None:
    ran = kernel.run("%%measure\nprint('a')\ndisplay('b')\n'c'")
    assert kinds(ran) == ["ours", "stream", "display_data", "execute_result", "update"]


def test_the_final_figures_come_before_the_reply_also_for_an_error(kernel: Kernel) -> None:
    assert kinds(kernel.run("%%measure\n1/0")) == ["ours", "error", "update"]


def test_running_figures_are_small(kernel: Kernel) -> None:
    ran = kernel.run(f"%%measure\n{BUSY}")
    assert all(len(f["timeline"]["t_s"]) <= 120 for f in ran.figures[:-1])


def test_two_measured_cells_have_two_displays(kernel: Kernel) -> None:
    ids = {kernel.run("%%measure\n1").displays[0]["transient"]["display_id"] for _ in range(2)}
    assert len(ids) == 2


def test_updates_belong_to_their_cell(kernel: Kernel) -> None:
    kernel.run(f"%%measure\n{BUSY.replace('+ 2', '+ 0.4')}")
    assert kernel.run("import time; time.sleep(0.3)").messages == []


def test_quiet_shows_nothing(kernel: Kernel) -> None:
    ran = kernel.run("%%measure --quiet -o m\nprint('a')\n2")
    assert kinds(ran) == ["stream", "execute_result"]
    assert kernel.value("m.state") == "done"


CLEARING: dict[str, tuple[str, Callable[[list[str]], bool]]] = {
    "at once": ("clear_output()\nprint('a')", lambda k: k == ["ours", "clear_output", "stream", "ours"]),
    "before a display": (
        "clear_output(wait=True)\ndisplay('a')",
        lambda k: k == ["ours", "clear_output", "ours", "display_data", "update"],
    ),
    "before a value": (
        "clear_output(wait=True)\n3",
        lambda k: k == ["ours", "clear_output", "ours", "execute_result", "update"],
    ),
    "before a print": (
        "clear_output(wait=True)\nprint('a')",
        lambda k: k == ["ours", "clear_output", "stream", "ours"],
    ),
    "for an output that never comes": (
        "display('a')\nclear_output(wait=True)",
        lambda k: k == ["ours", "display_data", "clear_output", "update"],
    ),
    "again and again": (
        "for i in range(2):\n    clear_output(wait=True)\n    display(i)",
        lambda k: k == ["ours", *["clear_output", "ours", "display_data"] * 2, "update"],
    ),
}


@pytest.mark.parametrize(("cell", "expected"), CLEARING.values(), ids=CLEARING.keys())
def test_a_cleared_display_is_seen_again(kernel: Kernel, cell: str, expected: Callable[[list[str]], bool]) -> None:
    ran = kernel.run(f"%%measure\nfrom IPython.display import clear_output, display\n{cell}")
    assert expected(kinds(ran)), kinds(ran)
    assert ran.last["state"] == "done"


def test_captured_output_of_the_cell_holds_none_of_our_updates(kernel: Kernel) -> None:
    ran = kernel.run(
        "%%measure\nfrom IPython.utils.capture import capture_output\nimport time\n"
        "with capture_output() as c:\n    print('a')\n    time.sleep(0.4)\n    display('b')"
    )
    assert kernel.value("(c.stdout, len(c.outputs))") == ["a\n", 1]
    assert ran.last["state"] == "done"


def test_capture_above_captures_our_display(kernel: Kernel) -> None:
    ran = kernel.run("%%capture c\n%%measure\nprint('a')\n2")
    assert ran.messages == []
    assert kernel.value("(c.stdout, len(c.outputs))") == ["a\n", 2]


def test_a_stdout_that_cannot_be_flushed_does_not_end_the_live_view(kernel: Kernel) -> None:
    ran = kernel.run(
        "%%measure\nimport sys, time\nclass Broken:\n    def write(self, text): pass\n    def flush(self): raise OSError('full')\n"
        "keep = sys.stdout\nsys.stdout = Broken()\ntime.sleep(0.6)\nsys.stdout = keep"
    )
    assert ran.status == "ok"
    assert [f["state"] for f in ran.figures].count("running") >= 3
    assert ran.last["notes"] == []


def test_a_kernel_without_comms(fresh_kernel: Kernel) -> None:
    fresh_kernel.run("get_ipython().kernel.comm_manager = None")
    assert fresh_kernel.run("%%measure\n1").last["state"] == "done"
