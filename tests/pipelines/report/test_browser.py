"""The report in a real Chromium: at three widths, in both schemes, by keyboard, without script, printed, and hostile."""

import base64
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from pipelines.views.console import safe
from schemas.records import Suppressed
from tests import findings, make
from tests.pipelines.report.browser import chromium, complaints, requests, resize
from tests.pipelines.report.pages import HOSTILE, page, write

pytestmark = pytest.mark.integration

WIDTHS = [(1440, 900), (820, 1180), (360, 740)]
PATIENCE = 30


@pytest.fixture(scope="module")
def chrome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    with chromium(tmp_path_factory.mktemp("profile")) as driver:
        yield driver


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of three severities, two accounts and days, one finding set aside, coverage and dead letters."""
    other = findings.finding("fab02", day=1, severity="high", calls=["iam:CreateUser", "s3:GetObject"])
    other.session.accounts = ["444455556666"]
    aside = findings.finding("fab03", severity="medium")
    aside.suppressed = Suppressed("owner", "a known test")
    coverage = [
        {"account": account, "hour": make.T0 + hour * make.HOUR, "events": hour * 9}
        for account in ("a", "b")
        for hour in range(48)
    ]
    folder = write(
        tmp_path_factory.mktemp("report") / "out",
        findings.stolen(),
        findings.finding("fab01"),
        other,
        aside,
        coverage=coverage,
    )
    (folder / "dead_letters.jsonl").write_text(
        '{"step": "parse", "error_type": "bad_json", "error": "e", "origin": "o"}\n'
    )
    return saved(folder)


def saved(folder: Path, **options: int) -> Path:
    path = folder / "report.html"
    path.write_text(page(folder, **options))
    return path


def show(chrome: webdriver.Chrome, path: Path, hash_: str = "", scheme: str = "light", media: str = "") -> None:
    """Open a page afresh: what an earlier one left in the logs is taken out before."""
    chrome.get("about:blank")
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": features})
    chrome.get_log("browser")
    chrome.get_log("performance")
    chrome.get(f"{path.as_uri()}{hash_}")


def find(chrome: webdriver.Chrome, css: str) -> WebElement:
    return chrome.find_element(By.CSS_SELECTOR, css)


def shown(chrome: webdriver.Chrome) -> set[str]:
    """Give the ids of the findings that the list shows."""
    return {
        one.get_attribute("id") or "" for one in chrome.find_elements(By.CSS_SELECTOR, ".finding") if one.is_displayed()
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_it_fits_each_width_in_each_scheme(
    chrome: webdriver.Chrome, report: Path, width: int, height: int, scheme: str, tmp_path: Path
) -> None:
    resize(chrome, width, height)
    show(chrome, report, scheme=scheme)
    find(chrome, "#toggle").click()
    over = chrome.execute_script("return document.documentElement.scrollWidth - innerWidth")
    assert over <= 0
    # What is wider than its place scrolls in it; nothing else sticks out.
    out = chrome.execute_script(
        "return [...document.querySelectorAll('main *:not(svg *)')].filter(e => e.checkVisibility() && !e.closest('.scroll') "
        "&& !e.closest('.unseen, .stack thead') && e.getBoundingClientRect().right > innerWidth + 1)"
        ".map(e => e.outerHTML.slice(0, 80))"
    )
    assert out == []
    image = base64.b64decode(chrome.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})["data"])
    (tmp_path / f"{width}-{scheme}.png").write_bytes(image)
    assert struct.unpack(">II", image[16:24]) == (width, height)
    assert len(image) > 20_000  # A blank page of this size has some 3,000 bytes.
    back = chrome.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert back == {"light": "rgb(244, 245, 247)", "dark": "rgb(15, 18, 22)"}[scheme]
    assert complaints(chrome) == []
    assert requests(chrome) == [report.as_uri()]


def test_on_a_phone_what_is_touched_is_large_enough_to_read(chrome: webdriver.Chrome, report: Path) -> None:
    resize(chrome, 360, 740)
    show(chrome, report)
    sizes = chrome.execute_script(
        "return [...document.querySelectorAll('main :is(p, li, td, label, summary)')].filter(e => e.checkVisibility())"
        ".map(e => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(sizes) >= 12
    # From 16 pixels on a phone does not zoom into a field.
    assert float(find(chrome, "#filter-text").value_of_css_property("font-size").removesuffix("px")) >= 16


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_a_hostile_text_stays_text(chrome: webdriver.Chrome, tmp_path: Path, number: int) -> None:
    text = HOSTILE[number]
    made = findings.stolen(text)
    made.chain = text
    made.session.accounts = [text]
    resize(chrome, 820, 1180)
    show(chrome, saved(write(tmp_path, made)))
    find(chrome, "#toggle").click()
    assert chrome.execute_script("return document.scripts.length") == 1
    assert chrome.execute_script("return document.querySelectorAll('img, iframe, object, embed, form').length") == 0
    told = " ".join((chrome.execute_script("return document.querySelector('main').textContent")).split())
    assert " ".join(safe(text)[:599].split()) in told
    assert chrome.execute_script("return document.documentElement.scrollWidth <= innerWidth")
    assert complaints(chrome) == []
    assert len(requests(chrome)) == 1


def test_the_page_s_policy_stops_what_would_get_in(chrome: webdriver.Chrome, report: Path) -> None:
    """The second line behind escaping: were there markup in a page, it would neither run nor load."""
    show(chrome, report)
    chrome.execute_script(
        "const add = (tag, set) => document.body.append(Object.assign(document.createElement(tag), set));"
        "try { add('script', {textContent: 'window.ran = 1'}) } catch { }"
        "add('img', {src: 'data:image/gif;base64,R0lGODlhAQABAAAAACw=', alt: ''});"
        "try { document.body.setAttribute('onclick', 'window.ran = 1') } catch { } document.body.click();"
    )
    assert chrome.execute_script("return window.ran") is None
    assert any("Content Security Policy" in said or "TrustedScript" in said for said in complaints(chrome))


def test_the_keyboard_reaches_and_opens_everything(chrome: webdriver.Chrome, report: Path) -> None:
    resize(chrome, 1440, 900)
    show(chrome, report)

    def press(key: str) -> WebElement:
        chrome.switch_to.active_element.send_keys(key)
        return chrome.switch_to.active_element

    skip = press(Keys.TAB)
    assert skip.text == "Skip to the findings"
    assert skip.location["x"] >= 0
    assert [press(Keys.TAB).text for _ in range(5)] == ["Summary", "Overview", "Coverage", "Findings", "Dead letters"]
    show(chrome, report)
    press(Keys.TAB).send_keys(Keys.ENTER)
    reached = []
    for _ in range(40):
        active = press(Keys.TAB)
        reached.append(active.get_attribute("id") or active.tag_name)
        if active.tag_name == "summary":
            break
    expected = [f"show-{name}" for name in ("critical", "high", "medium", "low", "info", "aside")]
    expected += ["filter-text", "filter-account", "filter-day", "filter-chain", "clear", "toggle", "summary"]
    assert reached == expected
    assert chrome.execute_script("return getComputedStyle(document.activeElement).outlineStyle") == "solid"
    details = find(chrome, "#f-fu11d details")
    assert details.get_attribute("open") is None
    press(Keys.ENTER)
    assert details.get_attribute("open") is not None
    # What scrolls can be reached and scrolled.
    assert press(Keys.TAB).get_attribute("aria-label") == "Hops as a graph"
    press(Keys.SHIFT + Keys.TAB)
    chrome.switch_to.active_element.send_keys(Keys.SPACE)
    assert details.get_attribute("open") is None


def test_filters_narrow_the_list_and_say_how_many_are_left(chrome: webdriver.Chrome, report: Path) -> None:
    resize(chrome, 1440, 900)
    show(chrome, report)
    everything = {"f-fu11d", "f-fab01", "f-fab02", "f-fab03"}
    count = find(chrome, "#count")
    assert shown(chrome) == everything
    assert count.text == "4 of 4 shown"
    find(chrome, "#show-high").click()
    assert shown(chrome) == everything - {"f-fab02"}
    assert count.text == "3 of 4 shown"
    find(chrome, "#show-aside").click()
    assert shown(chrome) == {"f-fu11d", "f-fab01"}
    find(chrome, "#clear").click()
    assert shown(chrome) == everything
    find(chrome, "#filter-text").send_keys("S3:getobject")
    WebDriverWait(chrome, PATIENCE).until(lambda _: count.text == "1 of 4 shown")
    assert shown(chrome) == {"f-fab02"}
    find(chrome, "#clear").click()
    find(chrome, "#filter-account option[value='444455556666']").click()
    assert shown(chrome) == {"f-fab02"}
    find(chrome, "#filter-day option[value='2026-03-03']").click()
    assert shown(chrome) == set()
    assert count.text == "0 of 4 shown"


def test_a_link_opens_its_finding_whatever_is_hidden(chrome: webdriver.Chrome, report: Path) -> None:
    resize(chrome, 1440, 900)
    show(chrome, report, "#f-fab02")
    assert find(chrome, "#f-fab02 details").get_attribute("open") is not None
    find(chrome, "#show-critical").click()
    assert "f-fu11d" not in shown(chrome)
    chrome.execute_script("document.querySelector('.incidents a[href=\"#f-fu11d\"]').click()")
    WebDriverWait(chrome, PATIENCE).until(lambda _: "f-fu11d" in shown(chrome))
    assert find(chrome, "#f-fu11d details").get_attribute("open") is not None
    assert chrome.switch_to.active_element.tag_name == "summary"


def test_ticks_are_the_same_everywhere_and_outlast_the_page(chrome: webdriver.Chrome, report: Path) -> None:
    resize(chrome, 1440, 900)
    show(chrome, report)
    boxes = "return [...document.querySelectorAll('.task')].filter(b => b.dataset.task.startsWith('revoke')).map(b => b.checked)"
    assert chrome.execute_script(boxes) == [False, False]
    find(chrome, ".answer .task").click()
    assert chrome.execute_script(boxes) == [True, True]
    show(chrome, report)
    assert chrome.execute_script(boxes) == [True, True]
    find(chrome, ".answer .task").click()
    show(chrome, report)
    assert chrome.execute_script(boxes) == [False, False]


def test_a_query_is_copied_or_selected(chrome: webdriver.Chrome, report: Path) -> None:
    resize(chrome, 1440, 900)
    show(chrome, report, "#f-fu11d")
    chrome.execute_script("for (const d of document.querySelectorAll('#f-fu11d details')) d.open = true")
    button = find(chrome, "#f-fu11d .copy")
    chrome.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
    button.click()
    WebDriverWait(chrome, PATIENCE).until(lambda _: button.text in ("Copied", "Selected"))
    if button.text == "Selected":
        assert "SELECT *" in chrome.execute_script("return String(getSelection())")


def test_without_script_all_is_there_and_severities_still_filter(chrome: webdriver.Chrome, report: Path) -> None:
    resize(chrome, 1440, 900)
    chrome.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        show(chrome, report)
        assert shown(chrome) == {"f-fu11d", "f-fab01", "f-fab02", "f-fab03"}
        assert not find(chrome, "#more-filters").is_displayed()
        find(chrome, "#show-critical").click()
        assert shown(chrome) == {"f-fab01", "f-fab02", "f-fab03"}
        find(chrome, "#f-fab01 summary").click()
        assert find(chrome, "#f-fab01 .story").is_displayed()
    finally:
        chrome.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_on_paper_everything_is_open(chrome: webdriver.Chrome, report: Path) -> None:
    resize(chrome, 1440, 900)
    show(chrome, report, media="print")
    heights = chrome.execute_script(
        "return ['.story', '.evidence', '.query pre'].map(s => document.querySelector('#f-fu11d ' + s)"
        ".getBoundingClientRect().height)"
    )
    assert all(height > 0 for height in heights), heights
    assert not find(chrome, ".filters").is_displayed()
    pdf = base64.b64decode(chrome.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})["data"])
    assert pdf.startswith(b"%PDF")
    assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") + pdf.count(b"/Type/Page/") >= 3
    # Printing opens what is closed, and closes it again.
    assert chrome.execute_script("return document.querySelectorAll('.finding > details[open]').length") == 0


def test_thousands_of_findings_stay_usable(chrome: webdriver.Chrome, tmp_path: Path) -> None:
    made = [
        findings.finding(f"f{number}", day=number % 30, severity=("low", "high")[number % 10 == 0])
        for number in range(4_000)
    ]
    path = saved(write(tmp_path, *made))
    assert path.stat().st_size < 12 << 20
    resize(chrome, 1440, 900)
    show(chrome, path)
    count = find(chrome, "#count")
    assert count.text == "3200 of 3200 shown"
    assert "800 of these (800 low) have none" in " ".join(find(chrome, ".cut").text.split())
    find(chrome, "#show-low").click()
    WebDriverWait(chrome, PATIENCE).until(lambda _: count.text == "400 of 3200 shown")
    spent = chrome.execute_script(
        "const s = performance.now(); document.getElementById('clear').click(); document.body.offsetHeight; return performance.now() - s"
    )
    assert spent < 5_000
    find(chrome, "#filter-text").send_keys("f3990")
    WebDriverWait(chrome, PATIENCE).until(lambda _: count.text == "1 of 3200 shown")
    assert complaints(chrome) == []
