import pytest

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
    ],
)
def test_options_are_read(text: str, options: Options) -> None:
    assert parse_options(text) == options


@pytest.mark.parametrize("text", ["--nope", "-o", "-o 1x", "-o if", "--trace-budget -1", "--label 'x", "m"])
def test_wrong_options_are_a_usage_error_of_one_line(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_options(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("f(x)", ("", "f(x)")),
        ("-o m f(x)", ("-o m", "f(x)")),
        ("--label 'a b' --time f('--label x')", ("--label 'a b' --time", "f('--label x')")),
        ("-x + 1", ("", "-x + 1")),
        ("'a  b'.split()", ("", "'a  b'.split()")),
        ("--quiet", ("--quiet", "")),
        ("--foo f()", ("--foo", "f()")),
        ("", ("", "")),
    ],
)
def test_options_and_expression_of_the_line_magic(line: str, expected: tuple[str, str]) -> None:
    assert split_expression(line) == expected


@pytest.mark.parametrize("wanted", [None, False, 0, "", {}])
def test_falsy_metadata_measures_nothing(wanted: object) -> None:
    assert from_metadata(wanted) is None


def test_metadata_may_name_a_mode() -> None:
    assert from_metadata({"mode": "time"}) == Options(mode="time")
    assert from_metadata({"mode": "unknown"}) == from_metadata(True) == Options()
