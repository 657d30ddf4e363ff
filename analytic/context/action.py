"""What a call does: its kind of access, the stage of an intrusion it can serve, and how much it weighs by itself.

Two sources, in this order. The *catalogue* is a curated table (`aws_actions.py`): one row an operation, each row with
its authority. Everything else is classified by its *name*: clouds name operations by a verb and what it acts on
("CreateUser", "storage.objects.get"), and the record often says itself whether the call only read.

Impact is in bits, 0.0 to 6.0: how rare and consequential the action is in itself, whoever does it.
    5 to 6      turns audit logging off for an account or organization, leaves the organization
    4 to 4.5    makes a credential or login for another identity, changes who may assume a role, shares an image
    3 to 3.5    runs commands on hosts, changes a function's code, attaches a policy, opens a security group
    2 to 2.5    reads one secret, starts instances, makes what can carry a role
    1 to 1.5    routine changes with some abuse
    0 to 0.5    reads, and what everyone does all day
These weights are the project's own judgement; the surprise model of a later version judges who does it, and when.
"""

import re
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from analytic.context.aws_actions import ROWS

ACCESSES: Final = frozenset({"list", "read", "write", "permissions", "credential", "execute", "unknown"})
STAGES: Final = frozenset(
    {
        "recon",
        "credential_access",
        "privilege",
        "persistence",
        "execution",
        "impairment",
        "lateral",
        "collection",
        "exfiltration",
        "impact",
    }
)


class Act(NamedTuple):
    """How one operation is classified.

    `access` is one of `ACCESSES`; `stage` one of `STAGES` or None; `technique` the ATT&CK id of the stage; `impact` in
    bits; `basis` is "catalogue" (a curated row) or "naming" (the rule on names).
    """

    access: str
    stage: str | None
    technique: str | None
    impact: float
    basis: str


_CATALOGUE: Final = {
    (row.service, row.action): Act(row.access, row.stage, row.technique, row.impact, "catalogue") for row in ROWS
}

# No service or operation of any provider is near these; what is longer is not a name, and must not fill the cache.
_LONGEST_SERVICE: Final = 128
_LONGEST_ACTION: Final = 256

# The API date that Lambda and CloudFront append: UpdateFunctionCode20150331v2, CreateInvalidation2020_05_31.
_API_DATE: Final = re.compile(r"(?:20\d{6}|20\d\d_\d\d_\d\d)(?:v\d{1,2})?$", re.ASCII)
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# The first word of an operation, in lower case, as AWS, Google Cloud and Azure name theirs.
_LIST_VERBS: Final = _words("list describe search lookup query discover")
_READ_VERBS: Final = _words(
    """
    analyze calculate check classify compare contains count detect download estimate fetch filter forecast get
    head infer introspect is poll predict preview read receive recognize render retrieve select simulate suggest
    test translate validate verify view
    """
)
_EXECUTE_VERBS: Final = _words("invoke execute run")
_WRITE_VERBS: Final = _words(
    """
    abort accept acknowledge acquire activate add advertise allocate allow apply approve archive assign
    associate assume attach authorize backtrack begin block build bundle cancel change checkout claim clear
    clone close commit complete configure confirm connect consume continue convert copy create deactivate
    deallocate deauthorize decline decrease decrypt define delete deny deploy deprecate deprovision deregister
    derive destroy detach disable disallow disassociate discard disconnect dismiss dispose dissociate distribute
    drain drop edit enable encrypt end enroll enter evaluate evict exchange exit expire export extend failover
    federate finalize finish flush forget generate grant group import increase index ingest initialize initiate
    insert install invite issue join label launch leave link load lock login logout mark merge migrate modify
    monitor move notify open opt override patch pause peer perform populate post prepare process promote
    propagate provide provision publish purchase purge push put reactivate rebalance reboot rebuild record
    redact redeem redrive refresh regenerate register reimport reject release reload remove rename renew reopen
    reorder replace replicate report request resend reserve reset resize resolve respond restart restore resume
    resync retire retry return revert revoke rollback rotate save schedule send set setup share shutdown sign
    signal skip split start stop submit subscribe suspend swap switch switchover sync synchronize tag terminate
    toggle transact transfer trigger unarchive unassign undelete undeploy undeprecate unlabel unlink unlock
    unmonitor unpeer unregister unset unshare unsubscribe unsuspend untag update upgrade upload upsert vote
    withdraw write
    """
)
# Words before the verb that say how it is done, not what: BatchGetImage, AdminCreateUser.
_ADVERBS: Final = _words("batch admin")
_REMOVING_VERBS: Final = _words("deactivate delete deregister destroy detach disable disassociate remove retire revoke")
_VERBS: Final = _LIST_VERBS | _READ_VERBS | _EXECUTE_VERBS | _WRITE_VERBS
_LONGEST_VERB: Final = max(map(len, _VERBS))

_PERMISSION_WORDS: Final = _words("policy policies permission permissions acl acls grant grants trust trusts")
# What comes before "policy" or "ACL" when it gives no identity anything: scaling, lifecycle, network ACLs and the like.
_SETTINGS: Final = _words(
    """
    backup balancer cache cookie encryption headers lifecycle maintenance network replication request retention
    rotation routing scaling snapshot stickiness termination traffic update web
    """
)
_CREDENTIAL: Final = re.compile(r"credentials?|password|tokens?|secrets?|(?:access|account|api) ?keys?|login ?profile")

_LIST: Final = Act("list", "recon", None, 0.1, "naming")
_READ: Final = Act("read", None, None, 0.0, "naming")
_WRITE: Final = Act("write", None, None, 0.5, "naming")
_EXECUTE: Final = Act("execute", "execution", None, 1.0, "naming")
_UNKNOWN: Final = Act("unknown", None, None, 0.5, "naming")
_PERMIT: Final = Act("permissions", "privilege", None, 1.5, "naming")
_CREDIT: Final = Act("credential", "credential_access", None, 1.5, "naming")
# Taking a permission or a credential away gives nobody anything: the kind of access stays, the stage does not.
_UNPERMIT: Final = Act("permissions", None, None, 0.5, "naming")
_UNCREDIT: Final = Act("credential", None, None, 0.5, "naming")


def classify(provider: str, service: str, action: str, read_only: bool | None = None) -> Act:
    """Classify one operation.

    `service` and `action` are as the provider records them, the service without its domain ("iam", "CreateUser");
    `read_only` is what the record itself says (CloudTrail `readOnly`), None when it does not. A catalogue row holds
    whatever `read_only` says; without a row, True makes any operation a read. Never raises on any text.
    """
    return _classify(provider, service[:_LONGEST_SERVICE], action[:_LONGEST_ACTION], read_only)


@lru_cache(maxsize=8192)
def _classify(provider: str, service: str, action: str, read_only: bool | None) -> Act:
    if provider == "aws":
        action = _API_DATE.sub("", action)
        row = _CATALOGUE.get((service, action))
        if row is not None:
            return row
    return _by_name(action, read_only)


def _by_name(action: str, read_only: bool | None) -> Act:
    # Google Cloud and Azure put the operation last: google.iam.admin.v1.CreateRole, Microsoft.Compute/disks/write.
    words = [word.lower() for word in _WORD.findall(re.split(r"[./:]", action)[-1])]
    verb = _verb(words)
    if verb in _LIST_VERBS:
        return _LIST
    if read_only or verb in _READ_VERBS:
        return _READ
    if verb in _EXECUTE_VERBS or words[:2] == ["start", "session"] or (verb == "send" and words[-1] == "command"):
        return _EXECUTE
    if verb is None and read_only is None:
        return _UNKNOWN
    return _written(verb, words)


def _written(verb: str | None, words: list[str]) -> Act:
    removing = verb in _REMOVING_VERBS
    if any(word in _PERMISSION_WORDS and before not in _SETTINGS for before, word in pairwise(["", *words])):
        return _UNPERMIT if removing else _PERMIT
    if _CREDENTIAL.search(" ".join(words)):
        return _UNCREDIT if removing else _CREDIT
    return _WRITE


def _verb(words: list[str]) -> str | None:
    """Give the verb that a name begins with; None when it begins with none."""
    if len(words) > 1:
        first = words[1] if words[0] in _ADVERBS and words[1] in _VERBS else words[0]
        return first if first in _VERBS else None
    # One run of one case ("listbuckets"): the longest verb that it begins with.
    word = words[0] if words else ""
    return next((word[:size] for size in range(_LONGEST_VERB, 0, -1) if word[:size] in _VERBS), None)
