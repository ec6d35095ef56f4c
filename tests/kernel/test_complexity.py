"""``%%complexity`` in a real kernel."""

import re

import pytest
from kernels import Kernel, Ran

QUADRATIC = "%%complexity n=64..1024 -o c --budget 2\nx = list(range(n))\n# measure:\ny = [[0] * n for _ in x]"


def tables(ran: Ran) -> list[dict[str, str]]:
    """The bundles of the growth display, first one and updates."""
    shown = [m["content"] for m in ran.messages if m["msg_type"] in ("display_data", "update_display_data")]
    assert len({content["transient"]["display_id"] for content in shown}) == 1
    return [content["data"] for content in shown]


def test_it_shows_a_row_a_size_and_the_growth(kernel: Kernel) -> None:
    ran = kernel.run(QUADRATIC)
    assert ran.status == "ok"
    bundles = tables(ran)
    assert [len(re.findall("<tr>", data["text/html"])) - 1 for data in bundles] == list(range(1, len(bundles) + 1))
    assert re.search(r"memory ~ n\^\d\.\d\d  \(95 % interval", bundles[-1]["text/plain"])
    assert "<script" not in bundles[-1]["text/html"]
    assert kernel.value("[p.size for p in c.points]") == [64, 128, 256, 512, 1024][: len(bundles)]


def test_memory_that_is_quadratic_reads_as_quadratic(kernel: Kernel) -> None:
    kernel.run(QUADRATIC)
    assert kernel.value("c.memory.exponent") == pytest.approx(2, abs=0.1)
    assert kernel.value("c.points[-1].peak_bytes / c.points[-1].size ** 2") == pytest.approx(8, rel=0.15)


def test_the_namespace_is_as_it_was_and_helpers_see_the_size(kernel: Kernel) -> None:
    kernel.run("n = 'mine'\nseen = []\ndef helper():\n    seen.append(n)\nkept = 5")
    ran = kernel.run("%%complexity n=1..4 --quiet\nkept = n\nnew = 1\n# measure:\nhelper()")
    assert (ran.status, ran.seen()) == ("ok", [])
    assert kernel.value("[n, kept, 'new' in globals(), sorted(set(seen))]") == ["mine", 5, False, [1, 2, 4]]


def test_an_error_in_the_cell_is_the_cells_own_and_the_namespace_is_restored(kernel: Kernel) -> None:
    kernel.run("n = 7")
    ran = kernel.run("%%complexity n=1..8 --quiet\nx = 1\n# measure:\n1 / (4 - n)")
    assert (ran.status, ran.reply["ename"]) == ("error", "ZeroDivisionError")
    assert any("----> 3 1 / (4 - n)" in re.sub(r"\x1b\[[0-9;]*m", "", line) for line in ran.reply["traceback"])
    assert kernel.value("n") == 7


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("n", "needs a size and its range, such as n=64..8192; got 'n'"),
        ("n=8..8", "got 8..8"),
        ("n=8..64 --budget 0", "not a number of seconds above 0"),
        ("n=8..64 -o 1x", "not a name for a variable"),
        ("n=8..64 --foo", "unrecognized arguments: --foo"),
    ],
)
def test_wrong_options_are_one_line_and_nothing_runs(kernel: Kernel, line: str, message: str) -> None:
    kernel.run("ran = False")
    refused = kernel.run(f"%%complexity {line}\nran = True")
    assert (refused.status, refused.reply["ename"]) == ("error", "UsageError")
    assert message in refused.stream("stderr") + refused.reply["evalue"]
    assert kernel.value("ran") is False


def test_it_can_be_interrupted(kernel: Kernel) -> None:
    code = "%%complexity n=1..8 --quiet\nprint('begun')\n# measure:\nwhile True: pass"
    ran = kernel.run(code, during=kernel.interrupt)
    assert (ran.status, ran.reply["ename"]) == ("error", "KeyboardInterrupt")


def test_the_button_and_time_go_with_it(kernel: Kernel) -> None:
    code = "%%complexity n=8..32 -o c\n# measure:\ny = [0] * n"
    ran = kernel.run(code, metadata={"tinytorch": {"measure": True}})
    assert ran.status == "ok"
    assert ran.last["state"] == "done"
    assert kernel.value("len(c.points)") == 3
    assert kernel.run("%%time\n" + code).status == "ok"
    assert kernel.run("%%measure\n" + code).last["state"] == "done"
