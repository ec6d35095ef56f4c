"""``--memory``, ``--frames`` and ``--repeat``: what runs how often, what is shown, and what the figures are of."""

from __future__ import annotations

from statistics import median

import pytest
from kernels import OTHERS, Kernel

MB = 1_000_000
COUNT = "count = globals().get('count', 0) + 1"


@pytest.fixture
def counting(kernel: Kernel) -> Kernel:
    """A kernel in which cells can count how often they ran."""
    kernel.run("import numpy as np, asyncio, signal, tracemalloc\ncount = 0")
    return kernel


def test_memory_mode_traces_to_the_end_whatever_the_budget(counting: Kernel) -> None:
    counting.run("%%measure --trace-budget 0\n1")
    figures = counting.run(
        "%%measure --memory\nimport time\nend = time.perf_counter() + 1.8\nwhile time.perf_counter() < end: pass\n"
        "x = np.ones(1_250_000)"
    ).last
    assert (figures["mode"], figures["traced"], figures["trace_complete"]) == ("memory", True, True)
    assert figures["net_bytes"] == pytest.approx(10 * MB, abs=OTHERS)
    assert figures["traced_s"] == figures["wall_s"] > 1.5


@pytest.mark.parametrize("options", ["--memory --frames 7", "--frames 7", "--repeat 1 --frames 7"])
def test_frames_are_those_of_tracing(counting: Kernel, options: str) -> None:
    ran = counting.run(f"%%measure {options}\nprint(tracemalloc.get_traceback_limit())")
    assert ran.stream("stdout") == "7\n"


@pytest.mark.parametrize("repeats", [1, 4])
def test_a_repeated_cell_runs_n_times_untraced_and_once_traced(counting: Kernel, repeats: int) -> None:
    cell = (
        f"{COUNT}\nwas = [*globals().get('was', []), tracemalloc.is_tracing()]\n"
        "x = np.ones(2_500_000); del x\ny = np.ones(1_250_000)"
    )
    counting.run("was = []")
    figures = counting.run(f"%%measure --repeat {repeats} -o m\n{cell}").last
    assert counting.value("count") == repeats + 1
    assert counting.value("was") == [False] * repeats + [True]
    assert (figures["mode"], figures["traced"], figures["trace_complete"]) == ("repeat", False, True)
    assert [run["traced"] for run in figures["runs"]] == [False] * repeats + [True]
    assert figures["wall_s"] == median(run["wall_s"] for run in figures["runs"][:-1])
    assert figures["cpu_s"] == median(run["cpu_s"] for run in figures["runs"][:-1])
    assert figures["peak_bytes"] == pytest.approx(20 * MB, abs=OTHERS)
    assert figures["net_bytes"] == pytest.approx(10 * MB, rel=0.01)
    assert [s["net_bytes"] for s in figures["statements"]] == pytest.approx(
        [0, 0, 20 * MB, -20 * MB, 10 * MB], abs=10_000
    )
    assert figures["statements"][2]["peak_bytes"] == pytest.approx(20 * MB, abs=OTHERS)
    assert counting.value("m.runs[0].wall_s") == figures["runs"][0]["wall_s"]


def test_the_times_of_statements_are_medians_of_the_untraced_runs(counting: Kernel) -> None:
    figures = counting.run(f"%%measure --repeat 3\n{COUNT}\nimport time\ntime.sleep(0.2 if count == 1 else 0.02)").last
    sleep = figures["statements"][-1]["wall_s"]
    assert 0.02 <= sleep < 0.2 <= figures["runs"][0]["wall_s"]


def test_only_the_last_run_shows_anything(counting: Kernel) -> None:
    ran = counting.run(
        f"%%measure --repeat 3\n{COUNT}\nimport sys\nprint('out', count)\nprint('err', count, file=sys.stderr)\n"
        "display(count)\ncount * 10"
    )
    assert (ran.stream("stdout"), ran.stream("stderr"), ran.result) == ("out 4\n", "err 4\n", "40")
    assert [m["content"]["data"] for m in ran.messages if m["msg_type"] == "display_data"][1:] == [{"text/plain": "4"}]
    assert counting.value("Out[max(Out)]") == 40


@pytest.mark.parametrize(("last", "result"), [("count;", None), ("y = count", None), ("count", "3")])
def test_the_last_value_of_repeats(counting: Kernel, last: str, result: str | None) -> None:
    before = counting.value("get_ipython().execution_count")
    ran = counting.run(f"%%measure --repeat 2 -o m\n{COUNT}\n{last}")
    assert (ran.status, ran.result) == ("ok", result)
    assert counting.value("get_ipython().execution_count") == before + 1


def test_the_live_display_tells_which_run_it_is(counting: Kernel) -> None:
    ran = counting.run("%%measure --repeat 2\nimport time\ntime.sleep(0.3)")
    running = [figures for figures in ran.figures if figures["state"] == "running"]
    assert {figures["mode"] for figures in running} == {"repeat"}
    notes = [figures["notes"][0] for figures in running]
    assert notes == sorted(notes)
    assert {note[:11] for note in notes} == {"Run 1 of 3 ", "Run 2 of 3 ", "Run 3 of 3 "}
    assert {len(figures["runs"]) for figures in running} == {0, 1, 2}
    assert len({d["transient"]["display_id"] for d in ran.displays}) == 1


def test_top_level_await_is_repeated(counting: Kernel) -> None:
    ran = counting.run(f"%%measure --repeat 2\n{COUNT}\nawait asyncio.sleep(0.01, count)")
    assert (ran.status, ran.result, len(ran.last["runs"])) == ("ok", "3", 3)


@pytest.mark.parametrize(("failing", "untraced"), [(1, 0), (2, 1), (3, 2)])
def test_an_error_in_any_run_ends_all_of_them(counting: Kernel, failing: int, untraced: int) -> None:
    ran = counting.run(f"%%measure --repeat 2\n{COUNT}\nprint('run', count)\n1 / (count - {failing})\nprint('end')")
    assert (ran.status, ran.reply["ename"]) == ("error", "ZeroDivisionError")
    assert counting.value("count") == failing
    assert f"run {failing}\n" in ran.stream("stdout")
    assert "end" not in ran.stream("stdout").split()
    figures = ran.last
    assert (figures["state"], figures["error"]["line"]) == ("error", 4)
    assert [run["traced"] for run in figures["runs"]] == [False] * untraced + [failing == 3]
    assert [s["done"] for s in figures["statements"]] == [True, True, False]
    assert figures["peak_bytes"] is None or failing == 3
    assert f"Run {failing} of 3 raised" in figures["notes"][0]


def test_a_failed_run_shows_what_it_printed_and_runs_before_it_do_not(counting: Kernel) -> None:
    ran = counting.run(f"%%measure --repeat 5\n{COUNT}\nprint('run', count)\nassert count < 3")
    assert ran.stream("stdout") == "run 3\n"
    assert [m["msg_type"] for m in ran.messages][-2:] == ["error", "update_display_data"]


@pytest.mark.parametrize("at", [1, 2])
def test_an_interrupt_in_any_run_ends_all_of_them(counting: Kernel, at: int) -> None:
    ran = counting.run(f"%%measure --repeat 1\n{COUNT}\nif count == {at}: signal.raise_signal(signal.SIGINT)\n'end'")
    assert (ran.status, ran.reply["ename"], ran.last["state"]) == ("error", "KeyboardInterrupt", "interrupted")
    assert counting.value("count") == at
    assert "was stopped" in ran.last["notes"][0]
    assert counting.run("print('a')").stream("stdout") == "a\n"


def test_a_syntax_error_is_not_repeated(counting: Kernel) -> None:
    ran = counting.run("%%measure --repeat 3\nx = = 1")
    assert (ran.status, ran.reply["ename"], ran.displays) == ("error", "SyntaxError", [])
    ran = counting.run(f"%%measure --repeat 3\n{COUNT}\nreturn 1")
    assert (ran.status, ran.reply["ename"], counting.value("count")) == ("error", "SyntaxError", 1)
    assert [s["done"] for s in ran.last["statements"]] == [True]


def test_repeats_while_somebody_else_traces_say_so(counting: Kernel) -> None:
    counting.run("tracemalloc.start()")
    figures = counting.run("%%measure --repeat 2\nx = np.ones(1_250_000)").last
    assert counting.value("tracemalloc.is_tracing()")
    counting.run("tracemalloc.stop()")
    assert figures["traced"]
    assert figures["net_bytes"] == pytest.approx(0, abs=20_000)  # the array of the run before is freed, and was traced
    assert sum("was on already" in note for note in figures["notes"]) == 1


def test_measuring_inside_a_repeated_cell(counting: Kernel) -> None:
    counting.run("import tinytorch_lab")
    ran = counting.run(
        "%%measure --repeat 2 -o outer\nwith tinytorch_lab.measure('inner') as inner:\n    x = np.ones(1_250_000); del x"
    )
    assert ran.status == "ok"
    inner, outer = counting.value("(inner.peak_bytes, outer.peak_bytes)")
    assert inner == pytest.approx(10 * MB, rel=0.01)
    assert outer == pytest.approx(10 * MB, rel=0.06)  # with what the inner one needs for itself
    assert len({d["transient"]["display_id"] for d in ran.displays if "display_id" in d["transient"]}) == 1 + 1


def test_an_expression_and_code_below_another_magic_are_repeated(counting: Kernel) -> None:
    counting.run("calls = []")
    ran = counting.run("%measure --repeat 3 -o m print(len(calls)) or calls.append(1)")
    assert (ran.status, ran.stream("stdout")) == ("ok", "3\n")
    assert counting.value("(len(calls), m.mode, len(m.runs))") == [4, "repeat", 4]
    ran = counting.run("%%time\n%%measure --repeat 2\ncalls.append(2)\nlen(calls)")
    assert (ran.result, ran.last["mode"]) == ("7", "repeat")
    ran = counting.run("%%time\n%%measure --repeat 2\nprint('said')\n1/0")
    assert (ran.reply["ename"], "said" in ran.stream("stdout"), len(ran.last["runs"])) == ("ZeroDivisionError", True, 1)


def test_an_empty_cell_can_be_repeated(counting: Kernel) -> None:
    ran = counting.run("%%measure --repeat 2\n# nothing")
    assert (ran.status, ran.last["statements"], len(ran.last["runs"])) == ("ok", [], 3)


def test_figures_of_matplotlib_are_those_of_the_last_run(counting: Kernel) -> None:
    ran = counting.run(
        "%%measure --repeat 2\n%matplotlib inline\nimport matplotlib.pyplot as plt\n"
        "lines = len(plt.gca().lines)\n_ = plt.plot([1, 2])"
    )
    assert (ran.status, counting.value("lines")) == ("ok", 0)
    assert sum("image/png" in m["content"].get("data", {}) for m in ran.messages) == 1


def test_a_kernel_in_which_the_next_run_cannot_be_measured(fresh_kernel: Kernel) -> None:
    fresh_kernel.run(
        "import tinytorch_lab.kernel.run as r\nstart = r.Recorder.start\n"
        "def broken(self):\n    if self.measurement.mode == 'memory': raise RuntimeError('ours')\n    start(self)\n"
        "r.Recorder.start = broken"
    )
    ran = fresh_kernel.run("%%measure --repeat 1\n3")
    assert (ran.status, ran.result) == ("ok", "3")
    assert "could not measure this cell: RuntimeError: ours" in ran.stream("stdout")


def test_an_interrupt_between_two_runs_is_an_interrupt(fresh_kernel: Kernel) -> None:
    fresh_kernel.run(
        "import tinytorch_lab.kernel.run as r\ndef interrupted(self): raise KeyboardInterrupt\n"
        "r.MeasuredRun.next_run = interrupted"
    )
    ran = fresh_kernel.run("%%measure --repeat 2\nprint('a')\n3")
    assert (ran.status, ran.reply["ename"], ran.last["state"]) == ("error", "KeyboardInterrupt", "interrupted")
    assert fresh_kernel.run("print('b')").stream("stdout") == "b\n"
