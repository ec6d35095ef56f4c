import numpy as np
import pytest

from tinytorch_lab.scaling.stated import parse_stated


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("O(n^2)", "n^2"),
        ("n log n", "n log n"),
        ("n*log(n)", "n log n"),
        ("2^n", "2^n"),
        ("O(1)", "1"),
        ("n²", "n^2"),
        ("sqrt n", "sqrt n"),
        ("n^2 + 3n", "n^2"),
        ("2(n + 1)", "n"),
        ("log2 n", "log n"),
        ("n sqrt(n)", "n^1.5"),
        ("O(n^2 log n)", "n^2 log n"),
    ],
)
def test_growth_is_read_as_people_write_it(text: str, name: str) -> None:
    assert parse_stated(text, ["n"]).name() == name


def test_several_sizes() -> None:
    stated = parse_stated("O(batch d^2 + d)", ["batch", "d"])
    assert str(stated) == "batch * d^2"
    assert stated.cost({"batch": np.array([2.0, 4.0]), "d": np.array([3.0, 3.0])}).tolist() == pytest.approx([18, 36])


@pytest.mark.parametrize("text", ["n!", "__import__('os')", "n**n", "O(n", "", "n if n else 1", "n.real", "(" * 150])
def test_what_is_not_understood_is_one_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="a prediction is written like") as raised:
        parse_stated(text, ["n"])
    assert "\n" not in str(raised.value)


def test_an_unknown_size_is_named() -> None:
    with pytest.raises(ValueError, match="the sizes are n, and m is none of them"):
        parse_stated("m^2", ["n"])
    with pytest.raises(ValueError, match="at most 200 letters"):
        parse_stated("n+" * 200, ["n"])
