"""Users of AWS that no log shows, in a thief's hands: a key that was never used, a password that was guessed.

MITRE ATT&CK: T1078.004, T1110.003, T1526, T1496, T1552.001, T1098.001. What is done with a key that is sold on is told
by Sysdig, "LLMjacking: Stolen Cloud Credentials Used in New AI Attack" (2024).
"""

from simulator.attacks import aws_ways as ways
from simulator.attacks import aws_workloads as works
from simulator.attacks.aws import act, call
from simulator.attacks.scene import Scene
from simulator.hops.aws_calls import iam_user
from simulator.identities import Json
from simulator.organization.world import HOUR

_MODEL = "anthropic.claude-sonnet-4-20250514-v1:0"


def unknown(scene: Scene, *names: str) -> Json:
    """Give a user of one of these names, with a key, of whom nothing was logged; from nine on the story is theirs."""
    account, name = scene.rng.choice(scene.world.accounts), scene.rng.choice(names)
    user_id, key = scene.ids.user_id(), scene.ids.long_term_key()
    user = iam_user(account.number, name, user_id, key)
    scene.behind(f"{account.number}:{name}", name, user["arn"], user_id, key)
    scene.at += 9 * HOUR
    scene.turn()
    return user


def key_sold_on(scene: Scene) -> None:
    """The key of a user that nobody uses: what may be sent and spent with it, then models at the account's expense."""
    user = unknown(scene, "svc-legacy", "old-deploy", "jenkins-2019", "demo-upload")
    held = ways.with_key(scene, user, scene.thief(None))
    scene.quickly()
    call(scene, held, "sts", "GetCallerIdentity")
    for action in ("GetAccountSendingEnabled", "GetSendQuota"):
        act(scene, held, "ses", action)
    act(scene, held, "bedrock", "ListFoundationModels")
    act(scene, held, "bedrock", "GetModelInvocationLoggingConfiguration")
    model = {"modelId": _MODEL}
    act(scene, held, "bedrock", "PutUseCaseForModelAccess")
    act(scene, held, "bedrock", "CreateFoundationModelAgreement", model)
    for _ in range(scene.rng.randrange(8, 30)):
        scene.at += scene.rng.randrange(500, 20_000)
        call(scene, held, "bedrock", "InvokeModel", model)


def password_guessed(scene: Scene) -> None:
    """The password of a user that nobody uses, at the console: instance after instance, then a key of its own."""
    user = unknown(scene, "consultant", "trainee", "audit-2023", "reporting")
    held = works.console_user(scene, user, scene.thief(None), second=False)
    act(scene, held, "ec2", "DescribeInstances", {"instancesSet": {}, "filterSet": {}})
    for _ in range(scene.rng.randrange(12, 25)):
        scene.at += scene.rng.randrange(2_000, 30_000)
        request = {"instanceId": f"i-{scene.ids.hexadecimal(17)}"}
        call(scene, held, "ec2", scene.rng.choice(("GetConsoleOutput", "GetConsoleScreenshot")), request)
    key = works.access_key(scene, user["userName"], scene.ids.long_term_key())
    act(scene, held, "iam", "CreateAccessKey", {"userName": user["userName"]}, response=key)
