"""The growth of a cost as static HTML: what nbconvert, VS Code and GitHub show, and a notebook keeps. No script."""

from __future__ import annotations

from html import escape

from tinytorch_lab.scaling.result import Complexity, Growth
from tinytorch_lab.show.growth import cells, closing, growths, head, heading, shown_points
from tinytorch_lab.show.growth_chart import growth_svg

_NUMBER = "text-align:right;white-space:nowrap;padding:1px 10px 1px 0;background:transparent;border:0"


def as_html(result: Complexity, *, hidden: bool) -> str:
    """One ``div``, at most 60 kB; with ``hidden`` the answer is in a closed ``details``."""
    answer = "".join(_growth(result, what, growth) for what, growth in growths(result))
    prediction, *rest = closing(result) if result.prediction is not None else ["", *closing(result)]
    answer = "".join([answer, f"<p><strong>{escape(prediction)}</strong></p>" if prediction else "", _table(result)])
    if hidden and result.state != "running":
        invitation = f"How do time and memory grow with {', '.join(result.names)}? Predict first, then open."
        answer = f"<details><summary>{escape(invitation)}</summary>{answer}</details>"
    said = "".join(f"<p>{escape(sentence)}</p>" for sentence in rest)
    return f'<div style="line-height:1.4"><strong>{escape(heading(result))}</strong>{answer}{said}</div>'


def _growth(result: Complexity, what: str, growth: Growth) -> str:
    first, *others = growth.sentences
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in others)
    charts = "".join(growth_svg(result, growth, what, curve) for curve in growth.curves)
    return f"<p><strong>{what}: {escape(first)}</strong></p>{charts}<ul>{items}</ul>"


def _table(result: Complexity) -> str:
    if not result.points or result.state == "running":
        return ""
    names = "".join(
        f'<th scope="col" style="{_NUMBER};font-weight:normal;opacity:0.7">{escape(cell)}</th>' for cell in head(result)
    )
    rows = "".join(
        "<tr>" + "".join(f'<td style="{_NUMBER}">{escape(cell)}</td>' for cell in cells(point, result)) + "</tr>"
        for point in shown_points(result.points)
    )
    return f'<table style="border-collapse:collapse"><thead><tr>{names}</tr></thead><tbody>{rows}</tbody></table>'
