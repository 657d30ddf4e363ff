"""Whom a role's trust policy lets in: read from the request, bounded, and never at the price of the record."""

import json
from typing import Any

import pytest

from tests.sources.cloudtrail_records import ACCOUNT, parsed

OUTSIDE = "444455556666"
ROOT = f"arn:aws:iam::{OUTSIDE}:root"


def policy(principal: Any, effect: str = "Allow") -> str:
    return json.dumps({"Statement": [{"Effect": effect, "Principal": principal, "Action": "sts:AssumeRole"}]})


def read(written: Any, call: str = "iam:UpdateAssumeRolePolicy", **request: Any) -> tuple[list[str], str | None]:
    key = "assumeRolePolicyDocument" if call == "iam:CreateRole" else "policyDocument"
    event = parsed(call, requestParameters={"roleName": "deploy", key: written, **request})
    return event.resources, event.target_account


@pytest.mark.parametrize("call", ["iam:UpdateAssumeRolePolicy", "iam:CreateRole"])
@pytest.mark.parametrize("named", [OUTSIDE, ROOT, [ROOT], [f"arn:aws:iam::{ACCOUNT}:root", OUTSIDE]])
def test_principals_of_other_accounts_are_named_by_arn(call: str, named: Any) -> None:
    assert read(policy({"AWS": named}), call) == (["deploy", ROOT], OUTSIDE)


def test_one_statement_may_stand_without_a_list() -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "sts:AssumeRole"}
    assert read(json.dumps({"Statement": statement})) == (["deploy", ROOT], OUTSIDE)


@pytest.mark.parametrize(
    "written",
    [
        policy({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}),
        policy({"Service": "ec2.amazonaws.com"}),
        policy({"AWS": ROOT}, "Deny"),
        policy({"AWS": "*"}),
        policy("*"),
        policy({"AWS": [7, None, {"AWS": ROOT}]}),
        "[" * 9_000,
        "{",
        "null",
        "[1]",
        " " * 20_000 + policy({"AWS": ROOT}),
        7,
        None,
        {"Statement": ROOT},
    ],
)
def test_whatever_else_is_written_lets_in_nobody_that_is_named(written: Any) -> None:
    assert read(written) == (["deploy"], None)


def test_a_policy_that_gives_rights_is_no_trust_policy() -> None:
    resources, target = read(policy({"AWS": ROOT}), "iam:PutRolePolicy", policyName="p")
    assert (resources, target) == (["deploy"], None)


def test_names_are_bounded() -> None:
    many = [f"{number:012d}" for number in range(200)]
    resources, _ = read(policy({"AWS": many}))
    assert len(resources) == 32
