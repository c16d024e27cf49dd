"""The format of a model whose training texts were a prompt, its answer and an end: how a prompt is written, where an
answer ends, and whether the vocabulary covers both.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import attrs

from turncheck.engine.domain import Domain
from turncheck.engine.learned import EngineError
from turncheck.engine.sampling import easy_case, sample, samplers_of
from turncheck.engine.visible import quoted
from turncheck.model.adapters.templates import Template
from turncheck.model.adapters.weights.alphabet import UnknownCharacterError, Vocabulary, listed
from turncheck.model.adapters.weights.logits import Row

SAMPLED = 25
"""Cases of each sampler whose characters and lengths are checked."""

HEADROOM = 1.25
"""The factor by which an answer may be longer than the longest sampled answer before it is cut."""


@attrs.frozen
class Draft:
    """A draft as the model would write it.

    Attributes:
        tokens: the tokens of the draft, then those of its end.
        own: the number of tokens of the draft itself.
        whole: whether these tokens are the whole draft and its end, so that a model that writes them gave this answer.
    """

    tokens: list[int]
    own: int
    whole: bool


@attrs.frozen
class Wording:
    """The format of prompts and answers.

    Attributes:
        vocabulary: converts texts to tokens.
        prefix: text put before each prompt.
        separator: text appended to each prompt.
        ends: texts that end an answer, the expected one first; empty if an answer ends at its full length.
        tail: the newlines with which correct answers end. An end that begins with them does not remove them.
        longest: most tokens of an answer with its end.
        unknown: a character to read instead of each character that the vocabulary lacks; empty to refuse such prompts.
    """

    vocabulary: Vocabulary
    prefix: str
    separator: str
    ends: tuple[str, ...]
    tail: str
    longest: int
    unknown: str = ""

    def prompt(self, text: str) -> list[int]:
        """Return the tokens of a prompt.

        Raises:
            UnknownCharacterError: the vocabulary lacks one of its characters.
        """
        said = f"{self.prefix}{text}{self.separator}"
        try:
            return self.vocabulary.encode(said)
        except UnknownCharacterError as error:
            if not self.unknown:
                raise
            return self.vocabulary.encode("".join(self.unknown if each in error.characters else each for each in said))

    def draft(self, text: str) -> Draft:
        """Return what the model writes if this text is its answer, as far as its tokens are known."""
        if not self.ends:
            tokens, whole = self._tokens(text)
            return Draft(tokens, len(tokens), whole)
        end, kept = self.ends[0], self._kept(self.ends[0])
        body = text.removesuffix(kept)
        own, _ = self._tokens(body)
        tokens, whole = self._tokens(body, end)
        whole = whole and text == f"{body}{kept}" and self.answer(f"{body}{end}") == text
        return Draft(tokens, min(len(own) + len(kept), len(tokens)), whole)

    def _tokens(self, *texts: str) -> tuple[list[int], bool]:
        tokens: list[int] = []
        try:
            for text in texts:
                tokens += self.vocabulary.encode(text)
        except UnknownCharacterError as error:
            return [*tokens, *error.known], False
        except (ValueError, TypeError):  # a tokenizer may refuse a text that is not valid UTF-8
            return tokens, False
        return tokens, True

    def answer(self, written: str) -> str | None:
        """Return the answer in a written text; None if it has no end yet."""
        places = [(place, end) for end in self.ends if (place := written.find(end)) >= 0]
        if not places:
            return None
        place, end = min(places, key=lambda found: found[0])
        return written[:place] + self._kept(end)

    def _kept(self, end: str) -> str:
        return self.tail if end.startswith(self.tail) else ""


def worded_pairs(domain: Domain, template: Template) -> list[tuple[str, str]]:
    """Return some prompts with their answers, in the template's wording; the simplest case first."""
    cases = [easy_case(domain), *(case for name in samplers_of(domain) for case in sample(domain, name, 0, SAMPLED))]
    texts = map(domain.write, cases)
    return [(template.encode(text), template.encode(domain.resolve_text(text))) for text in texts]


def worded(
    words: Vocabulary,
    texts: Sequence[tuple[str, str]],
    *,
    stop: Sequence[str] | None,
    prefix: str,
    separator: str,
    max_new: int | None,
    unknown: str,
    in_pieces: bool = False,
) -> Wording:
    """Return the format of a model with that vocabulary.

    Args:
        words: its vocabulary.
        texts: prompts and correct answers, in the model's wording.
        stop: texts that end an answer, the expected one first; empty if an answer ends at its full length; None to
            derive the end.
        prefix: text put before each prompt.
        separator: text appended to each prompt.
        max_new: most tokens of an answer with its end; None to derive it from the texts.
        unknown: a character to read instead of each character that the vocabulary lacks.
        in_pieces: whether the vocabulary is a tokenizer's, whose end tokens the training texts may not have used.

    Raises:
        EngineError: a stop occurs in a correct answer, or the vocabulary lacks characters.
    """
    ends, tail = _ends(stop, words, [answer for _, answer in texts], in_pieces)
    _check_characters(words, [prefix + prompt + separator for prompt, _ in texts], "prompts", unknown)
    whole = [f"{answer}{end}" for _, answer in texts for end in ends[:1] or ("",)]
    _check_characters(words, whole, "answers and stop", "")
    return Wording(words, prefix, separator, ends, tail, max_new or _longest(words, texts, ends), unknown)


def _check_characters(words: Vocabulary, texts: list[str], what: str, unknown: str) -> None:
    """Check that the vocabulary has all characters of those texts."""
    lacking: dict[str, None] = {}
    for text in texts:
        try:
            words.encode(text)
        except UnknownCharacterError as error:
            lacking.update(dict.fromkeys(error.characters))
    if lacking and not unknown:
        raise EngineError(
            f"its vocabulary lacks {listed(''.join(lacking))}, which the {what} of this domain contain: was it trained "
            f"on texts like {quoted(texts[0])}? template= gives another wording, stop= another end"
        )


def _ends(
    stop: Sequence[str] | None, words: Vocabulary, answers: Sequence[str], in_pieces: bool
) -> tuple[tuple[str, ...], str]:
    """Return the texts that end an answer, the expected one first, and the newlines with which correct answers end."""
    tail = min((re.search(r"\n*\Z", answer)[0] for answer in answers), key=len)  # type: ignore[index]  # it always matches
    if stop is not None and not any(stop):
        return (), ""
    if stop is None:
        own = () if in_pieces else words.ends  # GPT-2's tokenizer has an end token, whether or not the texts used it
        stop = own[:1] or (("\n\n",) if any("\n" in answer for answer in answers) else ("\n",))
    for each in stop:
        bodies = [answer.removesuffix(tail) if each.startswith(tail) else answer for answer in answers]
        if wrong := next((body for body in bodies if each in body), None):
            raise EngineError(
                "stop must follow an answer in the training texts and not occur in one, got "
                f"{quoted(each)}, which occurs in {quoted(wrong)}"
            )
    return (*stop, *(end for end in words.ends if end not in stop)), tail


def _longest(words: Vocabulary, texts: Sequence[tuple[str, str]], ends: tuple[str, ...]) -> int:
    """Return the tokens of the longest answer with its end, and some more; without an end, exactly the longest."""
    most = max(len(words.encode(answer)) for _, answer in texts)
    return int(most * HEADROOM) + len(words.encode(ends[0])) + 1 if ends else most


# --- as tokens -------------------------------------------------------------------------------------------------------


@attrs.frozen
class WordedTexts:
    """The texts of a wording, as rows of tokens."""

    wording: Wording
    encodes = False

    def row(self, prompt: str) -> Row:
        """Return a prompt as tokens; no tokens if the vocabulary lacks one of its characters."""
        try:
            return Row(prompt, tuple(self.wording.prompt(prompt)))
        except UnknownCharacterError:
            return Row(prompt, (), lacks=True)

    def drafted(self, row: Row, answer: str) -> tuple[list[int], int]:
        """Return the ids of an answer with its end, except the last one, and the number of ids that belong to the
        answer.
        """
        draft = self.wording.draft(answer)
        tokens = draft.tokens[:-1] if draft.whole else draft.tokens
        return tokens, min(draft.own, len(tokens))

    def answer(self, row: Row, written: Sequence[int]) -> tuple[str, bool]:
        """Return the written answer, up to its end, and whether it has an end."""
        text = self.wording.vocabulary.decode(written)
        answer = self.wording.answer(text)
        if answer is not None:
            return answer, True
        return text, not self.wording.ends and len(written) >= self.wording.longest

    def has_ended(self, written: Sequence[int]) -> bool:
        """Return whether the last of these tokens ended the answer; only the last few are decoded."""
        few = max((len(end.encode()) for end in self.wording.ends), default=0)  # a token is a byte or more
        tail = self.wording.vocabulary.decode(written[-few:]) if few else ""
        return any(end in tail for end in self.wording.ends)
