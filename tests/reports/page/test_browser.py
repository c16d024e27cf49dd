"""The page in a real browser: no errors, filters, folding, layout and accessibility."""

import pytest

from tests.reports.page.chromium import Chromium, found
from tests.reports.page.conftest import large
from turncheck.reports.page import report_page

WHY = "there is no Chromium here: apt-get install chromium brings one"
pytestmark = pytest.mark.skipif(found() is None, reason=WHY)

CONTRAST = """
(() => {
  const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
  const linear = (part) => (part <= 10 ? part / 3294.6 : ((part / 255 + 0.055) / 1.055) ** 2.4);
  const light = (color) => {
    const [red, green, blue] = numbers(color).map(linear);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const isSolid = (color) => !color.startsWith("rgba") || numbers(color)[3] === 1;
  const behind = (element) => {
    const box = element.ownerSVGElement && element.parentElement.querySelector(":scope > rect");
    if (box) return getComputedStyle(box).fill;
    for (let each = element; each; each = each.parentElement) {
      const color = getComputedStyle(each).backgroundColor;
      if (isSolid(color)) return color;
    }
    return "rgb(255, 255, 255)";
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const faint = [];
  let count = 0;
  while (texts.nextNode()) {
    const text = texts.currentNode.data.trim();
    const element = texts.currentNode.parentElement;
    if (!text || !element.getClientRects().length || element.matches("script, title, option")) continue;
    const { fill, color } = getComputedStyle(element);
    const [low, high] = [light(element.ownerSVGElement ? fill : color), light(behind(element))].sort((a, b) => a - b);
    const ratio = (high + 0.05) / (low + 0.05);
    count += 1;
    if (ratio < 4.5) faint.push([element.outerHTML.slice(0, 80), ratio]);
  }
  return [count, faint.slice(0, 9)];
})()
"""
"""How many texts are seen, and those with a contrast below 4.5 to 1, by the formula of WCAG."""

WIDER = "[document.scrollingElement.scrollWidth, innerWidth]"
SHOWN = "[...document.querySelectorAll('details.law')].filter((law) => !law.hidden).length"


@pytest.fixture(scope="module")
def browser():
    browser = Chromium(found())
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def pages(report, board, tmp_path_factory):
    """The addresses of pages by name."""
    folder = tmp_path_factory.mktemp("pages")
    for name, each in {"report": report, "board": board, "large": large(12), "several": large(3, models=2)}.items():
        (folder / f"{name}.html").write_text(report_page(each), encoding="utf-8")
    return {path.stem: path.as_uri() for path in folder.iterdir()}


NAMES = ("report", "board", "large", "several")


def unfold(browser):
    browser.run("document.querySelectorAll('details').forEach((each) => { each.open = true; })")


@pytest.mark.parametrize("name", NAMES)
def test_it_opens_without_a_complaint_and_asks_for_nothing(browser, pages, name):
    browser.open(pages[name])
    unfold(browser)
    assert (browser.logged, browser.asked) == ([], [pages[name]])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_it_fits_and_every_text_stands_out(browser, pages, name, dark, width):
    browser.open(pages[name], width=width, dark=dark)
    unfold(browser)
    needed, given = browser.run(WIDER)
    assert (needed, given) == (width, width)
    count, faint = browser.run(CONTRAST)
    assert count > 50
    assert faint == []
    assert (browser.run("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)") != dark


def test_a_law_is_found_by_typing(browser, pages):
    browser.open(pages["report"])
    every = browser.run(SHOWN)
    browser.click("input[name=text]")
    browser.type("malformed")
    assert (every, browser.run(SHOWN)) == (5, 1)
    assert browser.run("document.querySelector('output').value") == "1 of 8 laws"
    browser.click("button[type=reset]")
    assert browser.run("new Promise((done) => setTimeout(() => done(" + SHOWN + "), 50))") == every


@pytest.mark.parametrize("how", ["click", "keyboard"])
def test_a_failure_mode_is_chosen_by_click_and_by_keyboard(browser, pages, how):
    browser.open(pages["report"])
    heading = "th button[data-mode=wrong_reason]"
    pressed = f"document.querySelector('{heading}').getAttribute('aria-pressed')"
    for expected in (2, 5):
        if how == "click":
            browser.click(heading)
        else:
            browser.run(f"document.querySelector('{heading}').focus()")
            browser.press("Enter", 13)
        assert (browser.run(SHOWN), browser.run(pressed)) == (expected, "true" if expected == 2 else "false")


@pytest.mark.parametrize("how", ["click", "keyboard"])
def test_a_law_is_unfolded_by_click_and_by_keyboard(browser, pages, how):
    browser.open(pages["report"])
    law = "#m1-a_malformed_turn_is_rejected"
    for expected in (True, False):
        if how == "click":
            browser.click(f"{law} > summary")
        else:
            browser.run(f"document.querySelector('{law} > summary').focus()")
            browser.press("Enter", 13)
        assert browser.run(f"document.querySelector('{law}').open") is expected


def test_a_cell_of_the_grid_leads_to_its_counterexample(browser, pages):
    browser.open(pages["report"])
    at = "m1-a_malformed_turn_is_rejected--silent_acceptance"
    browser.click(f".grid a[href='#{at}']")
    box = f"document.getElementById('{at}').getBoundingClientRect()"
    shown = f"[location.hash, {box}.height > 0, {box}.top < innerHeight]"
    assert browser.run(f"new Promise((done) => setTimeout(() => done({shown}), 100))") == [f"#{at}", True, True]
    assert browser.run(SHOWN) == 2


def test_a_fragment_opens_what_is_folded_around_it(browser, pages):
    browser.open(f"{pages['report']}#m1-a_play_is_played_on--stale_copy")
    assert browser.run("document.querySelector('#m1-a_play_is_played_on').open") is True
    browser.open(f"{pages['report']}#m1-poison_never_lets_hp_rise")
    assert browser.run("document.querySelector('#m1-poison_never_lets_hp_rise').getClientRects().length") == 1


def test_a_table_is_sorted_by_its_numbers(browser, pages):
    browser.open(pages["report"])
    unfold(browser)
    cells = "[...document.querySelector('.list').tBodies[0].rows].map((row) => row.cells[3].textContent)"
    first = browser.run(cells)
    for down in (False, True):
        browser.click(".list th:nth-child(4) button")
        assert browser.run(cells) == sorted(first, key=int, reverse=down)


def test_markup_in_an_answer_is_text(browser, pages):
    browser.open(pages["large"])
    unfold(browser)
    assert browser.run("typeof hacked") == "undefined"
    assert browser.run("document.querySelectorAll('script').length") == 1
    texts = "[...document.querySelectorAll('.way pre')].map((each) => each.textContent)"
    assert browser.run(f"{texts}.filter((text) => text.includes('<script>hacked = true</script>')).length") > 40


def test_without_a_script_everything_is_there_but_the_controls(browser, pages):
    browser.open(pages["report"], script=False)
    box = browser.call("DOM.getDocument", depth=-1)["root"]
    (controls, copies) = (
        browser.call("DOM.querySelector", nodeId=box["nodeId"], selector=selector)["nodeId"]
        for selector in (".controls[hidden]", ".copy[hidden]")
    )
    rows = browser.call("DOM.querySelectorAll", nodeId=box["nodeId"], selector="details.law:not([hidden])")["nodeIds"]
    assert (controls > 0, copies > 0, len(rows), browser.logged) == (True, True, 5, [])


def test_a_picture_can_be_taken(browser, pages):
    browser.open(pages["report"], width=390)
    assert browser.picture(height=400).startswith(b"\x89PNG")
