"""What options name elsewhere: BigQuery tables, Pub/Sub subscriptions. Each is asked for once, with a short timeout."""

import json
import os
import re
from importlib.resources import files
from typing import Any

from pipelines.doctor.check import OK, WRONG, Checked

SECONDS = 10.0
"""How long a service may take to answer."""

_TABLE = re.compile(r"(?:(?P<project>[a-z][a-z0-9.:-]*?)[:.])?(?P<dataset>\w+)\.(?P<table>[\w$-]+)", re.ASCII)
_SUBSCRIPTION = re.compile(r"projects/[^/\s]+/subscriptions/[^/\s]+", re.ASCII)
_MAX_NAMED = 8


def table(kind: str, name: str, schema: str) -> Checked:
    """Check that a table is there, and has the columns of one of this project's schemas."""
    found = _TABLE.fullmatch(name)
    if found is None:
        return Checked(kind, WRONG, f"{name} is no table", "write PROJECT:DATASET.TABLE")
    from google.api_core.exceptions import GoogleAPIError
    from google.auth.exceptions import GoogleAuthError

    try:
        columns = _columns(found["project"], found["dataset"], found["table"])
    except (GoogleAPIError, GoogleAuthError, OSError) as error:
        todo = "check the name, make the table, and give this machine roles/bigquery.dataEditor on it"
        return Checked(kind, WRONG, _line(name, error), todo)
    wanted = {field["name"] for field in json.loads(files("schemas").joinpath(f"{schema}.avsc").read_text())["fields"]}
    missing = sorted(wanted - columns)
    if missing:
        named = ", ".join(missing[:_MAX_NAMED]) + (" …" if len(missing) > _MAX_NAMED else "")
        return Checked(kind, WRONG, f"{name} lacks the columns {named}", f"add the columns of schemas/{schema}.avsc")
    return Checked(kind, OK, f"{name}: {len(columns)} columns")


def _columns(project: str | None, dataset: str, name: str) -> set[str]:
    from google.api_core.retry import Retry
    from google.auth.credentials import AnonymousCredentials
    from google.cloud import bigquery

    emulator = os.environ.get("BIGQUERY_EMULATOR_HOST")
    options: dict[str, Any] = {"project": project}
    if emulator:
        endpoint = emulator if "://" in emulator else f"http://{emulator}"
        options |= {"client_options": {"api_endpoint": endpoint}, "credentials": AnonymousCredentials()}  # type: ignore[no-untyped-call]  # Google's is not typed
    client = bigquery.Client(**options)
    once = Retry(predicate=lambda error: False)
    reference = f"{client.project}.{dataset}.{name}"
    return {field.name for field in client.get_table(reference, timeout=SECONDS, retry=once).schema}


def subscription(name: str) -> Checked:
    """Check that a subscription is there, and keeps what is not acknowledged."""
    if _SUBSCRIPTION.fullmatch(name) is None:
        return Checked("subscription", WRONG, f"{name} is no subscription", "write projects/PROJECT/subscriptions/NAME")
    from google.api_core.exceptions import GoogleAPIError
    from google.auth.exceptions import GoogleAuthError
    from google.cloud.pubsub_v1 import SubscriberClient

    try:
        with SubscriberClient() as client:
            found = client.get_subscription(subscription=name, timeout=SECONDS, retry=None)
    except (GoogleAPIError, GoogleAuthError, OSError) as error:
        todo = "check the name, make the subscription, and give this machine roles/pubsub.subscriber and .viewer on it"
        return Checked("subscription", WRONG, _line(name, error), todo)
    return Checked("subscription", OK, f"{name}: of {found.topic}, {found.ack_deadline_seconds} s to acknowledge")


def _line(name: str, error: Exception) -> str:
    return f"{name}: {type(error).__name__}: {' '.join(str(error).split())[:160]}"
