"""The rules page agrees with the engine: every cell with a name or a number is compared."""

import re
import unicodedata
from itertools import pairwise
from pathlib import Path

import attrs
import pytest

from tests.turns import WORKED
from turncheck.engine.duel import (
    REASONS,
    RULE_IDS,
    RULES_VERSION,
    STANDARD,
    WORDS,
    Rules,
    resolve_text,
    write,
)
from turncheck.engine.duel.rules import PHASES
from turncheck.engine.duel.tables import ACTIONS, FIELDS, TURN

PAGE = Path(__file__).parents[1].joinpath("docs", "rules.md").read_text("utf-8")
# A number, and no part of a rule's id.
NUMBER = re.compile(r"(?<![A-Za-z_\d])\d+")


@attrs.frozen
class Prose:
    """A cell in words of the page's own: its numbers are these, in this order."""

    numbers: tuple[int, ...] = ()

    def fits(self, cell):
        return bool(cell) and numbers_in(cell) == list(self.numbers)


def numbers_in(text):
    return [int(number) for number in NUMBER.findall(text)]


# --- what the page must say ------------------------------------------------------------------------------------------


def field_row(field):
    return [f"`{field.name}`", f"`{field.label}`", field.kind, f"{field.width}", f"{field.low}..{field.high}", Prose()]


def action_row(action):
    power, cooldown = (f"{number}" if number else "" for number in (action.power, action.cooldown))
    effects = "; ".join(effect_in_words(effect) for effect in action.effects)
    return [action.rule, f"`{action.name}`", action.aim, power, cooldown, effects, RULE_IDS[action.rule]]


def effect_in_words(effect):
    words = {"gain": f"+ {effect.amount}", "at least": f"at least {effect.amount}", "clear": "becomes 0"}
    return f"{'if fragile, ' if effect.if_fragile else ''}{effect.field} {words[effect.operation]}"


def rule_rows(letter):
    return [[rule, Prose(NUMBERS.get(rule, ())), RULE_IDS[rule]] for rule in RULE_IDS if rule.startswith(letter)]


def number_row(field):
    value = getattr(STANDARD, field.name)
    shown = ("no", "yes")[value] if isinstance(value, bool) else f"{value}"
    return [f"`{field.name}`", shown, field.metadata["rule"], Prose()]


def control_characters():
    """The ends of each run of control characters."""
    codes = [code for code in range(0x110000) if unicodedata.category(chr(code)) == "Cc"]
    gaps = [end for one, another in pairwise(codes) if another > one + 1 for end in (one, another)]
    return codes[0], *gaps, codes[-1]


NUMBERS = {
    "V1": (0,),
    "T4": (0,),
    "T5": (STANDARD.turn_step, TURN.high),
    "S2": (STANDARD.fragile_numerator, STANDARD.fragile_denominator),
    "S4": (STANDARD.broken_fragile,),
    "S6": (STANDARD.thorns_damage,),
    "E1": (STANDARD.poison_damage,),
    "E2": (STANDARD.burn_damage,),
    "E4": (STANDARD.regen_heal,),
    "E5": (STANDARD.status_step,),
    "E6": (STANDARD.slot_step,),
    "M1": control_characters(),
    "M7": (STANDARD.field("max").low,),
}
RULE_HEAD = ["id", "rule", "without it"]
SINGLE = [field for field in attrs.fields(Rules) if "rule" in field.metadata]

TABLES = [
    [["field", "in the text", "kind", "digits", "range", "meaning"], *map(field_row, (TURN, *FIELDS))],
    [["id", "rule"], ["V1", Prose(NUMBERS["V1"])]],
    [RULE_HEAD, *rule_rows("T")],
    [RULE_HEAD, *rule_rows("O")],
    [["id", "action", "aim", "power", "cooldown", "effects on the target", "without it"], *map(action_row, ACTIONS)],
    [RULE_HEAD, *rule_rows("S")],
    [RULE_HEAD, *rule_rows("E")],
    [["phase", "what happens"], *([phase, Prose()] for phase in PHASES)],
    [["name", "number", "rule", "meaning"], *map(number_row, SINGLE)],
    [
        ["id", "reason", "in short", "when"],
        *([rule, f"`{reason}`", short, Prose(NUMBERS.get(rule, ()))] for reason, (rule, short) in REASONS.items()),
    ],
]


# --- what it says ----------------------------------------------------------------------------------------------------


def parts(page):
    """The page's tables, its blocks of text, and all that is neither."""
    blocks = re.findall(r"^```text\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    rest = re.sub(r"^```text\n.*?^```$", "", page, flags=re.MULTILINE | re.DOTALL)
    tables = [rows(lines) for lines in re.findall(r"(?:^\|.*\|\n)+", rest, re.MULTILINE)]
    return tables, blocks, re.sub(r"^\|.*\|\n", "", rest, flags=re.MULTILINE)


def rows(lines):
    """The cells of each row of a table, without the rule under its head."""
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines.splitlines()]
    return [cells[0], *cells[2:]]


def problems(page):
    """What the page says that the engine does not, one line each."""
    tables, blocks, prose = parts(page)
    found = [problem for table, wanted in zip(tables, TABLES, strict=False) for problem in wrong_cells(table, wanted)]
    if len(tables) != len(TABLES):
        found.append(f"{len(tables)} tables")
    if f"`{RULES_VERSION}`" not in prose:
        found.append("not the version")
    if numbers_in(prose.replace(RULES_VERSION, "")):
        found.append("a number that no test compares")
    return found + wrong_blocks(blocks)


def wrong_cells(table, wanted):
    if [len(row) for row in table] != [len(row) for row in wanted]:
        return [f"a table of {len(table)} rows under {table[0]}"]
    cells = [pair for row, wanted_row in zip(table, wanted, strict=True) for pair in zip(row, wanted_row, strict=True)]
    return [
        f"{cell!r} for {want!r}"
        for cell, want in cells
        if not (want.fits(cell) if isinstance(want, Prose) else cell == want)
    ]


def wrong_blocks(blocks):
    if len(blocks) != 5:
        return [f"{len(blocks)} blocks of text"]
    turn, answer, words, malformed, rejection = blocks
    checks = {
        # Much of it counts down to 0 whether it was 1 or 0, so the answer alone does not pin the example.
        "the worked turn": turn == write(WORKED),
        "the worked example": resolve_text(turn) == answer,
        "the words": tuple(words.split()) == WORDS,
        "the malformed example": resolve_text(malformed) == rejection,
    }
    return [name for name, holds in checks.items() if not holds]


# --- the tests -------------------------------------------------------------------------------------------------------


def test_the_page_says_what_the_engine_does():
    assert problems(PAGE) == []


def test_the_page_has_every_rule_once():
    tables, _, _ = parts(PAGE)
    ids = [row[0] for table in tables if table[0][0] == "id" for row in table[1:]]
    reasons = [rule for rule, _ in REASONS.values()]
    assert ids == ["V1", *RULE_IDS, *reasons]


# The malformed example is as malformed with any other digit.
CHANGEABLE = [
    match
    for match in NUMBER.finditer(PAGE)
    if not PAGE[: match.start()].endswith("```text\nturn ") or PAGE[match.start()] == "0"
]


def test_the_page_has_many_numbers():
    assert len(CHANGEABLE) > 150


def test_every_number_that_changes_on_the_page_is_noticed():
    assert [match.group() for match in CHANGEABLE if not problems(changed(match))] == []


def changed(match):
    """The page with that number one higher, in as many digits."""
    number = f"{int(match.group()) + 1:0{len(match.group())}}"
    return PAGE[: match.start()] + number + PAGE[match.end() :]


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        ("| A1 | `attack` | other |", "| A1 | `attack` | self |"),
        ("regen at least 2", "regen + 2"),
        ("if fragile, stun", "stun"),
        ("| a finished battle goes on |", "| a finished battle stops |"),
        ("| E1 | poison |\n| E2 | burn |\n", "| E2 | burn |\n| E1 | poison |\n"),
        ("| O2 |", "| O3 |"),
        ("| V1 |", "| V2 |"),
        ("| `regen_capped` | yes |", "| `regen_capped` | no |"),
        ("`duel/1`", "`duel/2`"),
        ("no statuses.", "no statuses, and hp is at most 99."),
        (" attack wait reject", " attack reject wait"),
        ("| hp is above max |", "| hp is below max |"),
        ("reject bad_number", "reject out_of_range"),
    ],
)
def test_a_wrong_word_is_noticed(said, instead):
    assert PAGE.count(said) == 1
    assert problems(PAGE.replace(said, instead)) != []
