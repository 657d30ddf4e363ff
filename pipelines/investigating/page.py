"""An investigation as one HTML file: no network, no script, every text of a log escaped."""

import base64
import hashlib
from collections.abc import Sequence
from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from analytic.investigation.reconstruct import Told
from pipelines.investigating.told import facts, when

_STYLE = """
:root{color-scheme:light dark}
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;overflow-wrap:anywhere}
h2 small{font-weight:normal;opacity:.7}
section{border-top:1px solid;margin-top:2rem}
dl{display:grid;grid-template-columns:8rem 1fr;gap:.2rem 1rem}
dt{opacity:.7}
dd{margin:0}
.wide{overflow-x:auto}
table{border-collapse:collapse;font-size:.85rem}
th,td{text-align:left;vertical-align:top;padding:.2rem .6rem;border-bottom:1px solid #8884}
.meant td:first-child{font-weight:bold}
"""


def page(sessions: Sequence[Told], asked: str, note: str | None) -> str:
    """Give the page."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    template = environment.from_string(files("pipelines.investigating").joinpath("page.html.j2").read_text("utf-8"))
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    return template.render(
        style=Markup(_STYLE),  # noqa: S704 - our own constant: quotes of a style must not be escaped
        style_hash=digest,
        asked=asked,
        note=note,
        actors=len({session.actor.id for session in sessions}),
        acts=sum(len(session.acts) for session in sessions),
        sessions=[
            {
                "session": session,
                "started": when(session.started),
                "ended": when(session.ended),
                "facts": facts(session),
                "deeds": [(when(deed.time), deed) for deed in session.acts],
                "more": session.acts_total - len(session.acts),
            }
            for session in sessions
        ],
    )
