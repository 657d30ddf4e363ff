"""One AWS account's working day, with a stolen instance role inside it and the ground truth beside it."""

from dataclasses import dataclass

from simulator import attack, automation, people, services, workloads
from simulator.company import Company
from simulator.identities import Json
from simulator.randomness import stream
from simulator.records import Recorder


@dataclass(frozen=True)
class Day:
    """A day's CloudTrail records in order of eventTime, and what is true about them.

    `attack_event_ids` are the eventIDs of the attack in order of time, `person` the name of the IAM user whose access
    key was used for it, `instance_id` the instance whose role credential `stolen_key` was used elsewhere.
    """

    records: list[Json]
    attack_event_ids: tuple[str, ...]
    person: str
    access_key: str
    instance_id: str
    stolen_key: str


def account_day(seed: int) -> Day:
    """Make the day of a seed: some 3,000 records of people, CI jobs, machines and services, and one attack."""
    company = Company.new(seed)

    def recorder(name: str) -> Recorder:
        return Recorder(stream(seed, name))

    machines, functions, aws = recorder("instances"), recorder("functions"), recorder("services")
    fleet = workloads.run_fleet(machines, company)
    for function in company.functions:
        workloads.run_function(functions, function)
    services.config(aws, company)
    services.cloudtrail(aws)
    services.autoscaling(aws, company)
    jobs, developers, analyst = recorder("jobs"), recorder("developers"), recorder("analyst")
    automation.run_jobs(jobs, company)
    people.developers(developers, company)
    people.analyst(analyst, company)
    admin, operations, theft = recorder("administrator"), recorder("operations"), recorder("theft")
    people.administrator(admin, company)
    people.operations(operations, company, fleet)
    victim, held = company.developers[0], fleet[company.worker_instances[0].instance_id]
    attack.steal_instance_role(theft, company, victim, held)
    parts = (machines, functions, aws, jobs, developers, analyst, admin, operations, theft)
    return Day(
        records=sorted((record for part in parts for record in part.records), key=_time_and_id),
        attack_event_ids=tuple(record["eventID"] for record in sorted(theft.records, key=_time_and_id)),
        person=victim.name,
        access_key=victim.access_key,
        instance_id=held.instance.instance_id,
        stolen_key=held.at(attack.START).key,
    )


def _time_and_id(record: Json) -> tuple[str, str]:
    return record["eventTime"], record["eventID"]
