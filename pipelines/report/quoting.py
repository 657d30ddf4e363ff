"""Text as a literal of a query language, so that a value of a log never becomes part of the query.

Whatever is not plain printable text is written as the language's own escape, hence a query can be shown and copied as
it stands. Sources: GoogleSQL, "Lexical structure" (string literals and their escapes); Trino, "Data types" and SQL
grammar (quotes are doubled, `U&'...'` takes \\XXXX and \\+XXXXXX), which Athena's engine follows; Kusto, "The string
data type" (double quotes with backslash escapes).
"""

from pipelines.views.console import safe

_LOST = "\ufffd"


def bigquery(value: str) -> str:
    """Give a GoogleSQL string literal."""
    return f"'{''.join(_backslashed(character, quote=chr(39)) for character in value)}'"


def kusto(value: str) -> str:
    """Give a KQL string literal."""
    return f'"{"".join(_backslashed(character, quote=chr(34)) for character in value)}"'


def athena(value: str) -> str:
    """Give a string literal of Athena's SQL (Trino): a backslash means nothing in the plain form."""
    if all(_plain(character) for character in value):
        doubled = value.replace("'", "''")
        return f"'{doubled}'"
    return f"U&'{''.join(_trino(character) for character in value)}'"


def _plain(character: str) -> bool:
    return character.isprintable() and safe(character) == character


def _backslashed(character: str, quote: str) -> str:
    if character in ("\\", quote):
        return f"\\{character}"
    if _plain(character):
        return character
    code = ord(_kept(character))
    if code <= 0xFFFF:
        return f"\\u{code:04x}"
    # Kusto, as C#, has \U with eight digits too.
    return f"\\U{code:08x}"


def _trino(character: str) -> str:
    if character == "\\":
        return "\\\\"
    if character == "'":
        return "''"
    if _plain(character):
        return character
    code = ord(_kept(character))
    return f"\\{code:04X}" if code <= 0xFFFF else f"\\+{code:06X}"


def _kept(character: str) -> str:
    """Give the character, or the replacement character for half a surrogate pair, which no literal can hold."""
    return _LOST if 0xD800 <= ord(character) <= 0xDFFF else character
