"""The CI jobs: GitHub Actions signs in by OIDC, then Terraform reads the world and changes some of it."""

from simulator.clients import OIDC_ACTION, aws_cli, terraform
from simulator.company import Company
from simulator.issuing import web_identity_credential
from simulator.menus import TERRAFORM_CHANGES, TERRAFORM_REFRESH, Call
from simulator.networks import Origin, runner
from simulator.records import Recorder, day_second

_REPOSITORY = "repo:example-org/infrastructure"
_RUNNER_CLI = aws_cli("24.9", "os/linux#6.8.0-1021-azure md/arch#x86_64")

_JOBS: tuple[tuple[int, str, tuple[Call, ...]], ...] = (
    (day_second(8, 41, 12), "pull_request", ()),
    (day_second(9, 3, 40), "ref:refs/heads/main", TERRAFORM_CHANGES[0]),
    (day_second(12, 26, 5), "pull_request", ()),
    (day_second(12, 58, 31), "ref:refs/heads/main", TERRAFORM_CHANGES[1]),
    (day_second(16, 47, 9), "ref:refs/heads/main", TERRAFORM_CHANGES[2]),
)
"""The day's jobs: start, what started them, what they change."""


def run_jobs(recorder: Recorder, company: Company) -> None:
    """Run the CI jobs of the day, each on a runner with an address of its own."""
    for number, (start, cause, changes) in enumerate(_JOBS):
        address = runner(number)
        sign_in = Origin(address, OIDC_ACTION)
        who = web_identity_credential(recorder, start, sign_in, company.deploy_role, f"{_REPOSITORY}:{cause}")
        recorder.call(start + 1, who, sign_in, "sts", "GetCallerIdentity")
        tool = Origin(address, terraform("1.10.5"))
        at = start + 14
        for call in (*TERRAFORM_REFRESH, *changes):
            recorder.call(at, who, tool, *call)
            at += recorder.rng.randrange(0, 3)
        if changes:
            publish = Origin(address, _RUNNER_CLI)
            recorder.call(
                at + 9, who, publish, "cloudfront", "CreateInvalidation", {"distributionId": "E1EXAMPLE2DISTR"}
            )
