"""Takes down one identity's day: builds the providers' records and notes them with their ground truth."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from simulator import azure_records as azure
from simulator import gcp_records as gcp
from simulator import grants
from simulator.azure_records import Token
from simulator.gcp_records import Caller
from simulator.identities import Credential, Json
from simulator.menus import Call
from simulator.networks import Origin
from simulator.organization.notes import Note, event_id
from simulator.organization.places import Network
from simulator.organization.world import World
from simulator.randomness import Ids
from simulator.records import Recorder

GLOBAL = frozenset({"iam", "cloudfront", "route53", "organizations", "ce", "health", "signin", "support"})
"""Services whose calls AWS records in us-east-1, wherever they were made."""

_NOT_THERE = {
    "GetBucketPolicy": "NoSuchBucketPolicy",
    "GetBucketEncryption": "ServerSideEncryptionConfigurationNotFoundError",
    "GetBucketPublicAccessBlock": "NoSuchPublicAccessBlockConfiguration",
    "GetPolicy20150331v2": "ResourceNotFoundException",
    "GetAccountPasswordPolicy": "NoSuchEntity",
}
"""Reads that fail in every account, for there is nothing to read: one in three of them here."""


@dataclass(frozen=True)
class Spot:
    """Where somebody is: a network and their address in it."""

    network: Network
    address: str


@dataclass(frozen=True)
class AwsHeld:
    """An AWS credential in somebody's hands: the identity that it shows, its account and Region, and the client."""

    identity: Json
    account: str
    region: str
    origin: Origin
    console: bool = False

    def using(self, origin: Origin) -> "AwsHeld":
        """Give the same in another client."""
        return replace(self, origin=origin)


@dataclass(frozen=True)
class GoogleCall:
    """A call of Google Cloud: service, method, permission with its type, monitored resource, and the resource's name.

    The name goes after projects/PROJECT/; {} in it stands for one of the caller's own resources.
    """

    service: str
    method: str
    permission: str
    kind: str
    resource: str
    name: str


@dataclass
class Notebook:
    """The notes of one identity's day. `actor` is who truly acts, `scenario` the part of the simulation."""

    world: World
    rng: random.Random
    actor: str
    scenario: str
    notes: list[Note] = field(default_factory=list)

    @property
    def ids(self) -> Ids:
        """Identifiers from this identity's stream."""
        return Ids(self.rng)

    def one_in(self, number: int) -> bool:
        """Whether the rare thing happens."""
        return self.rng.randrange(number) == 0

    def put(self, at: int, log: str, record: Json) -> None:
        """Note a record."""
        self.notes.append(Note(at, log, event_id(record), record, self.actor, scenario=self.scenario))

    def aws(
        self,
        at: int,
        held: AwsHeld,
        call: Call,
        response: Json | None = None,
        *,
        error: tuple[str, str] | None = None,
        extra: Mapping[str, object] | None = None,
    ) -> None:
        """Write a call of AWS, in the trail of the credential's account and Region."""
        if error is None and call.action in _NOT_THERE and self.one_in(3):
            error = (_NOT_THERE[call.action], "There is none.")
        self._aws(at, held, call, response, error, dict(extra or {}))

    def _aws(
        self, at: int, held: AwsHeld, call: Call, response: Json | None, error: tuple[str, str] | None, extra: Json
    ) -> None:
        region = "us-east-1" if call.service in GLOBAL else held.region
        place: Json = {"awsRegion": region, "recipientAccountId": held.account}
        recorder = Recorder(self.rng)
        who = Credential(held.identity, held.console)
        recorder.call(
            at // 1000, who, held.origin, call.service, call.action, call.request, response, error=error, extra=place
        )
        record = recorder.records[0]
        if "tlsDetails" in record and region != "us-east-1":
            host = record["tlsDetails"]["clientProvidedHostHeader"].replace("us-east-1", region)
            record["tlsDetails"]["clientProvidedHostHeader"] = host
        if held.origin.vpc_endpoint:
            record["vpcEndpointAccountId"] = held.account
        record.update(extra)
        self.put(at, f"aws/{held.account}/{region}", record)

    def s3_object(self, at: int, held: AwsHeld, action: str, bucket: str, key: str) -> None:
        """Write the data event of GetObject or PutObject."""
        recorder = Recorder(self.rng)
        recorder.s3_object(at // 1000, Credential(held.identity), held.origin, action, bucket, key)
        record = recorder.records[0]
        record |= {"awsRegion": held.region, "recipientAccountId": held.account}
        record["resources"][1]["accountId"] = held.account
        if held.origin.vpc_endpoint:
            record["vpcEndpointAccountId"] = held.account
        self.put(at, f"aws/{held.account}/{held.region}", record)

    def google(
        self,
        at: int,
        caller: Caller,
        place: gcp.Place,
        call: GoogleCall,
        project: str,
        own: str = "main",
        *,
        denied: bool = False,
    ) -> None:
        """Write a call of Google Cloud on one of the caller's `own` resources."""
        name = f"projects/{project}/{call.name.format(own)}" if call.name else f"projects/{project}"
        resource = {"type": call.resource, "labels": {"project_id": project}}
        permission = (call.permission, call.kind)
        granted = None
        if call.method.endswith("SetIamPolicy"):
            granted = grants.google(grants.one_of(grants.GOOGLE_ORDINARY, at), f"group:{own}@example.com")
        record = gcp.entry(
            self.rng,
            at,
            caller,
            place,
            call.service,
            call.method,
            permission,
            name,
            resource,
            f"projects/{project}",
            service_data=granted,
            denied=denied,
        )
        self.entry(at, record)

    def entry(self, at: int, record: Json) -> None:
        """Note an entry of Cloud Logging in the log that its name gives."""
        owner, _, stream = record["logName"].partition("/logs/cloudaudit.googleapis.com%2F")
        self.put(at, f"gcp/{owner.partition('/')[2]}/{stream}", record)

    def azure(self, at: int, token: Token, address: str, operation: str, resource: str) -> None:
        """Write an operation of Azure's control plane: one that takes longer has a record of its start."""
        correlation = self.ids.uuid()
        steps = [("Success", 0)]
        if self.one_in(3):
            steps = [("Start", 0), ("Success", self.rng.randrange(800, 40_000))]
        for status, after in steps:
            record = azure.activity(
                self.rng, at + after, token, address, operation, resource, status, correlation=correlation
            )
            if operation.endswith("roleAssignments/write"):
                role = grants.one_of(grants.AZURE_ORDINARY, at)
                record["properties"] |= grants.azure(resource, role, token.holder.object_id, status)
            self.put(at + after, f"azure/{resource.split('/')[2]}/activity", record)

    def graph(self, at: int, token: Token, address: str, method: str, path: str, agent: str | None = None) -> None:
        """Write a request of Microsoft Graph."""
        record = azure.graph_activity(self.rng, at, token, address, method, path)
        if agent:
            record["properties"]["userAgent"] = agent
        self.put(at, "entra/graph-activity", record)

    def signed_in(self, at: int, record: Json) -> None:
        """Note a sign-in of Entra, placed where its address is; a managed identity's has no address."""
        properties = record["properties"]
        network = self.world.networks.of(record["callerIpAddress"])
        if network is None:
            del properties["autonomousSystemNumber"], record["location"]
        else:
            place = network.place
            properties["autonomousSystemNumber"] = network.asn
            properties["location"] = {
                "city": place.city,
                "state": "",
                "countryOrRegion": place.country,
                "geoCoordinates": {"latitude": place.latitude, "longitude": place.longitude},
            }
            record["location"] = place.country
        self.put(at, "entra/sign-ins", record)

    def okta(self, at: int, record: Json, spot: Spot, browser: str, system: str) -> None:
        """Note an event of Okta, placed where it was made from."""
        network, place = spot.network, spot.network.place
        geography = {
            "city": place.city,
            "state": None,
            "country": place.country_name,
            "postalCode": None,
            "geolocation": {"lat": place.latitude, "lon": place.longitude},
        }
        name = "FIREFOX" if "Firefox" in browser else "EDGE" if "Edg/" in browser else "CHROME"
        name = "SAFARI" if "Version/" in browser else name
        shown = {"macos": "Mac OS X", "windows": "Windows 11", "linux": "Linux"}[system]
        record["client"] |= {
            "userAgent": {"rawUserAgent": browser, "os": shown, "browser": name},
            "geographicalContext": geography,
        }
        record["request"]["ipChain"][0]["geographicalContext"] = geography
        record["securityContext"] |= {
            "asNumber": network.asn,
            "asOrg": network.organisation.lower(),
            "isp": network.organisation.lower(),
        }
        self.put(at, "okta/system-log", record)
