"""What the parts below the tiles show, and when they show nothing."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest

from tinytorch_lab.profiler.measurement import Measurement
from tinytorch_lab.profiler.records import (
    Earlier,
    Insight,
    Layer,
    Line,
    LineProfile,
    Op,
    Roofline,
    Run,
    Site,
    Statement,
    TensorMemory,
)
from tinytorch_lab.show import bundle
from tinytorch_lab.show.roofline import roofline_svg
from tinytorch_lab.show.runs import verdict_text
from tinytorch_lab.show.sections import sections
from tinytorch_lab.show.table import Bar, Code, Table

from .largest import largest

MIB = 1 << 20
ROOF = Roofline(1e11, 1e10, "OpenBLAS", "2026-11-01T00:00:00Z")


def only(m: Measurement) -> Table:
    [table] = sections(m)
    return table


def texts(table: Table) -> list[list[str]]:
    return [[cell if isinstance(cell, str) else cell.text for cell in row] for row in table.rows]


def test_an_empty_measurement_has_no_parts() -> None:
    assert sections(Measurement()) == []


def test_statements_show_cpu_as_share_of_the_wall_time() -> None:
    statements = [
        Statement(1, 1, "a()", 1.0, 1.65, 20 * MIB, -MIB, True),
        Statement(2, 2, "b()", 0.25, 0.25, None, None, True),
    ]
    table = only(Measurement(state="done", traced=True, peak_bytes=40 * MIB, statements=statements, statements_total=2))
    assert texts(table) == [
        ["1", "a()", "1.00 s", "165 %", "20.0 MiB", "-1.00 MiB"],
        ["2", "b()", "250 ms", "100 %", "not measured", "not measured"],
    ]
    assert [cell.share for cell in table.rows[0] if isinstance(cell, Bar)] == [1.0, 0.5]
    assert [cell.share for cell in table.rows[1] if isinstance(cell, Bar)] == [0.25, 0.0]


def test_statements_of_an_untraced_cell_have_no_memory_columns() -> None:
    statements = [Statement(i, i, "a()", 1.0, 1.0, None, None, True) for i in (1, 2)]
    table = only(Measurement(state="done", mode="time", statements=statements, statements_total=2))
    assert [column.name for column in table.columns] == ["Line", "Statement", "Wall time", "CPU"]


def test_the_only_statement_of_a_cell_has_its_figures_in_the_tiles() -> None:
    assert sections(Measurement(state="done", statements=[Statement(1, 1, "a()", done=True)], statements_total=1)) == []


def test_runs_show_median_and_quartiles_of_the_untraced_ones() -> None:
    runs = [Run(wall, wall) for wall in (1.0, 2.0, 3.0, 4.0, 5.0)] + [Run(50.0, 50.0, True)]
    table = only(Measurement(state="done", mode="repeat", runs=runs))
    assert table.summary == "median 3.00 s of 5, half of them between 2.00 s and 4.00 s"
    assert texts(table)[-1] == ["6, traced", "50.0 s", "100 %"]


def test_many_runs_are_cut_but_not_the_traced_one() -> None:
    table = only(Measurement(state="done", runs=[Run(1.0, 1.0)] * 99 + [Run(2.0, 2.0, True)]))
    assert (len(table.rows), table.left_out) == (20, 80)
    assert table.rows[-1][0] == "100, traced"


@pytest.mark.parametrize(
    ("verdict", "words"),
    [("first", "the first one of this kind"), ("too few", "too few runs to compare"), ("same", "no difference beyond the noise"),
     ("slower", "slower than the median 1.00 s, by a factor of 2.00"), ("faster", "faster than the median 1.00 s")],
)  # fmt: skip
def test_verdicts(verdict: str, words: str) -> None:
    wall = 0.5 if verdict == "faster" else 2.0
    assert words in verdict_text(Measurement(wall_s=wall), Earlier(5, median_wall_s=1.0, verdict=verdict))


def test_a_first_run_has_no_comparison() -> None:
    assert sections(Measurement(state="done", earlier=Earlier(0))) == []


def test_time_and_memory_of_different_runs_are_joined() -> None:
    joined = Earlier(0, untraced_wall_s=1.0, traced_wall_s=3.0, peak_bytes=MIB, net_bytes=0, tracing_factor=3.0)
    assert texts(only(Measurement(state="done", earlier=joined))) == [
        ["Clean time, untraced", "1.00 s"],
        ["Time with tracing", "3.00 s"],
        ["Tracing costs", "× 3.00"],
        ["Peak, traced", "1.00 MiB"],
        ["Kept, traced", "0 B"],
    ]


def test_lines_of_the_costliest_code_come_first() -> None:
    cell = LineProfile("cell", True, [Line(2, "f()", 1, 0.5)])
    function = LineProfile("f", False, [Line(i, f"line{i}", 10, 0.1 * i) for i in range(1, 21)])
    first, second = sections(Measurement(state="done", lines=[cell, function]))
    assert (first.title, second.title) == ("Lines of f()", "Lines of this cell")
    assert [row[0] for row in first.rows] == [str(line) for line in range(6, 21)]
    assert first.left_out == 5
    assert texts(first)[0][2:] == ["600 ms", "3 %", "10", "60.0 ms"]


def test_python_and_numpy_sites_are_apart() -> None:
    sites = [
        Site("cell", 3, "x = [1]", 3, "Python", 2 * MIB, 1000),
        Site("numpy/_core/numeric.py", 9, "empty()", 4, "NumPy", MIB, 1),
    ]
    arrays, objects = sections(Measurement(state="done", sites=sites))
    assert (arrays.title, objects.title) == ("Allocation sites, NumPy arrays", "Allocation sites, Python objects")
    assert arrays.rows[0][0] == Code("empty()", "numpy/_core/numeric.py, line 9, called from line 4")
    assert objects.rows[0][0] == Code("x = [1]", "line 3 of the cell")
    assert texts(objects)[0][1:] == ["2.00 MiB", "1,000"]


def test_operations_are_added_up_over_the_layers() -> None:
    ops = [Op("matmul", "forward", layer, 2, 0.5, 4 * 10**10, 10**9) for layer in ("0", "1")]
    ops.append(Op("exp", "forward", None, 1, 0.25, None, 10**9))
    operations, roofline = sections(Measurement(state="done", ops=ops, roofline=ROOF))
    assert texts(operations) == [
        ["matmul", "1.00 s", "4", "80.0 GFLOP/s", "1.86 GiB/s", "compute-bound, at 80 %"],
        ["exp", "250 ms", "1", "unknown", "3.73 GiB/s", "unknown"],
    ]
    assert texts(roofline) == [["matmul", "40", "80.0 GFLOP/s", "compute-bound, at 80 %"]]
    assert "100 GFLOP/s" in roofline.summary


def test_without_limits_of_the_machine_nothing_is_said_of_them() -> None:
    table = only(Measurement(state="done", ops=[Op("add", "forward", None, 2, 0.5, 10**9, 10**9)]))
    assert [column.name for column in table.columns] == ["Operation", "Time", "Calls", "FLOP/s", "Bytes/s"]


def test_one_unknown_part_makes_a_sum_unknown() -> None:
    ops = [Op("f", "forward", layer, 1, 0.5, flops, 10**9) for layer, flops in (("0", 10**9), ("1", None))]
    assert texts(only(Measurement(state="done", ops=ops)))[0][3] == "unknown"


def test_layers_and_roles_of_tensors() -> None:
    layer = Layer("0.linear", "Linear", "forward", 3, 0.3, 3 * 10**9, None, 7850)
    layers, tensors = sections(
        Measurement(state="done", layers=[layer], tensors=TensorMemory(MIB, MIB, 2 * MIB, None, None))
    )
    assert texts(layers) == [["0.linear", "300 ms", "3", "10.0 GFLOP/s", "unknown", "7,850"]]
    assert [row[1] if isinstance(row[1], str) else row[1].text for row in tensors.rows] == [
        "1.00 MiB", "2.00 MiB", "unknown", "unknown"
    ]  # fmt: skip
    assert tensors.summary == "at most 1.00 MiB alive at once"


def test_the_roofline_is_drawn_where_arithmetic_says() -> None:
    # 2 FLOP a byte at 20 GFLOP/s lie on the slope of 10 GB/s; 100 FLOP a byte at 100 GFLOP/s on the flat roof.
    ops = [
        Op("add", "forward", None, 1, 1.0, 2 * 10**10, 10**10),
        Op("matmul", "backward", None, 1, 1.0, 10**11, 10**9),
    ]
    svg = ElementTree.fromstring(roofline_svg(ops, ROOF))
    roof = [tuple(map(float, corner.split(","))) for corner in svg.find("polyline").get("points").split()]  # type: ignore[union-attr]
    (x1, y1), (x2, y2) = [(float(dot.get("cx", 0)), float(dot.get("cy", 0))) for dot in svg.findall("circle")]
    (low_x, low_y), (edge_x, edge_y), (_, top_y) = roof
    assert y1 == pytest.approx(low_y + (edge_y - low_y) * (x1 - low_x) / (edge_x - low_x), abs=2)
    assert y2 == top_y == edge_y
    assert low_x < x1 < edge_x < x2
    assert svg.find("title") is not None
    assert svg.get("role") == "img"


def test_a_roofline_without_points_is_left_out() -> None:
    assert roofline_svg([Op("exp", "forward", None, 1, 1.0, None, 10**9)], ROOF) == ""


def test_the_first_sentences_are_shown_and_the_others_on_demand() -> None:
    m = Measurement(state="done", understand=[Insight(str(i), f"Sentence {i}.") for i in range(5)])
    shown = bundle(m)
    assert "Sentence 2." in shown["text/plain"]
    assert "Sentence 3." not in shown["text/plain"]
    assert "and 2 more" in shown["text/plain"]
    before, _, after = shown["text/html"].partition("<details>")
    assert "Sentence 2." in before
    assert "Sentence 3." in after


def test_a_running_cell_is_shown_without_the_parts_that_come_at_its_end() -> None:
    m = largest()
    m.state = "running"
    shown = bundle(m)
    assert "<details" not in shown["text/html"]
    assert "Roofline" not in shown["text/plain"]
    assert len(shown["text/html"]) < 10_000


def test_times_of_operations_layers_and_lines_say_that_they_carry_tracing() -> None:
    figures = {
        "ops": [Op("matmul", "forward", None, 1, 0.5, 10, 10)],
        "layers": [Layer("Linear", "Linear", "forward", 1, 0.5, 10, 10, 4)],
        "lines": [LineProfile("cell", True, [Line(1, "a()", 1, 0.5), Line(2, "b()", 1, 0.5)])],
    }

    def summaries(**changes: Any) -> list[str]:
        return [table.summary for table in sections(Measurement(**{"state": "done", **figures, **changes}))]

    lines, operations, layers = summaries(traced=True, trace_complete=True)
    assert lines == "1.00 s, with the cost of the line profiler and of tracing"
    assert operations == "500 ms in operations of tinytorch, with tracing"
    assert layers == "times with the layers inside, with tracing"
    assert summaries(traced=True, traced_s=1.5)[1].endswith(", with tracing for 1.50 s")
    assert summaries(mode="time")[0] == "1.00 s, with the cost of the line profiler"
    repeated = summaries(mode="repeat", lines=[], runs=[Run(1.0, 1.0), Run(2.0, 2.0, True)])
    assert repeated[1:] == [f"{what}, in the traced run" for what in (operations[:-14], layers[:-14])]


def test_a_library_called_from_a_loop_is_called_from_all_of_its_lines() -> None:
    site = Site("numpy/_core/numeric.py", 9, "empty()", 3, "NumPy", 80 * MIB, 1)
    loop = Statement(3, 5, "for i in range(3):", 1.0, 1.0, 1, 1, True)
    (table,) = (each for each in sections(Measurement(sites=[site], statements=[loop])) if "sites" in each.title)
    assert table.rows[0][0] == Code("empty()", "numpy/_core/numeric.py, line 9, called from lines 3 to 5")


@pytest.mark.parametrize(
    ("state", "known", "words"),
    [("error", 2, "2 of 900 reached"), ("running", 2, "2 of 900 reached"), ("running", 50, "50 of 900 known"),
     ("done", 500, "500 of 900 known"), ("interrupted", 500, "500 of 900 known")],
)  # fmt: skip
def test_statements_that_are_not_kept_are_not_called_unreached(state: str, known: int, words: str) -> None:
    statements = [Statement(i, i, "a()", 1.0, 1.0, None, None, True) for i in range(known)]
    assert only(Measurement(state=state, statements=statements, statements_total=900)).summary == words
