"""Writes the tables of docs/chains.md out of the classes and the shipped chains: `python -m pipelines.chains.docs`.

A test fails where the page is not current.
"""

from pathlib import Path

from msgspec import inspect

from analytic.chains import shipped
from analytic.chains.chain import Chain
from analytic.chains.wording import FIELD_MEANINGS

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs" / "chains.md"
BEGIN, END = "<!-- {}: begin (python -m pipelines.chains.docs) -->", "<!-- {}: end -->"

_TEXTS = {"glob": "text with wildcards", "line": "one line of text"}


def keys() -> str:
    """Give one table for each level of a chain file, with a row for each key."""
    form = inspect.type_info(Chain)
    if not isinstance(form, inspect.StructType):
        raise TypeError(f"{form} is no struct")
    return "\n".join(_table(form, "", set()))


def _table(form: inspect.StructType, path: str, done: set[str]) -> list[str]:
    done.add(form.cls.__name__)
    what = " ".join((form.cls.__doc__ or "").split())
    lines = [
        f"### {f'`{path}`' if path else 'The file'}",
        "",
        what,
        "",
        "| key | value | default | |",
        "|---|---|---|---|",
    ]
    below: list[tuple[str, inspect.StructType]] = []
    for field in form.fields:
        said, kind, inner = "", None, field.type
        if isinstance(inner, inspect.Metadata):
            said, kind, inner = (inner.extra_json_schema or {}).get("description", ""), inner.extra, inner.type
        default = "required" if field.required else _default(field.default)
        lines.append(f"| `{field.encode_name}` | {_value(inner, kind)} | {default} | {said} |")
        if isinstance(inner, inspect.VarTupleType):
            inner = inner.item_type
        if isinstance(inner, inspect.StructType) and inner.cls.__name__ not in done:
            done.add(inner.cls.__name__)
            below.append((f"{path}.{field.encode_name}".removeprefix("."), inner))
    lines.append("")
    for where, inner_form in below:
        lines += _table(inner_form, where, done)
    return lines


def _default(default: object) -> str:
    return f"`{default}`" if isinstance(default, (str, int, float)) and default not in ("", 0.0) else "none"


def _value(form: inspect.Type, kind: dict[str, str] | None) -> str:
    if isinstance(form, inspect.Metadata):
        kind, form = form.extra, form.type
    if isinstance(form, inspect.VarTupleType):
        return f"list: {_value(form.item_type, kind)}"
    if isinstance(form, inspect.LiteralType):
        return ", ".join(f"`{value}`" for value in form.values)
    if isinstance(form, inspect.StructType):
        return "mapping"
    if isinstance(form, inspect.IntType):
        return f"whole number, {form.ge} to {form.le}"
    if isinstance(form, inspect.FloatType):
        return f"bits, {form.ge:g} to {form.le:g}" if form.le is not None else f"bits, {form.ge:g} to below {form.lt:g}"
    return _TEXTS[(kind or {}).get("kind", "line")]


def fields() -> str:
    """Give the table of the fields of titles."""
    rows = [f"| `{{{name}}}` | {meaning} |" for name, meaning in FIELD_MEANINGS.items()]
    return "\n".join(["| field | |", "|---|---|", *rows, ""])


def chains() -> str:
    """Give the table of the shipped chains."""
    rows = []
    for chain in shipped.chains():
        stages = " → ".join(stage.name for stage in chain.stages)
        attack = ", ".join(chain.attack)
        rows.append(f"| `{chain.name}` | {stages} | {_gate(chain)} | {chain.window} | {attack} |")
    return "\n".join(["| chain | stages | gate | window | ATT&CK |", "|---|---|---|---|---|", *rows, ""])


def _gate(chain: Chain) -> str:
    gates = [("shift", chain.shift.least), ("surprise", chain.surprise.least)]
    return " or ".join(f"{name} {least:g}" for name, least in gates if least) or "none"


def documented(page: str) -> str:
    """Give the page with its tables made anew."""
    for name, made in (("keys", keys()), ("fields", fields()), ("chains", chains())):
        begin, end = BEGIN.format(name), END.format(name)
        before, _, rest = page.partition(begin)
        _, _, after = rest.partition(end)
        page = f"{before}{begin}\n{made}{end}{after}"
    return page


def main() -> None:
    """Write the page's tables anew."""
    DOCS.write_text(documented(DOCS.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
