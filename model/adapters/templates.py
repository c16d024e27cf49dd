"""Templates: the wording of prompts and answers for a model that was trained on another wording than the domain's.

A template is two inverse functions: `encode` converts the domain's text to the model's wording, `decode` converts it
back. Cases, answers and drafts go through `encode`, the model's output goes through `decode`. A template translates and
repairs nothing: an invalid output must decode to something invalid.

Every domain has its own wording, under its name, `adder/1`, and a JSON wording derived from its schema, `adder-json/1`
(`turncheck.engine.json_text`). It may have further wordings, and may replace the JSON wording.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import attrs

from turncheck.engine.domain import AnyCase, Domain
from turncheck.engine.importing import attribute
from turncheck.engine.json_text import JsonText
from turncheck.engine.learned import (
    EngineError,
    LearnedEngine,
    Probed,
    Trained,
    Training,
    Troubled,
    Verdict,
    Verifier,
    described,
)
from turncheck.engine.sampling import sample, samplers_of
from turncheck.engine.visible import quoted
from turncheck.strategies.operators import ImpossibleDamageError, operators_of

Recode = Callable[[str], str]


@attrs.frozen
class Template:
    """A wording: how texts are written for a model, and how the model writes its answers.

    Attributes:
        name: `adder/1`, `adder-json/1`, `py:MODULE:ATTRIBUTE`.
        encode: converts the domain's text to the model's.
        decode: converts the model's text to the domain's; it may raise anything on a text in another wording.
    """

    name: str
    encode: Recode = attrs.field(repr=False)
    decode: Recode = attrs.field(repr=False)

    @property
    def is_bare(self) -> bool:
        """Whether it leaves the domain's own texts unchanged."""
        return self.encode is _as_it_is


def _as_it_is(text: str) -> str:
    return text


OWN = Template("the domain's own texts", _as_it_is, _as_it_is)
"""Texts unchanged, for any domain."""


UNREADABLE = "unreadable: "
"""Put before an answer that the template cannot decode, so that it is no valid answer."""


class TemplatedEngine:
    """A learned engine behind a template: it reads and writes the domain's own texts."""

    def __init__(self, engine: LearnedEngine, template: Template) -> None:
        self.engine, self.template = engine, template

    def predict(self, prompts: Sequence[str], /) -> Sequence[str]:
        """Return the engine's answers, decoded."""
        given = self.engine.predict([self.template.encode(prompt) for prompt in prompts])
        if isinstance(given, str) or not isinstance(given, Sequence):
            return given  # it breaks the contract, which the caller reports
        return [self._decoded(answer) for answer in given]

    def troubles(self) -> Mapping[str, int]:
        """Return the engine's troubles."""
        return self.engine.troubles() if isinstance(self.engine, Troubled) else {}

    def findings(self) -> Sequence[str]:
        """Return the engine's findings."""
        return self.engine.findings() if isinstance(self.engine, Probed) else ()

    def training(self) -> Training | None:
        """Return what the engine was trained on, if it knows."""
        return self.engine.training() if isinstance(self.engine, Trained) else None

    def close(self) -> None:
        """Release the engine's resources, if it has a method for that."""
        close = getattr(self.engine, "close", None)
        if callable(close):
            close()

    def _decoded(self, answer: str) -> str:
        try:
            text = self.template.decode(answer)
        except KeyboardInterrupt:
            raise
        except BaseException:  # a user's template may raise anything on a text that it was not made for
            return f"{UNREADABLE}{answer}"
        return text


class TemplatedVerifier(TemplatedEngine):
    """A verifier behind a template."""

    engine: Any

    def verify(self, prompts: Sequence[str], drafts: Sequence[str], /) -> Sequence[Verdict]:
        """Return the engine's verdicts on the encoded drafts; they count tokens of the encoded drafts."""
        encode = self.template.encode
        verdicts: Sequence[Verdict] = self.engine.verify(list(map(encode, prompts)), list(map(encode, drafts)))
        return verdicts


class SpeakingEngine:
    """An engine that knows the domain's own texts, made to speak a template's wording: the reverse of
    `TemplatedEngine`, to test a template.
    """

    def __init__(self, engine: LearnedEngine, template: Template) -> None:
        self.engine, self.template = engine, template

    def predict(self, prompts: Sequence[str], /) -> list[str]:
        """Return the engine's answers, encoded."""
        given = self.engine.predict([self.template.decode(prompt) for prompt in prompts])
        return [self.template.encode(answer) for answer in given]


def behind(engine: LearnedEngine, template: Template) -> LearnedEngine:
    """Return the engine behind the template; unchanged for the domain's own wording."""
    if template.is_bare:
        return engine
    return (TemplatedVerifier if isinstance(engine, Verifier) else TemplatedEngine)(engine, template)


def bare(engine: LearnedEngine) -> tuple[LearnedEngine, Template]:
    """Return the engine without its template, and the template."""
    return (engine.engine, engine.template) if isinstance(engine, TemplatedEngine) else (engine, OWN)


# --- by name ---------------------------------------------------------------------------------------------------------


def plain(domain: Domain) -> Template:
    """Return the domain's own wording."""
    return attrs.evolve(OWN, name=domain.name)


def templates(domain: Domain) -> dict[str, Template]:
    """Return the domain's templates by name: its own wording first."""
    wording, in_json = JsonText(domain), f"{domain.name.partition('/')[0]}-json/1"
    pairs = {in_json: (wording.encode, wording.decode), **domain.templates}
    return {domain.name: plain(domain), **{name: Template(name, *pair) for name, pair in pairs.items()}}


def template(name: str | None, domain: Domain) -> Template:
    """Return the domain's template of that name, its own wording without a name; import a user's `py:MODULE:ATTRIBUTE`.

    Raises:
        EngineError: there is no such template, or it does not have two functions `encode` and `decode`.
    """
    known = templates(domain)
    if name is None or name in known:
        return known[name or domain.name]
    if not name.startswith("py:"):
        raise EngineError(f"template must be {', '.join(known)} or py:MODULE:ATTRIBUTE, got {quoted(name)}")
    found = attribute("template=py", name.removeprefix("py:"), "my_words:pair")
    pair = found if isinstance(found, tuple) else (getattr(found, "encode", None), getattr(found, "decode", None))
    if len(pair) != 2 or not all(map(callable, pair)):
        raise EngineError(f"template {name} must have two functions, encode and decode, or be such a pair")
    return Template(name, *pair)


def check_round_trip(template: Template, domain: Domain, rejects: bool) -> None:
    """Check that some cases and answers round-trip, and if the model rejects, malformed texts and rejections too.

    Raises:
        EngineError: a text does not round-trip, or is not encoded to a text.
    """
    for text in _texts(domain, rejects):
        try:
            theirs = template.encode(text)
            back = template.decode(theirs)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a user's template may raise anything
            fault = f"on {quoted(text)} it raised {described(error)}"
        else:
            if isinstance(theirs, str) and back == text:
                continue
            fault = f"{quoted(text)} comes back as {quoted(back)}"
        way_out = "decode(encode(text)) must be the text"
        if rejects:
            way_out += ", for malformed texts too; rejects=false leaves them out"
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
