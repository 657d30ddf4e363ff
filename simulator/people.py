"""The people's day: developers on the command line, an analyst and an administrator in the console, operations."""

from collections.abc import Iterable, Iterator, Mapping

from simulator.clients import CHROME_WINDOWS, FIREFOX_MACOS, aws_cli, cloud_shell, console
from simulator.company import Company
from simulator.identities import ACCOUNT, Credential, Json, Person, long_term, user_session
from simulator.issuing import HOUR, assume_role, console_sign_in, saml_sign_in
from simulator.menus import (
    CLOUD_SHELL_COMMANDS,
    CONSOLE_PAGES,
    DEVELOPER_CHANGES,
    DEVELOPER_COMMANDS,
)
from simulator.networks import CLOUD_SHELL_ADDRESS, HOME, OFFICE, VPN, Origin
from simulator.records import Recorder, day_second, iso, java_time
from simulator.workloads import Held, after_patching

DEVELOPER_CLIENTS = (
    aws_cli("24.9", "os/macos#24.3.0 md/arch#arm64"),
    aws_cli("22.35", "os/linux#6.8.0-52-generic md/arch#x86_64"),
    aws_cli("24.9", "os/macos#24.3.0 md/arch#arm64"),
)
"""The command line of each developer's laptop, in the order of `Company.developers`."""

_OPERATOR_CLIENT = aws_cli("24.7", "os/windows#11 md/arch#amd64")
_ANALYST = "lena.fischer@example.com"


def _moments(recorder: Recorder, start: int, end: int, low: int, high: int) -> Iterator[int]:
    """Give times from start to end, `low` to `high` seconds apart."""
    at = start + recorder.rng.randrange(low, high)
    while at < end:
        yield at
        at += recorder.rng.randrange(low, high)


def work_as_developer(
    recorder: Recorder, company: Company, person: Person, blocks: Iterable[tuple[int, int, Origin]], *, mfa: bool
) -> None:
    """Work in blocks of (start, end, origin): assume the developer role, look at things, change a few.

    A role session lasts an hour; the CLI asks for the next one when it has ended.
    """
    serial = f"arn:aws:iam::{ACCOUNT}:mfa/{person.name}" if mfa else None
    key = long_term(person)
    for start, end, origin in blocks:
        recorder.call(start, key, origin, "sts", "GetCallerIdentity")
        session, expires = key, start
        for at in _moments(recorder, start, end, 60, 420):
            if at >= expires:
                name = f"botocore-session-{at}"
                session = assume_role(recorder, at, key, origin, company.developer_role, name, mfa=serial)
                expires = at + HOUR
            menu = DEVELOPER_CHANGES if recorder.rng.randrange(12) == 0 else DEVELOPER_COMMANDS
            call = recorder.rng.choice(menu)
            error = None
            if recorder.rng.randrange(25) == 0:
                error = _denied(session, call.service, call.action)
            recorder.call(at + 1, session, origin, *call, error=error)


def _denied(who: Credential, service: str, action: str) -> tuple[str, str]:
    """Give the error of a call that no policy allows."""
    arn = who.identity["arn"]
    return (
        "AccessDenied",
        f"User: {arn} is not authorized to perform: {service}:{action} because no identity-based policy allows the "
        f"{service}:{action} action",
    )


def developers(recorder: Recorder, company: Company) -> None:
    """Let the three developers work: from the office, from the VPN, and one from both."""
    jonas, priya, diego = company.developers
    mac, linux, other_mac = DEVELOPER_CLIENTS
    office, from_vpn = Origin(OFFICE, mac), Origin(VPN, linux)
    work_as_developer(recorder, company, jonas, [(day_second(8, 22), day_second(11, 50), office)], mfa=False)
    blocks = [(day_second(9, 5), day_second(12, 10), from_vpn), (day_second(13, 20), day_second(17, 15), from_vpn)]
    work_as_developer(recorder, company, priya, blocks, mfa=True)
    blocks = [
        (day_second(7, 48), day_second(8, 55), Origin(HOME, other_mac)),
        (day_second(9, 50), day_second(12, 0), Origin(OFFICE, other_mac)),
        (day_second(13, 0), day_second(16, 40), Origin(OFFICE, other_mac)),
    ]
    work_as_developer(recorder, company, diego, blocks, mfa=False)


def _visit(recorder: Recorder, at: int, who: Credential, origin: Origin, page: str) -> None:
    """Open a page of the console: its calls come within a second or two."""
    for call in CONSOLE_PAGES[page]:
        recorder.call(at + recorder.rng.randrange(0, 3), who, origin, *call)


def analyst(recorder: Recorder, company: Company) -> None:
    """Let the data analyst query Athena in the console, signed in through the company's directory."""
    origin = Origin(OFFICE, console(CHROME_WINDOWS))
    for start, end in ((day_second(9, 12), day_second(12, 20)), (day_second(13, 31), day_second(16, 50))):
        who = saml_sign_in(recorder, start, origin, company.analyst_role, _ANALYST)
        _visit(recorder, start + 3, who, origin, "home")
        for at in _moments(recorder, start + 30, end, 240, 900):
            _visit(recorder, at, who, origin, "athena")
            execution = {"queryExecutionId": recorder.ids.uuid()}
            query: Json = {"queryString": "***OMITTED***", "workGroup": "analytics"}
            recorder.call(at + 20, who, origin, "athena", "StartQueryExecution", query, execution)
            for wait in (21, 23, 27):
                recorder.call(at + wait, who, origin, "athena", "GetQueryExecution", execution)
            recorder.call(at + 28, who, origin, "athena", "GetQueryResults", execution)


def administrator(recorder: Recorder, company: Company) -> None:
    """Let the administrator work in the console with MFA: pages, a new hire, an access review in CloudShell."""
    person = company.admin
    origin = Origin(OFFICE, console(FIREFOX_MACOS))
    for start, end in ((day_second(8, 35), day_second(11, 40)), (day_second(13, 5), day_second(16, 30))):
        who = console_sign_in(recorder, start, person, origin)
        _visit(recorder, start + 2, who, origin, "home")
        for at in _moments(recorder, start + 20, end, 300, 1200):
            _visit(recorder, at, who, origin, recorder.rng.choice(("ec2", "iam", "s3", "billing", "logs")))
        if start < day_second(12):
            _welcome(recorder, day_second(10, 12, 30), who, origin, company.new_hire)
        else:
            _review(recorder, day_second(14, 40), person, who, origin)


def _welcome(recorder: Recorder, at: int, who: Credential, origin: Origin, hire: Person) -> None:
    """Set up a new hire: a user, a group, a password, an access key. All of it is sensitive, all of it is normal."""
    user: Json = {"userName": hire.name}
    created: Json = {"user": user | {"userId": hire.user_id, "arn": hire.arn, "path": "/"}}
    _visit(recorder, at, who, origin, "iam")
    recorder.call(at + 50, who, origin, "iam", "CreateUser", user, created)
    login = {"loginProfile": user | {"createDate": java_time(at + 51), "passwordResetRequired": True}}
    recorder.call(at + 51, who, origin, "iam", "CreateLoginProfile", user | {"passwordResetRequired": True}, login)
    recorder.call(at + 52, who, origin, "iam", "AddUserToGroup", user | {"groupName": "developers"})
    recorder.call(
        at + 140, who, origin, "iam", "CreateAccessKey", user, access_key(hire.name, hire.access_key, at + 140)
    )
    recorder.call(at + 145, who, origin, "iam", "ListAccessKeys", user)


def access_key(user_name: str, key: str, at: int) -> Json:
    """Give the response of CreateAccessKey, which names the key that it made."""
    made = {"userName": user_name, "accessKeyId": key, "status": "Active", "createDate": java_time(at)}
    return {"accessKey": made}


def _review(recorder: Recorder, at: int, person: Person, who: Credential, origin: Origin) -> None:
    """Open CloudShell and review access there: the shell has a credential of its own and an address of the cloud's."""
    environment = {"EnvironmentId": recorder.ids.uuid()}
    recorder.call(at, who, origin, "cloudshell", "CreateEnvironment", None, environment)
    recorder.call(at + 6, who, origin, "cloudshell", "CreateSession", environment)
    recorder.call(at + 7, who, origin, "cloudshell", "PutCredentials", environment)
    created = who.identity["sessionContext"]["attributes"]["creationDate"]
    inside = user_session(person, recorder.ids.temporary_key(), created, mfa=True)
    shell = Origin(CLOUD_SHELL_ADDRESS, cloud_shell)
    for call in CLOUD_SHELL_COMMANDS:
        at += recorder.rng.randrange(12, 70)
        recorder.call(at, inside, shell, *call)


def operations(recorder: Recorder, company: Company, fleet: Mapping[str, Held]) -> None:
    """Patch the web servers and a worker with Run Command; what they do afterwards comes from their own home."""
    origin, key = Origin(OFFICE, _OPERATOR_CLIENT), long_term(company.operator)
    serial = f"arn:aws:iam::{ACCOUNT}:mfa/{company.operator.name}"
    rounds = (
        (day_second(7, 30), company.web_instances[:1]),
        (day_second(7, 52), company.web_instances[1:]),
        (day_second(10, 30), company.worker_instances),
    )
    for start, targets in rounds:
        name = f"tom-{iso(start)[11:13]}"
        who = assume_role(recorder, start, key, origin, company.operator_role, name, mfa=serial)
        names = [instance.instance_id for instance in targets]
        recorder.call(start + 8, who, origin, "ssm", "DescribeInstanceInformation", {"maxResults": 50})
        recorder.call(start + 20, who, origin, "ssm", "DescribeInstancePatchStates", {"instanceIds": names})
        request, response = command(recorder, start + 45, names, "AWS-RunPatchBaseline")
        recorder.call(start + 45, who, origin, "ssm", "SendCommand", request, response)
        for wait in (60, 120, 230):
            seen = {"commandId": response["command"]["commandId"]}
            recorder.call(start + wait, who, origin, "ssm", "ListCommandInvocations", seen)
        for instance in targets:
            after_patching(recorder, fleet[instance.instance_id], start + 45)


def command(recorder: Recorder, at: int, instance_ids: list[str], document: str) -> tuple[Json, Json]:
    """Give the request and the response of SendCommand; CloudTrail hides the command's parameters."""
    hidden = "HIDDEN_DUE_TO_SECURITY_REASONS"
    request: Json = {
        "instanceIds": instance_ids,
        "documentName": document,
        "parameters": hidden,
        "interactive": False,
    }
    response = {
        "command": {
            "commandId": recorder.ids.uuid(),
            "documentName": document,
            "documentVersion": "$DEFAULT",
            "instanceIds": instance_ids,
            "targets": [],
            "parameters": hidden,
            "requestedDateTime": java_time(at),
            "expiresAfter": java_time(at + 7200),
            "status": "Pending",
            "statusDetails": "Pending",
            "targetCount": len(instance_ids),
            "timeoutSeconds": 3600,
        }
    }
    return request, response
