from collections.abc import Iterator

import pytest

from tinytorch_lab.kernel import settings
from tinytorch_lab.kernel.options import Options, from_metadata, split_expression

pytest.importorskip("IPython")

from IPython.core.error import UsageError

from tinytorch_lab.magics import parse_options


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("", Options()),
        ("-o m", Options(name="m")),
        ("--label 'two words' --time", Options(label="two words", mode="time")),
        ('--label "it\'s"', Options(label="it's")),
        ("--trace-budget 0.25 --quiet", Options(trace_budget=0.25, quiet=True)),
        ("--trace-budget inf", Options(trace_budget=float("inf"))),
        ("-o größe", Options(name="größe")),
        ("--memory --frames 64", Options(mode="memory", frames=64)),
        ("--repeat 1000 --frames 2", Options(mode="repeat", repeat=1000, frames=2)),
        ("--repeat=3", Options(mode="repeat", repeat=3)),
        ("--lines --time", Options(mode="time", lines=True)),
        ("--lines --frames 2 --trace-budget 3", Options(lines=True, frames=2, trace_budget=3)),
    ],
)
def test_options_are_read(text: str, options: Options) -> None:
    assert parse_options(text) == options


WRONG = {
    "--nope": "--nope",
    "-o": "expected one argument",
    "-o 1x": "'1x' is not a name",
    "-o if": "'if' is not a name",
    "--trace-budget -1": "",
    "--label 'x": "not closed",
    "m": "unrecognized",
    "--repeat 0": "'0' is not a whole number from 1 to 1000",
    "--repeat 1001": "'1001' is not a whole number from 1 to 1000",
    "--repeat 2.5": "'2.5' is not a whole number",
    "--repeat": "expected one argument",
    "--frames 0": "'0' is not a whole number from 1 to 64",
    "--frames 65": "'65' is not a whole number from 1 to 64",
    "--time --memory": "--time and --memory exclude each other: leave one of them out.",
    "--time --repeat 2": "--time and --repeat exclude",
    "--memory --repeat 2": "--memory and --repeat exclude",
    "--time --frames 2": "--time and --frames exclude",
    "--time --trace-budget 0": "--time and --trace-budget exclude",
    "--memory --trace-budget 1": "--memory and --trace-budget exclude",
    "--repeat 2 --trace-budget 1": "--repeat and --trace-budget exclude",
    "--repeat 2 --lines": "--repeat and --lines exclude",
}


@pytest.mark.parametrize("text", WRONG)
def test_wrong_options_are_a_usage_error_of_one_line(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_options(text)
    assert "\n" not in str(caught.value)
    assert WRONG[text] in str(caught.value)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("f(x)", ("", "f(x)")),
        ("-o m f(x)", ("-o m", "f(x)")),
        ("--label 'a b' --time f('--label x')", ("--label 'a b' --time", "f('--label x')")),
        ("-x + 1", ("", "-x + 1")),
        ("'a  b'.split()", ("", "'a  b'.split()")),
        ("--quiet", ("--quiet", "")),
        ("--repeat 3 --frames 2 f(4)", ("--repeat 3 --frames 2", "f(4)")),
        ("--foo f()", ("--foo", "f()")),
        ("", ("", "")),
    ],
)
def test_options_and_expression_of_the_line_magic(line: str, expected: tuple[str, str]) -> None:
    assert split_expression(line) == expected


@pytest.mark.parametrize("wanted", [None, False, 0, "", {}])
def test_falsy_metadata_measures_nothing(wanted: object) -> None:
    assert from_metadata(wanted) is None


@pytest.mark.parametrize(
    ("wanted", "options"),
    [
        ({"mode": "time"}, Options(mode="time")),
        ({"mode": "repeat", "repeat": 7}, Options(mode="repeat", repeat=7)),
        ({"repeat": 2}, Options(mode="repeat", repeat=2)),
        ({"mode": "repeat"}, Options(mode="repeat")),
        ({"mode": "memory", "trace_budget": 2}, Options(mode="memory", trace_budget=2)),
        ({"mode": "unknown", "repeat": 0, "trace_budget": -1}, Options()),
        ({"trace_budget": True, "repeat": "x", "mode": ["time"]}, Options()),
        (True, Options()),
    ],
)
def test_metadata_is_read_as_far_as_it_is_understood(wanted: object, options: Options) -> None:
    assert from_metadata(wanted) == options


def test_a_clean_time_keeps_what_does_not_cost_time() -> None:
    full = Options("m", "label", "memory", 3.0, 4, 5, lines=True, quiet=True)
    assert full.clean_time() == Options("m", "label", "time", 3.0, 4, 1, lines=False, quiet=True)


@pytest.fixture
def logged() -> Iterator[list[str]]:
    yield []
    settings.reset()


def test_settings_become_defaults(logged: list[str]) -> None:
    settings.update({"mode": "memory", "trace_budget": 3, "sampling_s": 0.5, "live": False}, logged.append)
    assert logged == []
    assert settings.current == settings.Settings("memory", 3, 0.5, False)
    assert parse_options("").mode == from_metadata(True).mode == "memory"  # type: ignore[union-attr]
    assert parse_options("--time").mode == "time"
    assert parse_options("--trace-budget 1") == Options(trace_budget=1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"mode": "repeat"},
        {"mode": ["time"]},
        {"trace_budget": -1},
        {"trace_budget": float("nan")},
        {"trace_budget": "1"},
        {"trace_budget": True},
        {"sampling_s": 0},
        {"sampling_s": 11},
        {"live": 0},
        {"other": 1},
        [],
        None,
    ],
)
def test_wrong_settings_are_logged_and_change_nothing(logged: list[str], wrong: object) -> None:
    settings.update(wrong, logged.append)
    assert len(logged) == 1
    assert logged[0].endswith("changed.")
    assert settings.current == settings.Settings()
