"""The drawings: values to SVG that is well-formed, named and true to them."""

import xml.etree.ElementTree as ET

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.report.drawing import bars, heat, hops, lanes, svg
from pipelines.report.text import shown
from schemas.records import Hop
from tests import findings, make
from tests.pipelines.report.pages import HOSTILE


def parsed(text: str) -> ET.Element:
    root = ET.fromstring(text)
    assert root.tag == "svg"
    assert root[0].tag == "title"
    assert root.attrib["role"] == "img"
    return root


def classes(root: ET.Element, name: str) -> list[ET.Element]:
    return [element for element in root.iter() if name in element.attrib.get("class", "").split()]


def hop(from_: str, to: str, how: str = "AssumeRole", certainty: str = "certain") -> Hop:
    return Hop(from_, to, how, make.T0, None, certainty)


def test_a_bar_is_as_long_as_its_bits_from_a_common_zero() -> None:
    def box(value: float) -> tuple[float, float]:
        (found,) = classes(parsed(bars.bits(value, -4, 12)), "bar-for" if value >= 0 else "bar-against")
        return float(found.attrib["x"]), float(found.attrib["width"])

    zero, whole = box(12)
    assert box(6) == (zero, whole / 2)
    x, width = box(-4)
    assert x == 0
    assert width == pytest.approx(zero)


def test_a_stacked_bar_has_a_part_for_each_severity_gravest_first() -> None:
    root = parsed(bars.stacked({"low": 3, "critical": 1}, 8))
    boxes = list(root.iter("rect"))
    assert [box.attrib["class"] for box in boxes] == ["s-critical", "s-low"]
    assert float(boxes[1].attrib["width"]) == 3 * float(boxes[0].attrib["width"])
    assert root[0].text == "1 critical, 3 low"
    assert parsed(bars.stacked({}, 0))[0].text == "none"


def test_a_column_is_as_high_as_its_day() -> None:
    root = parsed(bars.days({"2026-03-03": {"low": 4}, "2026-03-04": {"low": 1, "high": 1}}))
    heights = [float(box.attrib["height"]) for box in root.iter("rect")]
    assert heights[0] == pytest.approx(2 * (heights[1] + heights[2]), abs=0.5)
    assert parsed(bars.days({f"2026-01-{day:02}": {"low": 1} for day in range(1, 32)}))


def test_hops_run_from_the_person_to_what_was_used() -> None:
    root = parsed(hops.graph([hop("alice", "dev"), hop("dev", "admin", certainty="probable")], "alice"))
    nodes = {group[0].text: group[1] for group in root.iter("g") if len(group) > 1 and group[1].tag == "rect"}
    places = [float(nodes[name].attrib["x"]) for name in ("alice", "dev", "admin")]
    assert places == sorted(places)
    assert len(set(places)) == 3
    assert nodes["alice"].attrib["class"] == "node-person"
    assert len(classes(root, "edge-certain")) == 1
    assert len(classes(root, "edge-probable")) == 1


def test_who_signs_in_elsewhere_under_the_same_name_is_a_second_node() -> None:
    chain = [hop("isla", "isla", "sso"), hop("isla", "prod/isla", "AssumeRoleWithSAML"), hop("isla", "isla", "sso")]
    root = parsed(hops.graph(chain, "isla"))
    boxes = classes(root, "node-person") + classes(root, "node")
    assert len(boxes) == 3
    assert len(classes(root, "edge")) == 2


def test_a_loop_of_hops_ends() -> None:
    root = parsed(hops.graph([hop("a", "b"), hop("b", "a"), hop("a", "b", "again")], "a"))
    assert len(classes(root, "node-person")) == 1


@given(
    st.lists(
        st.builds(hop, st.sampled_from("abcd"), st.sampled_from("abcd"), st.sampled_from("xy")), min_size=1, max_size=30
    )
)
def test_any_hops_are_drawn(made: list[Hop]) -> None:
    root = parsed(hops.graph(made, "a"))
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    for box in root.iter("rect"):
        assert float(box.attrib["x"]) + float(box.attrib["width"]) <= width
        assert float(box.attrib["y"]) + float(box.attrib["height"]) <= height


def test_a_timeline_has_a_lane_for_each_interface_network_and_credential() -> None:
    finding = findings.finding("f1", calls=["iam:CreateUser", "iam:CreateRole", "s3:GetObject"])
    finding.evidence[1] = msgspec.structs.replace(
        finding.evidence[1], source_ip="203.0.113.9", interface="sdk", outcome="denied"
    )
    root = parsed(lanes.timeline(finding))
    values = [element.text for element in classes(root, "lane-value")]
    assert values == ["cli", "sdk", "198.51.100.0/24", "203.0.113.9", "AKIAALICE"]
    assert len(classes(root, "dot")) == 6
    assert len(classes(root, "dot-refused")) == 3
    assert len(classes(root, "stage")) == 3


def test_events_stand_in_the_order_of_their_times() -> None:
    finding = findings.finding("f1", calls=["a:A", "b:B", "c:C"])
    finding.evidence = [
        msgspec.structs.replace(piece, time=make.T0 + place * make.MINUTE)
        for place, piece in enumerate(finding.evidence)
    ]
    dots = [float(dot.attrib["cx"]) for dot in classes(parsed(lanes.timeline(finding)), "dot")][:3]
    assert dots == sorted(dots)
    assert dots[1] - dots[0] == pytest.approx(dots[2] - dots[1], abs=0.2)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_leave_a_drawing_well_formed(text: str) -> None:
    made = findings.stolen(text)
    parsed(lanes.timeline(made))
    parsed(hops.graph(made.hops, text))
    parsed(heat.heat({(text, make.T0): 1}).svg)


@given(times=st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=4))
def test_any_times_are_drawn(times: list[int]) -> None:
    finding = findings.finding("f1", calls=["a:A"] * len(times))
    finding.evidence = [
        msgspec.structs.replace(piece, time=time) for piece, time in zip(finding.evidence, times, strict=True)
    ]
    assert len(parsed(lanes.timeline(finding))) < 200


def test_heat_shows_hours_and_leaves_what_is_missing_empty() -> None:
    counts = {("a", make.T0): 5, ("a", make.T0 + 2 * make.HOUR): 50_000, ("b", make.T0): 1}
    made = heat.heat(counts)
    assert made.step == "hour"
    shades = [box.attrib["class"] for box in parsed(made.svg).iter("rect")]
    assert shades == ["heat-1", "heat-0", "heat-5", "heat-1", "heat-0", "heat-0"]


def test_heat_of_many_hours_is_by_day_and_of_many_accounts_says_what_it_leaves_out() -> None:
    counts = {("a", make.T0 + hour * make.HOUR): 1 for hour in range(24 * 30)}
    counts |= {(f"b{number}", make.T0): 1 for number in range(50)}
    made = heat.heat(counts)
    assert made.step == "day"
    assert made.rows_left_out == 51 - heat.MAX_ROWS
    assert len(list(parsed(made.svg).iter("rect"))) == heat.MAX_ROWS * 31


@pytest.mark.parametrize("text", HOSTILE)
def test_no_value_leaves_its_attribute(text: str) -> None:
    element = ET.fromstring(str(svg.tag("path", svg.tag("title", text), class_=text, stroke_width=1.25)))
    assert set(element.attrib) == {"class", "stroke-width"}
    assert element.attrib["class"] == shown(text) == element[0].text
