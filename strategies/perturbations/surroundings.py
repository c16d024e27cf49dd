"""Changes around the text, and texts that are no case at all: what a user, a chat or a file puts there."""

from __future__ import annotations

from turncheck.strategies.choices import Choices
from turncheck.strategies.page import CasePage
from turncheck.strategies.perturbations.perturbation import Row
from turncheck.strategies.perturbations.places import each_of

# fmt: off
BEFORE = (
    "Input:", "Here is the next case:", "Please answer:", "User:", "# case", "---", "<s>", "// start", "1.", ">>>",
    "You are a helpful assistant.", "{", "0", "\ufeff",
)
AFTER = (
    "Output:", "Answer:", "Thanks!", "Assistant:", "end", "---", "</s>", "// end", "...", "Explain each step.", "}",
    "ok", "0", "\u200b",
)
AROUND = (("```", "```"), ('"""', '"""'), ("<case>", "</case>"), ("[INST]", "[/INST]"), ("BEGIN", "END"), ("{", "}"))

# Letters, signs and symbols that no small vocabulary has; none is white space or a control character.
STRANGE = (
    "\u6bd2", "\N{SKULL AND CROSSBONES}", "\N{SLIGHTLY SMILING FACE}", "\u0416", "\u0905", "\u0e01", "\u05d0", "\u20ac",
    "\u2603", "\u00df", "\u2260", "\U0001d7d8", "\ufffd", "\ue000", "\u200b", "\u0301", "\U0010fffd",
)
# fmt: on

LENGTHS = {1: 1_000, 2: 4_000, 3: 16_000}
"""Number of characters that a very long text has more than the case's, at least, by strength."""

PIECE_LENGTHS = {1: 50, 2: 500, 3: 5_000}
"""Number of characters of a very long piece, at least, by strength."""


def _with_lines(page: CasePage, before: list[str], after: list[str]) -> str:
    page.lines = [*([line] for line in before), *page.lines, *([line] for line in after)]
    return page.text


def text_before(page: CasePage, strength: int, choices: Choices) -> str:
    """Put that many lines before the text."""
    return _with_lines(page, list(each_of(choices, BEFORE, strength)), [])


def text_after(page: CasePage, strength: int, choices: Choices) -> str:
    """Put that many lines behind the text."""
    return _with_lines(page, [], list(each_of(choices, AFTER, strength)))


def wrapped(page: CasePage, strength: int, choices: Choices) -> str:
    """Put that many pairs of marks around the text, such as those of a code block."""
    pairs = list(each_of(choices, AROUND, strength))
    return _with_lines(page, [opens for opens, _ in pairs[::-1]], [closes for _, closes in pairs])


def text_repeated(page: CasePage, strength: int, choices: Choices) -> str:
    """Write the whole text again, that many times."""
    page.lines = page.lines * (1 + strength)
    return page.text


def very_long_text(page: CasePage, strength: int, choices: Choices) -> str:
    """Lengthen the text by 1,000, 4,000 or 16,000 characters: by its last line, all its lines, or other lines."""
    end = len(page.lines)
    more = choices.pick(
        (page.lines[-1:], page.lines[:end], [["0"]], [[choices.pick(page.words or ("x",))]], [["and", "so", "on"]])
    )
    count = LENGTHS[strength] // (sum(len(" ".join(line)) + 1 for line in more)) + 1
    page.lines += more * count
    return page.text


def very_long_piece(page: CasePage, strength: int, choices: Choices) -> str:
    """Lengthen a piece to 50, 500 or 5,000 characters, by repeating it or its last character."""
    place = choices.pick(page.places)
    piece = page[place]
    more = choices.pick((piece[-1], piece))
    page[place] = piece + more * (PIECE_LENGTHS[strength] // len(more))
    return page.text


def strange_characters(page: CasePage, strength: int, choices: Choices) -> str:
    """Insert that many characters that are in no vocabulary."""
    text = page.text
    known = set(text).union(*page.words)
    strange = [character for character in STRANGE if character not in known]
    inside = [at for at, letter in enumerate(text) if not letter.isspace()]
    put = {at: choices.pick(strange) for at in each_of(choices, inside, strength)}
    return "".join(put.get(at, "") + letter for at, letter in enumerate(text))


def the_answer(page: CasePage, strength: int, choices: Choices) -> str:
    """Write the reference's answer instead of the case, as a model sees when it is fed its own answer by mistake."""
    domain = page.domain
    return domain.write_answer(domain.outcome(domain.codec.case(page.fields.values_)))


SURROUNDINGS = (
    Row("text before", text_before),
    Row("text after", text_after),
    Row("marks around", wrapped),
    Row("text repeated", text_repeated),
    Row("very long text", very_long_text),
    Row("very long piece", very_long_piece),
    Row("strange characters", strange_characters),
    Row("answer for a case", the_answer, (1,)),
)
