"""The page: its structure, its size, no markup from a model's answers, and no other files."""

import base64
import hashlib
import re
import time
from html.parser import HTMLParser
from pathlib import Path

import attrs
import pytest

from tests.reports.page.conftest import LONG, large
from turncheck.reports.page import report_page
from turncheck.reports.page.views import MOST_WITNESSES
from turncheck.reports.records import ModelResult, Report

GOLDEN = Path(__file__).parents[1] / "golden" / "page.html"
VOID = {"meta", "link", "input", "br", "img", "hr", "wbr"}


class Parsed(HTMLParser):
    """What a page has: its tags in their order, ids, links, texts; it says where tags do not match."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.open, self.ids, self.links, self.loaded, self.texts = [], [], [], [], [], []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag, given):
        given = dict(given)
        self.tags.append((tag, given))
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given["href"]] if tag == "a" else []
        self.loaded += [value for name, value in given.items() if name in ("src", "srcset", "action", "data", "poster")]
        self.loaded += [given["href"]] if tag not in ("a", "link") and "href" in given else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, given):
        self.tags.append((tag, dict(given)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, (tag, self.getpos())

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("style", "script"):
            self.texts.append(data)

    @property
    def text(self):
        return "".join(self.texts)


def skeleton(page):
    """The page without its style and its script, and without their hashes."""
    page = re.sub(r"(<(style|script)>).*?(</\2>)", r"\1\3", page, flags=re.DOTALL)
    return re.sub(r"&#39;sha256-[^&]+&#39;", "HASH", page)


# --- what it shows ---------------------------------------------------------------------------------------------------


def test_a_small_page(board):
    assert skeleton(report_page(board)) == GOLDEN.read_text(encoding="utf-8")


def test_the_page_is_the_same_each_time(report):
    assert report_page(report) == report_page(report)


def test_tags_match_ids_are_different_and_links_within_the_page_lead_somewhere(report, board):
    for each in (report, board, large(), large(models=3), Report(0, 200, 10, ())):
        parsed = Parsed(report_page(each))
        assert len(parsed.ids) == len(set(parsed.ids))
        assert {link for link in parsed.links if link.removeprefix("#") not in parsed.ids} == set()
        named = [given[name] for _, given in parsed.tags for name in ("aria-labelledby",) if name in given]
        assert {id for ids in named for id in ids.split()} <= set(parsed.ids)


def test_the_verdict_in_a_sentence_and_the_figures(report):
    text = Parsed(report_page(report)).text
    assert "It breaks 3 of 6 laws, in 10 ways. 1 law broke only in ways that the baseline knows." in text
    assert "1.40%" in text
    assert "diverge: 1.242% to 1.573% (95 %), 20,000 turns of playgate 1.5%: INCONCLUSIVE" in text
    assert "9 new 2 still 2 mendedways of failing, since the baseline known.json" in text
    assert "seed7" in text.replace("\n", "")


def test_every_law_and_mode_is_named_and_every_count_is_there(report):
    page = report_page(report)
    for law in report.models[0].laws:
        name = law.id.replace("_", "_<wbr>")
        assert f'<th scope="row">{name}' in page or f'<span class="title">{name}</span>' in page
        for failure in law.failures:
            assert f'id="m1-{law.id}--{failure.mode}" data-mode="{failure.mode}"' in page


def test_a_case_is_laid_out_by_group_with_what_differs_marked(report):
    page = report_page(report)
    (article,) = re.findall(
        r'<article class="way" id="m1-the_answer_is_the_references--wrong_value".*?</article>', page, re.S
    )
    assert '<td></td><th scope="colgroup" colspan="3">hero</th></tr>' in article
    assert '<mark class="expected">01/01</mark></td><td class="n said"><mark class="given">03/01</mark>' in article
    assert '<p class="quiet dim">neutral throughout: all of foe, shield, poison, burn,' in article
    assert '<li class="said">hero hp/max: expected 01/01, given 03/01</li>' in article


def test_a_play_is_a_strip_with_the_first_divergence_marked(report):
    page = report_page(report)
    (strip,) = re.findall(r'<ol class="strip".*?</ol>', page, re.S)
    assert re.findall(r'<li class="(\w+)"><p class="turn"><b>(\d)</b>', strip) == [
        ("same", "1"),
        ("first", "2"),
        ("left", "3"),
    ]
    assert "<b>hero burn 4 for 0</b>" in strip


def test_a_board_is_shown_as_text(board):
    page = report_page(board)
    assert '<pre class="said" tabindex="0">to_move x\nrow . .\nrow . o</pre>' in page
    assert 'row <mark class="expected">x .</mark>' in page
    assert 'row <mark class="given">. x</mark>' in page


def test_the_expert_that_was_wrong_is_named(board):
    (model,) = board.models
    (law,) = model.laws
    (failure,) = law.failures
    blamed = attrs.evolve(failure, witness=attrs.evolve(failure.witness, expert="end, asked 'a<b', answered '\u202e'"))
    page = report_page(
        attrs.evolve(board, models=(attrs.evolve(model, laws=(attrs.evolve(law, failures=(blamed,)),)),))
    )
    assert '<p class="said">wrong: expert end, asked &#39;a&lt;b&#39;, answered &#39;\\u202e&#39;</p>' in page
    assert "wrong: expert" not in report_page(board)


def test_the_command_that_repeats_a_failure_is_there_to_be_copied(report):
    page = report_page(report)
    assert '<code class="said">pytest -k the_answer_is_the_references</code> <button type="button" class="copy"' in page


def test_a_perfect_model_shows_that_all_laws_held():
    laws = tuple(attrs.evolve(law, failures=(), verdict="PASS") for law in large(5).models[0].laws)
    page = Parsed(report_page(Report(0, 200, 10, (ModelResult("good", "py", None, None, laws, "duel/1"),))))
    assert "All 5 laws held." in page.text
    assert "✓ PASS" in page.text
    assert "Broken laws" not in page.text


def test_of_a_sweep_alone_the_laws_are_those_that_it_broke_and_held_and_there_is_no_verdict_without_a_gate(report):
    swept = attrs.evolve(report.models[0].sweep, gate=None, verdict=None)
    row = attrs.evolve(swept.laws[1], broke=2)  # a law about plays: no small case is looked for
    swept = attrs.evolve(swept, laws=(swept.laws[0], row, *swept.laws[2:]))
    alone = attrs.evolve(report.models[0], laws=(), sweep=swept)
    page = report_page(Report(7, 0, 0, (alone,)))
    text = Parsed(page).text
    assert "SWEPT It breaks 2 of 4 laws. 1 law has no verdict." in text
    assert "280 of 20,000 cases: wrong_value" in text
    assert "2 of 2,000 cases\n" in text
    assert "it applied to no turn of the sweep" in text
    assert "The answer is the reference's." in text
    assert "examples for each law" not in text
    assert re.findall(r'<details class="law" id="m1-(\w+)"', page) == [
        "the_answer_is_the_references",
        "poison_never_lets_hp_rise",
    ]


# --- what it is ------------------------------------------------------------------------------------------------------


def test_it_loads_nothing_and_its_policy_allows_nothing_but_its_own_style_and_script(report):
    page = report_page(report)
    parsed = Parsed(page)
    assert parsed.loaded == []
    assert [given for tag, given in parsed.tags if tag == "link"] == [{"rel": "icon", "href": "data:,"}]
    assert re.findall(r"https?:|@import|url\(|//[a-z]", page) == []
    (policy,) = [given["content"] for _, given in parsed.tags if given.get("http-equiv") == "Content-Security-Policy"]
    (style,), (script,) = (re.findall(f"<{tag}>(.*?)</{tag}>", page, re.S) for tag in ("style", "script"))
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (style, script)]
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def test_no_tag_has_a_style_or_a_handler_of_its_own(report):
    attributes = {name for _, given in Parsed(report_page(report)).tags for name in given}
    assert [name for name in attributes if name == "style" or name.startswith("on")] == []


@pytest.mark.parametrize("models", [1, 2])
def test_ninety_seven_broken_laws_with_long_answers_are_below_two_megabytes(models):
    began = time.process_time()
    page = report_page(large(models=models))
    assert len(page.encode()) < 2_000_000
    assert time.process_time() - began < 20
    assert page.count("<article") == 4 * 97 * models
    assert len(re.findall("The smallest play", page)) == MOST_WITNESSES
    assert f"{(4 * 97 * models - MOST_WITNESSES) // models} more witnesses are counted above" in page


def test_nothing_that_a_model_wrote_is_markup_or_a_control_character(report):
    for each in (report, large(3)):
        page = report_page(each)
        assert [character for character in page if not character.isprintable() and character != "\n"] == []
        assert page.count("<script>") == 1
        assert "<b>*_" not in page
    assert "&lt;script&gt;hacked = true&lt;/script&gt;&amp;\\u202e\\x1b[31m" in page
    assert LONG[:2000] not in page
    assert "characters more" in page
