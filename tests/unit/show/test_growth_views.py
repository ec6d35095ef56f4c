from tinytorch_lab.scaling.growth import Complexity, fit
from tinytorch_lab.scaling.sweep import Point
from tinytorch_lab.show import growth


def quadratic(*, peak: bool = True) -> Complexity:
    return fit("n", [Point(n, 1e-6 * n * n, 3, 8 * n if peak else None) for n in (64, 128, 256)])


def test_text_has_a_row_a_size_and_a_sentence_each() -> None:
    lines = growth.text(quadratic()).splitlines()
    assert lines[0].split() == ["n", "time", "runs", "peak", "memory"]
    assert lines[1].split() == ["64", "4.10", "ms", "3", "512", "B"]
    assert len({len(line) for line in lines[:4]}) == 1  # aligned
    assert lines[4].startswith(
        "time ~ n^2.00  (95 % interval 2.00 to 2.00, from the 3 largest sizes); the last doubling"
    )
    assert lines[4].endswith("multiplied it by 4.00")
    assert lines[5].startswith("memory ~ n^1.00")


def test_what_is_unknown_is_said() -> None:
    text = growth.text(quadratic(peak=False))
    assert "not measured" in text
    assert "memory: no growth can be told from so few points." in text


def test_html_says_the_same_without_script() -> None:
    html = growth.html(quadratic())
    assert html.count("<tr>") == 4
    assert "n^2.00" in html
    assert "<script" not in html
    assert growth.bundle(quadratic()).keys() == {"text/plain", "text/html"}
