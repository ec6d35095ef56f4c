import pytest

from tinytorch_lab.understand import words


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1e-9, "1 ns"),
        (8.5e-7, "850 ns"),
        (0.0123, "12 ms"),
        (1.0, "1 s"),
        (1.25, "1.2 s"),
        (150, "150 s"),
        (0.0, "0 ns"),
    ],
)
def test_seconds(value: float, text: str) -> None:
    assert words.seconds(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0 B"), (512, "512 B"), (1280, "1.2 KiB"), (100 << 20, "100 MiB"), (5 << 40, "5 TiB")]
)
def test_size(value: float, text: str) -> None:
    assert words.size(value) == text


def test_counts_and_shares() -> None:
    assert words.count(1, "run") == "1 run"
    assert words.count(2000, "run") == "2,000 runs"
    assert words.share(1, 3) == "33 %"
