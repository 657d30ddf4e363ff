"""Twins in AWS of who was never seen before: who does each is said in its docstring."""

from simulator.attacks import aws
from simulator.attacks import aws_ways as ways
from simulator.attacks import aws_workloads as works
from simulator.attacks.aws import act
from simulator.attacks.aws_unknown import unknown
from simulator.attacks.scene import Scene, network_of, program
from simulator.clients import fixed


def first_inventory(scene: Scene) -> None:
    """A tool that takes stock of the account, with a key of its own, on the first day that it runs."""
    user = unknown(scene, "inventory", "cmdb-sync")
    office = scene.rng.choice(scene.world.machine_users).address
    agent = fixed("Boto3/1.35.20 md/Botocore#1.35.20 ua/2.0 os/linux#5.15 lang/python#3.11.9 Botocore/1.35.20")
    held = ways.with_key(scene, user, program(office, network_of(scene.world, office), agent))
    for service, action in (
        ("sts", "GetCallerIdentity"),
        ("organizations", "ListAccounts"),
        ("iam", "GenerateCredentialReport"),
        ("iam", "GetCredentialReport"),
        ("servicequotas", "ListServiceQuotas"),
        ("ses", "GetSendQuota"),
        ("bedrock", "ListFoundationModels"),
    ):
        act(scene, held, service, action)
    aws.reads(scene, held, aws.ORDINARY, 12)


def first_contract(scene: Scene) -> None:
    """A contractor's first day: a password without a second factor yet, the console's pages, a screenshot or two."""
    user = unknown(scene, "contractor.lee", "contractor.roy")
    home = scene.rng.choice([one for town in scene.world.networks.homes.values() for one in town])
    person = scene.rng.choice(scene.world.people)
    held = works.console_user(scene, user, scene.own(person, home), second=False)
    aws.reads(scene, held, aws.ORDINARY, 25)
    for _ in range(2):
        act(scene, held, "ec2", "GetConsoleScreenshot", {"instanceId": f"i-{scene.ids.hexadecimal(17)}"})
    aws.reads(scene, held, aws.ORDINARY, 10)
