"""A domain: an engine as a value. It defines the engine's inputs and answers, and whatever else is known about it.

An engine whose answer is the next state has a state, orders and a step. Any other engine has a prompt, an answer and a
function from one to the other:

    >>> from turncheck.engine.fields import Int
    >>> from turncheck.engine.schema import Schema
    >>> adder = Domain(
    ...     "adder/1",
    ...     prompt=Schema("{a}+{b}=", a=Int(0, 99), b=Int(0, 99), end=""),
    ...     answer=Schema("{sum}", sum=Int(0, 198), end=""),
    ...     resolve=lambda case: {"sum": case.a + case.b},
    ... )
    >>> adder.resolve_text("07+35="), adder.resolve_text("7+35=")
    ('042', 'reject bad_number')

Everything else is derived from these: strategies, samplers, malformed texts, failure modes, laws, the words of a
tokenizer. A domain can override each of them. Generic code knows a domain only through this interface.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Any, Protocol, TypeVar, overload

import attrs

from turncheck.engine.attached import ANY, LawFunction, Narrowed
from turncheck.engine.case import Case, MemberCountError, UnknownFieldError
from turncheck.engine.fields import Int, SchemaError
from turncheck.engine.play import Play
from turncheck.engine.reading import BrokenPartError, Check, MalformedTextError, Reader, reasons_of
from turncheck.engine.schema import Schema

AnyCase = Any
"""A case: a `Case` of the prompt's schema, or the codec's value for it."""
AnyAnswer = Any
"""An answer that is no rejection: a `Case` of the answer's schema, or the codec's value for it."""
Sampler = Callable[[Random], AnyCase]
CaseChange = Callable[[AnyCase, Random], Any]
"""A change of a case to another case, to the fields that differ, or to None where it does not apply."""
Function = TypeVar("Function", bound=Callable[..., Any])


class DomainError(ValueError):
    """A domain that cannot be used, or whose reference returned something invalid.

    Attributes:
        domain: the domain's name.
        fault: what is wrong, and the way out.
        text: the text of a case that shows the fault, if there is one.
    """

    def __init__(self, domain: str, fault: str, text: str = "") -> None:
        super().__init__(domain, fault, text)
        self.domain, self.fault, self.text = domain, fault, text

    def __str__(self) -> str:
        return f"domain {self.domain}: {self.fault}" + (f"; shown by {self.text!r}" if self.text else "")


def _tuple(values: Any) -> tuple[Any, ...]:
    """Return several values, or a single value, as a tuple."""
    return tuple(values) if isinstance(values, Iterable) and not isinstance(values, str) else (values,)


def _is_word(symmetry: Symmetry, attribute: object, name: str) -> None:
    if not isinstance(name, str) or not re.fullmatch("[a-z][a-z0-9_]*", name):
        raise SchemaError("a symmetry's name", "one word of small letters, digits and _, as mirrored_board", name)


@attrs.frozen
class Symmetry:
    """A metamorphic relation: the answer to one case determines the answer to another case.

    Attributes:
        name: the name of the relation and of its law.
        of_case: a function from a case to the other case, or to the values of its fields.
        of_answer: a function from the first answer to the required answer to the other case; by default the identity.

    Raises:
        SchemaError: the name is not one word of small letters, digits and _.
    """

    name: str = attrs.field(validator=_is_word)
    of_case: Callable[[Any], Any]
    of_answer: Callable[[Any], Any] = lambda answer: answer


@attrs.frozen
class Monotone:
    """A field of the answer that never falls when a field of the prompt rises and everything else stays the same.

    Attributes:
        field: a field of the answer, an `Int`.
        of: a field of the prompt, an `Int`.
        rises: True if `field` never falls; False if it never rises.
    """

    field: str
    of: str
    rises: bool = True


class Codec(Protocol):
    """Converts between values of the schemas and the domain's own classes. Values stand in their schema's order."""

    def case(self, values: tuple[Any, ...]) -> AnyCase:
        """Return the case with these values of the prompt."""
        ...

    def case_values(self, case: AnyCase) -> tuple[Any, ...]:
        """Return the prompt's values of a case."""
        ...

    def answer(self, values: tuple[Any, ...]) -> AnyAnswer:
        """Return the answer with these values, which may be out of range, because a learned engine wrote them."""
        ...

    def answer_values(self, answer: AnyAnswer) -> tuple[Any, ...]:
        """Return the answer's values."""
        ...

    def parted(self, case: AnyCase) -> tuple[AnyAnswer, Any]:
        """Split a case into the state and the orders; only for a domain with a state."""
        ...

    def joined(self, state: AnyAnswer, orders: Any) -> AnyCase:
        """Return the case of a state and orders."""
        ...


@attrs.frozen
class CaseCodec:
    """The default codec: cases, answers, states and orders are values of type `Case`."""

    prompt: Schema
    answers: Schema
    orders: Schema | None

    def case(self, values: tuple[Any, ...]) -> Case:
        """Return the case with these values."""
        return Case(self.prompt, values)

    def case_values(self, case: Case) -> tuple[Any, ...]:
        """Return the case's values; for a case of another schema, the values of the same names."""
        return case.part(self.prompt).values_

    def answer(self, values: tuple[Any, ...]) -> Case:
        """Return the answer with these values."""
        return Case(self.answers, values)

    def answer_values(self, answer: Case) -> tuple[Any, ...]:
        """Return the answer's values."""
        return answer.part(self.answers).values_

    def parted(self, case: Case) -> tuple[Case, Case | None]:
        """Split a case into the state and the orders, if there are any."""
        return case.part(self.answers), None if self.orders is None else case.part(self.orders)

    def joined(self, state: Case, orders: Case | None) -> Case:
        """Join a state and orders into one case."""
        return Case(self.prompt, self.answer_values(state) + (orders.values_ if orders is not None else ()))


@attrs.frozen(eq=False, repr=False)
class Domain:
    """An engine as a value.

    Attributes:
        name: the name with its version, `tictactoe/1`; a checkpoint names the domain that it learned.

        state: the schema of a state, if the answer is the next state.
        orders: the schema of the orders, which follow the state; None if a state changes without orders.
        step: a function from a case to the fields of the state that change, by name, or to the next state.
        start: where plays begin: a state (or its fields that are not the simplest), several states, or a function that
            makes a state from a `random.Random`.

        prompt: the schema of a case, instead of `state` and `orders`.
        answer: the schema of an answer.
        resolve: a function from a case to the answer, or to its fields by name; also allowed instead of `step`.

        checks: conditions across fields, in the order in which they are tested.
        symmetries: metamorphic relations between the answers to two cases.
        untouched: fields of the state that no step changes.
        monotone: fields of the answer that never fall when a field of the prompt rises.
        rejects: whether the engine answers malformed texts with `reject REASON`; if not, no model is asked such texts.
        accepts: whether an answer to a case is correct, if several are; `resolve` then returns one of them.

        rules: the names of the engine's rules, with a sentence for each; laws name the rules that they follow from.
        without: returns the domain with the rule of that name left out.
        alternatives: returns the domain with each other single change of its rules, by the change in words, as it
            follows `as if`: `burn_damage were 2`. They explain wrong answers (see `turncheck.properties.explaining`).
        exempt: the rules that change no answer when they are left out, with the reasons.
        variants: returns the variant of this domain that the text of a rules file describes.
        base: for a variant, the domain that it is a variant of.
        described: for a variant, its differences in words; else the name.
        fingerprint: a text that differs for each variant; by default the description.
        variant: the rules in force, as a value of the domain's own.

        codec: converts between values of the schemas and the domain's own classes.
        words: the words of the grammar, in the order in which a tokenizer numbers them.
        reasons: for each reason for rejecting a text, the rule that it follows from and a sentence.
        samplers: seeded distributions of cases by name, in addition to `mixed`, `uniform` and `play` or instead of
            them; None drops one of these.
        arrays: many cases at once (`turncheck.engine.table.Arrays`), or a function that returns it on first use.
        strategies: the domain's own Hypothesis strategies (see `turncheck.strategies.cases`).
        operators: for each reason, an operator that damages a case's text, `operator(case, choice)`.
        synonyms: for words of the grammar, other words for the same thing, none of them a word of the grammar.
        harmless: changes of a case to another valid case whose answer is known, by name: functions of a case and a
            `random.Random` that return a case, or the fields that differ, or None if that case cannot be changed so.
        edge_states: changes of a case to a valid case at an edge of the rules, by name: functions as in `harmless`.
        edits: returns the edits that simplify a case (see `turncheck.properties.checking.edits`).
        size: the total order by which counterexamples are shrunk: a key of a text.
        describe: returns the short form of a case, from its text and the kind of its law.
        recall: returns the texts of the cases and plays with a given short form; if `describe` is given, `turncheck
            show` needs `recall` to ask a case by its short form.
        aims: quantities of a play that should become high, by name; they steer how plays are drawn.
        plays_on: makes a play that begins with a case and continues at random.
        laws: the domain's laws, or a function that returns them on first use.
        derives: whether the domain also gets the laws derived from its schema.
        held: whether its laws were checked against its own reference on many cases; if not, every run tries them first.
        templates: other wordings by name: a pair of inverse functions, from the domain's texts and back.
        stages: the stages in which the reference can answer (`turncheck.engine.stages.Stages`), or a function that
            returns them on first use.
        model: the path of the model to check if no model is named.

    Raises:
        DomainError: parts are missing or contradict each other.
    """

    name: str
    state: Schema | None = attrs.field(default=None, kw_only=True)
    orders: Schema | None = attrs.field(default=None, kw_only=True)
    step: Callable[[Any], Any] | None = attrs.field(default=None, kw_only=True)
    start: Any = attrs.field(default=None, kw_only=True)
    prompt: Schema = attrs.field(default=None, kw_only=True)
    answer: Schema = attrs.field(default=None, kw_only=True)
    resolve: Callable[[Any], Any] = attrs.field(default=None, kw_only=True)
    checks: tuple[Check, ...] = attrs.field(default=(), converter=_tuple, kw_only=True)
    symmetries: tuple[Symmetry, ...] = attrs.field(default=(), converter=_tuple, kw_only=True)
    untouched: tuple[str, ...] = attrs.field(default=(), converter=_tuple, kw_only=True)
    monotone: tuple[Monotone, ...] = attrs.field(default=(), converter=_tuple, kw_only=True)
    rejects: bool = attrs.field(default=True, kw_only=True)
    accepts: Callable[[Any, Any], bool] | None = attrs.field(default=None, kw_only=True)
    rules: Mapping[str, str] = attrs.field(factory=dict, kw_only=True)
    without: Callable[[str], Domain] | None = attrs.field(default=None, kw_only=True)
    alternatives: Callable[[], Mapping[str, Domain]] | None = attrs.field(default=None, kw_only=True)
    exempt: Mapping[str, str] = attrs.field(factory=dict, kw_only=True)
    variants: Callable[[str], Domain] | None = attrs.field(default=None, kw_only=True)
    base: Domain | None = attrs.field(default=None, kw_only=True)
    described: str = attrs.field(default="", kw_only=True)
    fingerprint: str = attrs.field(default="", kw_only=True)
    variant: Any = attrs.field(default=None, kw_only=True)
    codec: Codec = attrs.field(default=None, kw_only=True)
    words: tuple[str, ...] = attrs.field(default=(), converter=_tuple, kw_only=True)
    reasons: Mapping[str, tuple[str, str]] = attrs.field(factory=dict, kw_only=True)
    samplers: Mapping[str, Sampler | None] = attrs.field(factory=dict, kw_only=True)
    arrays: Any = attrs.field(default=None, kw_only=True)
    strategies: Any = attrs.field(default=None, kw_only=True)
    operators: Mapping[str, Callable[[Any, int], str]] | None = attrs.field(default=None, kw_only=True)
    synonyms: Mapping[str, Sequence[str]] = attrs.field(factory=dict, kw_only=True)
    harmless: Mapping[str, CaseChange] = attrs.field(factory=dict, kw_only=True)
    edge_states: Mapping[str, CaseChange] = attrs.field(factory=dict, kw_only=True)
    edits: Callable[[], Any] | None = attrs.field(default=None, kw_only=True)
    size: Callable[[str], Any] | None = attrs.field(default=None, kw_only=True)
    describe: Callable[[str, str], str] | None = attrs.field(default=None, kw_only=True)
    recall: Callable[[str], Sequence[str]] | None = attrs.field(default=None, kw_only=True)
    aims: Callable[[Play], Mapping[str, float]] | None = attrs.field(default=None, kw_only=True)
    plays_on: Callable[[Any, Random], Play] | None = attrs.field(default=None, kw_only=True)
    laws: Any = attrs.field(default=(), kw_only=True)
    derives: bool = attrs.field(default=True, kw_only=True)
    held: bool = attrs.field(default=False, kw_only=True)
    templates: Mapping[str, tuple[Callable[[str], str], Callable[[str], str]]] = attrs.field(factory=dict, kw_only=True)
    stages: Any = attrs.field(default=None, kw_only=True)
    model: Path | None = attrs.field(default=None, kw_only=True)
    attached: list[LawFunction] = attrs.field(factory=list, init=False)

    def __attrs_post_init__(self) -> None:
        set_once = object.__setattr__
        if not isinstance(self.name, str) or not re.fullmatch(r"[A-Za-z0-9][\w.-]*/\w+", self.name):
            raise DomainError(str(self.name), "its name must be a word and a version, as tictactoe/1")
        for part in ("state", "orders", "prompt", "answer"):
            if not isinstance(getattr(self, part), Schema | None):
                raise DomainError(self.name, f"its {part} must be a Schema, got {type(getattr(self, part)).__name__}")
        if self.state is not None:
            self._refuse("prompt and answer", self.prompt or self.answer, "left out if there is a state")
            set_once(self, "prompt", self.state + self.orders if self.orders is not None else self.state)
            set_once(self, "answer", self.state)
        elif self.prompt is None or self.answer is None:
            raise DomainError(self.name, "it must have a state (with orders and a step), or a prompt and an answer")
        else:
            beside = self.orders is not None or self.start is not None or self.untouched
            self._refuse("orders, start and untouched", beside, "left out if there is no state")
        if (self.step is None) == (self.resolve is None) or (self.step and self.state is None):
            raise DomainError(self.name, "it must have a state with a step, or a prompt and an answer with resolve")
        if self.codec is None:
            set_once(self, "codec", CaseCodec(self.prompt, self.answer, self.orders))
        set_once(self, "described", self.described or self.name)
        set_once(self, "fingerprint", self.fingerprint or self.described)
        reject = ("reject",) if self.rejects else ()
        set_once(self, "words", self.words or tuple(dict.fromkeys((*self.prompt.words, *self.answer.words, *reject))))
        if not self.reasons:
            found = reasons_of(self.prompt, self.checks, self.words)
            set_once(self, "reasons", {reason: (reason, about) for reason, about in found.items()})
        self._check_names()
        self._check_rejections()
        self._check_synonyms()

    def _refuse(self, parts: str, given: object, demand: str) -> None:
        if given:
            raise DomainError(self.name, f"{parts} must be {demand}")

    def _check_names(self) -> None:
        """Check that every field that is named exists."""
        wanted = {f"check {check.reason}": (check.fields, self.prompt) for check in self.checks}
        wanted["untouched"] = self.untouched, self.answer
        for what, (names, schema) in wanted.items():
            for name in names:
                if name not in schema.places and name not in schema.repeated:
                    raise DomainError(self.name, f"{what}: {UnknownFieldError(name, schema.names)}")
        for each in self.monotone:
            for name, schema in ((each.field, self.answer), (each.of, self.prompt)):
                if not isinstance(schema.fields.get(name), Int):
                    numbers = tuple(known for known, field in schema.fields.items() if isinstance(field, Int))
                    demand = f"monotone: a field must be an Int, one of {', '.join(numbers)}"
                    raise DomainError(self.name, f"{demand}, got {name!r}")

    def _check_rejections(self) -> None:
        """Check that an answer cannot be mistaken for a rejection."""
        if self.rejects and self._begins_with_reject:
            fault = "its answers must not begin with reject, as rejections do: use another word, or set rejects=False"
            raise DomainError(self.name, fault)

    def _check_synonyms(self) -> None:
        """Check that words of the grammar have synonyms, and that no synonym is one."""
        for word, others in self.synonyms.items():
            if word not in self.words:
                fault = f"synonyms: each key must be one of its words ({', '.join(self.words)})"
                raise DomainError(self.name, f"{fault:.300}, got {word!r}")
            for other in _tuple(others):
                if not isinstance(other, str) or not re.fullmatch(r"\S+", other) or other in self.words:
                    fault = f"synonyms of {word} must be texts without white space and no words of the grammar"
                    raise DomainError(self.name, f"{fault}, got {other!r}")

    def __repr__(self) -> str:
        return f"Domain({self.described!r})"

    # --- texts ---

    @cached_property
    def reader(self) -> Reader:
        """The reader of prompts."""
        return Reader(self.prompt, self.checks, self.words, {name: each[::-1] for name, each in self.reasons.items()})

    @cached_property
    def _begins_with_reject(self) -> bool:
        """Whether an answer may begin with `reject` and a space, as rejections do."""
        first, *more = self.answer.lines[0]
        return bool(more) and re.fullmatch(first.pattern, "reject") is not None

    @cached_property
    def answer_reader(self) -> Reader:
        """The reader of answers."""
        return Reader(self.answer, (), self.words, {name: each[::-1] for name, each in self.reasons.items()})

    def write(self, case: AnyCase) -> str:
        """Return the text of a case."""
        return self.prompt.write_values(self.codec.case_values(case))

    def read(self, text: str) -> AnyCase:
        """Parse the text of a case.

        Raises:
            MalformedTextError: the text is no case; the error says why and where.
            DomainError: a check or a field of the domain's own raised.
        """
        return self.codec.case(self._values(text))

    def is_case(self, text: str) -> bool:
        """Return whether the text is a case."""
        try:
            return self.reader.is_case(text)
        except BrokenPartError as error:
            raise DomainError(self.name, str(error), text) from error

    def unmet(self, values: tuple[Any, ...]) -> Check | None:
        """Return the first check that the values of the prompt do not meet; None if they meet all checks.

        Raises:
            DomainError: a check raised.
        """
        try:
            return self.reader.unmet(values)
        except BrokenPartError as error:
            raise DomainError(self.name, str(error), self.prompt.write_values(values)) from error

    def _values(self, text: str) -> tuple[Any, ...]:
        try:
            return self.reader.values(text)
        except BrokenPartError as error:
            raise DomainError(self.name, str(error), text) from error

    def write_answer(self, answer: AnyAnswer) -> str:
        """Return the text of an answer."""
        return self.answer.write_values(self.codec.answer_values(answer))

    def read_answer(self, text: str) -> AnyAnswer | str:
        """Parse a learned engine's answer: return the answer, or the reason of a rejection.

        Parsing is lenient: the words and the form of each field must be correct, but values may be out of range.

        Raises:
            MalformedTextError: the text is neither an answer nor a rejection.
            DomainError: a field of the domain's own raised.
        """
        reason = self.rejected_for(text)
        if reason is not None:
            return reason
        try:
            return self.codec.answer(self.answer_reader.lenient(text))
        except BrokenPartError as error:
            raise DomainError(self.name, str(error), text) from error

    def rejection(self, reason: str) -> str:
        """Return the answer to a text that is no case."""
        return f"reject {reason}{self.answer.end}"

    def rejected_for(self, answer: str) -> str | None:
        """Return the reason, if the answer is a rejection for one of the domain's reasons."""
        if not self.rejects and self._begins_with_reject:
            return None
        found = re.fullmatch(f"reject ([a-z0-9_]+){self.answer.end}", answer) if answer.startswith("reject") else None
        return found[1] if found and found[1] in self.reasons else None

    # --- the reference ---

    def outcome(self, case: AnyCase) -> AnyAnswer:
        """Return the reference's answer to a case.

        Raises:
            DomainError: the reference raised, or returned unknown fields or values out of range.
        """
        function = self.step or self.resolve
        try:
            given = function(case)
        except Exception as error:
            fault = f"its {'step' if self.step else 'resolve'} raised {type(error).__name__}: {error}"[:300]
            raise DomainError(self.name, fault, self.write(case)) from error
        if not isinstance(self.codec, CaseCodec):
            return given
        return self._answer_of(case, given)

    def _answer_of(self, case: Case, given: Any) -> Case:
        if not isinstance(given, Mapping):
            fault = f"its reference must return fields by name, got {type(given).__name__}"
            raise DomainError(self.name, fault, self.write(case))
        try:
            if isinstance(given, Case):
                answer = given.part(self.answer)  # if it is the case itself, changed, its orders are dropped
            elif self.step is not None:
                answer = case.part(self.answer).changed(given)
            else:
                answer = self.answer.neutral.changed(given)
        except (UnknownFieldError, MemberCountError) as error:
            fault = f"its reference returned an unknown field: {error}"
            raise DomainError(self.name, fault, self.write(case)) from error
        if self.step is None and (missing := [name for name in self.answer.names if _lacks(given, name)]):
            raise DomainError(self.name, f"its reference must also return {missing[0]}", self.write(case))
        for (name, field), value in zip(self.answer.fields.items(), answer.values_, strict=True):
            if not _allows(field, value):
                fault = f"its reference must return a value of {field!r} for {name}, got {value!r:.80}"
                raise DomainError(self.name, fault, self.write(case))
        return answer

    def resolve_text(self, text: str) -> str:
        """Return the reference's answer to any text: the answer to a case, or `reject REASON`."""
        try:
            values = self._values(text)
        except MalformedTextError as error:
            return self.rejection(error.reason)
        return self.write_answer(self.outcome(self.codec.case(values)))

    def agrees(self, prompt: str, answer: str, expected: str | None = None) -> bool:
        """Return whether an answer is correct: the reference's answer, or an answer that the domain accepts.

        Args:
            prompt: any text.
            answer: the learned engine's answer.
            expected: the reference's answer, if it is already known.
        """
        if answer == (self.resolve_text(prompt) if expected is None else expected):
            return True
        if self.accepts is None:
            return False
        try:
            case, read = self.read(prompt), self.read_answer(answer)
        except MalformedTextError:
            return False
        if isinstance(read, str):
            return False
        try:
            return bool(self.accepts(case, read))
        except Exception:  # a learned engine may write any value, and `accepts` may raise on it
            return False

    # --- cases ---

    def case(self, /, **values: Any) -> AnyCase:
        """Return the simplest case with these values, by the names of fields or of repeated fields."""
        return self.codec.case(self.prompt.neutral.changed(values).values_)

    def fields_of(self, case: AnyCase) -> Case:
        """Return a case as a value with the fields of the prompt, whatever the class of the domain's cases."""
        return Case(self.prompt, self.codec.case_values(case))

    def answer_fields(self, answer: AnyAnswer) -> Case:
        """Return an answer as a value with the fields of the answer."""
        return Case(self.answer, self.codec.answer_values(answer))

    @property
    def shared(self) -> tuple[str, ...]:
        """The fields of the answer that the prompt also has."""
        return tuple(name for name in self.answer.names if name in self.prompt.places)

    # --- plays ---

    @property
    def has_plays(self) -> bool:
        """Whether a play can continue from an answer: if the answer is the next state."""
        return self.state is not None

    def write_orders(self, orders: Any) -> str:
        """Return the text of orders, as it follows the state."""
        if self.orders is None:
            return ""
        values = self.codec.case_values(self.codec.joined(self.outset, orders))
        return self.orders.write_values(values[len(self.answer.names) :])

    @cached_property
    def outset(self) -> AnyAnswer:
        """The simplest state."""
        return self.codec.answer(self.answer.neutral.values_)

    def turns(self, play: Play) -> Iterator[AnyCase]:
        """Yield the cases of a play, one after the other, as the reference plays them."""
        state = play.state
        for orders in play.orders:
            case = self.codec.joined(state, orders)
            yield case
            state = self.outcome(case)

    def write_play(self, play: Play) -> str:
        """Return the text of a play: the state, then the orders of one turn after another, each on its own lines;
        without orders, the number of turns.
        """
        state = self.write_answer(play.state)
        if self.orders is None:
            return f"{state}{_separator(state)}steps {len(play.orders)}\n"
        return state + ("" if self.orders.end else "\n").join(map(self.write_orders, play.orders))

    def read_play(self, text: str) -> Play:
        """Parse the text of a play: each of its orders must make a case with the state that the reference reaches.

        Raises:
            MalformedTextError: the text is no such play; the line counts from the start of the whole text.
        """
        lines = [line for line in re.split(r"(?<=\n)", text) if line]
        first, each = len(self.answer.lines), len(self.orders.lines) if self.orders is not None else 1
        if self.orders is None:
            return self._steps_of("".join(lines[:first]), lines[first:])
        state, done, before = None, [], "".join(lines[:first])
        for start in range(first, max(len(lines), first + 1), each):
            case = self._turn_of_play(before, "".join(lines[start : start + each]), start, first)
            at, orders = self.codec.parted(case)
            state = at if state is None else state
            done.append(orders)
            before = self.write_answer(self.outcome(case))
        return Play(state, tuple(done))

    def _turn_of_play(self, state: str, orders: str, start: int, first: int) -> AnyCase:
        """Return the case of a state and orders; `start` lines of the play come before them, `first` lines of the
        case.
        """
        is_last_line_open = self.orders is not None and not self.orders.end
        try:
            return self.read(state + (orders.removesuffix("\n") if is_last_line_open else orders))
        except MalformedTextError as error:
            # A state that the reference reached has no line in the play: its fault is reported at the orders.
            line = error.line + start - first if error.line > first or start == first else start + 1
            raise MalformedTextError(error.reason, line, error.piece, error.about, error.rule) from None

    def _steps_of(self, state: str, lines: Sequence[str]) -> Play:
        case = self.read(state if self.answer.end else state.removesuffix("\n"))
        found = re.fullmatch(r"steps ([1-9][0-9]{0,5})\n", "".join(lines))
        if found is None:
            raise MalformedTextError("truncated" if not lines else "unknown_label", len(self.answer.lines) + 1, 1)
        return Play(self.codec.parted(case)[0], (None,) * int(found[1]))

    # --- order and words ---

    def simplicity(self, text: str) -> Any:
        """Return a sort key, simplest first: fewer lines, fewer fields unlike the simplest, lower values, then the
        text.
        """
        if self.size is not None:
            return self.size(text)
        try:
            values = self.reader.lenient(text)
        except MalformedTextError:
            return text.count("\n"), len(text.split()), sum(int(part[:9]) for part in re.findall("[0-9]+", text)), text
        ranks = [field.rank(value) for field, value in zip(self.prompt.fields.values(), values, strict=True)]
        return text.count("\n"), sum(rank > 0 for rank in ranks), sum(ranks), text

    # --- laws of the user's own ---

    def cases(self, /, **narrowed: Any) -> Narrowed:
        """Return the cases with some fields restricted: to a value, to several values, or by a predicate on the value.

        Use the result for `law(cases=...)`; `turncheck.strategies.cases` makes a strategy from it.

        Raises:
            DomainError: there is no such field.
        """
        for name in narrowed:
            if name not in self.prompt.places and name not in self.prompt.repeated:
                raise DomainError(self.name, str(UnknownFieldError(name, self.prompt.names)))
        return Narrowed(narrowed)

    @overload
    def law(self, function: Function, /) -> Function: ...

    @overload
    def law(
        self,
        /,
        *,
        rule: str = "",
        kind: str = "",
        cases: Narrowed = ANY,
        applies: Callable[[Any], bool] | None = None,
        also: Callable[[Any], Any] | None = None,
        plays: bool = False,
    ) -> Callable[[Function], Function]: ...

    def law(
        self,
        function: Callable[..., Any] | None = None,
        /,
        *,
        rule: str = "",
        kind: str = "",
        cases: Narrowed = ANY,
        applies: Callable[[Any], bool] | None = None,
        also: Callable[[Any], Any] | None = None,
        plays: bool = False,
    ) -> Any:
        """Attach a law: a function with one assertion about a case and its answer. The function's docstring is the
        law's sentence, its name the law's name.

            @DOMAIN.law
            def marks_are_never_taken_back(before, after):
                \"\"\"A cell that holds a mark keeps it.\"\"\"
                assert ...

        Args:
            function: gets the case and the answer; with `also`, also the answer to the second case; with `plays`, a
                play and the states after its turns, for a model that is fed its own answers.
            rule: the rules that the law follows from, for tables.
            kind: `known answer`, `invariance` (with `also`) or `direction`.
            cases: the cases that the law is about.
            applies: a condition on the case that restricted fields cannot express.
            also: makes a second case from the first, or the values of its fields.
            plays: whether the law is about plays.
        """

        def attach(decorated: Callable[..., Any]) -> Callable[..., Any]:
            attached = LawFunction(decorated, rule, kind, cases, applies, also, plays)
            if any(each.name == attached.name for each in self.attached):
                raise DomainError(self.name, f"each law must have a unique name, got {attached.name} twice")
            self.attached.append(attached)
            return decorated

        return attach if function is None else attach(function)


def _allows(field: Any, value: Any) -> bool:
    try:
        return bool(field.allows(value))
    except Exception:
        return False


def _lacks(given: Collection[str], name: str) -> bool:
    return name not in given and name.rpartition("[")[0] not in given


def _separator(state: str) -> str:
    return "" if state.endswith("\n") else "\n"
