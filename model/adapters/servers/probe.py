"""Find out how a server behaves, once, before any law runs.

Servers of one protocol differ: some accept one prompt per request, some leave the stop in the answer or drop white
space at its ends, some put a prompt into a chat template. Each of these would make a correct model look wrong. The
findings decide what the user left open; what the user gave is not examined.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from os.path import commonprefix
from typing import Any, Literal

import attrs

from turncheck.engine.domain import Domain
from turncheck.engine.learned import UnavailableError
from turncheck.engine.sampling import easy_case, sample, samplers_of
from turncheck.model.adapters.servers.address import OPTION, Address, EndpointError, ServerSettings, bases
from turncheck.model.adapters.servers.asking import Asker
from turncheck.model.adapters.servers.completions import (
    BUSY,
    check_status,
    is_cut,
    is_not_there,
    message_of,
    read_choices,
    read_echo,
)
from turncheck.model.adapters.servers.wire import Reply
from turncheck.model.adapters.templates import OWN, Template

BATCH = 16
"""Prompts per request, for a server that accepts more than one."""

ECHO = {"max_tokens": 1, "echo": True, "logprobs": 2}
"""Options that make a server score a text. No stop is sent, because some servers would search for it in the text
itself.
"""

FEW = 8
"""Tokens that are enough to see how an answer begins."""

WIDTH = 4
"""Most characters of a stop in a probe: a few, but more than one."""

LOOKED_AT = 2000
"""Characters of an answer in which a place for a stop is searched."""

MOST_NAMES = 8
"""Most models that a message lists."""


@attrs.frozen
class Known:
    """What is known about a server.

    Attributes:
        settings: the settings, with nothing left open.
        findings: the findings and their consequences, one line each.
        verifies: whether the server scores the text that it is sent.
    """

    settings: ServerSettings
    findings: tuple[str, ...] = ()
    verifies: bool = False


def unasked(settings: ServerSettings) -> Known:
    """Return the defaults for a server that is not probed."""
    return Known(_closed(settings))


def probed(settings: ServerSettings, domain: Domain, template: Template = OWN) -> Known:
    """Ask a server two cases of the domain and return the findings, with about six requests and two to four answers.

    Raises:
        EndpointError: the server cannot be asked this way; the message names the option that helps.
        UnavailableError: the server does not reply.
    """
    probe = Probe(settings, domain, template)
    probe.check_stop()
    try:
        probe.find_base()
        probe.find_stop_and_order()
        probe.find_start()
        probe.find_empty()
        verifies = probe.find_scores()
    finally:
        probe.asker.close()
    return Known(_closed(probe.settings), tuple(probe.findings), verifies)


def _closed(settings: ServerSettings) -> ServerSettings:
    """Return the settings with what is open set as for a server that follows the protocol."""
    batch = 1 if settings.chat else settings.batch or BATCH
    return attrs.evolve(settings, batch=batch, cuts=settings.cuts is not False, append=settings.append or "")


class Probe:
    """A server while it is probed.

    Attributes:
        settings: the settings so far.
        findings: the findings so far.
        prompts: two cases, with different correct answers if the domain has such.
        right: the correct answer to the first case.
        answers: the answers to the cases that were asked.
    """

    def __init__(self, settings: ServerSettings, domain: Domain, template: Template) -> None:
        self.settings, self.domain = settings, domain
        self.prompts, self.right = _two_prompts(domain, template)
        self.answers: list[str] = []
        self.findings: list[str] = []
        self.asker = Asker(settings)

    def check_stop(self) -> None:
        """Report a stop that begins within the end of a correct answer, such as a blank line after a newline.

        Raises:
            EndpointError: the correct answer contains a stop, so that it could never be complete.
        """
        ends = {self.right.find(stop): stop for stop in self.settings.stop if stop in self.right}
        if self.settings.cuts is False:
            return None
        if not ends:
            return self._tell_overlaps()
        at, stop = min(ends.items())
        if self.right[:at] + (self.settings.append or "") == self.right:
            return None
        name, lost = self.domain.name, ascii(self.right[at:])[1:-1]
        put_back = f", or {OPTION} 'append=\"{lost}\"' restores it" if self.right.endswith(stop) else ""
        raise EndpointError(
            f"stop must be in no correct answer, got {stop!a}, which answers of {name} contain: leave it out{put_back}"
        )

    def _tell_overlaps(self) -> None:
        for stop in self.settings.stop:
            lost = self.right[(self.right + stop).find(stop) :]
            if lost and self.settings.append is None:
                self.findings.append(
                    f"if the model writes the stop {stop!a} after an answer, the answer's own end, "
                    f"{lost!a}, is cut off with it"
                )

    # --- where it is, which model it has, how many prompts it takes --------------------------------------------------

    def find_base(self) -> None:
        """Ask at each base that the address may mean, until one has the route."""
        typed, named = self.settings.address, self.settings.model
        for base in bases(typed):
            self._settle(address=base)
            names = self.asker.models()
            self._settle(model=self._model_of(named, names))
            reply = self._first_reply()
            if not is_not_there(reply, self.settings):
                break
        else:
            self._settle(address=typed)
        try:
            self._read_first(reply)
        except (EndpointError, UnavailableError) as error:
            if names is None or self.settings.model in names or reply.status in BUSY:
                raise
            raise type(error)(f"{error}{self._hint(names)}") from None
        self._tell_found(typed, named)

    def _tell_found(self, typed: Address, named: str | None) -> None:
        """Put the findings about the address before all other findings."""
        told = []
        if self.settings.proxy is not None:
            told.append(f"it is asked through the proxy {self.settings.proxy}")
        if self.settings.address != typed:
            told.append(f"it answers at {self.settings.address}")
        if self.settings.model != named:
            told.append(f"it asks its only model, {self.settings.shown(self.settings.model or '', 100)}")
        self.findings[:0] = told

    def _hint(self, names: list[str]) -> str:
        """Return what the server's list of models tells about its refusal."""
        if names:
            return f"; it lists {self._listed(names)}"
        return "" if self.settings.model else f"; it lists no model, so it may need a name, {OPTION} model=NAME"

    def _model_of(self, named: str | None, names: list[str] | None) -> str | None:
        """Return the model to ask for: the one that the user named, or the only one."""
        if named is not None or not names:
            return named
        if len(names) > 1:
            way_out = f"name one, {OPTION} model=NAME"
            raise EndpointError(f"{self.settings.address} has {len(names)} models, {self._listed(names)}: {way_out}")
        return names[0]

    def _listed(self, names: list[str]) -> str:
        shown = [self.settings.shown(name, 60) for name in names[:MOST_NAMES]]
        return ", ".join(shown) + (" and more" if len(names) > MOST_NAMES else "")

    @property
    def _several(self) -> bool:
        """Whether two prompts go in one request."""
        return not self.settings.chat and self.settings.batch != 1

    def _first_reply(self) -> Reply:
        return self.asker.reply(self.prompts if self._several else self.prompts[:1], self._whole())

    def _whole(self, *stop: str) -> dict[str, object]:
        """Return the options for a complete answer."""
        texts = [*(stop or self.settings.stop)]
        return {"max_tokens": self.settings.max_new, **({"stop": texts} if texts else {})}

    def _read_first(self, reply: Reply) -> None:
        """Read the first answers. A server that does not give two answers is asked one prompt."""
        try:
            check_status(reply, self.settings)
            choices = read_choices(reply, 2 if self._several else 1, self.settings)
        except (EndpointError, UnavailableError) as refused:
            if not self._several:
                raise
            choices = self.asker.choices(self.prompts[:1], self._whole())
            self._take_one_a_request(
                str(refused) if reply.status == 200 else f"{message_of(reply, self.settings)} ({reply.status})"
            )
        self.answers = [choice["text"] for choice in choices]
        if any(map(is_cut, choices)):
            self.findings.append(f"an answer was cut at max_new={self.settings.max_new} tokens")

    def _take_one_a_request(self, said: str) -> None:
        if self.settings.batch is not None:
            way_out = f"{OPTION} batch=1"
            raise EndpointError(
                f"{self.settings.address} accepts one prompt per request, got with two prompts: {said}: {way_out}"
            )
        self._settle(batch=1)
        self.findings.append(f"it accepts one prompt per request, batch=1; with two prompts: {said}")

    # --- what it does at the ends of an answer -----------------------------------------------------------------------

    def find_stop_and_order(self) -> None:
        """Ask the first prompt alone, with a stop within its known answer: this shows which answer belongs to it,
        and what the server does with a stop and with white space before it.
        """
        outcome, in_order = None, None
        if (place := place_in(self.answers[0], len(commonprefix(self.answers)))) is not None:  # noqa: RUF071  no paths
            stop = self.answers[0][place.end : place.end + place.width]
            given = self._alone(self.prompts[0], self._whole(stop))
            outcome, in_order = stopped(given, self.answers[0], place), self._in_order(given)
        if in_order is None and len(set(self.answers)) == 2:
            in_order = self._in_order(self._alone(self.prompts[0], self._whole()))
        self._tell(outcome, in_order)
        if outcome == "cut and stripped":
            self._tell_stripped()

    def _in_order(self, given: str) -> bool | None:
        """Return whether the repeated answer is the first of the two answers and not the second; None if it fits
        both or neither.
        """
        if len(self.answers) < 2:
            return None
        first, second = (answer[: len(given)] == given[: len(answer)] for answer in self.answers)
        return first if first != second else None

    def _tell(self, outcome: Outcome | None, in_order: bool | None) -> None:
        if len(self.answers) == 2:
            self._tell_order(in_order)
        if not self.settings.stop or self.settings.cuts is not None:
            return
        if outcome == "left in part":
            way_out = f"leave stop out, or keep the answers as they are, {OPTION} cut_stop=false"
            raise EndpointError(f"{self.settings.address} leaves a part of a stop in the answer: {way_out}")
        self.findings.append(STOPS[outcome])

    def _tell_order(self, in_order: bool | None) -> None:
        batch = self.settings.batch or BATCH
        if in_order is None:
            why = "its two answers do not show whether in order"
            self.findings.append(f"it answers a list of prompts, batch={batch}; {why}")
        elif in_order:
            self.findings.append(f"it answers a list of prompts in order, batch={batch}")
        elif self.settings.batch is not None:
            way_out = f"{OPTION} batch=1"
            raise EndpointError(f"{self.settings.address} answers a list of prompts in another order: {way_out}")
        else:
            self._settle(batch=1)
            self.findings.append("it answers a list of prompts in another order, so it gets one per request, batch=1")
            self.answers.reverse()

    def _tell_stripped(self) -> None:
        """Report that white space at the end is dropped: no answer that ends with white space could be correct."""
        ending = re.search(r"\s*\Z", self.right)
        if self.settings.append is None and ending is not None and ending[0]:
            lost = ascii(ending[0])[1:-1]
            raise EndpointError(
                f"{self.settings.address} drops white space at the end of an answer, and answers of {self.domain.name} "
                f"end with {lost}: {OPTION} 'append=\"{lost}\"' restores it, even if the model did not write it"
            )
        self.findings.append(
            "it drops white space at the end of an answer, so white space that the model writes there is lost"
        )

    def find_start(self) -> None:
        """Let the server continue its own answer before white space: this shows what it does with white space at the
        start.
        """
        place = place_in(self.answers[0])
        if self.settings.chat:
            self.findings.append("what the model reads is what the server's chat template makes of a prompt")
        elif place is not None and place.start < place.end:
            known, rest = self.answers[0][: place.start], self.answers[0][place.start :]
            finding = begun(self._alone(self.prompts[0] + known, {"max_tokens": FEW}), rest)
            if finding == NO_WAY_ON and known[0].isspace():
                # If the server added the white space at the start, the model may continue without it.
                finding = begun(self._alone(self.prompts[0] + known.lstrip(), {"max_tokens": FEW}), rest)
            if finding is not None:
                self.findings.append(finding)

    def find_empty(self) -> None:
        """Find out whether the server answers an empty text, which laws about malformed texts ask."""
        if not self.domain.rejects:
            return
        try:
            reply = self.asker.reply([""], {"max_tokens": 1})
            said = "" if reply.status == 200 else f"{message_of(reply, self.settings)} ({reply.status})"
        except (EndpointError, UnavailableError) as error:
            said = str(error)
        if said:
            self.findings.append(f"it refuses an empty prompt, so that prompt gets no answer: {said}")

    def _alone(self, prompt: str, asked: dict[str, object]) -> str:
        """Return the answer to one prompt; empty if the request fails."""
        try:
            [choice] = self.asker.choices([prompt], asked)
        except (EndpointError, UnavailableError):
            return ""
        return str(choice["text"])

    # --- whether it scores -------------------------------------------------------------------------------------------

    def find_scores(self) -> bool:
        """Find out whether the server scores the text that it is sent, with one case and its answer."""
        if self.settings.chat:
            return False
        prompt = self.prompts[0]
        found = self._scores([prompt, prompt + self.right])
        as_written = not self.settings.append and (not self.settings.stop or self.settings.cuts is not False)
        self.findings.append(
            "it scores what it is sent, so correct answers need not be written"
            if found
            else "it does not score what it is sent (echo and logprobs), so every answer is written"
        )
        return found and as_written

    def _scores(self, texts: Sequence[str]) -> bool:
        choices: list[dict[str, Any]] = []
        try:
            for batch in [texts] if self.settings.batch != 1 else [[text] for text in texts]:
                choices += self.asker.choices(batch, ECHO)
                if read_echo(choices[0], texts[0]) is None:
                    return False
        except (EndpointError, UnavailableError):
            return False
        return all(read_echo(choice, text) is not None for choice, text in zip(choices, texts, strict=True))

    def _settle(self, **known: Any) -> None:
        """Set what is known; later requests use it."""
        self.settings = attrs.evolve(self.settings, **known)
        if "address" in known:
            self.asker.close()
            self.asker = Asker(self.settings)
        self.asker.settings = self.settings


def _two_prompts(domain: Domain, template: Template) -> tuple[list[str], str]:
    """Return two cases in the model's wording, with different correct answers if possible, and the correct answer to
    the first.
    """
    first, *others = (
        domain.write(easy_case(domain)),
        *map(domain.write, sample(domain, next(iter(samplers_of(domain))), 0, 20)),
    )
    right = domain.resolve_text(first)
    second = next((text for text in others if domain.resolve_text(text) != right), others[0])
    try:
        return [template.encode(first), template.encode(second)], template.encode(right)
    except Exception:  # a user's template may raise anything; `check_round_trip` reports it
        return [first, second], right


# --- reading what it did ----------------------------------------------------------------------------------------------


@attrs.frozen
class Place:
    """A position within an answer at which it can be stopped: a text that occurs there for the first time.

    Attributes:
        start, end: the ends of the white space before the position; both are the position if there is none.
        width: the length of the text.
    """

    start: int
    end: int
    width: int


def place_in(answer: str, behind: int = 0) -> Place | None:
    """Return a position in an answer, if possible after white space and after `behind` characters.

    Return None if the answer is too short, or repeats one character.
    """
    answer = answer[:LOOKED_AT]
    found = _places(answer, (at.span(1) for at in re.finditer(r"(?<=\S)(\s+)(?=\S)", answer)))
    bare = _places(answer, ((at, at) for at in range(1, len(answer))))
    return (
        next((place for place in found if place.end > behind), None)
        or next(iter(found), None)
        or next(iter(bare), None)
    )


def _places(answer: str, spaces: Iterable[tuple[int, int]]) -> list[Place]:
    """Return the positions after some white space at which a text occurs for the first time."""
    places = [Place(start, end, len(answer[end : end + WIDTH])) for start, end in spaces]
    return [place for place in places if answer.find(answer[place.end : place.end + WIDTH]) == place.end]


Outcome = Literal["cut", "cut and stripped", "kept", "left in part", "ignored"]
"""What the server did with a stop."""

STOPS: dict[Outcome | None, str] = {
    "cut": "it cuts an answer before the stop",
    "cut and stripped": "it cuts an answer before the stop",
    "kept": "it leaves the stop in the answer, which is then cut there",
    "ignored": "it writes past the stop, and the answer is then cut there",
    None: "it is unknown whether it leaves the stop in the answer; if so, the answer is cut there",
}


def stopped(given: str, whole: str, place: Place) -> Outcome | None:
    """Return what the server did with a stop at a position of a known answer; None if it gave another answer."""
    before, stop = whole[: place.end], whole[place.end : place.end + place.width]
    if given == before:
        return "cut"
    if given == before.rstrip():
        return "cut and stripped"
    if given.startswith(before + stop):
        return "ignored" if given == whole and len(whole) > place.end + place.width else "kept"
    if given.startswith(before) and stop.startswith(given[len(before) :]):
        return "left in part"
    return None


NO_WAY_ON = (
    "it does not continue its own answer: it may put a prompt into a chat template, or split it into other tokens"
)


def begun(given: str, rest: str) -> str | None:
    """Return the finding about a reply that should begin like the rest of a known answer, which begins with white
    space.
    """
    if not given or rest.startswith(given) or given.startswith(rest):
        return None
    if (bare := rest.lstrip()).startswith(given) or given.startswith(bare):
        return "it drops white space at the start of an answer, so white space that the model writes there is lost"
    if given[0].isspace() and (given[1:].startswith(rest) or rest.startswith(given[1:])):
        return "it puts white space before an answer: remove it with a template, template=py:..."
    return NO_WAY_ON
