"""Long lists of a description, written shortly: they are read as they were, and none is longer than can be used."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turncheck.duel import DOMAIN
from turncheck.model.checkpoint import CheckpointError, load_checkpoint
from turncheck.model.compact import compact, compact_numbers, compact_texts
from turncheck.model.portable import FIRST_TOKENS, expanded
from turncheck.model.tokens import BYTES, MARKS, vocabulary

BEFORE = st.sampled_from(["", " ", "x", "\nhero hp ", "\u0663", "-"])
COUNTED = st.builds(
    lambda before, first, count, width: [f"{before}{number:0{width}}" for number in range(first, first + count)],
    *(BEFORE, st.integers(0, 120), st.integers(1, 9), st.integers(1, 12)),
)
TEXTS = st.lists(COUNTED | COUNTED.map(lambda texts: texts[::-1]) | st.lists(st.text(), max_size=2)).map(
    lambda lists: [text for texts in lists for text in texts]
)


def description(vocabulary=(), choices=()):
    return {"config": {"choices": [list(each) for each in choices], "width": 4}, "vocabulary": list(vocabulary)}


@given(TEXTS, st.lists(st.lists(st.integers(0, 99_998))))
def test_what_was_written_is_read(texts, choices):
    about = description([*FIRST_TOKENS, *texts], choices)
    assert expanded(json.loads(json.dumps(compact(about)))) == {"format": "turncheck/1", **about}


def test_what_is_left_out_is_what_every_vocabulary_begins_with():
    assert FIRST_TOKENS == MARKS + BYTES


def test_texts_that_count_are_written_as_their_first_and_last():
    assert compact_texts(["a", " 7", " 8", " 9", " 10", " 11", "b9", "b8", "b8"]) == [
        *("a", [" ", "7", "9"], [" ", "10", "11"], ["b", "9", "8"], "b8")
    ]
    assert compact_texts(["0999999999", "1000000000"]) == ["0999999999", "1000000000"]
    assert compact_texts([f"{'x' * 1_000}1", f"{'x' * 1_000}2"]) == [f"{'x' * 1_000}1", f"{'x' * 1_000}2"]
    assert compact_numbers([]) == []
    assert compact_numbers([3, 4, 4, 6, 5]) == [[3, 4], [4, 4], [6, 6], [5, 5]]


def test_the_vocabulary_of_the_duel_is_a_sixth_as_long():
    tokens = vocabulary(DOMAIN, fields=True)
    assert len(json.dumps(compact(description(tokens))["vocabulary"])) < len(json.dumps(tokens)) / 6


@pytest.mark.parametrize(
    ("vocabulary", "choices", "fault"),
    [
        ([["x", "000000", "099999"]], [], "a run must have at most 99999 numbers, got all from 0 to 99999"),
        ([["x", "00000", "99998"]] * 2, [], "vocabulary must have at most 99999 tokens"),
        ([["x", "0" * 5_000, "1" * 5_000]], [], "texts that count must have numbers of the same width, got .'x', '000"),
        ([["x" * 1_000, "1", "2"]], [], "texts that count must have numbers of the same width"),
        ([["x", "1", "10"]], [], "texts that count must have numbers of the same width, got .'x', '1', '10'.$"),
        ([["x", "a", "b"]], [], "invalid literal for int"),
        ([["x", "1"]], [], "not enough values to unpack"),
        ([], [[[0, 10**30]]], f"a run must have at most 99999 numbers, got all from 0 to {10**30}"),
        ([], [[[0, 99_998]] * 101], "choices must be at most 9999900 together"),
    ],
)
def test_lists_that_are_too_long_are_refused_before_they_are_written_out(vocabulary, choices, fault):
    about = {"format": "turncheck/2", **description(vocabulary, choices)}
    with pytest.raises(ValueError, match=f"^{fault}"):
        expanded(about)


@pytest.mark.parametrize(
    ("vocabulary", "choices"),
    [([7], []), (None, []), ([None], []), ([["x", 1, 9]], []), ([], [[7]]), ([], 7), ([], [[["0", "9"]]])],
)
def test_lists_of_another_type_are_refused(vocabulary, choices):
    about = {"format": "turncheck/2", **description(), "vocabulary": vocabulary, "config": {"choices": choices}}
    with pytest.raises((TypeError, ValueError)):
        expanded(about)


def test_a_checkpoint_that_would_fill_the_memory_is_refused(tmp_path):
    said = {"format": "turncheck/2", **description([["x" * 900, "00000", "99998"]] * 1_000)}
    header = json.dumps({"__metadata__": {"turncheck": json.dumps(said)}}).encode()
    path = tmp_path / "bomb.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header)
    with pytest.raises(CheckpointError, match="vocabulary must have at most 99999 tokens"):
        load_checkpoint(path, DOMAIN)
