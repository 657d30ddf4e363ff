"""Builds CloudTrail records: the fields, their order and their formats as AWS writes them.

Source: AWS CloudTrail user guide, "CloudTrail record contents for management, data, and network activity events"
and "CloudTrail userIdentity element".
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from simulator.identities import ACCOUNT, REGION, Credential, Json
from simulator.networks import Origin
from simulator.randomness import Ids

READ_VERBS = ("Get", "List", "Describe", "Head", "Lookup", "Search", "Filter", "Batch", "Select", "AssumeRole")
"""Verbs whose calls AWS marks `readOnly`. STS's AssumeRole calls are among them, which surprises people."""

READ_ACTIONS = frozenset({"Decrypt", "GenerateDataKey", "TestMetricFilter"})
"""Actions that AWS marks `readOnly` although their verb does not say so."""

OLDER_VERSION = frozenset({"ssm", "secretsmanager", "autoscaling"})
"""Services whose records still carry eventVersion 1.09 here: the versions are mixed in every real account."""

GLOBAL_HOSTS = {"iam": "iam.amazonaws.com", "cloudfront": "cloudfront.amazonaws.com"}
"""Host names of the services that have no Region in theirs."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day_second(hour: int, minute: int = 0, second: int = 0) -> int:
    """Give a time of the simulated day, 3 March 2026 (a Tuesday), as seconds since 1970-01-01 UTC."""
    return int(datetime(2026, 3, 3, hour, minute, second, tzinfo=UTC).timestamp())


def iso(at: int) -> str:
    """Write a time as in eventTime: 2026-03-03T14:12:05Z."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def java_time(at: int) -> str:
    """Write a time as in response elements: Mar 3, 2026, 2:12:05 PM (free of the machine's locale)."""
    t = datetime.fromtimestamp(at, UTC)
    return f"{_MONTHS[t.month - 1]} {t.day}, {t.year}, {t.hour % 12 or 12}:{t:%M:%S} {'PM' if t.hour >= 12 else 'AM'}"


def read_only(action: str) -> bool:
    """Say what AWS writes into `readOnly` for an action."""
    return action in READ_ACTIONS or action.startswith(READ_VERBS)


@dataclass
class Recorder:
    """Takes down the calls of one part of the simulation. Each part has one of its own, with its own random stream."""

    rng: random.Random
    records: list[Json] = field(default_factory=list)

    @property
    def ids(self) -> Ids:
        """Identifiers from this part's random stream."""
        return Ids(self.rng)

    def call(
        self,
        at: int,
        who: Credential,
        origin: Origin,
        service: str,
        action: str,
        request: Json | None = None,
        response: Json | None = None,
        *,
        error: tuple[str, str] | None = None,
        extra: Mapping[str, object] | None = None,
    ) -> str:
        """Write the record of one call and give its eventID.

        `error` is (errorCode, errorMessage); a denied call has no response. `extra` are the fields that only some
        records have (resources, sharedEventID, additionalEventData, …); they replace the usual ones of that name.
        """
        event_id = self.ids.uuid()
        record: Json = {
            "eventVersion": "1.09" if service in OLDER_VERSION else "1.11",
            "userIdentity": who.identity,
            "eventTime": iso(at),
            "eventSource": f"{service}.amazonaws.com",
            "eventName": action,
            "awsRegion": REGION,
            "sourceIPAddress": origin.address,
            "userAgent": origin.client(service, action),
        }
        if error:
            record |= {"errorCode": error[0], "errorMessage": error[1]}
        record |= {
            "requestParameters": request,
            "responseElements": None if error else response,
            "requestID": self.ids.request_id() if service == "s3" else self.ids.uuid(),
            "eventID": event_id,
            "readOnly": read_only(action),
            "eventType": "AwsApiCall",
            "managementEvent": True,
            "recipientAccountId": ACCOUNT,
            "eventCategory": "Management",
        }
        if origin.vpc_endpoint:
            record |= {"vpcEndpointId": origin.vpc_endpoint, "vpcEndpointAccountId": ACCOUNT}
        # A service that acts for itself shows no connection of its own.
        if not origin.address.endswith("amazonaws.com"):
            host = GLOBAL_HOSTS.get(service, f"{service}.{REGION}.amazonaws.com")
            record["tlsDetails"] = {
                "tlsVersion": "TLSv1.3",
                "cipherSuite": "TLS_AES_128_GCM_SHA256",
                "clientProvidedHostHeader": host,
            }
        if who.from_console:
            record["sessionCredentialFromConsole"] = "true"
        record.update(extra or {})
        self.records.append(record)
        return event_id

    def s3_object(self, at: int, who: Credential, origin: Origin, action: str, bucket: str, key: str) -> str:
        """Write the data event of GetObject or PutObject and give its eventID."""
        size = self.rng.randrange(200, 90_000)
        incoming = action == "PutObject"
        host = f"{bucket}.s3.{REGION}.amazonaws.com"
        extra = {
            "additionalEventData": {
                "SignatureVersion": "SigV4",
                "CipherSuite": "TLS_AES_128_GCM_SHA256",
                "bytesTransferredIn": size if incoming else 0,
                "AuthenticationMethod": "AuthHeader",
                "bytesTransferredOut": 0 if incoming else size,
            },
            "resources": [
                {"type": "AWS::S3::Object", "ARN": f"arn:aws:s3:::{bucket}/{key}"},
                {"accountId": ACCOUNT, "type": "AWS::S3::Bucket", "ARN": f"arn:aws:s3:::{bucket}"},
            ],
            "managementEvent": False,
            "eventCategory": "Data",
        }
        request = {"bucketName": bucket, "Host": host, "key": key}
        return self.call(at, who, origin, "s3", action, request, extra=extra)
