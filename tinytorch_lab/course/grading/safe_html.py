"""nbconvert's HTML without what a student's text could run in the browser of an instructor who opens it."""

from __future__ import annotations

from typing import Any

_TEXT = "a abbr b blockquote br code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i img kbd li ol p pre s span strong sub"
_REST = "summary sup table tbody td th thead tr tt u ul"
TAGS = frozenset(f"{_TEXT} {_REST}".split())
ATTRIBUTES = {"*": ["class", "id"], "a": ["href", "title"], "img": ["src", "alt", "title", "width", "height"]}
PROTOCOLS = frozenset({"http", "https", "mailto", "data"})
LONG_HTML = 100_000
"""Characters of HTML in an output; cleaning takes a time that grows with their square."""
WIDGET = "application/vnd.jupyter.widget-view+json"


def exporter(config: Any) -> Any:
    """An HTML exporter that cleans rendered Markdown too; of itself, nbconvert cleans outputs only."""
    import bleach  # type: ignore[import-untyped]
    from jinja2 import pass_context
    from nbconvert.exporters import HTMLExporter
    from nbconvert.filters.markdown_mistune import InvalidNotebook

    class SafeExporter(HTMLExporter):
        def from_notebook_node(self, nb: Any, resources: Any = None, **settings: Any) -> Any:
            for output in (output for cell in nb.cells for output in cell.get("outputs", [])):
                _drop_what_cannot_be_shown(output.get("data", {}))
            return super().from_notebook_node(nb, resources, **settings)

        @pass_context
        def markdown2html(self, context: Any, source: str) -> str:
            try:
                made = super().markdown2html(context, source)
            except InvalidNotebook:  # a picture that was pasted got lost on the way
                made = super().markdown2html(context, source.replace("attachment:", "lost:"))
            return str(bleach.clean(made, tags=TAGS, attributes=ATTRIBUTES, protocols=PROTOCOLS))

    config.HTMLExporter.sanitize_html = True
    made: Any = SafeExporter
    return made(config=config)


def _drop_what_cannot_be_shown(data: dict[str, Any]) -> None:
    """Of an output's forms widgets, whose state is not there, and very long HTML; the others stay."""
    data.pop(WIDGET, None)
    if len(data.get("text/html", "")) > LONG_HTML:
        del data["text/html"]
