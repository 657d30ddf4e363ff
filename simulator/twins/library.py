"""The library of twins: each is work that an attack of `simulator.attacks.library` looks like."""

from collections.abc import Callable

from simulator.attacks.library import Scenario, play
from simulator.attacks.scene import Planned, Scene
from simulator.organization.world import World
from simulator.twins import aws_admin, aws_new, aws_work, others

_OWN = ("own",)


def _twin(name: str, cloud: str, play_it: Callable[[Scene], None], of: str) -> Scenario:
    return Scenario(f"{name} (twin of {of})", cloud, None, play_it, _OWN)


TWINS = (
    _twin("patching by Run Command", "aws", aws_work.patching, "run command, instance credential"),
    _twin("debugging in a shell", "aws", aws_work.debugging, "session manager, instance credential"),
    _twin("resizing a machine", "aws", aws_work.resizing, "user data, instance credential"),
    _twin("new NAT gateway", "aws", aws_work.new_gateway, "instance credential off home"),
    _twin("deploying a function", "aws", aws_work.deploying, "function code, its role"),
    _twin("two runners", "aws", aws_work.two_runners, "stolen CI token"),
    _twin("travelling", "aws", aws_work.travelling, "phished single sign-on"),
    _twin("tethering", "aws", aws_work.tethering, "console cookie"),
    _twin("new laptop", "aws", aws_work.new_laptop, "leaked key, recon, persistence"),
    _twin("review in Cloud Shell", "aws", aws_work.shell_review, "Cloud Shell abuse"),
    _twin("console out of the command line", "aws", aws_work.vault_login, "CLI to console"),
    _twin("backup of another service", "aws", aws_work.machine_grows, "machine user's key on new services"),
    _twin("new hire", "aws", aws_admin.new_hire, "new user used elsewhere"),
    _twin("key rotation", "aws", aws_admin.key_rotation, "new user used elsewhere"),
    _twin("trail moved", "aws", aws_admin.trails_moved, "trail stopped"),
    _twin("log groups cleared away", "aws", aws_admin.retention, "trail narrowed"),
    _twin("vendor let in", "aws", aws_admin.vendor_trust, "trust opened to outside"),
    _twin("CI system set up", "aws", aws_admin.ci_set_up, "identity provider added"),
    _twin("backup shared inside", "aws", aws_admin.backup_shared, "snapshots shared out"),
    _twin("secrets checked", "aws", aws_admin.secret_rotation, "secrets in bulk"),
    _twin("a month of objects", "aws", aws_admin.bulk_export, "objects in bulk"),
    _twin("bucket emptied", "aws", aws_admin.bucket_emptied, "objects destroyed"),
    _twin("first inventory", "aws", aws_new.first_inventory, "unused key sold on"),
    _twin("contractor's first day", "aws", aws_new.first_contract, "unused user's password guessed"),
    _twin("asking for rights", "aws", aws_admin.asking_for_rights, "probing"),
    _twin("role hopping", "aws", aws_admin.role_hopping, "role chaining"),
    _twin("tour of the console", "aws", aws_admin.tour, "service fan-out"),
    _twin("weekly policy change", "aws", aws_admin.policy_change, "one quiet policy change"),
    _twin("break-glass drill", "aws", aws_admin.break_glass, "role chaining"),
    _twin("robot's key renewed", "gcp", others.robot_key_rotation, "service-account key used elsewhere"),
    _twin("debugging over SSH", "gcp", others.ssh_debugging, "SSH key, machine's account"),
    _twin("deploying by impersonation", "gcp", others.deployer, "impersonation chain"),
    _twin("sinks tuned", "gcp", others.sinks_tuned, "sink deleted"),
    _twin("image shared inside", "gcp", others.images_shared, "images and buckets opened"),
    _twin("training data", "gcp", others.training_data, "objects in bulk, GCP"),
    _twin("refused in a new project", "gcp", others.google_refused, "probing, GCP"),
    _twin("machine patched", "azure", others.machine_patched, "Run Command, managed identity"),
    _twin("quarterly access review", "azure", others.access_review, "access elevated"),
    _twin("backup set up", "azure", others.backup_set_up, "storage keys"),
    _twin("diagnostics moved", "azure", others.diagnostics_moved, "diagnostic settings deleted"),
    _twin("disk copied", "azure", others.disk_copied, "disks exported"),
    _twin("application's secret renewed", "azure", others.app_secret_rotation, "application credential used"),
    _twin("approved application", "azure", others.approved_app, "consent to a foreign app"),
    _twin("conditional access tightened", "azure", others.access_tightened, "conditional access weakened"),
    _twin("refused in Azure", "azure", others.azure_refused, "probing, Azure"),
    _twin("robot with another task", "gcp", others.robot_grows, "service account's key stolen"),
    _twin("application with another task", "azure", others.app_grows, "application secret stolen"),
    _twin("office and home", "okta", others.two_places, "Okta session to AWS"),
    _twin("new phone", "okta", others.new_phone, "Okta administrator resets factors"),
)
"""Every twin, with the attack that it is the twin of in its name."""


def plan(
    seed: int,
    world: World,
    days: int,
    count: int,
    *,
    first_day: int = 0,
    avoid: frozenset[str] = frozenset(),
) -> list[Planned]:
    """Plan `count` twins within the days from `first_day` on; `avoid` are whom none should happen to (`victims`)."""
    return play(TWINS, "twin", seed, world, days, count, first_day=first_day, taken=avoid)
