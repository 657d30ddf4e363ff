"""The library of attacks: every scenario with the chain that should tell of it, and the plan that plays them."""

from collections.abc import Callable
from dataclasses import dataclass

from simulator.attacks import aws_abuse, aws_theft, aws_unknown, azure_abuse, gcp_abuse
from simulator.attacks.scene import NOISES, PACINGS, PLACES, Planned, Scene, Style
from simulator.organization.world import DAY, START, World
from simulator.randomness import stream

QUICK = ("minutes", "hours")
"""For credentials that live for an hour or six."""

AWAY = ("hosting", "residential")
"""For stories that take place elsewhere by what they are: a credential off home."""


@dataclass(frozen=True)
class Scenario:
    """One kind of story. `chain` is the name of the chain expected to tell of it, None for any."""

    name: str
    cloud: str
    chain: str | None
    play: Callable[[Scene], None]
    places: tuple[str, ...] = PLACES
    pacings: tuple[str, ...] = PACINGS


_WORKLOAD = "command_execution_credential_used"

SCENARIOS = (
    Scenario("leaked key, recon, persistence", "aws", "recon_to_change", aws_theft.leaked_key),
    Scenario("machine user's key on new services", "aws", "service_to_service_impact", aws_theft.leaked_machine_key),
    Scenario("run command, instance credential", "aws", _WORKLOAD, aws_theft.run_command, AWAY, QUICK),
    Scenario("session manager, instance credential", "aws", _WORKLOAD, aws_theft.session_manager, AWAY, QUICK),
    Scenario("user data, instance credential", "aws", _WORKLOAD, aws_theft.user_data, AWAY, QUICK),
    Scenario("instance credential off home", "aws", "workload_off_home", aws_theft.instance_credential, AWAY, QUICK),
    Scenario("function code, its role", "aws", _WORKLOAD, aws_theft.function_code, AWAY, QUICK),
    Scenario("stolen CI token", "aws", "issue_used_elsewhere", aws_theft.ci_token, AWAY),
    Scenario("phished single sign-on", "aws", "shift_to_privileged", aws_theft.phished_session),
    Scenario("console cookie", "aws", "shift_to_privileged", aws_theft.console_cookie),
    Scenario("Cloud Shell abuse", "aws", "cloud_shell_to_privileged", aws_theft.shell_abuse),
    Scenario("CLI to console", "aws", "console_pivot", aws_theft.console_pivot),
    Scenario("role chaining", "aws", "shift_to_privileged", aws_abuse.role_chaining),
    Scenario("trail stopped", "aws", "impair_then_act", aws_abuse.impair_trail),
    Scenario("trail narrowed", "aws", "impair_then_act", aws_abuse.narrow_trail),
    Scenario("new user used elsewhere", "aws", "new_key_used_elsewhere", aws_abuse.new_user_elsewhere),
    Scenario("trust opened to outside", "aws", "trust_used_outside", aws_abuse.trust_opened),
    Scenario("identity provider added", "aws", "trust_opened_outside", aws_abuse.provider_added),
    Scenario("snapshots shared out", "aws", "shared_out", aws_abuse.share_out),
    Scenario("secrets in bulk", "aws", "mass_reads", aws_abuse.secrets_in_bulk),
    Scenario("objects in bulk", "aws", "mass_reads", aws_abuse.objects_in_bulk),
    Scenario("objects destroyed", "aws", "mass_deletes", aws_abuse.objects_destroyed),
    Scenario("unused key sold on", "aws", "unknown_key_asks", aws_unknown.key_sold_on, AWAY),
    Scenario("unused user's password guessed", "aws", "instances_searched", aws_unknown.password_guessed, AWAY),
    Scenario("probing", "aws", "probing_to_privileged", aws_abuse.probing),
    Scenario("service fan-out", "aws", "service_fan_out", aws_abuse.fan_out),
    Scenario("one quiet policy change", "aws", "shift_to_privileged", aws_abuse.quiet_policy),
    Scenario("service-account key used elsewhere", "gcp", "service_account_key_used", gcp_abuse.key_used_elsewhere),
    Scenario("SSH key, machine's account", "gcp", _WORKLOAD, gcp_abuse.ssh_key, AWAY, QUICK),
    Scenario("impersonation chain", "gcp", "shift_to_privileged", gcp_abuse.impersonation),
    Scenario("sink deleted", "gcp", "impair_then_act", gcp_abuse.sink_deleted),
    Scenario("service account's key stolen", "gcp", "service_to_service_impact", gcp_abuse.stolen_robot_key),
    Scenario("images and buckets opened", "gcp", "shared_out", gcp_abuse.shared_out),
    Scenario("objects in bulk, GCP", "gcp", "mass_reads", gcp_abuse.objects_in_bulk),
    Scenario("probing, GCP", "gcp", "probing_to_privileged", gcp_abuse.probing),
    Scenario("Run Command, managed identity", "azure", _WORKLOAD, azure_abuse.run_command, AWAY, QUICK),
    Scenario("access elevated", "azure", "shift_to_privileged", azure_abuse.elevate),
    Scenario("storage keys", "azure", "mass_reads", azure_abuse.storage_keys),
    Scenario("diagnostic settings deleted", "azure", "impair_then_act", azure_abuse.diagnostics),
    Scenario("disks exported", "azure", "shared_out", azure_abuse.disk_export),
    Scenario("application credential used", "azure", "app_credential_used", azure_abuse.app_credential),
    Scenario("consent to a foreign app", "azure", "app_consented_used", azure_abuse.consent, AWAY),
    Scenario("conditional access weakened", "azure", "impair_then_act", azure_abuse.access_weakened),
    Scenario("application secret stolen", "azure", "service_to_service_impact", azure_abuse.stolen_app_secret),
    Scenario("probing, Azure", "azure", "probing_to_privileged", azure_abuse.probing),
    Scenario("Okta session to AWS", "okta", "shift_to_privileged", azure_abuse.okta_hijack),
    Scenario("Okta administrator resets factors", "okta", "shift_to_privileged", azure_abuse.okta_admin),
)
"""Every attack. The chains' names are those of analytic/chains."""


def plan(seed: int, world: World, days: int, count: int, *, forged: bool = False, first_day: int = 0) -> list[Planned]:
    """Plan `count` attacks within the days from `first_day` on, sorted by their first event. Deterministic.

    With `forged` every thief's client claims to be Terraform or the victim's own; all else stays the same.
    """
    return play(SCENARIOS, "attack", seed, world, days, count, forged=forged, first_day=first_day)


def play(
    scenarios: tuple[Scenario, ...],
    kind: str,
    seed: int,
    world: World,
    days: int,
    count: int,
    *,
    forged: bool = False,
    first_day: int = 0,
    taken: frozenset[str] = frozenset(),
) -> list[Planned]:
    """Play `count` stories of some scenarios in turn; `taken` are whom none may happen to, if it can be helped."""
    if count < 0 or not 0 <= first_day < days:
        raise ValueError(f"{count} stories on the days from {first_day} to {days}: nothing to plan")
    order = list(scenarios)
    stream(seed, f"{kind}s/order").shuffle(order)
    used, between = dict.fromkeys(taken, 1), (first_day, days)
    planned = [
        _one(order[number % len(order)], kind, seed, number, world, between, forged, used) for number in range(count)
    ]
    return sorted(planned, key=lambda one: (one.notes[0].at, one.first))


def _one(
    scenario: Scenario,
    kind: str,
    seed: int,
    number: int,
    world: World,
    between: tuple[int, int],
    forged: bool,
    used: dict[str, int],
) -> Planned:
    rng = stream(seed, f"{kind}s/{number}")
    chosen = list(range(*between))
    day = rng.choice([one for one in chosen if one % 7 < 5] or chosen)
    style = Style(rng.choice(scenario.places), rng.choice(scenario.pacings), rng.choice(NOISES))
    claim = rng.choice(("terraform", "own"))
    if forged:
        style = Style(style.place, style.pacing, style.noise, claim)
    scene = Scene(rng, world, scenario.name, scenario.chain, style, START + day * DAY, day, kind, taken=used)
    scenario.play(scene)
    first = next(note.event_id for note in scene.notes if note.label == kind)
    notes = tuple(sorted(scene.notes, key=lambda note: (note.at, note.event_id)))
    return Planned(
        scenario.name,
        scenario.chain,
        kind,
        scenario.cloud,
        scene.actor,
        frozenset(scene.names),
        style,
        notes,
        first,
        frozenset(scene.cast),
    )
