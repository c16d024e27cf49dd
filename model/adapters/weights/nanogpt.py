"""The kind `nanogpt:FOLDER`: a run of karpathy/nanoGPT, `ckpt.pt` and the characters in `meta.pkl`.

Neither its `model.py` nor anything that the files name is executed. A model that was trained on prompts followed by
their answers has no end of an answer of its own: the option `stop` gives it, with a likely default.

    prompt     07+35=            turn 01 <newline> ... do foe wait <newline>
    answer     042               turn 02 <newline> ... ignite 0 brace 0 <newline>
    stop       <newline>         <newline> <newline>: the first of them belongs to the answer
"""

from __future__ import annotations

import os

from turncheck.engine.domain import Domain
from turncheck.engine.learned import EngineError, LearnedEngine
from turncheck.engine.visible import quoted
from turncheck.model.adapters.templates import OWN, Template
from turncheck.model.adapters.weights.alphabet import Vocabulary, of_meta, of_option, of_tokenizer
from turncheck.model.adapters.weights.wording import Wording, worded, worded_pairs

RUN, META = "ckpt.pt", "meta.pkl"
"""nanoGPT's names for the checkpoint of a run and for the vocabulary of its data."""

GPT2 = (50_257, 50_304)
"""The size of GPT-2's vocabulary, and the next multiple of 64, to which nanoGPT pads it."""

GELU = {"exact": "none", "tanh": "tanh"}
"""The forms of GELU, with PyTorch's names; nanoGPT used the tanh approximation until May 2023."""


def nanogpt(
    target: str,
    *,
    domain: Domain,
    template: Template = OWN,
    meta: str | None = None,
    vocabulary: str | None = None,
    tokenizer: str | None = None,
    stop: str | None = None,
    prefix: str = "",
    separator: str = "",
    max_new: int | None = None,
    unknown: str = "",
    gelu: str = "exact",
) -> LearnedEngine:
    """Return the learned engine of a run's folder or of a checkpoint.

    Raises:
        EngineError: it cannot be loaded, or an option is missing; the message names the option and its likely value.
    """
    if gelu not in GELU:
        raise EngineError(f"gelu must be exact or tanh, got {quoted(gelu)}")
    if max_new is not None and not 1 <= max_new <= 1_000_000:
        raise EngineError(f"max_new must be 1..1000000, got {max_new}")
    path = _checkpoint(target)
    try:
        from turncheck.model.adapters.weights.continuing import ContinuingEngine
        from turncheck.model.adapters.weights.gpt import GPT
        from turncheck.model.adapters.weights.nanogpt_file import read
    except ModuleNotFoundError as error:
        way_out = "pip install 'turncheck[torch]', or name another model with --model"
        raise EngineError(f"it needs {error.name}, which is not installed: {way_out}") from error
    kept = read(path)
    words = _vocabulary(path, kept.shape.vocabulary, kept.dataset, meta, vocabulary, tokenizer)
    _check_size(words, kept.shape.vocabulary, tokenizer is not None)
    texts = worded_pairs(domain, template)
    wording = worded(
        words,
        texts,
        stop=None if stop is None else (stop,),
        prefix=prefix,
        separator=separator,
        max_new=max_new,
        unknown=unknown,
        in_pieces=tokenizer is not None,
    )
    _check_context(wording, texts, kept.shape.context)
    return ContinuingEngine(GPT(kept.shape, kept.weights, GELU[gelu]), wording)


def _checkpoint(target: str) -> str:
    """Return the path of the checkpoint: the one in a folder, or the file itself."""
    path = os.path.join(target, RUN) if os.path.isdir(target) else target
    if not os.path.isfile(path):
        got = f"a folder without {RUN}" if os.path.isdir(target) else "no file" if target else "nothing"
        at = f" at {quoted(target)}" if target else ""
        raise EngineError(
            f"nanogpt:FOLDER must name the folder of a run, with {RUN} in it, or that file, got {got}{at}"
        )
    return path


# --- the vocabulary --------------------------------------------------------------------------------------------------


def _vocabulary(
    path: str, size: int, dataset: str, meta: str | None, vocabulary: str | None, tokenizer: str | None
) -> Vocabulary:
    given = {"meta": meta, "vocabulary": vocabulary, "tokenizer": tokenizer}
    named = [name for name, value in given.items() if value is not None]
    if len(named) > 1:
        raise EngineError(f"a model must have one vocabulary, got {' and '.join(named)}: leave the others out")
    if tokenizer is not None:
        return of_tokenizer(tokenizer)
    if vocabulary is not None:
        return of_option(vocabulary)
    beside = os.path.join(os.path.dirname(path), META)
    if meta is None and not os.path.isfile(beside):
        raise EngineError(
            f"its vocabulary is missing, there is no {META} beside {quoted(path)}: {_likely(path, size, dataset)}"
        )
    return of_meta(meta or beside)


def _likely(path: str, size: int, dataset: str) -> str:
    """Return the missing option with its likely value."""
    if size in GPT2:
        return "its size is that of GPT-2's vocabulary, so give tokenizer=PATH with GPT-2's tokenizer.json"
    # nanoGPT keeps two folders side by side: out-NAME with the run, data/NAME with its training data.
    homes = [os.path.join(os.path.dirname(os.path.abspath(path)), ".."), "."]
    places = [os.path.normpath(os.path.join(home, "data", dataset, META)) for home in homes] if dataset else []
    found = next(filter(os.path.isfile, places), None)
    where = f"meta={found}" if found else f"meta=PATH, likely data/{dataset or 'DATASET'}/{META} where it was trained"
    return f'give {where}, or vocabulary="..." with its {size} characters in the order of their ids'


def _check_size(words: Vocabulary, size: int, padded: bool) -> None:
    """Check that there are as many tokens as embeddings; a tokenizer's are padded to a multiple of 64."""
    if words.size == size or (padded and words.size <= size < words.size + 64):
        return
    raise EngineError(
        f"its vocabulary must have one token for each of the model's {size:,} embeddings, got {words.size:,}: "
        "it belongs to another run"
    )


def _check_context(wording: Wording, texts: list[tuple[str, str]], context: int) -> None:
    """Check that the model's context holds these cases with their answers."""
    needed = max(len(wording.prompt(prompt)) + len(wording.draft(answer).tokens) - 1 for prompt, answer in texts)
    if needed > context:
        raise EngineError(
            f"its context (block_size) must hold a prompt and its answer, {needed:,} tokens, got {context:,}: "
            f"{needed - context:,} too few; a shorter template= may fit"
        )
