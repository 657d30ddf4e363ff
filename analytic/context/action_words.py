"""The words that clouds name operations with: verbs, and nouns that stand for rights and for credentials.

Collected from the operation names of AWS's Service Authorization Reference, Google Cloud's audit logging pages, Azure's
resource provider operations, the audit activities of Microsoft Entra, the event types of Okta and the verbs of the
Kubernetes API.
"""

import re
from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# The first word of an operation, in lower case.
LIST_VERBS: Final = _words("list describe search lookup query discover watch")
READ_VERBS: Final = _words(
    """
    access analyze browse calculate check classify compare contains count detect download estimate explain fetch
    filter forecast get head infer introspect is peek poll predict preview read receive recognize render retrieve select
    simulate suggest test translate troubleshoot validate verify view
    """
)
EXECUTE_VERBS: Final = _words("invoke execute run exec")
WRITE_VERBS: Final = _words(
    """
    abort accept acknowledge acquire activate add advertise allocate allow apply approve archive assign
    associate assume attach authorize backtrack begin bind block build bundle cancel change checkout claim clear
    clone close commit complete configure confirm connect consent consume continue convert copy create deactivate
    deallocate deauthorize decline decrease decrypt define delete deletecollection deny deploy deprecate deprovision
    deregister derive destroy detach disable disallow disassociate discard disconnect dismiss dispose dissociate
    distribute drain drop edit enable encrypt end enforce enroll enter evaluate evict exchange exit expire export extend
    failover federate finalize finish flush forget generate grant group impersonate import increase index ingest
    initialize initiate insert install invite issue join label launch leave link load lock login logout mark merge
    migrate modify monitor move notify open opt override patch pause peer perform populate post power prepare process
    promote propagate provide provision publish purchase purge push put reactivate rebalance reboot rebuild recall
    record recover redact redeem redeploy redrive refresh regenerate register reimage reimport reject release reload
    remove rename renew reopen reorder replace replicate report request resend reserve reset resize resolve respond
    restart restore resume resync retire retry return revert revoke rollback rotate save schedule send set setup share
    shutdown sign signal skip snooze split start stop submit subscribe suspend swap switch switchover sync synchronize
    tag terminate toggle transact transfer trigger trust unarchive unassign unblock undelete undeploy undeprecate
    unenroll unlabel unlink unlock unmonitor unpeer unregister unset unshare unsubscribe unsuspend untag unwrap update
    upgrade upload upsert vote withdraw wrap write
    """
)
# Words before the verb that say how it is done, not what: BatchGetImage, AdminCreateUser, aggregatedList, Hard Delete.
ADVERBS: Final = _words("admin aggregated batch begin bulk hard")
REMOVING_VERBS: Final = _words(
    "deactivate delete deletecollection deregister destroy detach disable disassociate remove retire revoke unassign"
)
VERBS: Final = LIST_VERBS | READ_VERBS | EXECUTE_VERBS | WRITE_VERBS

# Kubernetes: below a pod or node, what runs something in it (Kubernetes API reference, Pod "misc operations").
RUNNING_SUBRESOURCES: Final = _words("exec attach portforward proxy ephemeralcontainers")

# Words that stand for rights, and what comes before "policy" or "ACL" when it gives no identity anything: scaling,
# lifecycle, network ACLs and the like.
RIGHTS: Final = _words("policy policies permission permissions acl acls grant grants trust trusts")
SETTINGS: Final = _words(
    """
    backup balancer cache cookie encryption firewall headers lifecycle maintenance network replication request response
    retention rotation routing scaling security snapshot ssl stickiness termination traffic update web
    """
)

# Rights as the other clouds name them; AWS's published level has the last word on what is only named "policy".
NAMED_RIGHTS: Final = {
    "aws": re.compile(
        r"(?:resource|access|iam|bucket|key|vault|repository|registry) ?polic(?:y|ies)|permissions?\b|\bacls?\b"
    ),
    "gcp": re.compile(
        r"\biam ?(?:polic|permissions)|role ?bindings?|\broles?\b|clusterroles?|permissions?\b|\bacls?\b"
    ),
    "azure": re.compile(
        r"role ?(?:assignments?|definitions?|bindings?)|clusterroles?|access ?polic|permissions?\b|\broles?\b|owner\b"
        r"|consent|app ?role|\bacls?\b"
    ),
    "okta": re.compile(r"\broles?\b|privilege|permissions?\b|consent|impersonation|membership"),
}

CREDENTIAL: Final = re.compile(
    r"credentials?|password|tokens?|secrets?|(?:access|account|api|signing|hmac) ?keys?|login ?profile"
)
# What Azure's operations that "list" in fact hand out, and "sharedKeys/action" too.
HANDED_OUT: Final = re.compile(
    r"(?:list|get|begin|retrieve|shared|download).*"
    r"(?:keys?|secrets?|credentials?|passwords?|tokens?|connection ?strings?|sas|sasuris?|publishxml|access)$"
    r"|^publishxml$"
)
