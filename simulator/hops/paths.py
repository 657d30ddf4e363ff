"""Chooses a chain's way: where it starts, which hops follow, and who else has the same name at the same time."""

from collections.abc import Callable

from simulator.azure_records import EntraApp, EntraUser
from simulator.hops import aws_calls, aws_links, azure_links, gcp_links
from simulator.hops.aws_calls import AwsHeld
from simulator.hops.aws_federation import identity_center, saml, web_identity
from simulator.hops.azure_links import EntraHeld
from simulator.hops.gcp_links import GcpHeld
from simulator.hops.truth import Node, Root
from simulator.hops.walk import Walk
from simulator.hops.world import Person

Held = AwsHeld | GcpHeld | EntraHeld
Way = tuple[int, Callable[[], Held]]
"""How often a hop is chosen, and what it does."""

MAX_HOPS = 6
RIVAL = 8
"""Before one in so many hops that only a name shows, somebody else takes the same name."""

_REPOSITORIES = ("infrastructure", "shop", "data-platform", "website")
_GITHUB = "token.actions.githubusercontent.com"


def walk_chain(walk: Walk, hops: int) -> None:
    """Make one chain of up to `hops` hops with its used events; most have as many, some ways end earlier."""
    held = _start(walk)
    while True:
        done = len(held.node.hops) >= hops
        _use(walk, held, walk.rng.randrange(2, 4) if done else walk.rng.randrange(2))
        room = MAX_HOPS - len(held.node.hops)
        ways = [] if done else _ways(walk, held, room)
        if not ways:
            if not done:
                _use(walk, held, 2)
            return
        chosen = walk.rng.randrange(sum(weight for weight, _ in ways))
        for weight, go in ways:
            chosen -= weight
            if chosen < 0:
                held = go()
                break


def _use(walk: Walk, held: Held, times: int) -> None:
    """Use what is held; without a hop there is nothing to ask."""
    for _ in range(times if held.node.hops else 0):
        at = walk.step()
        if isinstance(held, AwsHeld):
            aws_calls.use(walk.scribe, at, held)
        elif isinstance(held, GcpHeld):
            gcp_links.use(walk.scribe, at, held)
        else:
            azure_links.use(walk.scribe, at, held)


def _start(walk: Walk) -> Held:
    person = walk.rng.choice(walk.world.people)
    starts: list[Way] = [
        (5, lambda: aws_links.iam_user(walk, person)),
        (2, lambda: aws_links.console_user(walk, person)),
        (4, lambda: saml(walk, person)),
        (2, lambda: identity_center(walk, person)),
        (4, lambda: gcp_links.google_user(walk, person)),
        (1, lambda: gcp_links.workforce(walk, person)),
        (5, lambda: azure_links.user(walk, person)),
        (2, lambda: azure_links.user_through_okta(walk, person)),
        (1, lambda: azure_links.machine_to_aws(walk)),
        (2, lambda: _job(walk)),
    ]
    return walk.rng.choices([go for _, go in starts], [weight for weight, _ in starts])[0]()


def _job(walk: Walk) -> Held:
    """Start as a GitHub Actions job, which AWS or Google Cloud trusts: its subject is the root."""
    branch = walk.rng.choice(("ref:refs/heads/main", "pull_request", "environment:production"))
    subject = f"repo:example-org/{walk.rng.choice(_REPOSITORIES)}:{branch}"
    # Logs write the subject; a reader may write it as the repository and what ran there.
    _, repository, ran = subject.split(":", 2)
    root = Root("ci", "ci", subject).also(subject, f"{repository} ({ran.removeprefix('ref:')})")
    start = Node(root.names, direct=True)
    if walk.one_in(3):
        return gcp_links.from_github(walk, root, start)
    return web_identity(walk, root, start, _GITHUB, subject, "sts.amazonaws.com", None)


def _ways(walk: Walk, held: Held, room: int) -> list[Way]:
    """Give the hops that can follow; some of them are two at once, for which there must be room."""
    two = int(room > 1)
    if isinstance(held, AwsHeld):
        return _aws_ways(walk, held)
    if isinstance(held, GcpHeld):
        return [
            (3, lambda: gcp_links.impersonate(walk, held)),
            (1, lambda: gcp_links.impersonate_over_delegates(walk, held)),
            (2, lambda: gcp_links.service_account_key(walk, held)),
            (2 * two, lambda: _google_to_aws(walk, held)),
        ]
    holder = held.token.holder
    if isinstance(holder, EntraUser):
        return [
            (1, lambda: azure_links.refreshed(walk, held)),
            (3 * two, lambda: azure_links.add_credential(walk, held)),
            (1, lambda: azure_links.run_command(walk, held)),
        ]
    if holder.vm:
        return []
    return [(1, lambda: _entra_to(walk, held, holder, "aws")), (1, lambda: _entra_to(walk, held, holder, "gcp"))]


def _aws_ways(walk: Walk, held: AwsHeld) -> list[Way]:
    if held.console:
        # The console switches from the identity that signed in, never from a role to the next (IAM user guide).
        may_switch = held.may_assume and held.node.how != "SwitchRole"
        return [(1, lambda: aws_links.switch_role(walk, held))] if may_switch else []
    ways: list[Way] = []
    if held.may_assume:
        ways += [
            (3, lambda: aws_links.assume_role(walk, held)),
            (3, lambda: aws_links.assume_role_across(walk, held)),
        ]
    if held.session is not None:
        ways.append((3, lambda: _aws_to_google(walk, held)))
    if held.session is not None or not held.may_assume:
        ways.append((1, lambda: aws_links.signin_token(walk, held)))
    if held.identity["type"] == "IAMUser" and "sessionContext" not in held.identity:
        ways += [
            (1, lambda: aws_links.session_token(walk, held)),
            (1, lambda: aws_links.federation_token(walk, held)),
        ]
    return ways


def _rival(walk: Walk, account: str | None = None) -> tuple[Walk, Person] | None:
    """Say whether somebody else takes the same name now: who, and a walk of theirs from some minutes ago."""
    if not walk.one_in(RIVAL):
        return None
    people = [person for person in walk.world.people if account in (None, person.account)]
    before = Walk(walk.scribe, walk.at - walk.rng.randrange(60_000, 600_000))
    return before, walk.rng.choice(people)


def _aws_to_google(walk: Walk, held: AwsHeld) -> Held:
    """Federate a role session; its ARN is all that Google's log has of it."""
    rival = _rival(walk, held.account)
    # Nobody assumes a permission set's role, nor is a session of it called but by its user's name.
    if rival and "/aws-reserved/" not in held.identity["sessionContext"]["sessionIssuer"]["arn"]:
        other = aws_links.same_name(*rival[:1], held, rival[1])
        _use(rival[0], other.tagged("same session name"), 2)
    return gcp_links.from_aws(walk, held)


def _google_to_aws(walk: Walk, held: GcpHeld) -> Held:
    token = gcp_links.identity_token(walk, held)
    rival = _rival(walk)
    if rival:
        gcp_links.identity_token(rival[0], gcp_links.google_user(*rival), token[0])
    return gcp_links.to_aws(walk, held, token)


def _entra_to(walk: Walk, held: EntraHeld, app: EntraApp, cloud: str) -> Held:
    rival = _rival(walk)
    if rival:
        other = azure_links.add_credential(rival[0], azure_links.user(*rival), app)
        azure_links.exchange(rival[0], other)
    shown = azure_links.exchange(walk, held)
    if cloud == "aws":
        return azure_links.to_aws(walk, held, shown)
    return azure_links.to_gcp(walk, held, shown)
