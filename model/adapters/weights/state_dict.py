"""The kind `torch:PATH`: a bare state_dict, with the module that it is of named on the command line.

The file is data. The module is code, trusted as any code that is run: so a card never names it.
"""

from __future__ import annotations

import os

from turncheck.engine.domain import Domain
from turncheck.engine.learned import EngineError, LearnedEngine
from turncheck.engine.visible import quoted
from turncheck.model.adapters.templates import OWN, Template
from turncheck.model.adapters.weights.given_texts import given_texts, text_options
from turncheck.model.adapters.weights.trial import tried
from turncheck.model.adapters.weights.wording import said


def state_dict(
    target: str,
    *,
    domain: Domain,
    template: Template = OWN,
    arch: str | None = None,
    arch_args: object = None,
    stop: list[str] | str | None = None,
    separator: str = "",
    prefix: str = "",
    append: str = "",
    max_new: int | None = None,
    tokenizer: str | None = None,
    vocabulary: str | None = None,
    meta: str | None = None,
    unknown: str = "",
) -> LearnedEngine:
    """The learned engine of the state_dict in that file.

    Args:
        target: the path of the file: of torch.save, of safetensors or of numpy.savez.
        domain: whose texts it is asked.
        template: how they are said to it.
        arch: `py:MODULE:FACTORY` or `py:FILE.py:FACTORY`, what makes the module; from the command line alone.
        arch_args: what it is called with, by name: `arch_args={width=32}`.
        stop: texts at which an answer ends, besides an end token.
        separator: a text that stands behind each prompt.
        prefix: a text that stands before each prompt.
        append: a text put behind an answer that is cut at a stop.
        max_new: tokens that an answer may have.
        tokenizer: the path of its tokenizer.json, where it is not beside it.
        vocabulary: in its place the characters in the order of their ids, a file of JSON with them, or `turncheck`.
        meta: in its place the path of a meta.pkl of nanoGPT's.
        unknown: a character that is read in the place of each that a vocabulary of characters lacks.

    Raises:
        EngineError: it cannot be used; the message says what is wrong and the way out.
    """
    options = text_options(
        stop,
        max_new,
        separator=separator,
        prefix=prefix,
        append=append,
        tokenizer=tokenizer,
        vocabulary=vocabulary,
        meta=meta,
        unknown=unknown,
    )
    if not os.path.isfile(target):
        got = "a folder" if target and os.path.isdir(target) else "no file"
        raise EngineError(f"torch:PATH must name the file of a state_dict, got {got} at {quoted(target)}")
    try:
        from turncheck.model.adapters.weights.state_dict_model import filled
    except ModuleNotFoundError as error:
        way_out = "pip install 'turncheck[torch]', or name another model with --model"
        raise EngineError(f"it needs {error.name}, which is not installed: {way_out}") from error
    model = filled(target, arch, arch_args)
    pairs = said(domain, template)
    given = given_texts(options, [os.path.dirname(os.path.abspath(target))], {}, pairs, domain)
    return tried(model, given, pairs, domain)
