"""A run without its state continues what an earlier run told."""

import msgspec

from analytic.cut import CUT, closes, cut
from analytic.policy import HOUR, MINUTE, Policy
from analytic.resume import Before, continued, missed
from tests import findings

TOLD = msgspec.structs.replace(findings.finding("f"), revision=4, status="revised", detected_at=9)
SAME = msgspec.structs.replace(TOLD, revision=0, status="open", detected_at=None)
MORE = msgspec.structs.replace(SAME, evidence_total=SAME.evidence_total + 1)


def test_what_was_never_told_goes_on_as_it_is() -> None:
    assert continued(None, SAME).finding == SAME


def test_what_says_nothing_new_is_not_told_again() -> None:
    said = continued(Before(TOLD), SAME)
    assert said.finding is None
    later = continued(said.before, msgspec.structs.replace(MORE, revision=1)).finding
    assert later is not None
    assert (later.revision, later.status) == (5, "revised")


def test_what_says_something_new_takes_the_revision_after_the_last() -> None:
    said = continued(Before(TOLD), MORE)
    assert said.finding is not None
    assert said.finding.revision == 5
    later = continued(said.before, msgspec.structs.replace(SAME, revision=1)).finding
    assert later is not None
    assert later.revision == 6


def test_what_is_not_found_again_is_retracted_once() -> None:
    gone = missed(Before(TOLD))
    assert gone is not None
    assert (gone.finding_id, gone.revision, gone.status) == ("f", 5, "retracted")
    assert missed(Before(gone)) is None
    assert missed(continued(Before(TOLD), SAME).before) is None
    back = continued(Before(gone), SAME).finding
    assert back is not None
    assert (back.revision, back.status) == (6, "revised")


def test_a_finding_that_is_cut_says_so_in_its_next_revision() -> None:
    marked = cut(SAME)
    assert (marked.revision, marked.status) == (1, "revised")
    assert marked.blind_spots[-1] == CUT
    assert closes(SAME, Policy()) == SAME.session.ended + HOUR + MINUTE
