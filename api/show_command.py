"""`turncheck show`: a model's answer beside the reference's, for a case in a file or in short form, or for a saved
counterexample.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from turncheck.arguments import Place, located_argument
from turncheck.exit_codes import BROKEN, HELD
from turncheck.options import BadInputError, Command, cannot_be_used, model_options, subject_of

if TYPE_CHECKING:
    from turncheck.engine.domain import Domain
    from turncheck.properties.checking.subject import Subject
    from turncheck.reports.screen import Screen

LARGEST = 1_000_000
"""Most bytes of a file; a case has a few hundred."""

OF_MODELS = (".bin", ".ckpt", ".gguf", ".onnx", ".pt", ".pth", ".safetensors", ".toml")
"""Suffixes of the files of models and cards."""

BOM = "\ufeff"


@click.command(cls=Command)
@model_options
@click.option("--as-text", is_flag=True, help="Ask the text of FILE unchanged, even if it is malformed.")
@located_argument("file", click.Path(dir_okay=False))
def show(file: Place, as_text: bool, **model: Any) -> None:
    """Show a model's answer beside the reference's. Differences are marked.

    \b
      turncheck show --model noisy:0.5 turn.txt
      turncheck show --model noisy:0.5 .turncheck/witnesses/*/regen_gives_three.wrong_value.txt
      turncheck show --model noisy:0.5 "hero hp 05/09 poison 2; hero heal then foe attack"

    FILE holds a case or a saved counterexample; for a counterexample, the model is asked what its law asks. Instead of
    FILE, you may give a case or a play in its short form, as failures and tables show it.
    """
    if not as_text and not os.path.lexists(file.path) and (texts := _recalled(file.typed, model["domain"])):
        sys.exit(BROKEN if _show_recalled(subject_of(**model), texts) else HELD)
    content = _content(file)
    subject = subject_of(**model)
    if as_text:
        differs = _show_text(subject, content)
    elif content.removeprefix(BOM).startswith("turncheck witness "):
        differs = _show_witness(subject, file.typed, content)
    else:
        _check_case(file.typed, content, subject.domain)
        differs = _show_text(subject, content)
    sys.exit(BROKEN if differs else HELD)


def _content(file: Place) -> str:
    from turncheck.engine.visible import visible

    try:
        with open(file.path, "rb") as opened:
            found = opened.read(LARGEST + 1)
    except OSError as error:
        raise BadInputError(visible(cannot_be_used(error, file.typed, "read"))) from error
    if len(found) > LARGEST:
        raise BadInputError(f"{visible(file.typed)} must have at most {LARGEST:,} bytes, got more: it is no case")
    return found.decode("utf-8", "surrogateescape")


# --- the short form of a case ----------------------------------------------------------------------------------------


def _recalled(typed: str, domain: Domain) -> tuple[str, ...]:
    """Return the texts of the cases or plays of a short form; none if the argument can only be the name of a file.

    Raises:
        BadInputError: the argument is a short form of no case.
    """
    from turncheck.engine.visible import visible
    from turncheck.reports.recall import RecallError, recalled

    try:
        return recalled(domain, typed)
    except RecallError as error:
        if " " not in typed.strip():
            return ()
        raise BadInputError(visible(f"there is no file {typed!r:.80}, and {error}")) from error


def _show_recalled(subject: Subject, texts: Sequence[str]) -> bool:
    """Ask the cases or plays; show the first with a wrong answer, else the first. Return whether an answer is wrong."""
    wrong = [text for text in texts if _place_of_divergence(subject, text) is not None]
    shown = (wrong or texts)[0]
    if len(texts) > 1:
        told = (
            f"the model answers {len(wrong)} of them wrongly, and this is the first"
            if wrong
            else "the model answers all of them correctly"
        )
        click.echo(f"the short form stands for {len(texts)} texts: {told}")
    if subject.domain.is_case(shown):
        return _show_text(subject, shown)
    return _show_play(subject, shown)


def _prompts_of(domain: Domain, text: str) -> list[str]:
    """Return the case itself, or the turns of a play as the reference plays it."""
    if domain.is_case(text):
        return [text]
    return [domain.write(turn) for turn in domain.turns(domain.read_play(text))]


def _place_of_divergence(subject: Subject, text: str) -> int | None:
    prompts = _prompts_of(subject.domain, text)
    answers = zip(prompts, subject.ask(prompts), strict=True)
    return next((place for place, each in enumerate(answers) if subject.divergence(*each) is not None), None)


def _show_play(subject: Subject, play: str) -> bool:
    """Show a play and its first turn with a wrong answer; return whether there is such a turn."""
    from turncheck.reports.show import show_case

    _echo(show_case(play, "play", _screen()))
    prompts, place = _prompts_of(subject.domain, play), _place_of_divergence(subject, play)
    if place is None:
        click.echo(f"the answers agree in each of its {len(prompts)} turns")
        return False
    return _show_text(subject, prompts[place], f"turn {place + 1} of it")


def _echo(text: str) -> None:
    click.echo(text, color=_screen().colour)


def _screen() -> Screen:
    from turncheck.reports.screen import Screen

    return Screen.of(sys.stdout)


# --- a case ----------------------------------------------------------------------------------------------------------


def _show_text(subject: Subject, prompt: str, heading: str = "") -> bool:
    """Ask a text and show the answers; return whether they differ."""
    from turncheck.engine.stages import Composed
    from turncheck.properties.explaining.experts import wrong_expert
    from turncheck.properties.explaining.explain import explain
    from turncheck.properties.explaining.witnesses import UNEXPLAINED
    from turncheck.reports.cases import noun_of
    from turncheck.reports.show import show_answer, show_as_if, show_divergence, show_expert

    (got,) = subject.ask([prompt])
    expected, found, noun = (
        subject.expected(prompt),
        subject.divergence(prompt, got),
        heading or noun_of(subject.domain),
    )
    agreeing = f"{show_answer(prompt, expected, got, noun, _screen())}\nthe answers agree"
    _echo(show_divergence(found, noun, _screen()) if found else agreeing)
    if found is not None and found.mode not in UNEXPLAINED:
        _echo(show_as_if(explain(subject.domain, prompt, got), _screen()))
    if found is not None and isinstance(subject.engine, Composed):
        wrong = wrong_expert(subject.domain, subject.engine, prompt, subject.limit)
        _echo(show_expert(wrong.line(), _screen()) if wrong else "asked again, its experts are right")
    _show_in_other_words(subject, prompt)
    return found is not None


def _check_case(file: str, content: str, domain: Domain) -> None:
    """Check that a file's text is a case.

    Raises:
        BadInputError: the text is no case.
    """
    from turncheck.engine.reading import MalformedTextError
    from turncheck.engine.visible import visible
    from turncheck.reports.cases import noun_of

    try:
        domain.read(content)
    except MalformedTextError as error:
        fault = f"{file} is no {noun_of(domain)} of {domain.name}: {error}"
        hint = "".join(f"; {each}" for each in _hints(file, content, domain))
        raise BadInputError(visible(f"{fault}{hint}; --as-text asks it as it is")) from error


def _hints(file: str, content: str, domain: Domain) -> list[str]:
    """Return what an editor or a checkout may have done to a case, and what else the file may be."""
    if file.endswith(".py"):
        return ["a Python file names a model, --model FILE.py:ATTRIBUTE, or a domain, --domain FILE.py"]
    if file.endswith(OF_MODELS):
        return ["a model is named with --model"]
    if content.startswith(("\udcff\udcfe", "\udcfe\udcff")):
        return ["it is UTF-16: save it as UTF-8"]
    hints, repaired = [], content
    if content.startswith(BOM):
        hints, repaired = ["it begins with a byte order mark: save it as UTF-8 without one"], content[1:]
    if "\r\n" in repaired:
        hints, repaired = [*hints, "its lines end with CRLF: save it with LF alone"], repaired.replace("\r\n", "\n")
    if domain.is_case(repaired):
        return hints
    if domain.is_case(repaired + "\n"):
        return [*hints, "its last line needs a newline"]
    if domain.is_case(repaired.rstrip("\n")):
        return [*hints, f"no newline ends a text of {domain.name}: write it with printf '%s'"]
    return hints


# --- a witness -------------------------------------------------------------------------------------------------------


def _show_witness(subject: Subject, file: str, content: str) -> bool:
    """Ask a saved counterexample as its law asks it; return whether the law is broken."""
    from turncheck.engine.stages import Composed
    from turncheck.engine.visible import visible
    from turncheck.properties.checking.check import NotApplicableError, check_says_something
    from turncheck.properties.checking.counterexamples import asked, counterexample
    from turncheck.properties.explaining.witnesses import with_as_if, with_experts
    from turncheck.properties.laws import laws_of
    from turncheck.properties.session.witnesses import case_of, from_text
    from turncheck.reports.records import Failure
    from turncheck.reports.show import show_witness

    laws = {law.id: law for law in laws_of(subject.domain, composed=isinstance(subject.engine, Composed))}
    try:
        # git or an editor may have added a byte order mark or CRLF.
        kept = from_text(content.removeprefix(BOM).replace("\r\n", "\n"))
        case = case_of(kept, laws, subject.domain)
        check_says_something(laws[kept.law], subject)
    except (ValueError, NotApplicableError) as error:
        raise BadInputError(visible(f"witness {file}: {error}")) from error
    law = laws[kept.law]
    about = ", ".join(part for part in (law.rule, law.kind) if part)
    click.echo(f"{law.id} ({about})\n{' '.join(law.sentence.split())}\n")
    if (found := counterexample(law, subject, case)) is None:
        prompts, _ = asked(law, subject, case)
        _show_answers(subject, kept.case, prompts)
        click.echo(f"\nit was saved as {kept.mode}: the law holds")
        return False
    failure = Failure(found.mode.mode, 0, found.witness(law), said=found.divergence.said)
    (failure,) = with_experts(with_as_if([failure], subject.domain), subject.domain, subject.engine, subject.limit)
    _echo(show_witness(failure, _noun(subject), _screen()))
    _show_in_other_words(subject, found.divergence.prompt)
    click.echo(f"\nit was saved as {kept.mode}: the law is broken")
    return True


MOST_PROMPTS = 2
"""Most prompts of a counterexample that are shown one by one; a play has more, and is shown as a whole."""


def _show_answers(subject: Subject, case: str, prompts: list[str]) -> None:
    """Show the model's answers to the prompts of a law that holds."""
    from turncheck.reports.show import show_answer, show_case

    if len(prompts) > MOST_PROMPTS:
        _echo(show_case(case, "play", _screen()))
        return
    for place, prompt in enumerate(prompts):
        (got,) = subject.ask([prompt])
        heading = _noun(subject) if prompt == case or not place else f"{_noun(subject)} made of it"
        _echo(show_answer(prompt, subject.expected(prompt), got, heading, _screen()))


def _noun(subject: Subject) -> str:
    from turncheck.reports.cases import noun_of

    return noun_of(subject.domain)


def _show_in_other_words(subject: Subject, prompt: str) -> None:
    """For a model behind a template, show the prompt and the answer in the model's wording."""
    from turncheck.engine.visible import visible
    from turncheck.model.adapters.templates import bare
    from turncheck.properties.checking.timeouts import limited

    engine, words = bare(subject.engine)
    if engine is subject.engine:
        return
    try:
        said = words.encode(prompt)
        (given,) = limited(engine, subject.limit).predict([said])
    except Exception as error:  # a user's template may raise anything, and the model may fail again
        raise BadInputError(f"the model cannot be asked in {visible(words.name)}:  {visible(str(error))}") from error
    click.echo(f"in {visible(words.name)}\n  asked {visible(said)}\n  given {visible(str(given))}")
