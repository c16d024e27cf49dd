"""The kind `onnx:TARGET`: an ONNX graph that gives logits over token ids, run by onnxruntime, with a cache or without.

The file is checked before it is opened (`turncheck.model.adapters.weights.onnx_file`). The meaning of its tokens comes
from a tokenizer.json or a meta.pkl beside it, from the options, or from its own metadata.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from turncheck.engine.domain import Domain
from turncheck.engine.learned import EngineError, LearnedEngine
from turncheck.engine.visible import quoted
from turncheck.model.adapters.recognise import onnx_in
from turncheck.model.adapters.templates import OWN, Template
from turncheck.model.adapters.weights.given_texts import given_texts, text_options
from turncheck.model.adapters.weights.trial import same, sample, tried
from turncheck.model.adapters.weights.wording import worded_pairs

if TYPE_CHECKING:
    from turncheck.model.adapters.weights.onnx_model import OnnxModel

ROUNDED = "it quantizes dynamically: prompts are asked one by one, and drafts are not verified"

FORGETFUL = "its cache changes the logits: the cache is not used"


def onnx(
    target: str,
    *,
    domain: Domain,
    template: Template = OWN,
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
    """Return the learned engine of an ONNX graph.

    Args:
        target: the path of the file or of its folder.
        domain: the domain whose texts the model answers.
        template: the wording of prompts and answers.
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
    path = _file(target)
    try:
        from turncheck.model.adapters.weights.onnx_file import read_onnx
        from turncheck.model.adapters.weights.onnx_model import opened, rounds
    except ModuleNotFoundError as error:
        way_out = "pip install 'turncheck[onnx]', or name another model with --model"
        raise EngineError(f"it needs {error.name}, which is not installed: {way_out}") from error
    file = read_onnx(path)
    pairs = worded_pairs(domain, template)
    given = given_texts(options, _homes(path), file.properties, pairs, domain)
    model = opened(file)
    if rounds(file):
        if model.rows not in (None, 1):
            raise EngineError(
                "a graph with dynamic quantization must accept batches of one "
                f"or of any size, got {model.rows}: its answers would depend on the other prompts of a batch"
            )
        model.rows = 1
        return tried(model, given, pairs, domain, alike=False, found=[ROUNDED])
    engine = tried(model, given, pairs, domain)
    if model.keeps and not _remembers(model, sample(given.texts, pairs, engine.context)):
        model.keeps, engine.found = False, [FORGETFUL]
    return engine


def _file(target: str) -> Path:
    """Return the graph's file; for a folder, the graph in it."""
    path = Path(target)
    if target and os.path.isdir(target):
        path = path / onnx_in(path)
    if not os.path.isfile(path):
        got = f"{quoted(target)}, which does not exist" if target else "nothing"
        raise EngineError(f"onnx:TARGET must name an ONNX file or its folder, got {got}")
    return path


def _homes(path: Path) -> list[str]:
    """Return the folders where a file's companions may be: its own and, if that is called `onnx`, the folder above."""
    folder = path.absolute().parent
    return [str(each) for each in (folder, folder.parent) if each == folder or folder.name == "onnx"]


def _remembers(model: OnnxModel, ids: Sequence[int]) -> bool:
    """Return whether the model gives the same logits token by token, with its cache, as in one pass."""
    tokens = np.array([ids] * (model.rows or 1), dtype=np.int64)
    logits, cache = model.next(tokens[:, : len(ids) // 2], None, None)
    for place in range(len(ids) // 2, len(ids)):
        logits, cache = model.next(tokens[:, place : place + 1], None, cache)
    return same(model.whole(tokens, None)[:, -1], logits)
