"""The kind `torch:PATH`: a bare state_dict, whose module is named on the command line.

The file is data. The module is code, trusted like any code that is run, so a card may not name it.
"""

from __future__ import annotations

import os

from turncheck.engine.domain import Domain
from turncheck.engine.learned import EngineError, LearnedEngine
from turncheck.engine.visible import quoted
from turncheck.model.adapters.templates import OWN, Template
from turncheck.model.adapters.weights.given_texts import given_texts, text_options
from turncheck.model.adapters.weights.trial import tried
from turncheck.model.adapters.weights.wording import worded_pairs


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
    """Return the learned engine of the state_dict in a file.

    Args:
        target: the path of the file, from torch.save, safetensors or numpy.savez.
        domain: the domain whose texts the model answers.
        template: the wording of prompts and answers.
        arch: `py:MODULE:FACTORY` or `py:FILE.py:FACTORY`, which makes the module; only from the command line.
        arch_args: keyword arguments for the factory: `arch_args={width=32}`.
        stop: texts that end an answer, besides an end token.
        separator: text appended to each prompt.
        prefix: text put before each prompt.
        append: text appended to an answer that is cut at a stop.
        max_new: most tokens of an answer.
        tokenizer: the path of its tokenizer.json, if it is not beside the file.
        vocabulary: instead of a tokenizer: the characters in the order of their ids, a JSON file with them, or
            `turncheck`.
        meta: instead of a tokenizer: the path of nanoGPT's meta.pkl.
        unknown: a character to read instead of each character that the vocabulary lacks.

    Raises:
        EngineError: the file or an option cannot be used; the message gives the fault and the way out.
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
    pairs = worded_pairs(domain, template)
    given = given_texts(options, [os.path.dirname(os.path.abspath(target))], {}, pairs, domain)
    return tried(model, given, pairs, domain)
