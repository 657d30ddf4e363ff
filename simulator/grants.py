"""What a call that grants says of the grant, as each cloud's log writes it.

Sources: IAM JSON policy reference (AWS); google.iam.v1.logging.AuditData in serviceData (IAM, "Audit logging"); Azure
RBAC's REST API (Role Assignments, Create) and "Azure built-in roles" for the ids. The ordinary roles are the
simulator's own assumption: one grant in ten is of a role that may do nearly everything, as in organizations that were
never told to mind.
"""

import json
from collections.abc import Sequence

from simulator.identities import Json

GOOGLE_ORDINARY = (
    "roles/viewer",
    "roles/storage.objectViewer",
    "roles/logging.viewer",
    "roles/run.developer",
    "roles/bigquery.dataViewer",
    "roles/monitoring.viewer",
    "roles/pubsub.subscriber",
    "roles/secretmanager.secretAccessor",
    "roles/cloudsql.client",
    "roles/editor",
)
GOOGLE_TAKEN = ("roles/owner", "roles/editor", "roles/iam.serviceAccountTokenCreator", "roles/storage.admin")
"""What a thief gives an outsider."""

EVERYBODY = "allAuthenticatedUsers"

OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
AZURE_ORDINARY = (
    READER,
    "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",  # Storage Blob Data Reader
    "43d0d8ad-25c7-4714-9337-8ba259a9fe05",  # Monitoring Reader
    "4633458b-17de-408a-b874-0445c86b69e6",  # Key Vault Secrets User
    "7f951dda-4ed3-4680-a7ca-43fe172d538d",  # AcrPull
    "73c42c96-874c-492b-b04d-ab87d138a893",  # Log Analytics Reader
    READER,
    "ba92f5b4-2d11-453d-a403-e96b0029c9fe",  # Storage Blob Data Contributor
    READER,
    "b24988ac-6180-42a0-ab88-20f7382dd24c",  # Contributor
)


def one_of(among: Sequence[str], at: int) -> str:
    """Give one by the time (ms) of the call: no draw, so that all else of a world stays as it was."""
    return among[at // 1_000 % len(among)]


def google(role: str, member: str) -> Json:
    """Give the serviceData of a SetIamPolicy that adds a member to a role."""
    added = {"action": "ADD", "role": role, "member": member}
    return {
        "@type": "type.googleapis.com/google.iam.v1.logging.AuditData",
        "policyDelta": {"bindingDeltas": [added]},
    }


def azure(scope: str, role: str, principal: str, status: str) -> Json:
    """Give the properties that a role assignment adds: the request where it begins, the answer where it ended."""
    body = {
        "PrincipalId": principal,
        "RoleDefinitionId": f"/providers/Microsoft.Authorization/roleDefinitions/{role}",
        "Scope": scope,
    }
    written = json.dumps({"Id": scope, "Properties": body})
    return {"responseBody" if status in ("Accept", "Success") else "requestbody": written}


def aws(*actions: str) -> str:
    """Give a policy document that allows some actions on everything."""
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def ingress(network: str, port: int) -> Json:
    """Give the ipPermissions of a security group's rule that lets a network in, as CloudTrail writes them."""
    ranges = {"items": [{"cidrIp": network}]}
    rule = {"ipProtocol": "tcp", "fromPort": port, "toPort": port, "groups": {}, "ipRanges": ranges, "ipv6Ranges": {}}
    return {"items": [rule | {"prefixListIds": {}}]}
