"""The tokenizer: every text round-trips, and each part of the duel's texts is one token."""

import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turncheck.duel import DOMAIN
from turncheck.engine.duel import REASONS, WORDS, Turn, resolve_text, write, write_rejection
from turncheck.model.tokens import (
    ANSWER,
    FIRST_BYTE,
    PAD,
    STOP,
    Tokenizer,
    VocabularyError,
    vocabulary,
    vocabulary_of,
)
from turncheck.strategies.duel import turns

VOCABULARY = vocabulary(DOMAIN)
TOKENIZER = Tokenizer(VOCABULARY)
EVERY_TEXT = st.text(st.characters(exclude_categories=()))
HOUSE = settings(deadline=None, database=None, derandomize=True)
UNIT = [
    *(" hp", " 0", "<0x31>", "<0x2F>", "<0x30>", "<0x31>", " shield", " 0", "<0x30>", " poison", " 0", " burn", " 0"),
    *(" regen", " 0", " thorns", " 0", " stun", " 0", " fragile", " 0", " cd", " heal", " 0", " guard", " 0"),
    *(" cleanse", " 0", " poison_strike", " 0", " ignite", " 0", " brace", " 0", "<0x0A>"),
]


def spelled(text):
    return [VOCABULARY[token] for token in TOKENIZER.encode(text)]


def test_the_vocabulary_is_marks_bytes_digits_and_words():
    assert len(VOCABULARY) == 335
    assert len(set(VOCABULARY)) == 335
    assert (PAD, ANSWER, STOP, FIRST_BYTE) == (0, 1, 2, 3)
    assert VOCABULARY[:4] == ("<pad>", "<answer>", "<stop>", "<0x00>")
    # Checkpoints hold theirs; new ones have the same.
    said = hashlib.sha256(json.dumps(VOCABULARY).encode()).hexdigest()
    assert said == "9f02a24c4c5149e9106397a37a554f3beac38c4cb81850fd29e1e1b55e11095b"
    assert VOCABULARY[258:271] == ("<0xFF>", *(f" {digit}" for digit in range(10)), "turn", " turn")


@HOUSE
@given(EVERY_TEXT)
def test_every_text_is_read_back_exactly(text):
    assert TOKENIZER.decode(TOKENIZER.encode(text)) == text


@HOUSE
@given(turns(), st.integers(0, 400), st.integers(0, 4), EVERY_TEXT)
def test_an_edited_turn_is_read_back_exactly(turn, start, length, new):
    text = write(turn)
    edited = text[:start] + new + text[start + length :]
    assert TOKENIZER.decode(TOKENIZER.encode(edited)) == edited


@HOUSE
@given(st.text(st.sampled_from(["\ud800", "\udc00", "\udfff", "a", "\U0001f600", "\x00", " "])))
def test_lone_surrogates_are_read_back_unpaired(text):
    assert TOKENIZER.decode(TOKENIZER.encode(text)) == text


def test_the_tokens_of_the_neutral_turn():
    assert spelled(write(Turn())) == [
        *("turn", " 0", "<0x31>", "<0x0A>", "hero", *UNIT, "foe", *UNIT),
        *("do", " hero", " wait", "<0x0A>", "do", " foe", " wait", "<0x0A>"),
    ]


@HOUSE
@given(turns(fallen=True))
def test_a_turn_has_84_tokens_and_its_answer_76(turn):
    text = write(turn)
    assert len(TOKENIZER.encode(text)) == 84
    assert len(TOKENIZER.encode(resolve_text(text))) == 76


@pytest.mark.parametrize("reason", REASONS)
def test_a_rejection_has_three_tokens(reason):
    assert spelled(write_rejection(reason)) == ["reject", f" {reason}", "<0x0A>"]


@pytest.mark.parametrize("piece", [*WORDS, *(f" {word}" for word in (*WORDS, *REASONS)), *(f" {n}" for n in range(10))])
def test_a_word_is_one_token_with_its_space_and_without(piece):
    assert spelled(piece) == [piece]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("poisonous", [f"<0x{ord(letter):02X}>" for letter in "poisonous"]),
        ("xhp", ["<0x78>", "<0x68>", "<0x70>"]),
        ("hp_", ["<0x68>", "<0x70>", "<0x5F>"]),
        ("poison_strike", ["poison_strike"]),
        ("hphp", ["<0x68>", "<0x70>", "<0x68>", "<0x70>"]),
        ("hp hp", ["hp", " hp"]),
        ("hp  hp", ["hp", "<0x20>", " hp"]),
        ("hp7", ["hp", "<0x37>"]),
        ("7hp", ["<0x37>", "hp"]),
        (" 07", [" 0", "<0x37>"]),
        ("07", ["<0x30>", "<0x37>"]),
        ("HP", ["<0x48>", "<0x50>"]),
        ("éhp", ["<0xC3>", "<0xA9>", "hp"]),
        ("\ud800", ["<0xED>", "<0xA0>", "<0x80>"]),
        ("<stop>", [f"<0x{ord(letter):02X}>" for letter in "<stop>"]),
        ("", []),
    ],
)
def test_what_is_no_word_alone_falls_back_to_bytes(text, tokens):
    assert spelled(text) == tokens


@HOUSE
@given(EVERY_TEXT)
def test_no_text_holds_a_mark(text):
    assert not {PAD, ANSWER, STOP} & set(TOKENIZER.encode(text))


@pytest.mark.parametrize(
    ("tokens", "text"),
    [
        ([PAD], "\ufffd"),
        ([ANSWER, STOP], "\ufffd\ufffd"),
        ([FIRST_BYTE + 0x61, PAD, FIRST_BYTE + 0x62], "a\ufffdb"),
        ([FIRST_BYTE + 0xFF], "\ufffd"),
        ([FIRST_BYTE + 0x61, FIRST_BYTE + 0xC3], "a\ufffd"),
        ([FIRST_BYTE + 0xC3, FIRST_BYTE + 0x61], "\ufffda"),
        ([FIRST_BYTE + 0xC0, FIRST_BYTE + 0x80], "\ufffd\ufffd"),
        ([], ""),
    ],
)
def test_marks_and_bytes_that_are_no_utf8_are_written_as_replacements(tokens, text):
    assert TOKENIZER.decode(tokens) == text


@HOUSE
@given(st.lists(st.integers(0, len(VOCABULARY) - 1)))
def test_whatever_a_model_writes_can_be_decoded(tokens):
    assert isinstance(TOKENIZER.decode(tokens), str)


@HOUSE
@given(st.lists(st.text(st.sampled_from("ab \n0é|("), min_size=1), max_size=6, unique=True), EVERY_TEXT)
def test_every_vocabulary_reads_every_text_back(words, text):
    tokenizer = Tokenizer([*VOCABULARY[:259], *words])
    for each in (text, *words, "".join(words), " ".join(words)):
        assert tokenizer.decode(tokenizer.encode(each)) == each


@pytest.mark.parametrize(
    ("vocabulary", "message"),
    [
        ((), "vocabulary must begin with ('<pad>', '<answer>', '<stop>') and the 256 bytes"),
        (VOCABULARY[1:], "vocabulary must begin with ('<pad>', '<answer>', '<stop>') and the 256 bytes"),
        (VOCABULARY[:258], "vocabulary must begin with ('<pad>', '<answer>', '<stop>') and the 256 bytes"),
        ((*VOCABULARY, "turn"), "vocabulary must hold each token once, and no empty token"),
        ((*VOCABULARY, ""), "vocabulary must hold each token once, and no empty token"),
    ],
)
def test_a_vocabulary_laid_out_otherwise_is_refused(vocabulary, message):
    with pytest.raises(VocabularyError) as caught:
        Tokenizer(vocabulary)
    assert str(caught.value) == message


# --- whole fields ----------------------------------------------------------------------------------------------------

WHOLE = Tokenizer(vocabulary(DOMAIN, fields=True, stages=("orders", "end")))


def whole(text):
    return [WHOLE.vocabulary[token] for token in WHOLE.encode(text)]


def test_a_field_with_the_text_before_it_is_one_token():
    unit = [" shield 00", *(f" {status} 0" for status in ("poison", "burn", "regen", "thorns", "stun", "fragile"))]
    unit += [" cd heal 0", *(f" {slot} 0" for slot in ("guard", "cleanse", "poison_strike", "ignite", "brace"))]
    assert whole(write(Turn())) == [
        *("turn 01", "\nhero hp 01", "/01", *unit, "\nfoe hp 01", "/01", *unit),
        *("\ndo hero", " wait", "\ndo foe", " wait", "<0x0A>"),
    ]
    assert whole("turn 07\n> end\n") == ["turn 07", "\n> end", "<0x0A>"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" shield 4", [" shield", " 4"]),
        (" shield 99", [" shield", " 9", "<0x39>"]),
        (" shield 04x", [" shield", " 0", "<0x34>", "<0x78>"]),
        (" burn 04", [" burn", " 0", "<0x34>"]),
        ("/100", [*("<0x2F>", "<0x31>", "<0x30>", "<0x30>")]),
        ("xturn 07", ["<0x78>", "turn 07"]),
        ("\n> ends", ["<0x0A>", *(f"<0x{ord(each):02X}>" for each in "> ends")]),
        ("", []),
    ],
)
def test_what_is_no_value_of_a_field_is_smaller_tokens(text, expected):
    assert whole(text) == expected
    assert WHOLE.decode(WHOLE.encode(text)) == text


@HOUSE
@given(turns(), st.integers(0, 400), st.integers(0, 4), EVERY_TEXT)
def test_an_edited_turn_is_read_back_exactly_from_whole_fields(turn, start, length, new):
    text = write(turn)
    edited = text[:start] + new + text[start + length :]
    assert WHOLE.decode(WHOLE.encode(edited)) == edited


def test_another_wording_has_the_words_of_its_texts():
    made = Tokenizer(vocabulary_of(["h p 31", "go to\nx"]))
    assert made.vocabulary[269:] == (" p", " to", "go")
    assert [made.vocabulary[token] for token in made.encode("go p 3")] == ["go", " p", " 3"]
