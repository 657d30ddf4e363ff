"""The policy file: what it sets, and one line with file, line, key and remedy for whatever is wrong."""

import pickle
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analytic.policy import DAY, HOUR, MINUTE, Policy
from analytic.policy_entries import Envelope, Schedule, Suppression
from pipelines.policy import yaml as policy_yaml
from pipelines.policy.file import PolicyError, load, parse
from pipelines.policy.kinds import KINDS
from pipelines.policy.schema import BEGIN, DOCS, KIND_NAMES, SCHEMA, documented, schema, schema_text, tables

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "docs" / "policy.yaml"
ENVELOPE = "automation: [{name: ci, owner: o, identities: [ci], networks: [198.51.100.0/24]%s}]"
SUPPRESSION = "suppressions: [{name: s, owner: o, reason: r, expires: 2027-01-31, actor: alice%s}]"


def policy(*lines: str) -> Policy:
    return parse("\n".join(("version: 1", *lines)).encode(), "policy.yaml")


def error(*lines: str) -> str:
    with pytest.raises(PolicyError) as caught:
        policy(*lines)
    return str(caught.value)


def test_an_empty_policy_is_the_defaults() -> None:
    assert policy() == Policy()


def test_every_key_reaches_the_policy() -> None:
    whole = policy(
        "time_window: {session_gap: 2h, chain_window: 1d, recon_window: 90m, hold: 0s, lateness: 0s, time_to_live: 40d,"
        " disorder: 1m, idle_after: 5s, clock_skew: 0s, issue_skew: 90s, sign_in_window: 5m, token_life: 1h, home_settles: 2d}",
        "limits: {max_log: 100, max_facets: 10, max_issues: 11, max_touches: 12, max_evidence: 13}",
        "severity: {low: 1, medium: 2.5, high: 3, critical: 4}",
        "baseline: {half_life: 7d, actor_strength: 2, peer_strength: .5, quarantine: 0s}",
        "automation:",
        "  - {name: ci, owner: platform, identities: [ci], networks: [AS64500, aws, 203.0.113.7], interfaces: [iac],",
        "     user_agent: [Terraform], credential_type: [federated], services: [ec2], actions: ['iam:Get*'],",
        "     schedule: {days: [mon-fri, sun], hours: 22:00-04:00, timezone: Europe/Berlin}, expires: 2027-01-31}",
        "trusted_networks: [203.0.113.0/24, vpce-0123456789abcdef0]",
        "own_accounts: ['444455556666']",
        "break_glass: [emergency-*]",
        "console_context: {interfaces: [console], expected: [alice]}",
        "databases: {asn: asn.mmdb, country: /data/country.mmdb}",
        "suppressions:",
        "  - {name: s, owner: o, reason: why not, expires: 2027-01-31, chain: 'shift_*', actor: alice, accounts: ['1'],",
        "     services: [iam], actions: ['ec2:Describe*'], networks: [203.0.113.0/24], max_severity: high}",
    )
    assert whole == Policy(
        session_gap=2 * HOUR,
        chain_window=DAY,
        recon_window=90 * MINUTE,
        hold=0,
        lateness=0,
        time_to_live=40 * DAY,
        disorder=MINUTE,
        idle_after=5_000_000,
        clock_skew=0,
        issue_skew=90_000_000,
        sign_in_window=5 * MINUTE,
        token_life=HOUR,
        home_settles=2 * DAY,
        max_log=100,
        max_facets=10,
        max_issues=11,
        max_touches=12,
        max_evidence=13,
        severity_low=1.0,
        severity_medium=2.5,
        severity_high=3.0,
        severity_critical=4.0,
        baseline_half_life=7 * DAY,
        actor_strength=2.0,
        peer_strength=0.5,
        quarantine=0,
        automation=(
            Envelope(
                "ci",
                "platform",
                ("ci",),
                ("AS64500", "aws", "203.0.113.7"),
                ("iac",),
                ("Terraform",),
                ("federated",),
                ("ec2",),
                ("iam:Get*",),
                Schedule(("mon-fri", "sun"), "22:00-04:00", "Europe/Berlin"),
                "2027-01-31",
            ),
        ),
        trusted_networks=("203.0.113.0/24", "vpce-0123456789abcdef0"),
        own_accounts=("444455556666",),
        break_glass=("emergency-*",),
        console_interfaces=("console",),
        console_expected=("alice",),
        asn_database="asn.mmdb",
        country_database="/data/country.mmdb",
        suppressions=(
            Suppression(
                "s",
                "o",
                "why not",
                "2027-01-31",
                "shift_*",
                "alice",
                ("1",),
                ("iam",),
                ("ec2:Describe*",),
                ("203.0.113.0/24",),
                "high",
            ),
        ),
    )
    assert not [name for name in Policy.__struct_fields__ if getattr(whole, name) == getattr(Policy(), name)]
    assert pickle.loads(pickle.dumps(whole)) == whole


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            ["automation:", "- name: ci", "  owner: o", "  identities: [ci]", "  networks:", "  - 203.0.113.0/33"],
            "policy.yaml:7: automation[0].networks[0]: '203.0.113.0/33' is no network: write an address, a block such "
            "as 203.0.113.0/24, AS64500, aws, gcp, azure or vpce-…",
        ),
        (["time_windows: {}"], "policy.yaml:2: 'time_windows' is no key here: did you mean time_window?"),
        (
            ["time_window:", "  session_gap: 1h", "  chain-window: 2h"],
            "policy.yaml:4: time_window: 'chain-window' is no key here: did you mean chain_window?",
        ),
        (
            ["databases: {xyz: a}"],
            "policy.yaml:2: databases: 'xyz' is no key here: write one of asn, country",
        ),
        (
            ["severity:", "  low: 1", "  low: 2"],
            "policy.yaml:4: the key 'low' stands in line 3 too: keep one",
        ),
        (
            ["time_window: {hold: 1 minute}"],
            "policy.yaml:2: time_window.hold: '1 minute' is no duration: write a whole number and s, m, h or d, such "
            "as 90s, 15m, 12h or 30d",
        ),
        (["time_window: {hold: 90}"], "policy.yaml:2: time_window.hold: '90' is no duration: write a whole number and"),
        (
            ["time_window: {session_gap: 0s}"],
            "policy.yaml:2: time_window.session_gap: '0s' is no time at all: write at least 1s",
        ),
        (
            ["time_window:", "  chain_window: 10d", "  time_to_live: 10d"],
            "policy.yaml:4: time_window.time_to_live: time_to_live (10d) is shorter than chain_window and lateness "
            "together (10d and 6h): make it longer, or chains are forgotten half-way",
        ),
        (
            ["time_window: {home_settles: 31d}"],
            "policy.yaml:2: time_window.home_settles: home_settles (31d) is longer than time_to_live (30d): shorten it",
        ),
        (["limits: {max_log: '4096'}"], "'4096' is not a whole number: write digits without quotes"),
        (["limits: {max_log: 4096.5}"], "'4096.5' is not a whole number: write digits without quotes"),
        (["limits: {max_log: 5}"], "limits.max_log: is 5: write a whole number of at least 64"),
        (["limits: {max_log: 1000001}"], "limits.max_log: is 1000001: write a whole number of at most 1000000"),
        (["severity: {low: .inf}"], "severity.low: '.inf' is not a number: write digits without quotes"),
        (["severity: {low: 1e999}"], "severity.low: '1e999' is not a number: write digits without quotes"),
        (["severity: {low: 0}"], "severity.low: is 0: write a number of more than 0"),
        (
            ["severity: {low: 9}"],
            "policy.yaml:2: severity.medium: is 8, not above low (9): let them rise",
        ),
        (["severity: 5"], "policy.yaml:2: severity: has no keys: write them below it, such as `low: …`"),
        (
            ["automation:", "", "# none", "limits: {}"],
            "policy.yaml:2: automation: is empty: give it a value, or take the key out",
        ),
        (["break_glass: alice"], "break_glass: is no list: make it one of 'alice', with [ ] around it or a - before"),
        (["break_glass: [[alice]]"], "break_glass[0]: is a list: write one value"),
        (["break_glass: ['*']"], "break_glass[0]: '*' fits everybody: name who is meant"),
        (
            ["break_glass: ['a[b']"],
            "break_glass[0]: 'a[b' has a \"[\" that nothing closes: write [[] for the character",
        ),
        (["break_glass: [111122223333]"], "break_glass[0]: 111122223333 is a whole number to YAML: put it in quotes"),
        ([f"break_glass: ['{'x' * 300}']"], "break_glass[0]: is 300 characters long: write at most 256"),
        (["break_glass: ['" + "a*" * 20 + "']"], "has more than 16 wildcards: write out more of it"),
        (["trusted_networks: [aws]"], "'aws' is a cloud, whose addresses anybody can rent: name your own blocks"),
        (["trusted_networks: [203.0.113.5/24]"], "has bits set beyond its prefix: write 203.0.113.0/24"),
        (["trusted_networks: [0.0.0.0/0]"], "is wider than any owner's network: write blocks of /8 or narrower"),
        (["trusted_networks: ['::/0']"], "is wider than any owner's network: write blocks of /16 or narrower"),
        (["trusted_networks: ['::ffff:203.0.113.5']"], "is IPv4 in IPv6: write 203.0.113.5"),
        (["trusted_networks: ['fe80::1%eth0']"], "'fe80::1%eth0' is no network: write an address"),
        (["trusted_networks: [AS4294967296]"], "is no autonomous system: their numbers end at 4294967295"),
        (["console_context: {interfaces: [consol]}"], "'consol' is none of its values: did you mean console?"),
        (["console_context: {interfaces: []}"], "console_context.interfaces: is an empty list: name at least one"),
        (["automation: [{name: ci}]"], "policy.yaml:2: automation[0]: lacks the key owner: add `owner: …`"),
        ([ENVELOPE % ", expires: 2027-02-30"], "'2027-02-30' is no date: write year, month and day, such as"),
        ([ENVELOPE % ", expires: soon"], "'soon' is no date: write year, month and day, such as 2027-01-31, or never"),
        ([ENVELOPE % ", expires: 20270131"], "'20270131' is no date: write year, month and day"),
        ([ENVELOPE % ", schedule: {timezone: Europe/Berln}"], "is no time zone: did you mean Europe/Berlin?"),
        ([ENVELOPE % ", schedule: {timezone: ../../etc/passwd}"], "is no time zone that this machine knows: write"),
        ([ENVELOPE % ", schedule: {timezone: America}"], "'America' is no time zone"),
        ([ENVELOPE % ", schedule: {hours: 08:00-25:00}"], "'08:00-25:00' are no hours: write from and until"),
        ([ENVELOPE % ", schedule: {days: [monday]}"], "'monday' is no day: write one of mon, tue,"),
        (
            [ENVELOPE % ", actions: ['Describe*']"],
            "'Describe*' is no call: write service:Action, such as ec2:Describe*",
        ),
        ([ENVELOPE % ", services: ['ec2:Describe*']"], "is no service but a call: write it under actions"),
        (
            [ENVELOPE % ", user_agent: [Terraform/1.9.0]"],
            "is no program: write its name, with at most the major version",
        ),
        ([ENVELOPE % ", credential_type: [anonymous]"], "'anonymous' is none of its values: "),
        (
            [ENVELOPE % "}, {name: ci, owner: p, identities: [b], networks: [aws]"],
            "'ci' is the name of automation[0] too",
        ),
        (
            ["break_glass: [ci]", ENVELOPE % ""],
            "policy.yaml:3: automation[0].identities[0]: 'ci' is a break-glass identity, which is always told",
        ),
        ([SUPPRESSION % ", networks: [AS64500]"], "'AS64500' is no network: write an address or a block"),
        ([SUPPRESSION % ", expires: never"], "the key 'expires' stands in line 2 too: keep one"),
        (
            ["suppressions: [{name: s, owner: o, reason: r, expires: never, actor: a}]"],
            "suppressions[0].expires: 'never' is no date: write year, month and day",
        ),
        (
            ["suppressions: [{name: s, owner: o, reason: r, expires: 2027-01-31, actor: '*', chain: '?*'}]"],
            "policy.yaml:2: suppressions[0]: fits every finding: name a chain, an actor, accounts, services, actions or",
        ),
        (
            ["suppressions: [{name: s, owner: o, actor: a, expires: 2027-01-31}]"],
            "suppressions[0]: lacks the key reason",
        ),
        (["a: &x 1"], "policy.yaml:2: uses an anchor or alias, 'x': write the value out"),
        (["a: *x"], "policy.yaml:2: uses an anchor or alias, 'x': write the value out"),
        (["a: !!python/object/apply:os.system [id]"], "policy.yaml:2: uses a tag, 'tag:yaml.org,2002:python/object/"),
        (["--- ", "version: 1"], "policy.yaml:2: begins a second document: keep one, without ---"),
        (["? [a]", ": b"], "policy.yaml:2: has a list or mapping for a key: write a word and a colon"),
        (["<<: {version: 1}"], "policy.yaml:2: '<<' is no key here"),
        (["a: [" * 30], "policy.yaml:2: is nested too deep or too long for a policy: is it one?"),
        (["severity: {low: 1"], "is no YAML: "),
        (["\tlow: 1"], "is no YAML: "),
        (["a: \x00"], "is no YAML: "),
    ],
)
def test_every_mistake_is_one_line_with_its_place_and_remedy(lines: list[str], said: str) -> None:
    message = error(*lines)
    assert said in message
    assert re.match(r"policy\.yaml:[1-9]\d*: ", message)
    assert message.isprintable()


@pytest.mark.parametrize(
    "claims",
    ["", ", user_agent: [Terraform]", ", interfaces: [iac]", ", services: [ec2]", ", schedule: {days: [mon]}"],
)
def test_an_envelope_of_claims_alone_is_refused(claims: str) -> None:
    said = "policy.yaml:2: automation[0]: asks for nothing but what anybody can claim (a user agent is the caller's own"
    assert said in error(f"automation: [{{name: ci, owner: o, identities: [ci]{claims}}}]")


@pytest.mark.parametrize(
    ("identity", "more"),
    [
        ("ci", "networks: [198.51.100.0/24]"),
        ("ci", "credential_type: [federated]"),
        ("gcp:principal://iam.googleapis.com/x/subject/*", "user_agent: [Terraform]"),
    ],
)
def test_an_envelope_with_something_that_cannot_be_claimed_is_taken(identity: str, more: str) -> None:
    made = policy(f"automation: [{{name: ci, owner: o, identities: ['{identity}'], {more}}}]")
    assert len(made.automation) == 1


def test_a_file_without_its_version_is_refused() -> None:
    for text, said in (
        ("", "policy.yaml:1: lacks the key version: add `version: …`"),
        ("# nothing\n", "policy.yaml:1: lacks the key version"),
        ("---\n", "policy.yaml:2: is empty: write `version: 1`"),
        ("version: 2", "policy.yaml:1: version: '2' is none of its values"),
        ("version: '1'", "policy.yaml:1: version: '1' is none of its values"),
        ("- version: 1", "policy.yaml:1: has no keys: write them below it, such as `version: …`"),
        ("text", "policy.yaml:1: has no keys"),
    ):
        with pytest.raises(PolicyError, match=re.escape(said)):
            parse(text.encode(), "policy.yaml")


def test_words_are_those_of_yaml_1_2() -> None:
    """In YAML 1.1 these would be a boolean, a number to base sixty, an octal one and a date."""
    assert policy("break_glass: [no, '1:30', on, 2027-01-31]").break_glass == ("no", "1:30", "on", "2027-01-31")


def test_a_byte_order_mark_and_dos_line_ends_are_taken() -> None:
    assert parse(b"\xef\xbb\xbfversion: 1\r\nseverity:\r\n  low: 2\r\n", "p").severity_low == 2.0


def test_a_folded_reason_is_one_line_and_a_broken_one_is_refused() -> None:
    folded = SUPPRESSION.replace("[{", "\n- ").replace("}]", "").replace(", ", "\n  ") % ""
    made = policy(folded.replace("reason: r", "reason: >\n    looked at\n    and benign"))
    assert made.suppressions[0].reason == "looked at and benign"
    assert "has line breaks" in error(folded.replace("reason: r", "reason: |\n    looked at\n    and benign"))


def test_a_file_that_cannot_be_read_is_told_in_one_line(tmp_path: Path) -> None:
    for path, said in (
        (tmp_path / "none.yaml", "none.yaml: cannot be read: No such file or directory"),
        (tmp_path, ": cannot be read: Is a directory"),
    ):
        with pytest.raises(PolicyError) as caught:
            load(path)
        assert said in str(caught.value)
    with pytest.raises(PolicyError, match="cannot be read"):
        load("a\0b\n")


def test_what_is_no_text_or_too_large_is_refused(tmp_path: Path) -> None:
    large = tmp_path / "large.yaml"
    large.write_bytes(b"version: 1\n" + b"#" * policy_yaml.MAX_BYTES)
    with pytest.raises(PolicyError, match=r"large\.yaml:1: is larger than 1 MiB: is it a policy file\?"):
        load(large)
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("version: 1\nbreak_glass: [zoë]\n".encode("latin-1"))
    with pytest.raises(PolicyError, match=r"latin\.yaml:2: byte 27 is not UTF-8: save the file as UTF-8"):
        load(latin)


def test_a_file_name_with_a_line_break_stays_on_one_line(tmp_path: Path) -> None:
    hostile = tmp_path / "a\n\x1b[31mb.yaml"
    hostile.write_text("version: 2")
    with pytest.raises(PolicyError) as caught:
        load(hostile)
    assert str(caught.value).isprintable()


def test_databases_lie_beside_the_file(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text("version: 1\ndatabases: {asn: sub/asn.mmdb, country: 'gs://bucket/country.mmdb'}")
    made = load(path)
    assert made.asn_database == str(tmp_path / "sub/asn.mmdb")
    assert made.country_database == "gs://bucket/country.mmdb"


def loaded(data: bytes) -> Policy | None:
    """Load a policy; None for a PolicyError of one line, and any other error is raised."""
    try:
        return parse(data, "policy.yaml")
    except PolicyError as error:
        message = str(error)
    assert message.isprintable()
    assert re.match(r"policy\.yaml:[1-9]\d*: ", message)
    return None


@given(st.text() | st.binary())
@example("version: 1\n" + "[" * 100_000)
@example("version: 1\n" + "- " * 100_000)
@example("version: 1\n" + "{a: " * 100_000)
@example("version: 1\n" + "? " * 100_000)
@example("version: 1\nbreak_glass: [" + "a," * 200_000 + "]")
@example("version: 1\nbreak_glass: '" + "a" * 1_000_000)
@example("version: " + "1" * 1_000_000)
@example("version: 1\nbreak_glass: [" + "a" * 50_000 + ": " + "b]")
def test_any_text_gives_a_policy_or_a_policy_error(text: str | bytes) -> None:
    loaded(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))


KEYS = sorted(
    {key for match in re.finditer(r"^[ -]*([a-z_]+):", EXAMPLE.read_text(), re.MULTILINE) for key in [match[1]]}
)
VALUES = st.sampled_from(
    [
        "1",
        "1h",
        "'*'",
        "[a]",
        "[]",
        "{}",
        "~",
        "aws",
        "[AS1]",
        "203.0.113.0/24",
        "mon-fri",
        "2027-01-31",
        "*a",
        "!!str x",
    ]
)


@settings(max_examples=200)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 200),
            st.sampled_from(["drop", "twice", "indent", "key", "value", "text"]),
            st.sampled_from(KEYS),
            VALUES | st.text(max_size=8),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_a_policy_with_mistakes_gives_a_policy_error_or_fits_the_schema(
    changes: list[tuple[int, str, str, str]],
) -> None:
    lines = EXAMPLE.read_text().splitlines()
    for place, change, key, value in changes:
        at = place % len(lines)
        before, _, rest = lines[at].partition(":")
        lines[at] = {
            "drop": "",
            "twice": f"{lines[at]}\n{lines[at]}",
            "indent": f"  {lines[at]}",
            "key": f"{before[: len(before) - len(before.lstrip())]}{key}:{rest}",
            "value": f"{before}: {value}",
            "text": f"{lines[at]}{value}",
        }[change]
    data = "\n".join(lines).encode("utf-8", "surrogatepass")
    if loaded(data) is not None:
        problems = schema_problems(plain(data))
        assert not problems


class _Plain(yaml.SafeLoader):
    """YAML 1.2's words, as editors read them: dates are text."""


_Plain.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":timestamp", ":int", ":bool"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Plain.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile("^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
_Plain.add_implicit_resolver("tag:yaml.org,2002:int", re.compile("^[-+]?[0-9]+$"), list("-+0123456789"))


def plain(data: bytes) -> Any:
    return yaml.load(data, Loader=_Plain)


def schema_problems(data: Any) -> list[str]:
    jsonschema = pytest.importorskip("jsonschema")
    return [problem.message for problem in jsonschema.Draft202012Validator(schema()).iter_errors(data)]


def test_the_example_is_valid_and_uses_most_keys() -> None:
    made = load(EXAMPLE)
    assert len(made.automation) == 2
    assert made.suppressions
    text = EXAMPLE.read_text()
    sections = [key for key in schema()["$defs"]["PolicyFile"]["properties"] if f"{key}:" not in text]
    assert sections == ["limits"]


def test_the_example_fits_the_published_schema() -> None:
    assert schema_problems(plain(EXAMPLE.read_bytes())) == []
    assert schema_problems({"version": 1, "severity": {"lowest": 1}})


def test_the_published_schema_is_current() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == schema_text(), "run `python -m pipelines.policy.schema`"


def test_the_documentation_is_current_and_has_a_row_for_each_key() -> None:
    text = DOCS.read_text(encoding="utf-8")
    assert BEGIN in text
    assert documented(text) == text, "run `python -m pipelines.policy.schema`"
    rows = re.findall(r"^\| `[a-z_.\[\]]*?([a-z_]+)` \| [^|]+ \| [^|]+ \| ([^|]+) \|$", tables(), re.MULTILINE)
    keys = [key for struct in schema()["$defs"].values() for key in struct["properties"]]
    assert sorted(key for key, _ in rows) == sorted(keys)
    assert all(len(said) > 10 for _, said in rows)


def test_every_key_of_the_schema_says_what_it_is() -> None:
    for struct in schema()["$defs"].values():
        assert struct["additionalProperties"] is False
        for key, value in struct["properties"].items():
            assert value.get("description", "").strip(), key


def test_every_kind_of_text_is_checked_and_named() -> None:
    assert KINDS.keys() == KIND_NAMES.keys()
