"""Templates: how a domain's text is said to a model that was trained on other words, and how it says its answers.

A template is two functions that undo each other: `encode` makes their text of ours, `decode` ours of theirs. Cases,
answers and the reference's drafts all go through `encode`, what the model writes through `decode`. A template says
things in other words; it mends nothing: what a model should not have written must come out as something wrong.

Every domain has its own texts, by its name, `adder/1`, and a wording in JSON that follows from its schema,
`adder-json/1` (`turncheck.engine.json_text`); it may have more, or another in the place of the latter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import attrs

from turncheck.engine.domain import AnyCase, Domain
from turncheck.engine.importing import attribute
from turncheck.engine.json_text import JsonText
from turncheck.engine.learned import EngineError, LearnedEngine, Probed, Troubled, Verdict, Verifier, described
from turncheck.engine.sampling import sample, samplers_of
from turncheck.engine.visible import quoted
from turncheck.strategies.operators import ImpossibleDamageError, operators_of

Recode = Callable[[str], str]


@attrs.frozen
class Template:
    """How texts are said to a model, and how it says them.

    Attributes:
        name: `adder/1`, `adder-json/1`, `py:MODULE:ATTRIBUTE`.
        encode: their text for ours.
        decode: our text for theirs; it may raise anything on what is none of theirs.
    """

    name: str
    encode: Recode = attrs.field(repr=False)
    decode: Recode = attrs.field(repr=False)

    @property
    def is_bare(self) -> bool:
        """Whether it says the domain's own texts as they are."""
        return self.encode is _as_it_is


def _as_it_is(text: str) -> str:
    return text


OWN = Template("the domain's own texts", _as_it_is, _as_it_is)
"""Texts as they are, whatever domain they are of."""


UNREADABLE = "unreadable: "
"""Stands before an answer that the template cannot decode, so that it reads as no answer of ours."""


class TemplatedEngine:
    """A learned engine behind a template: it reads and writes the domain's own texts."""

    def __init__(self, engine: LearnedEngine, template: Template) -> None:
        self.engine, self.template = engine, template

    def predict(self, prompts: Sequence[str], /) -> Sequence[str]:
        """The engine's answers, decoded."""
        given = self.engine.predict([self.template.encode(prompt) for prompt in prompts])
        if isinstance(given, str) or not isinstance(given, Sequence):
            return given  # it breaks the contract: whoever called says so
        return [self._decoded(answer) for answer in given]

    def troubles(self) -> Mapping[str, int]:
        """The engine's own."""
        return self.engine.troubles() if isinstance(self.engine, Troubled) else {}

    def findings(self) -> Sequence[str]:
        """The engine's own."""
        return self.engine.findings() if isinstance(self.engine, Probed) else ()

    def close(self) -> None:
        """Lets go of what the engine holds beside memory, if it holds any."""
        close = getattr(self.engine, "close", None)
        if callable(close):
            close()

    def _decoded(self, answer: str) -> str:
        try:
            text = self.template.decode(answer)
        except KeyboardInterrupt:
            raise
        except BaseException:  # whatever a template of the user's raises on a text that it was not made for
            return f"{UNREADABLE}{answer}"
        return text


class TemplatedVerifier(TemplatedEngine):
    """A verifier behind a template."""

    engine: Any

    def verify(self, prompts: Sequence[str], drafts: Sequence[str], /) -> Sequence[Verdict]:
        """The engine's verdicts on the drafts, encoded; tokens are those of the encoded ones."""
        encode = self.template.encode
        verdicts: Sequence[Verdict] = self.engine.verify(list(map(encode, prompts)), list(map(encode, drafts)))
        return verdicts


class SpeakingEngine:
    """An engine that reads and writes the domain's own texts, speaking the words of a template: the reverse of
    `TemplatedEngine`, to try a template with.
    """

    def __init__(self, engine: LearnedEngine, template: Template) -> None:
        self.engine, self.template = engine, template

    def predict(self, prompts: Sequence[str], /) -> list[str]:
        """The engine's answers, encoded."""
        given = self.engine.predict([self.template.decode(prompt) for prompt in prompts])
        return [self.template.encode(answer) for answer in given]


def behind(engine: LearnedEngine, template: Template) -> LearnedEngine:
    """The engine behind the template; behind the domain's own texts it stands as it is."""
    if template.is_bare:
        return engine
    return (TemplatedVerifier if isinstance(engine, Verifier) else TemplatedEngine)(engine, template)


def bare(engine: LearnedEngine) -> tuple[LearnedEngine, Template]:
    """The engine with no template before it, and the template that stood there."""
    return (engine.engine, engine.template) if isinstance(engine, TemplatedEngine) else (engine, OWN)


# --- by name ---------------------------------------------------------------------------------------------------------


def plain(domain: Domain) -> Template:
    """The domain's own texts, as they are."""
    return attrs.evolve(OWN, name=domain.name)


def templates(domain: Domain) -> dict[str, Template]:
    """The templates that the domain has, by name: its own texts first."""
    wording, in_json = JsonText(domain), f"{domain.name.partition('/')[0]}-json/1"
    pairs = {in_json: (wording.encode, wording.decode), **domain.templates}
    return {domain.name: plain(domain), **{name: Template(name, *pair) for name, pair in pairs.items()}}


def template(name: str | None, domain: Domain) -> Template:
    """The domain's template of that name, its own texts without one; `py:MODULE:ATTRIBUTE`, of the user's, is imported.

    Raises:
        EngineError: there is none, or it has no two functions `encode` and `decode`.
    """
    known = templates(domain)
    if name is None or name in known:
        return known[name or domain.name]
    if not name.startswith("py:"):
        raise EngineError(f"template must be {', '.join(known)} or py:MODULE:ATTRIBUTE, got {quoted(name)}")
    found = attribute("template=py", name.removeprefix("py:"), "my_words:pair")
    pair = found if isinstance(found, tuple) else (getattr(found, "encode", None), getattr(found, "decode", None))
    if len(pair) != 2 or not all(map(callable, pair)):
        raise EngineError(f"template {name} must have two functions, encode and decode, or be a pair of them")
    return Template(name, *pair)


def check_round_trip(template: Template, domain: Domain, rejects: bool) -> None:
    """Encodes and decodes some cases, their answers and, where the model rejects, malformed texts and rejections.

    Raises:
        EngineError: one of them comes back as something else, or is turned into no text.
    """
    for text in _texts(domain, rejects):
        try:
            theirs = template.encode(text)
            back = template.decode(theirs)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # whatever a template of the user's raises
            fault = f"on {quoted(text)} it raised {described(error)}"
        else:
            if isinstance(theirs, str) and back == text:
                continue
            fault = f"{quoted(text)} comes back as {quoted(back)}"
        way_out = "decode(encode(text)) must be the text"
        if rejects:
            way_out += ", of malformed texts too; rejects=false leaves those out"
        raise EngineError(f"template {template.name} does not round-trip: {fault}; {way_out}")


def _texts(domain: Domain, rejects: bool) -> Iterator[str]:
    for name in samplers_of(domain):
        for index, case in enumerate(sample(domain, name, 0, 25)):
            text = domain.write(case)
            yield text
            yield domain.resolve_text(text)
            if rejects:
                yield from _damaged(domain, case, index)
    if rejects:
        yield from map(domain.rejection, domain.reasons)


def _damaged(domain: Domain, case: AnyCase, choice: int) -> Iterator[str]:
    for operator in operators_of(domain).values():
        with suppress(ImpossibleDamageError):
            yield operator(case, choice)
