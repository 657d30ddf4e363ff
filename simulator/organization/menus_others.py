"""What the teams and machines do in Google Cloud and in Azure with Microsoft Graph."""

from simulator.organization.notebook import GoogleCall as Call

_READ, _LOOK, _WRITE, _ADMIN = "DATA_READ", "ADMIN_READ", "DATA_WRITE", "ADMIN_WRITE"
_QUERY = "google.cloud.bigquery.v2.JobService"

_COMPUTE = (
    Call(
        "compute", "v1.compute.instances.list", "compute.instances.list", _LOOK, "gce_instance", "zones/europe-west1-b"
    ),
    Call("compute", "v1.compute.instances.get", "compute.instances.get", _LOOK, "gce_instance", "zones/a/instances/{}"),
    Call("compute", "v1.compute.disks.list", "compute.disks.list", _LOOK, "gce_disk", "zones/europe-west1-b"),
)
_STORAGE = (
    Call("storage", "storage.buckets.list", "storage.buckets.list", _LOOK, "gcs_bucket", ""),
    Call("storage", "storage.objects.list", "storage.objects.list", _READ, "gcs_bucket", "buckets/{}"),
    Call("storage", "storage.objects.get", "storage.objects.get", _READ, "gcs_bucket", "buckets/{}/objects/part-0"),
)
_BIGQUERY = (
    Call("bigquery", f"{_QUERY}.InsertJob", "bigquery.jobs.create", _WRITE, "bigquery_project", "jobs/{}"),
    Call("bigquery", f"{_QUERY}.GetQueryResults", "bigquery.jobs.get", _READ, "bigquery_project", "jobs/{}"),
    Call(
        "bigquery",
        "google.cloud.bigquery.v2.TableDataService.List",
        "bigquery.tables.getData",
        _READ,
        "bigquery_dataset",
        "datasets/{}",
    ),
)
_LOGS = (
    Call(
        "logging",
        "google.logging.v2.LoggingServiceV2.ListLogEntries",
        "logging.logEntries.list",
        _READ,
        "project",
        "",
    ),
)
_RUN = (
    Call("run", "google.cloud.run.v1.Services.ListServices", "run.services.list", _LOOK, "cloud_run_revision", ""),
    Call(
        "run", "google.cloud.run.v1.Services.GetService", "run.services.get", _LOOK, "cloud_run_revision", "services/{}"
    ),
)
_SECRET = (
    Call(
        "secretmanager",
        "google.cloud.secretmanager.v1.SecretManagerService.AccessSecretVersion",
        "secretmanager.versions.access",
        _READ,
        "audited_resource",
        "secrets/{}/versions/latest",
    ),
)
_POLICY = (
    Call("cloudresourcemanager", "GetIamPolicy", "resourcemanager.projects.getIamPolicy", _LOOK, "project", ""),
    Call("cloudresourcemanager", "GetProject", "resourcemanager.projects.get", _LOOK, "project", ""),
)
_ACCOUNTS = (
    Call("iam", "google.iam.admin.v1.ListServiceAccounts", "iam.serviceAccounts.list", _LOOK, "project", ""),
    *_POLICY,
)
_DEPLOY = (
    Call(
        "run",
        "google.cloud.run.v1.Services.ReplaceService",
        "run.services.update",
        _ADMIN,
        "cloud_run_revision",
        "services/{}",
    ),
    *_RUN,
)
_METADATA = (
    Call(
        "compute",
        "v1.compute.instances.setLabels",
        "compute.instances.setLabels",
        _ADMIN,
        "gce_instance",
        "zones/a/instances/{}",
    ),
)
_GRANT = (
    _POLICY[0],
    Call("cloudresourcemanager", "SetIamPolicy", "resourcemanager.projects.setIamPolicy", _ADMIN, "project", ""),
)
_FIREWALL = (
    Call("compute", "v1.compute.firewalls.list", "compute.firewalls.list", _LOOK, "gce_firewall_rule", ""),
    Call(
        "compute",
        "v1.compute.firewalls.patch",
        "compute.firewalls.update",
        _ADMIN,
        "gce_firewall_rule",
        "global/firewalls/{}",
    ),
)
_PUBLISH = (
    Call("pubsub", "google.pubsub.v1.Publisher.Publish", "pubsub.topics.publish", _WRITE, "pubsub_topic", "topics/{}"),
)

GOOGLE_READS: dict[str, tuple[tuple[Call, ...], ...]] = {
    "developers": (_RUN, _LOGS, _STORAGE, _COMPUTE),
    "data": (_BIGQUERY, _BIGQUERY, _STORAGE, _LOGS),
    "platform": (_COMPUTE, _RUN, _LOGS, _POLICY, _STORAGE),
    "security": (_ACCOUNTS, _POLICY, _LOGS, _COMPUTE),
}
GOOGLE_CHANGES: dict[str, tuple[tuple[Call, ...], ...]] = {
    "developers": (_DEPLOY, _SECRET),
    "data": (_SECRET, _DEPLOY),
    "platform": (_METADATA, _GRANT, _FIREWALL, _DEPLOY),
    "security": (),
}
GOOGLE_MACHINES: dict[str, tuple[Call, ...]] = {
    "backup": (*_STORAGE, *_STORAGE[1:]),
    "export": (*_BIGQUERY, _STORAGE[2]),
    "sync": (*_STORAGE[1:], *_PUBLISH),
    "metrics": (*_COMPUTE[:2],),
    "etl": (*_BIGQUERY, *_STORAGE[1:], *_SECRET),
    "cleanup": (*_COMPUTE, *_STORAGE[:2]),
    "billing": (*_BIGQUERY,),
    "inventory": (*_COMPUTE, *_POLICY),
}
"""What a service account's job calls, over and over."""

GOOGLE_REFRESH = (*_POLICY, *_COMPUTE, _STORAGE[0], *_RUN, _FIREWALL[0], *_ACCOUNTS[:1])
GOOGLE_APPLY = (_DEPLOY, _FIREWALL, _METADATA, _GRANT)

AZURE_CHANGES: dict[str, tuple[tuple[str, str], ...]] = {
    "developers": (
        ("Microsoft.Web/sites/restart/action", "Microsoft.Web/sites/{}"),
        ("Microsoft.Web/sites/publishxml/action", "Microsoft.Web/sites/{}"),
        ("Microsoft.Storage/storageAccounts/listKeys/action", "Microsoft.Storage/storageAccounts/{}"),
    ),
    "platform": (
        ("Microsoft.Compute/virtualMachines/start/action", "Microsoft.Compute/virtualMachines/{}"),
        ("Microsoft.Compute/virtualMachines/deallocate/action", "Microsoft.Compute/virtualMachines/{}"),
        ("Microsoft.Network/networkSecurityGroups/write", "Microsoft.Network/networkSecurityGroups/{}"),
        ("Microsoft.Resources/deployments/write", "Microsoft.Resources/deployments/{}"),
        ("Microsoft.Authorization/roleAssignments/write", "Microsoft.Authorization/roleAssignments/{}"),
    ),
    "data": (
        ("Microsoft.Storage/storageAccounts/listKeys/action", "Microsoft.Storage/storageAccounts/{}"),
        ("Microsoft.DataFactory/factories/pipelines/createRun/action", "Microsoft.DataFactory/factories/{}"),
    ),
    "it": (
        ("Microsoft.Compute/virtualMachines/restart/action", "Microsoft.Compute/virtualMachines/{}"),
        ("Microsoft.Resources/tags/write", "Microsoft.Resources/tags/{}"),
    ),
    "support": (("Microsoft.Support/supportTickets/write", "Microsoft.Support/supportTickets/{}"),),
    "security": (("Microsoft.Security/alerts/dismiss/action", "Microsoft.Security/alerts/{}"),),
    "finance": (("Microsoft.CostManagement/query/action", "Microsoft.CostManagement/query"),),
}
"""Operations of Azure's control plane that the Activity Log records; reads are not in it."""

GRAPH_READS: dict[str, tuple[tuple[str, str], ...]] = {
    "it": (
        ("GET", "/users"),
        ("GET", "/groups"),
        ("GET", "/devices"),
        ("GET", "/users/{id}/authentication/methods"),
        ("GET", "/directoryRoles"),
        ("GET", "/deviceManagement/managedDevices"),
    ),
    "security": (
        ("GET", "/auditLogs/signIns"),
        ("GET", "/identityProtection/riskyUsers"),
        ("GET", "/servicePrincipals"),
        ("GET", "/applications"),
        ("GET", "/policies/authorizationPolicy"),
    ),
}
GRAPH_ANY = (
    ("GET", "/me"),
    ("GET", "/me/memberOf"),
    ("GET", "/organization"),
    ("GET", "/users/{id}"),
    ("GET", "/me/photo"),
)
"""What the portal asks for everybody."""

GRAPH_JOBS: dict[str, tuple[tuple[str, str], ...]] = {
    "backup": (("GET", "/users"), ("GET", "/groups")),
    "export": (("GET", "/auditLogs/directoryAudits"), ("GET", "/auditLogs/signIns")),
    "sync": (("GET", "/users/delta"), ("GET", "/groups/delta"), ("PATCH", "/users/{id}")),
    "metrics": (("GET", "/reports/getOffice365ActiveUserCounts"),),
    "etl": (("GET", "/sites"), ("GET", "/users")),
    "cleanup": (("GET", "/devices"), ("GET", "/users")),
    "billing": (("GET", "/subscribedSkus"), ("GET", "/users")),
    "inventory": (("GET", "/servicePrincipals"), ("GET", "/applications"), ("GET", "/devices")),
}
AZURE_JOBS: dict[str, tuple[tuple[str, str], ...]] = {
    "backup": (("Microsoft.RecoveryServices/vaults/write", "Microsoft.RecoveryServices/vaults/{}"),),
    "export": (("Microsoft.Storage/storageAccounts/listKeys/action", "Microsoft.Storage/storageAccounts/{}"),),
    "sync": (("Microsoft.Storage/storageAccounts/listKeys/action", "Microsoft.Storage/storageAccounts/{}"),),
    "metrics": (("Microsoft.Insights/metrics/action", "Microsoft.Insights/metrics/{}"),),
    "etl": (
        ("Microsoft.DataFactory/factories/pipelines/createRun/action", "Microsoft.DataFactory/factories/{}"),
        ("Microsoft.Storage/storageAccounts/listKeys/action", "Microsoft.Storage/storageAccounts/{}"),
    ),
    "cleanup": (("Microsoft.Compute/disks/delete", "Microsoft.Compute/disks/{}"),),
    "billing": (("Microsoft.CostManagement/query/action", "Microsoft.CostManagement/query"),),
    "inventory": (("Microsoft.ResourceGraph/resources/action", "Microsoft.ResourceGraph/resources"),),
}
AZURE_APPLY = (
    ("Microsoft.Resources/deployments/write", "Microsoft.Resources/deployments/{}"),
    ("Microsoft.Web/sites/write", "Microsoft.Web/sites/{}"),
    ("Microsoft.Network/networkSecurityGroups/securityRules/write", "Microsoft.Network/networkSecurityGroups/{}"),
    ("Microsoft.KeyVault/vaults/write", "Microsoft.KeyVault/vaults/{}"),
)
