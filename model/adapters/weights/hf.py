"""The kind `hf:FOLDER`: a model in a Hugging Face folder, as `save_pretrained` writes it: decoder-only or
encoder-decoder.

Nothing in the folder is executed and no host is contacted. `turncheck.model.adapters.weights.hf_folder` defines what
the folder must hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from turncheck.engine.domain import Domain
from turncheck.engine.learned import EngineError, LearnedEngine
from turncheck.model.adapters.templates import OWN, Template
from turncheck.model.adapters.weights.logits import LogitsEngine
from turncheck.model.adapters.weights.wording import worded_pairs

if TYPE_CHECKING:
    from turncheck.model.adapters.weights.hf_texts import Texts

UNLIMITED = 1 << 31
"""The context of a model whose configuration gives none."""

CASES_LONG, SHORTEST = 4, 1024
"""The context that is used of a longer one: `CASES_LONG` times the longest case, at least `SHORTEST` tokens. The memory
of attention grows with the square of it.
"""

SPARE = 16
"""Tokens that an answer may have beyond twice the longest correct one, if no limit is given."""


def hugging_face(
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
) -> LearnedEngine:
    """Return the learned engine of the model in a folder.

    Args:
        target: the path of the folder.
        domain: the domain whose texts the model answers.
        template: the wording of prompts and answers.
        stop: texts at which an answer is cut, besides its end token.
        separator: text appended to each prompt.
        prefix: text put before each prompt.
        append: text appended to an answer that is cut at a stop, to restore an end of the answer that is cut off with
            it.
        max_new: most tokens of an answer; by default twice those of a correct answer and some more.
        tokenizer: the path of its tokenizer.json, if it is not in the folder.

    Raises:
        EngineError: the folder or an option cannot be used; the message gives the fault and the way out.
    """
    if max_new is not None and max_new < 1:
        raise EngineError(f"max_new must be 1 or more, got {max_new}")
    stops = (stop,) if isinstance(stop, str) else tuple(stop or ())
    if "" in stops:
        raise EngineError("stop must be texts of one character or more, got an empty one")
    try:
        from turncheck.model.adapters.weights.hf_engine import HuggingFaceModel
        from turncheck.model.adapters.weights.hf_folder import read_folder, read_model
        from turncheck.model.adapters.weights.hf_texts import Texts, begins_with, check_ends, fitted, read_tokenizer
    except ModuleNotFoundError as error:
        way_out = "pip install 'turncheck[hf]', or name another model with --model"
        raise EngineError(f"it needs {error.name}, which is not installed: {way_out}") from error
    folder = read_folder(target)
    read = read_tokenizer(tokenizer if tokenizer is not None else str(folder.path / "tokenizer.json"))
    pairs = worded_pairs(domain, template)
    ids = frozenset(read.get_vocab(with_added_tokens=True).values())
    ends = frozenset(folder.ends) & ids
    check_ends(ends, stops, append, pairs, domain, "no eos_token_id of its tokenizer in config.json")
    start = None if folder.start is None else begins_with(read, folder.start)
    texts = fitted(Texts(read, ids, ends, stops, prefix, separator, append, start), pairs)
    model = read_model(folder)
    config = model.config.get_text_config()
    _check_vocabulary(ids, model.get_input_embeddings().num_embeddings)
    context = getattr(config, "max_position_embeddings", None) or getattr(config, "max_seq_len", None) or UNLIMITED
    answer, case = _longest(texts, pairs, context, domain)
    limit = max_new or 2 * answer + SPARE
    return LogitsEngine(HuggingFaceModel(model), texts, min(context, max(CASES_LONG * case, SHORTEST) + limit), limit)


def _check_vocabulary(ids: frozenset[int], rows: int) -> None:
    if ids and max(ids) >= rows:
        raise EngineError(
            f"its tokenizer must have ids below {rows:,} (the rows of its embedding), got {max(ids):,}: "
            "it belongs to another model"
        )


def _longest(texts: Texts, pairs: list[tuple[str, str]], context: int, domain: Domain) -> tuple[int, int]:
    """Return the tokens of the longest correct answer, and those of the longest case with its answer, which must fit
    the context.
    """
    longest, case = 0, 0
    for prompt, answer in pairs:
        row = texts.row(prompt)
        _, size = texts.drafted(row, answer)
        if (needed := max(len(row.tokens) + size, len(row.source))) > context:
            raise EngineError(
                f"its context must hold a case of {domain.name} and its answer, {needed} tokens, got {context}: "
                f"{needed - context} too few"
            )
        longest, case = max(longest, size), max(case, needed)
    return longest, case
