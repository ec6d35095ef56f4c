"""``%%complexity`` in a real kernel."""

import re
from typing import Any

import pytest
from kernels import Kernel, Ran

from tinytorch_lab.kernel.growth import digest

GROWTH = "application/vnd.tinytorch.complexity+json"
QUADRATIC = "%%complexity n=64..1024 -o c --budget 1\nx = list(range(n))\n# measure:\ny = [[0] * n for _ in x]"


def bundles(ran: Ran) -> list[dict[str, Any]]:
    """The bundles of the growth display, first one and updates."""
    shown = [m["content"] for m in ran.messages if GROWTH in m["content"].get("data", {})]
    assert len({content["transient"]["display_id"] for content in shown}) == 1
    return [content["data"] for content in shown]


def test_one_display_runs_and_then_has_the_answer(kernel: Kernel) -> None:
    ran = kernel.run(QUADRATIC)
    assert ran.status == "ok"
    states = [data[GROWTH]["state"] for data in bundles(ran)]
    assert states[-1] == "done"
    assert set(states[:-1]) == {"running"}
    assert all(data[GROWTH]["time"] is None for data in bundles(ran)[:-1])
    last = bundles(ran)[-1]
    assert "<details" in last["text/html"]
    assert "<script" not in last["text/html"]
    assert re.search(r"^Memory: ", last["text/plain"], re.MULTILINE)
    assert ran.stream("stderr") == ""
    assert kernel.value("[p.size for p in c.points if p.size in (64, 128, 256)]") == [64, 128, 256]
    assert kernel.leftovers() == []


def test_memory_that_is_quadratic_reads_as_quadratic(kernel: Kernel) -> None:
    kernel.run(QUADRATIC.replace("%%complexity", "%%complexity --quiet"))
    assert kernel.value("[c.memory.best, c.memory.decided]") == ["n^2", True]
    assert kernel.value("c.memory.exponent") == pytest.approx(2, abs=0.15)
    assert kernel.value("max(p.peak_bytes / p.size ** 2 for p in c.points if p.peak_bytes)") == pytest.approx(
        8, rel=0.2
    )


def test_the_namespace_is_as_it_was_and_helpers_see_the_size(kernel: Kernel) -> None:
    kernel.run("n = 'mine'\nseen = []\ndef helper():\n    seen.append(n)\nkept = 5")
    ran = kernel.run("%%complexity n=1..4 --quiet --budget 0.3\nkept = n\nnew = 1\n# measure:\nhelper()")
    assert (ran.status, ran.seen()) == ("ok", [])
    assert kernel.value("[n, kept, 'new' in globals()]") == ["mine", 5, False]
    assert {1, 2, 4} <= set(kernel.value("seen"))


def test_every_run_begins_with_the_names_as_they_were(kernel: Kernel) -> None:
    kernel.run("total, text = 7, 'ab'\nfound = []")
    kernel.run(
        "%%complexity n=1..8 --quiet --budget 0.3\ntext = text + text\ntotal += n\nfound.append((total - n, len(text)))"
    )
    assert kernel.value("sorted(set(found))") == [[7, 4]]
    assert kernel.value("[total, text]") == [7, "ab"]


def test_only_the_first_run_prints_and_displays(kernel: Kernel) -> None:
    ran = kernel.run("%%complexity n=1..8 --quiet --budget 0.3\nprint('printed', n)\ndisplay('shown')")
    assert ran.stream("stdout") == "printed 1\n"
    assert [m["content"]["data"]["text/plain"] for m in ran.messages if m["msg_type"] == "display_data"] == ["'shown'"]
    assert kernel.run("print('again')").stream("stdout") == "again\n"


def test_an_error_at_the_start_is_the_cells_own(kernel: Kernel) -> None:
    kernel.run("n = 7")
    ran = kernel.run("%%complexity n=1..8 --quiet -o c\nx = 1\n# measure:\n1 / (2 - n)")
    assert (ran.status, ran.reply["ename"]) == ("error", "ZeroDivisionError")
    traceback = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(ran.reply["traceback"]))
    assert "----> 3 1 / (2 - n)" in traceback
    assert "scaling" not in traceback
    assert kernel.value("[n, c.state]") == [7, "error"]


def test_an_error_at_a_later_size_is_told_in_the_result(kernel: Kernel) -> None:
    ran = kernel.run("%%complexity n=1..64 -o c --budget 0.5\nif n == 32: raise ValueError('too large')\ny = [0] * n")
    assert ran.status == "ok"
    assert "It raised at n = 32: ValueError: too large" in bundles(ran)[-1]["text/plain"]
    assert kernel.value("[c.stopped.reason, max(p.size for p in c.points) < 32]") == ["error", True]


def test_endless_and_exploding_cells_end(kernel: Kernel) -> None:
    assert kernel.run("%%complexity n -o c --budget 0.3\nwhile True: pass").status == "ok"
    assert kernel.value("[c.stopped.reason, c.points]") == ["too long", []]
    kernel.run("def fib(k): return k if k < 2 else fib(k - 1) + fib(k - 2)")
    best = ""
    for _ in range(3):  # other processes may hold the processor for all of the budget
        assert kernel.run("%%complexity n -o c --budget 2\nf = fib(n)").status == "ok"
        if (best := kernel.value("c.time.best")) == "2^n":
            break
    assert best == "2^n"
    kernel.run("def deep(k): return k and deep(k - 1)")
    assert kernel.run("%%complexity n -o c --budget 0.5\nd = deep(n)").status == "ok"
    assert kernel.value("c.stopped.reason") == "recursion"
    assert kernel.leftovers() == []


def test_a_cell_may_await_and_use_magics(kernel: Kernel) -> None:
    cell = "import asyncio\nq = asyncio.Queue()\n# measure:\nawait q.put(n)\ngot = await q.get()\n%precision 3\nx = !echo hi"
    ran = kernel.run(f"%%complexity n=1..4 -o c --budget 0.4 --time-only\n{cell}")
    assert ran.status == "ok"
    assert kernel.value("[len(c.points) >= 3, c.memory]") == [True, None]
    assert kernel.run("import asyncio\nawait asyncio.sleep(0)\n1").result == "1"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("", "the following arguments are required: sizes"),
        ("n=8..8", "got 'n=8..8'"),
        ("n=8..64 --budget 0", "not a number of seconds above 0"),
        ("n=8..64 -o 1x", "not a name for a variable"),
        ("n=8..64 --foo", "unrecognized arguments: --foo"),
        ("n --predict m^2", "the sizes are n, and m is none of them"),
        ("n --time-only --memory-only", "exclude each other"),
        ("n=[4, 5", "not closed"),
    ],
)
def test_wrong_options_are_one_line_and_nothing_runs(kernel: Kernel, line: str, message: str) -> None:
    kernel.run("ran = False")
    refused = kernel.run(f"%%complexity {line}\nran = True")
    assert (refused.status, refused.reply["ename"]) == ("error", "UsageError")
    assert message in refused.stream("stderr") + refused.reply["evalue"]
    assert kernel.value("ran") is False


def test_lists_and_several_sizes_and_a_prediction(kernel: Kernel) -> None:
    ran = kernel.run('%%complexity n=[8, 16, 100] -o c --budget 0.3 --predict "O(n^2)"\ny = [0] * n')
    assert kernel.value("[p.size for p in c.points]") == [8, 16, 100]
    assert "<details" not in bundles(ran)[-1]["text/html"]
    assert bundles(ran)[-1][GROWTH]["ask"] is False
    kernel.run("%%complexity a=8..64 b=[4, 8, 16] --budget 0.5 -o c --predict a*b\ny = bytearray(a * b * 100)")
    assert kernel.value("c.memory.exponents") == pytest.approx({"a": 1, "b": 1}, abs=0.1)
    assert kernel.value("c.memory.best") == "a * b"


def test_it_can_be_interrupted_and_keeps_what_was_learned(kernel: Kernel) -> None:
    code = "%%complexity n=1..64 -o c --budget 60\nif n == 1: print('begun')\n# measure:\nimport time\ntime.sleep(0.02)"
    ran = kernel.run(code, during=kernel.interrupt)
    assert (ran.status, ran.reply["ename"]) == ("error", "KeyboardInterrupt")
    assert bundles(ran)[-1][GROWTH]["state"] == "interrupted"
    assert kernel.value("c.state") == "interrupted"
    assert kernel.leftovers() == []


def test_the_button_and_time_go_with_it(kernel: Kernel) -> None:
    code = "%%complexity n=8..32 -o c --budget 0.3\n# measure:\ny = [0] * n"
    ran = kernel.run(code, metadata={"tinytorch": {"measure": True}})
    assert ran.status == "ok"
    assert ran.last["state"] == "done"
    assert kernel.value("len(c.points)") >= 3
    assert kernel.run("%%time\n" + code).status == "ok"
    assert kernel.run("%%measure\n" + code).last["state"] == "done"


def test_a_prediction_in_the_request_leaves_the_answer_open(kernel: Kernel) -> None:
    code = "%%complexity n=8..32 --budget 0.3\ny = [0] * n"
    ran = kernel.run(code, metadata={"tinytorch": {"prediction": {"text": "n"}}})
    assert "<details" not in bundles(ran)[-1]["text/html"]


def test_a_prediction_for_another_text_does_not(kernel: Kernel) -> None:
    code = "%%complexity n=8..32 --budget 0.3\ny = [0] * n"
    said = {"time": "n", "source": digest(code)}
    assert "<details" not in bundles(kernel.run(code, metadata={"tinytorch": {"prediction": said}}))[-1]["text/html"]
    changed = code.replace("[0] * n", "[0] * n ** 2")
    assert "<details" in bundles(kernel.run(changed, metadata={"tinytorch": {"prediction": said}}))[-1]["text/html"]


def test_the_digest_is_the_front_ends() -> None:
    assert digest("foobar") == "bf9cf968"  # FNV-1a's own test value
    assert digest("x = 1\n") == digest("x = 1") != digest("x = 2")


def test_what_is_measured_is_said_from_the_start(kernel: Kernel) -> None:
    ran = kernel.run("%%complexity n=8..32 --budget 0.3 --time-only\ny = [0] * n")
    assert {tuple(data[GROWTH]["measures"]) for data in bundles(ran)} == {("time",)}


def test_a_result_as_a_value_is_shown(kernel: Kernel) -> None:
    ran = kernel.run("import tinytorch_lab\ntinytorch_lab.complexity(lambda n: [0] * n, [8, 16, 32], budget=0.2)")
    (shown,) = [m["content"]["data"] for m in ran.messages if m["msg_type"] == "execute_result"]
    assert GROWTH in shown
