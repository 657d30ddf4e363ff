"""Writes the folder examples/: `python -m simulator.examples [FOLDER]`. Running it again changes no record."""

import shutil
import sys
from pathlib import Path

from simulator.day import Day, account_day
from simulator.delivery import write_delivery_files

SEED = 20260303
FOLDER = Path(__file__).resolve().parents[1] / "examples"

_README = """\
# Examples: one day of a made-up AWS account

{records:,} CloudTrail records of 3 March 2026 in {files} delivery files, as CloudTrail writes them to its bucket:
unordered inside a file, minutes late, one record delivered twice. **All of it is synthetic**: people, ids, keys and
addresses (documentation ranges) are made up, nothing comes from a real account. `python -m simulator.examples` writes
this folder; the records come out the same each time.

It is a normal working day: developers who assume a role from the office, the VPN or from home, an analyst and an
administrator in the console (a new hire gets an access key, an access review runs in CloudShell), an operations person
who patches instances with Run Command, Terraform in CI that edits roles and a security group, instances and functions
whose credentials rotate, and AWS services at work for themselves.

And inside it a theft. What is true:

| | |
|---|---|
| when | {first} to {last} |
| leaked access key | `{access_key}` of `{person}`, who used it from the office that morning |
| command run on | instance `{instance_id}` |
| stolen credential | `{stolen_key}`: the instance's own, used from its home before, meanwhile and after |
| events of the attack | {count} |

Their event ids:

{ids}
"""


def write_examples(folder: Path) -> list[Path]:
    """Write the examples below `folder`, replacing what was there of them; gives the paths of all files."""
    shutil.rmtree(folder / "AWSLogs", ignore_errors=True)
    day = account_day(SEED)
    paths = write_delivery_files(day.records, folder, SEED)
    readme = folder / "README.md"
    readme.write_text(_readme(day, len(paths)), encoding="utf-8")
    return [*paths, readme]


def _readme(day: Day, files: int) -> str:
    events = {record["eventID"]: record for record in day.records}
    theft = [events[event_id] for event_id in day.attack_event_ids]
    listed = [f"- `{event['eventID']}` {event['eventTime']} {event['eventName']}" for event in theft]
    return _README.format(
        records=len(day.records),
        files=files,
        first=theft[0]["eventTime"],
        last=theft[-1]["eventTime"],
        access_key=day.access_key,
        person=day.person,
        instance_id=day.instance_id,
        stolen_key=day.stolen_key,
        count=len(theft),
        ids="\n".join(listed),
    )


if __name__ == "__main__":
    write_examples(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
