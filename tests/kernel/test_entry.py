"""The ways to measure a cell, and what must not be measured."""

from __future__ import annotations

from typing import Any

import pytest
from kernels import OTHERS, Kernel

BUTTON: dict[str, Any] = {"tinytorch": {"measure": True}}


def test_the_button_measures_a_cell_through_its_metadata(kernel: Kernel) -> None:
    ran = kernel.run("x = 1\nx", BUTTON)
    assert (ran.result, ran.last["state"], ran.last["mode"]) == ("1", "done", "default")
    assert [s["line"] for s in ran.last["statements"]] == [1, 2]


def test_the_button_can_ask_for_a_mode(kernel: Kernel) -> None:
    assert kernel.run("1", {"tinytorch": {"measure": {"mode": "time"}}}).last["mode"] == "time"


@pytest.mark.parametrize(
    "wanted", [{"mode": "of the future"}, {"mode": ["x"]}, {"repeat": 0, "mode": "x"}, 1, "yes", [3]]
)
def test_unknown_metadata_measures_in_the_default_mode(kernel: Kernel, wanted: Any) -> None:
    assert kernel.run("1", {"tinytorch": {"measure": wanted}}).last["mode"] == "default"


@pytest.mark.parametrize(
    "metadata",
    [{}, {"tinytorch": {}}, {"tinytorch": {"measure": False}}, {"tinytorch": {"measure": None}}, {"tinytorch": True}],
)
def test_other_metadata_does_not_measure(kernel: Kernel, metadata: dict[str, Any]) -> None:
    ran = kernel.run("1", metadata)
    assert (ran.status, ran.displays) == ("ok", [])


def test_the_magic_goes_before_the_button_and_measures_once(kernel: Kernel) -> None:
    ran = kernel.run("%%measure --time --label mine\n1", BUTTON)
    assert len({d["transient"]["display_id"] for d in ran.displays}) == 1
    assert (ran.last["mode"], ran.last["label"]) == ("time", "mine")


@pytest.mark.parametrize("metadata", [None, BUTTON])
@pytest.mark.parametrize("magics", ["%%measure\n%%time", "%%time\n%%measure", "%%time\n\n%%measure --time"])
def test_measure_and_time_in_both_orders_with_and_without_the_button(
    kernel: Kernel, magics: str, metadata: dict[str, Any] | None
) -> None:
    ran = kernel.run(f"{magics}\nx = 20\nx + 1", metadata)
    assert (ran.status, ran.result) == ("ok", "21")
    assert "Wall time" in ran.stream("stdout")
    assert len({d["transient"]["display_id"] for d in ran.displays}) == 1
    assert ran.last["state"] == "done"


def test_the_button_measures_a_cell_with_another_magic(kernel: Kernel) -> None:
    ran = kernel.run("%%time\n1 + 1", BUTTON)
    assert (ran.result, ran.last["statements"][0]["source"]) == ("2", "%%time")


@pytest.mark.parametrize("metadata", [None, BUTTON])
def test_below_another_magic_an_error_is_an_error(kernel: Kernel, metadata: dict[str, Any] | None) -> None:
    ran = kernel.run("%%time\n%%measure -o m\nx = 1\nx / 0", metadata)
    assert (ran.status, ran.reply["ename"]) == ("error", "ZeroDivisionError")
    assert ran.last["error"] == {"type": "ZeroDivisionError", "message": "division by zero", "line": 2}
    assert kernel.value("m.state") == "error"


def test_below_another_magic_an_interrupt_is_an_interrupt(kernel: Kernel) -> None:
    ran = kernel.run("%%time\n%%measure\nprint('go')\nwhile True: pass", during=kernel.interrupt)
    assert (ran.status, ran.reply["ename"], ran.last["state"]) == ("error", "KeyboardInterrupt", "interrupted")


def test_below_another_magic_await_is_refused(kernel: Kernel) -> None:
    ran = kernel.run("%%time\n%%measure\nimport asyncio\nprint('no')\nawait asyncio.sleep(0)")
    assert (ran.status, ran.reply["ename"], ran.displays) == ("error", "UsageError", [])
    assert "first line" in ran.reply["evalue"]
    assert "no" not in ran.stream("stdout").split()


def test_a_semicolon_hides_the_value_below_another_magic(kernel: Kernel) -> None:
    assert kernel.run("%%time\n%%measure\n1 + 1;").result is None


def test_the_line_magic_measures_an_expression_and_shows_no_value(kernel: Kernel) -> None:
    ran = kernel.run("%measure -o m --label 'a b' sum([1,  2]) * len('a  b')")
    assert (ran.status, ran.result, ran.stream("stderr")) == ("ok", None, "")
    assert kernel.value("(m.label, m.statements[0].source)") == ["a b", "sum([1,  2]) * len('a  b')"]


def test_the_line_magic_sees_local_names_and_raises(kernel: Kernel) -> None:
    assert kernel.run("def f(local):\n    %measure --quiet -o m local * 2\nf(4)").status == "ok"
    assert kernel.run("%measure 1/0").reply["ename"] == "ZeroDivisionError"
    assert kernel.run("%measure").reply["ename"] == "UsageError"


WRONG = {
    "--foo": "unrecognized arguments: --foo",
    "foo": "unrecognized arguments: foo",
    "--time nonsense": "unrecognized arguments: nonsense",
    "--trace-budget -1": "",
    "--trace-budget x": "'x' is not a number of seconds",
    "--trace-budget nan": "'nan' is not a number of seconds",
    "--trace-budget": "expected one argument",
    "-o": "expected one argument",
    "-o 1x": "'1x' is not a name",
    "-o class": "'class' is not a name",
    "--label 'open": "a quote is not closed",
    "--repeat 0": "'0' is not a whole number from 1 to 1000",
    "--frames x": "'x' is not a whole number from 1 to 64",
    "--time --memory": "--time and --memory exclude each other",
    "--time --frames 2": "--time and --frames exclude each other",
}


@pytest.mark.parametrize("metadata", [None, BUTTON])
@pytest.mark.parametrize("options", WRONG)
def test_wrong_options_give_one_line_and_the_cell_does_not_run(
    kernel: Kernel, options: str, metadata: dict[str, Any] | None
) -> None:
    ran = kernel.run(f"%%measure {options}\nprint('ran')", metadata)
    assert (ran.status, ran.reply["ename"]) == ("error", "UsageError")
    assert WRONG[options] in ran.reply["evalue"]
    assert (ran.stream("stdout"), ran.displays) == ("", [])
    assert len(ran.stream("stderr").splitlines()) == 1
    assert kernel.run("1").displays == []


def test_help_documents_the_options(kernel: Kernel) -> None:
    ran = kernel.run("%%measure?")
    shown = ran.reply["payload"][0]["data"]["text/plain"]
    assert ran.displays == []
    assert all(option in shown for option in ("-o NAME", "--label", "--memory", "--repeat", "--lines"))
    assert all(option in shown for option in ("--time", "--frames", "--trace-budget", "--quiet"))


def test_a_name_gets_the_measurement(kernel: Kernel) -> None:
    kernel.run("%%measure -o m --label 'first try'\nx = 1")
    assert kernel.value("(m.label, m.state, m.statements_total)") == ["first try", "done", 1]


@pytest.mark.parametrize("cell", ["%%measure -o m", "%%measure -o m\n", "%%measure -o m\n# only a comment\n\n"])
def test_an_empty_cell_has_a_result_without_statements(kernel: Kernel, cell: str) -> None:
    kernel.run("m = None")
    ran = kernel.run(cell)
    assert (ran.status, ran.last["state"], ran.last["statements"]) == ("ok", "done", [])
    assert kernel.value("(m.statements_total, m.wall_s)") == [0, 0]


def test_a_measurement_as_the_value_of_a_cell_shows_its_figures(kernel: Kernel) -> None:
    kernel.run("%%measure --quiet -o m\n1")
    ran = kernel.run("m")
    assert "text/html" in ran.displays[0]["data"]
    assert ran.result is not None
    assert "Wall time" in ran.result
    assert kernel.value("repr(m)").count("\n") == 0


def test_a_line_below_alone_keeps_what_ipython_gives_to_single_lines(kernel: Kernel) -> None:
    ran = kernel.run("%%measure\nwho_ls")  # automagic
    assert ran.status == "ok"
    assert ran.result is not None


@pytest.mark.parametrize(
    "cell", [">>> %%measure\n>>> 1 + 1", "In [3]: %%measure\n   ...: 1 + 1", "    %%measure\n    1 + 1"]
)
def test_pasted_and_indented_cells(kernel: Kernel, cell: str) -> None:
    ran = kernel.run(cell)
    assert (ran.status, ran.result, ran.last["state"]) == ("ok", "2", "done")


@pytest.mark.parametrize("cell", ["# %%measure\n1", "x = '''\n%%measure\n'''", "%%measurement\n1", "1\n%%measure"])
def test_what_only_looks_like_our_magic_is_not_measured(kernel: Kernel, cell: str) -> None:
    assert kernel.run(cell).displays == []


def test_a_silent_request_is_not_measured(kernel: Kernel) -> None:
    assert kernel.run("%%measure\n1", silent=True).displays == []
    assert kernel.run("1", BUTTON, silent=True).displays == []


def test_other_requests_do_not_arm(kernel: Kernel) -> None:
    cell = "%%measure\nx = 1"
    for code in (cell, cell + "\n", cell + "\n\n", "%%measure", "%%measure\nx = ("):  # as for any cell magic
        other = kernel.ask("is_complete_request", {"code": code.replace("%%measure", "%%time")})
        assert kernel.ask("is_complete_request", {"code": code}) == other
    kernel.ask("inspect_request", {"code": cell, "cursor_pos": 5, "detail_level": 0})
    kernel.ask("complete_request", {"code": cell, "cursor_pos": 5})
    assert kernel.run("1").displays == []


def test_history_keeps_the_cell_as_typed(kernel: Kernel) -> None:
    kernel.run("%%measure -o m\nx = 1")
    assert kernel.value("get_ipython().history_manager.input_hist_raw[-1]") == "%%measure -o m\nx = 1"
    assert kernel.value("In[-1]") == "# %%measure -o m\nx = 1"


def test_a_nested_cell_is_measured_once_by_its_own_magic(kernel: Kernel) -> None:
    ran = kernel.run("get_ipython().run_cell('%%measure -o inner\\ny = 1')\n2", BUTTON)
    assert len({d["transient"]["display_id"] for d in ran.displays}) == 2
    assert kernel.value("inner.statements_total") == 1
    assert ran.last["statements_total"] == 2


def test_measuring_inside_a_measured_cell(kernel: Kernel) -> None:
    kernel.run("import numpy as np, tinytorch_lab")
    ran = kernel.run(
        "%%measure -o outer\n"
        "x = np.ones(5_000_000)\ndel x\n"
        "with tinytorch_lab.measure('inner') as inner:\n    y = np.ones(2_500_000); del y\n"
        "z = np.ones(1_250_000)"
    )
    assert ran.status == "ok"
    assert kernel.value("(outer.peak_bytes, inner.peak_bytes)") == pytest.approx([40e6, 20e6], abs=OTHERS)
    assert kernel.value("outer.net_bytes") == pytest.approx(10e6, rel=0.01)
    assert kernel.value("(outer.trace_complete, inner.trace_complete)") == [True, True]


def test_with_measure_in_a_notebook_shows_its_figures_at_the_end(kernel: Kernel) -> None:
    ran = kernel.run("import tinytorch_lab\nwith tinytorch_lab.measure('part') as m:\n    print('a')\n'end'")
    assert [m["msg_type"] for m in ran.messages] == ["stream", "display_data", "execute_result"]
    assert (ran.last["label"], ran.last["state"]) == ("part", "done")


def test_with_measure_lets_the_error_pass(kernel: Kernel) -> None:
    ran = kernel.run("import tinytorch_lab\nwith tinytorch_lab.measure() as m:\n    1/0")
    assert (ran.status, ran.reply["ename"], ran.last["state"]) == ("error", "ZeroDivisionError", "error")
    assert kernel.value("m.error.type") == "ZeroDivisionError"


def test_loading_again_is_once(fresh_kernel: Kernel) -> None:
    fresh_kernel.run(
        "%load_ext tinytorch_lab\nimport tinytorch_lab\ntinytorch_lab.load_ipython_extension(get_ipython())"
    )
    ran = fresh_kernel.run("%%measure\n1")
    assert [m["msg_type"] for m in ran.messages] == ["display_data", "execute_result", "update_display_data"]
    assert fresh_kernel.run("1", BUTTON).last["state"] == "done"


def test_reloading_and_unloading(fresh_kernel: Kernel) -> None:
    assert fresh_kernel.run("%reload_ext tinytorch_lab").status == "ok"
    assert len(fresh_kernel.run("%%measure\n1").displays) == 2
    assert fresh_kernel.run("%unload_ext tinytorch_lab").status == "ok"
    assert fresh_kernel.run("1", BUTTON).displays == []
    assert fresh_kernel.run("%%measure\n1").reply["ename"] == "UsageError"
    assert fresh_kernel.run("%load_ext tinytorch_lab").status == "ok"
    assert len(fresh_kernel.run("%%measure\n1").displays) == 2


def test_a_cell_that_unloads_the_extension_is_measured_to_its_end(fresh_kernel: Kernel) -> None:
    ran = fresh_kernel.run("%%measure\n%unload_ext tinytorch_lab\nx = 1")
    assert (ran.status, ran.last["state"], len(ran.last["statements"])) == ("ok", "done", 2)
    assert fresh_kernel.run("1").status == "ok"


@pytest.mark.parametrize("name", ["run_code", "run_ast_nodes", "showtraceback"])
def test_a_cell_that_replaces_the_shells_methods(fresh_kernel: Kernel, name: str) -> None:
    ran = fresh_kernel.run(
        f"%%measure\nip = get_ipython()\nbefore = ip.{name}\nip.{name} = lambda *a, **k: before(*a, **k)\n1"
    )
    assert (ran.status, ran.result, ran.last["state"]) == ("ok", "1", "done")
    after = fresh_kernel.run("1/0")  # the cell's replacement stays, and ours below it only passes on
    assert (after.status, after.displays) == ("error", [])
    assert fresh_kernel.run(f"%%measure\ndel ip.{name}\n2").result == "2"


def test_without_the_configuration_load_ext_is_enough(plain_kernel: Kernel) -> None:
    assert plain_kernel.run("%%measure\n1").reply["ename"] == "UsageError"
    ran = plain_kernel.run("%load_ext tinytorch_lab")
    assert (ran.status, ran.messages) == ("ok", [])
    assert plain_kernel.run("%%measure\n1").last["state"] == "done"
    assert plain_kernel.leftovers() == []


def test_loading_needs_no_heavy_package(fresh_kernel: Kernel) -> None:
    heavy = ["numpy", "psutil", "memory_profiler", "matplotlib", "tracemalloc", "tinytorch_lab.profiler"]
    assert fresh_kernel.value(f"[n for n in {heavy} if n in __import__('sys').modules]") in (
        [],
        ["psutil"],
    )  # ipykernel's


def test_a_failure_of_ours_does_not_become_the_cells(fresh_kernel: Kernel) -> None:
    fresh_kernel.run(
        "import tinytorch_lab.kernel.run as r\ndef broken(*a, **k): raise RuntimeError('ours')\nr.Recorder.start = broken"
    )
    ran = fresh_kernel.run("%%measure\nprint('a')\n3")
    assert (ran.status, ran.result, ran.stream("stderr")) == ("ok", "3", "")
    told, printed = ran.stream("stdout").splitlines()
    assert told == "tinytorch-lab could not measure this cell: RuntimeError: ours"
    assert printed == "a"
