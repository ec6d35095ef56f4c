"""Measured figures in prose: which numbers are figures, what stands behind them, and what agrees with them."""

from collections.abc import Callable

import pytest

from tinytorch_lab.course.check.check import check_runs, expressions
from tinytorch_lab.course.check.figures import Figure, figures
from tinytorch_lab.course.check.lesson import Lesson
from tinytorch_lab.course.check.prose import code_spans, sentences
from tinytorch_lab.course.check.runs import NotebookRun, Probe, Runs, ScriptRun

MIB = 2**20


def only(prose: str) -> Figure:
    (figure,) = figures(prose)
    return figure


@pytest.mark.parametrize(
    ("prose", "value"),
    [
        ("It takes 16 MiB.", 16 * MIB),
        ("It takes 1,024 bytes.", 1024),
        ("It takes 3 ms.", 0.003),
        ("It takes 20 s.", 20),
        ("It takes 1.5 µs a call.", 1.5e-6),
        ("It runs at 12 Gflops/s.", 12e9),
        ("It is 3x faster.", 3),
        ("It is 2.5 times slower.", 2.5),
        ("The first 1,200 times as many.", 1200),
        ("It takes 64 times `large`.", 64),
        ("It does 1.8 million flops.", 1.8e6),
        ("There are 3 million of them.", 3e6),
        ("It has 1,290 parameters.", 1290),
        ("It finds 93 % of them.", 0.93),
        ("It finds 93% of them.", 0.93),
        ("The accuracy is 0.97.", 0.97),
        ("| GELU | 3 ms |", 0.003),
    ],
)
def test_numbers_with_units_and_ratios_are_figures(prose: str, value: float) -> None:
    assert only(prose).value == pytest.approx(value)
    assert only(prose).source is None


@pytest.mark.parametrize(
    "prose",
    [
        "A tensor of 2 dimensions and 5 axes.",
        "Rows of shape (2048, 512), 2048 x 2048 numbers, n/6 flops per byte.",
        "Run the cell 5 times.",
        "In the 1960s, in 2012; module 05, part 2, 16 float32 at a time.",
        "`16 MiB` is code and $16 MiB$ a formula.",
        "A float32 has 4 bytes and a float64 8 bytes: add moves 12 bytes for 1 flop.",
        "```\n16 MiB\n```",
        "n^3, 2MNK flops, 4(MK + KN) bytes.",
    ],
)
def test_other_numbers_are_not(prose: str) -> None:
    assert list(figures(prose)) == []


@pytest.mark.parametrize(
    ("prose", "sources"),
    [
        ("It takes 16 MiB (`x.nbytes`).", ["x.nbytes"]),
        ("It takes 16 MiB\nof memory (`x.nbytes`), they say.", ["x.nbytes"]),
        ("It takes 16 MiB. Then (`x.nbytes`).", [None]),
        ("From 1 ms to 2 ms (`a.wall_s`, `b.wall_s`).", ["a.wall_s", "b.wall_s"]),
        ("From 1 ms to 2 ms (`a.wall_s`).", [None, None]),
        ("1.8 million flops (`2 * 96**3`), the first 1,200 times as many (`7**3`).", ["2 * 96**3", "7**3"]),
        ("Lines of 64 bytes (source: Intel's manual, 2.1).", [""]),
        ("It took 3 ms (measured on a laptop of 2020).", [""]),
        ("It took 3 ms, [they say](https://example.org/a).", [""]),
        ("It takes 16 MiB (it is large).", [None]),
        ("It takes 16 MiB (`not python here`).", [None]),
        ("It takes 16 MiB (`x.nbytes`). The copy takes 16 MiB too.", ["x.nbytes"]),
    ],
)
def test_what_stands_behind_a_figure(prose: str, sources: list[str | None]) -> None:
    assert [figure.source for figure in figures(prose)] == sources


@pytest.mark.parametrize(
    ("prose", "agree", "differ"),
    [
        ("16 MiB (`v`)", [16 * MIB, 16.4 * MIB], [15 * MIB, 16.6 * MIB]),
        ("1,200 times as many (`v`)", [1213.6, 1150], [1251, 1149]),
        ("1.8 million flops (`v`)", [1_769_472], [1_700_000, 1_900_000]),
        ("100 MiB (`v`)", [95.1 * MIB, 105 * MIB], [94 * MIB, 106 * MIB]),
        ("about 100 MiB (`v`)", [95 * MIB, 110 * MIB], [89 * MIB, 111 * MIB]),
        ("at least 100 times as slow (`v`)", [100, 5000], [99]),
        ("less than 20 % (`v`)", [0.0, 0.19], [0.21]),
        ("3 ms (`v`)", [0.001, 0.009], [0.0009, 0.0091]),
        ("40 times slower (`a.wall_s / b.wall_s`)", [14, 119], [13, 121]),
        ("accuracy of 0.97 (`v`)", [0.974], [0.96]),
        ("93 % (`v`)", [0.932], [0.94]),
    ],
)
def test_a_changed_value_fails_beyond_its_tolerance(prose: str, agree: list[float], differ: list[float]) -> None:
    figure = only(prose)
    assert all(figure.agrees(value) for value in agree)
    assert not any(figure.agrees(value) for value in differ)


def test_lines_count_in_the_cell() -> None:
    prose = "One.\n\nTwo `a\nb` takes\n16 MiB, and\n- it is 3x faster"
    assert [(figure.text, figure.line) for figure in figures(prose)] == [("16 MiB", 5), ("3x", 6)]


def test_sentences_do_not_end_inside_of_code_or_a_source() -> None:
    assert [text for _, text in sentences("A `x. y` b (source: c. d) e. F")] == ["A `x. y` b (source: c. d) e.", "F"]
    assert list(code_spans("a `x` ``y`z``\n`w`")) == [(1, "x"), (1, "y`z"), (2, "w")]


def ran(probes: dict[str, Probe]) -> Runs:
    return Runs(ScriptRun(), NotebookRun(probes=probes), (), ())


@pytest.mark.parametrize(
    ("probe", "said"),
    [
        (Probe(8192.0), []),
        (Probe(16384.0), ["The prose states '8 KiB', `x.nbytes` is 16384, stated 8192."]),
        (Probe(None, "", True), ["`x.nbytes` gives no figure: it was not measured this time."]),
        (Probe(None), ["`x.nbytes` gives no figure: it is no number."]),
        (Probe(None, "NameError: x"), ["`x.nbytes` gives no figure: NameError: x."]),
    ],
)
def test_the_run_decides_whether_a_figure_is_true(
    write: Callable[[str], Lesson], good: str, probe: Probe, said: list[str]
) -> None:
    lesson = write(good)
    assert expressions(lesson) == {"x.nbytes"}
    found = [f for f in check_runs(lesson, ran({"x.nbytes": probe})) if f.rule == "prose"]
    assert [f.found for f in found] == said
    assert all((f.severity == "warning") == probe.unknown for f in found)


def test_a_dotted_name_that_cannot_be_read_is_found(write: Callable[[str], Lesson], good: str) -> None:
    lesson = write(good.replace("**Predict** the class.", "**Predict** `growth.klass`."))
    assert "growth.klass" in expressions(lesson)
    failed = ran({"growth.klass": Probe(None, "AttributeError: no klass"), "x.nbytes": Probe(8192.0)})
    assert [f.found for f in check_runs(lesson, failed) if f.rule == "prose"] == [
        "The prose names `growth.klass`: AttributeError: no klass."
    ]


def test_a_dotted_name_of_something_that_was_not_measured_is_none(write: Callable[[str], Lesson], good: str) -> None:
    lesson = write(good.replace("**Predict** the class.", "**Predict** `growth.memory.exponent`."))
    unknown = Probe(None, "AttributeError: 'NoneType' object has no attribute 'exponent'", True)
    runs = ran({"growth.memory.exponent": unknown, "x.nbytes": Probe(8192.0)})
    assert [f.found for f in check_runs(lesson, runs) if f.rule == "prose"] == []
