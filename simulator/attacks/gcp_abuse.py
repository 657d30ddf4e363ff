"""Attacks in Google Cloud. MITRE ATT&CK: T1098.001, T1098.004, T1550.001, T1685.002, T1537, T1530, T1555.006."""

from simulator.attacks import gcp
from simulator.attacks.gcp import Held, act
from simulator.attacks.scene import Scene, Spot, program
from simulator.grants import EVERYBODY
from simulator.organization.world import HOUR, Person, Robot


def _taken_over(scene: Scene) -> tuple[Person, Held, Spot]:
    """Let somebody work, then go on as they from the thief's place."""
    person = scene.person(cloud="gcp", teams=("platform", "developers", "data"))
    held = gcp.person(scene, person, scene.own(person))
    gcp.reads(scene, held, 8)
    scene.turn()
    thief = scene.thief(person)
    return person, held.at(thief), thief


def _robot(scene: Scene, *how: str) -> Robot:
    return scene.pick(
        tuple(one for one in scene.world.service_accounts if one.how in how) or scene.world.service_accounts
    )


def key_used_elsewhere(scene: Scene) -> None:
    """Create a service account's key and use it from yet another place."""
    _, held, _ = _taken_over(scene)
    gcp.recon(scene, held, 2)
    one = _robot(scene, "vm", "function")
    new = gcp.new_key(scene, held, one.account)
    network = scene.rng.choice(scene.world.networks.hosting)
    away = new.at(program(network.address(7), network, "google-api-python-client/2.120.0 (gzip),gzip(gfe)"))
    act(scene, away, "buckets")
    for number in range(3):
        act(scene, away, "secret", f"secrets/service-{number}/versions/latest")
    gcp.let_in(scene, away)


def ssh_key(scene: Scene) -> None:
    """Put an SSH key into a machine's metadata, and use the machine's service account from elsewhere."""
    machines = tuple(one for one in scene.world.service_accounts if one.vm) or scene.world.service_accounts
    person = scene.person(cloud="gcp", teams=("platform", "developers"))
    one = scene.pick(machines)
    vm = (one.vm or "").partition("/")[2].partition("/")[2]
    held = gcp.person(scene, person, scene.own(person))
    scene.at -= HOUR
    gcp.reads(scene, gcp.robot(one, gcp.home(scene, one)), 5)
    scene.at += HOUR
    gcp.reads(scene, held, 4)
    scene.turn()
    thief = scene.thief(person)
    held = Held(held.caller, held.at(thief).place, one.project.project_id)
    act(scene, held, "instances")
    items = {"metadata": {"items": [{"key": "ssh-keys"}]}}
    act(scene, held, "metadata", vm or f"zones/europe-west1-b/instances/{one.job}", request=items)
    stolen = gcp.robot(one, thief)
    gcp.recon(scene, stolen, 2)
    act(scene, stolen, "secret", "secrets/orders/versions/latest")
    gcp.let_in(scene, stolen)


def impersonation(scene: Scene) -> None:
    """From account to account by their tokens, then rights for an outsider."""
    _, held, _ = _taken_over(scene)
    act(scene, held, "accounts")
    scene.pause()
    first = gcp.token(scene, held, _robot(scene, "vm", "function").account)
    act(scene, first, "policy")
    scene.pause()
    second = gcp.token(scene, first, _robot(scene, "scheduler", "vm").account)
    act(scene, second, "secret", "secrets/payments/versions/latest")
    gcp.let_in(scene, second)


def sink_deleted(scene: Scene) -> None:
    """Delete the sink of the audit logs, leave out what is left, then act."""
    _, held, _ = _taken_over(scene)
    act(scene, held, "sinks")
    act(scene, held, "delete sink", "sinks/security-archive")
    if scene.rng.randrange(2):
        act(scene, held, "exclusion", "exclusions/audit")
    act(scene, held, "new account")
    gcp.let_in(scene, held)


def stolen_robot_key(scene: Scene) -> None:
    """A service account's key file from a laptop: used elsewhere, on services that the account never calls."""
    one = _robot(scene, "key")
    scene.behind(one.account.email, one.account.unique_id)
    scene.at += 8 * HOUR + scene.rng.randrange(8 * HOUR)
    home = gcp.home(scene, one)
    held = gcp.robot(one, home)
    for _ in range(6):
        scene.quickly()
        gcp.call(scene, held, "object")
    scene.turn()
    away = gcp.robot(one, scene.thief(None, home))
    gcp.recon(scene, away, 3)
    act(scene, away, "secret", "secrets/orders/versions/latest")
    act(scene, away, "firewall", "global/firewalls/allow-all")
    act(scene, away, "new account")
    gcp.let_in(scene, away)


def shared_out(scene: Scene) -> None:
    """Copy a disk, open an image and a bucket to everybody."""
    _, held, _ = _taken_over(scene)
    act(scene, held, "instances")
    act(scene, held, "snapshot", "zones/europe-west1-b/disks/orders-db")
    act(scene, held, "share image", "global/images/orders-db", grants=("roles/compute.imageUser", EVERYBODY))
    act(scene, held, "open bucket", "buckets/example-exports", grants=("roles/storage.objectViewer", EVERYBODY))


def objects_in_bulk(scene: Scene) -> None:
    """Read a bucket empty, and the secrets with it."""
    _, held, _ = _taken_over(scene)
    act(scene, held, "buckets")
    for number in range(scene.rng.randrange(60, 100)):
        scene.at += scene.rng.randrange(200, 9_000)
        gcp.call(scene, held, "object", f"buckets/customer-exports/objects/part-{number:05}")
    for number in range(6):
        act(scene, held, "secret", f"secrets/service-{number}/versions/latest")


def probing(scene: Scene) -> None:
    """Try doors until one opens."""
    _, held, _ = _taken_over(scene)
    for what in scene.rng.sample(("set policy", "secrets", "accounts", "delete sink", "new account"), 4):
        act(scene, held, what, denied=True)
    one = _robot(scene, "vm", "function")
    gcp.new_key(scene, held, one.account)
    act(
        scene,
        held,
        "metadata",
        "zones/europe-west1-b/instances/build-1",
        request={"metadata": {"items": [{"key": "startup-script"}]}},
    )
