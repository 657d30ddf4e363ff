"""Writes docs/metrics.md out of the closed list: `python -m pipelines.metrics_docs`. A test fails where it is stale."""

from pathlib import Path

from transforms.metrics import COUNTERS, DISTRIBUTIONS, NAMESPACE

DOCS = Path(__file__).resolve().parents[1] / "docs" / "metrics.md"

_PAGE = """# Metrics

All that Tokentrail counts, in the namespace `{namespace}` of Beam's metrics: on Dataflow they are the job's custom
counters (and `custom.googleapis.com` in Cloud Monitoring), on Flink the task's; a stream on Prism prints the main ones
each minute. The list is closed: code that counts anything else fails.

A count is of outcomes. A bundle that is tried again may count twice where a runner reports attempts, not commits; the
rows themselves do not double.

Worth an alarm: `dead_letters_parse` over `records` (the stream's own limit stops at a half, `docs/redrive.md`),
`rejected_rows` above 0, `late` over `parsed`, `event_lag_milliseconds`.

## Counters

| counter | counts |
|---|---|
{counters}
## Distributions

| distribution | of |
|---|---|
{distributions}
This page is written by `python -m pipelines.metrics_docs`.
"""


def documented() -> str:
    """Give the page."""
    return _PAGE.format(namespace=NAMESPACE, counters=_rows(COUNTERS), distributions=_rows(DISTRIBUTIONS))


def _rows(names: dict[str, str]) -> str:
    return "".join(f"| `{name}` | {meaning} |\n" for name, meaning in names.items())


def main() -> None:
    """Write the page anew."""
    DOCS.write_text(documented(), encoding="utf-8")


if __name__ == "__main__":
    main()
