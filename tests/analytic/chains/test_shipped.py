"""The shipped chains: each example through the real hops and shifts; and the package's file is what they build."""

import zlib

import pytest

from analytic.chains.chain import Chain
from analytic.chains.examples import expand
from analytic.chains.rows import Example
from analytic.chains.shipped import chains
from analytic.detection import TELLING
from pipelines.chains.files import load_folder
from tests.analytic.chains.drive import matches
from tools.build_chains import BUILT, DATA, content

SHIPPED = load_folder(DATA)
CASES = [
    (chain, fires, example)
    for chain in SHIPPED
    for fires, examples in ((True, chain.examples.fires), (False, chain.examples.silent))
    for example in examples
]
ASKED_FOR = """
app_consented_used
app_credential_used
cloud_shell_to_privileged
command_execution_credential_used
console_pivot
impair_then_act
impaired_first_time
impaired_twice
instances_searched
issue_used_elsewhere
lent_first_time
mass_deletes
mass_reads
mass_reads_first_time
model_by_unknown_key
never_done
new_key_used_elsewhere
password_alone
probing_to_privileged
probing_widely
recon_to_change
secrets_across_stores
service_account_key_used
service_fan_out
service_to_service_impact
shared_out
shift_to_privileged
trust_opened_outside
trust_used_outside
unheard_of
unknown_key_asks
unusual_order
workload_off_home
"""


@pytest.mark.parametrize(
    ("chain", "fires", "example"), CASES, ids=[f"{c.name}-{'fires' if f else 'silent'}-{e.name}" for c, f, e in CASES]
)
def test_each_example(chain: Chain, fires: bool, example: Example) -> None:
    found = matches(expand(example), [chain])
    assert bool(found) is fires, found


def test_each_chain_has_enough_examples() -> None:
    assert [chain.name for chain in SHIPPED] == ASKED_FOR.split()
    for chain in SHIPPED:
        assert len(chain.examples.fires) >= 2, chain.name
        assert len(chain.examples.silent) >= 3, chain.name


def test_what_an_unknown_key_asks_is_what_speaks_for_nobody() -> None:
    """The recon that the chain counts and that which is no ordinary work around an act: one bound, in two files."""
    (chain,) = (chain for chain in SHIPPED if chain.name == "unknown_key_asks")
    assert [where.impact for where in chain.stages[0].where] == [TELLING]


def test_the_built_file_is_current() -> None:
    assert zlib.decompress(BUILT.read_bytes()) == content(), "run python tools/build_chains.py"
    assert chains() == SHIPPED
