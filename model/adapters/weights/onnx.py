"""The kind `onnx:TARGET`: a graph of ONNX that gives logits over token ids, by onnxruntime, with a past or without.

The file is looked at before it is opened: `turncheck.model.adapters.weights.onnx_file` says what it may name. What its
tokens mean is said by a tokenizer.json or a meta.pkl beside it, by the options, or by its own metadata.
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
from turncheck.model.adapters.weights.wording import said

if TYPE_CHECKING:
    from turncheck.model.adapters.weights.onnx_model import OnnxModel

ROUNDED = (
    "it rounds numbers by the largest in a pass (dynamic quantization): prompts go alone, and drafts are not compared"
)

FORGETFUL = "with its past it gives other logits than without: the past is not used"


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
    """The learned engine of the graph in that file, or in that folder.

    Args:
        target: the path of the file, or of its folder.
        domain: whose texts it is asked.
        template: how they are said to it.
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
    path = _file(target)
    try:
        from turncheck.model.adapters.weights.onnx_file import read_onnx
        from turncheck.model.adapters.weights.onnx_model import opened, rounds
    except ModuleNotFoundError as error:
        way_out = "pip install 'turncheck[onnx]', or name another model with --model"
        raise EngineError(f"it needs {error.name}, which is not installed: {way_out}") from error
    file = read_onnx(path)
    pairs = said(domain, template)
    given = given_texts(options, _homes(path), file.properties, pairs, domain)
    model = opened(file)
    if rounds(file):
        if model.rows not in (None, 1):
            raise EngineError(
                "a graph that rounds numbers by the largest in a pass (dynamic quantization) must take batches of one "
                f"or of any size, got {model.rows}: what it answers would depend on what else is asked"
            )
        model.rows = 1
        return tried(model, given, pairs, domain, alike=False, found=[ROUNDED])
    engine = tried(model, given, pairs, domain)
    if model.keeps and not _remembers(model, sample(given.texts, pairs, engine.context)):
        model.keeps, engine.found = False, [FORGETFUL]
    return engine


def _file(target: str) -> Path:
    """The file that is meant by a path, of a folder the one in it."""
    path = Path(target)
    if target and os.path.isdir(target):
        path = path / onnx_in(path)
    if not os.path.isfile(path):
        got = f"{quoted(target)}, which is not there" if target else "nothing"
        raise EngineError(f"onnx:TARGET must name a file of ONNX or the folder that it is in, got {got}")
    return path


def _homes(path: Path) -> list[str]:
    """The folders in which what belongs to a file may lie: a repository of models keeps graphs in a folder `onnx`."""
    folder = path.absolute().parent
    return [str(each) for each in (folder, folder.parent) if each == folder or folder.name == "onnx"]


def _remembers(model: OnnxModel, ids: Sequence[int]) -> bool:
    """Whether the model gives the same logits token by token, over what it has read, as in one pass."""
    tokens = np.array([ids] * (model.rows or 1), dtype=np.int64)
    logits, cache = model.next(tokens[:, : len(ids) // 2], None, None)
    for place in range(len(ids) // 2, len(ids)):
        logits, cache = model.next(tokens[:, place : place + 1], None, cache)
    return same(model.whole(tokens, None)[:, -1], logits)
