"""The parts of an SVG: every value is escaped on its way into the markup, so that no drawing can forget to."""

from collections.abc import Iterable

from markupsafe import Markup, escape

from pipelines.report.text import shown

Value = str | int | float


def tag(name: str, *children: Markup | str, **attributes: Value | None) -> Markup:
    """Give an element. `name` and the attributes' names are the code's own; `class_` is class, `text_anchor` is
    text-anchor. A child that is no Markup is a text, and escaped.
    """
    named = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_value(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{name}{named}>{_inner(children)}</{name}>")  # noqa: S704 - each part is escaped above and below


def drawing(
    width: float, height: float, title: str, children: Iterable[Markup], class_: str = "", aspect: str | None = None
) -> Markup:
    """Give a whole drawing, named for whoever does not see it. `aspect` "none" lets the style sheet stretch it."""
    return tag(
        "svg",
        tag("title", title),
        *children,
        viewBox=f"0 0 {_value(width)} {_value(height)}",
        width=width,
        height=height,
        role="img",
        preserveAspectRatio=aspect,
        class_=f"drawing {class_}".strip(),
    )


def text(x: float, y: float, words: str, class_: str = "", anchor: str | None = None) -> Markup:
    """Give a text at its baseline."""
    return tag("text", words, x=x, y=y, class_=class_ or None, text_anchor=anchor)


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    """Give a line."""
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def rect(x: float, y: float, width: float, height: float, class_: str, title: str = "", rx: float = 0) -> Markup:
    """Give a box, with what it says on hover."""
    said = [tag("title", title)] if title else []
    return tag("rect", *said, x=x, y=y, width=width, height=height, class_=class_, rx=rx or None)


def _inner(children: Iterable[Markup | str]) -> str:
    return "".join(str(child) if isinstance(child, Markup) else str(escape(shown(child))) for child in children)


def _value(value: Value) -> str:
    if isinstance(value, float):
        return f"{value:.1f}".removesuffix(".0")
    return str(value) if isinstance(value, int) else shown(value)
