"""An ONNX graph as a model that gives logits, by onnxruntime: on the CPU, on one thread, without loading libraries.

These inputs and outputs are known, with the names that exported transformers models have:

    input_ids              (batch, tokens)               attention_mask    (batch, past + tokens), all ones
    position_ids           (batch, tokens)               use_cache_branch  (1,), whether there is a past
    past_key_values.*      (batch, heads, past, size)    present.*         the same, extended by the tokens
    logits                 (batch, tokens, vocabulary)
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np
import onnxruntime
from numpy.typing import DTypeLike, NDArray

from turncheck.engine.learned import EngineError
from turncheck.engine.visible import cut, quoted
from turncheck.model.adapters.weights.logits import Ids, Logits
from turncheck.model.adapters.weights.onnx_file import OnnxFile

IDS, MASK, PLACES, KINDS, BRANCH = "input_ids", "attention_mask", "position_ids", "token_type_ids", "use_cache_branch"
PAST, PRESENT, LOGITS = "past_key_values", "present", "logits"

INTEGERS: Mapping[str, DTypeLike] = {"tensor(int64)": np.int64, "tensor(int32)": np.int32}
FLOATS: Mapping[str, DTypeLike] = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
}
NUMBERS: Mapping[str, DTypeLike] = {**INTEGERS, **FLOATS, "tensor(bool)": np.bool_}

ROUNDING = ("DynamicQuantizeLinear", "MatMulInteger", "DynamicQuantizeMatMul", "DynamicQuantizeLSTM", "QAttention")
"""Operators of dynamic quantization: they scale by the largest number in the pass, so a row's logits depend on the
other rows.
"""

SILENT = 4
"""The severity of onnxruntime's log: fatal errors only."""


@attrs.frozen
class Past:
    """An input that holds a part of the cache.

    Attributes:
        name: the name of the input.
        present: the output that becomes this input in the next pass.
        dtype: the type of its numbers.
        sizes: the size of each axis; None for the axes of the batch and of the tokens.
        axis: the axis of the tokens.
    """

    name: str
    present: str
    dtype: DTypeLike
    sizes: tuple[int | None, ...]
    axis: int

    def empty(self, rows: int) -> NDArray[Any]:
        """Return a cache without tokens."""
        sizes = [rows if size is None else size for size in self.sizes]
        sizes[self.axis] = 0
        return np.zeros(sizes, self.dtype)


@attrs.frozen
class Plan:
    """The inputs and outputs of a graph.

    Attributes:
        ids: the input of token ids.
        dtype: the type of token ids.
        rows: the batch size that the graph requires; None for any.
        length: the number of tokens that it requires; None for any.
        beside: the other inputs except the cache, with their types and numbers of axes.
        past: the inputs of the cache.
        logits: the output of logits.
    """

    ids: str
    dtype: DTypeLike
    rows: int | None
    length: int | None
    beside: Mapping[str, tuple[DTypeLike, int]]
    past: tuple[Past, ...]
    logits: str


class OnnxModel:
    """An opened graph."""

    def __init__(self, session: Any, plan: Plan) -> None:
        self.session, self.plan, self.rows = session, plan, plan.rows
        self.keeps = bool(plan.past) and plan.length in (None, 1)
        self.vocabulary = 1  # the first pass uses id 0 only, and shows the size
        self.vocabulary = self._tried()

    def read(self, sources: Sequence[Sequence[int]]) -> None:
        """Do nothing: there is no encoder."""

    def next(self, tokens: Ids, beside: Any, cache: Any) -> tuple[Logits, Any]:
        """Return the logits after the last token, (B, vocabulary), and the cache."""
        if not self.keeps:
            return self.whole(tokens, None)[:, -1], None
        if self.plan.length is None:
            logits, cache = self._run(tokens, cache)
            return logits[:, -1], cache
        for place in range(tokens.shape[1]):
            logits, cache = self._run(tokens[:, place : place + 1], cache)
        return logits[:, -1], cache

    def whole(self, tokens: Ids, beside: Any, first: int = 0) -> Logits:
        """Return the logits after each token, (B, T, vocabulary).

        Raises:
            ValueError: the graph accepts fewer tokens.
        """
        rows, size = tokens.shape
        if self.plan.length is None:
            return self._run(tokens, None, keep=False)[0]
        if self.keeps:
            cache, behind = None, []
            for place in range(size):
                logits, cache = self._run(tokens[:, place : place + 1], cache)
                behind.append(logits)
            return np.concatenate(behind, 1)
        if size > self.plan.length:
            raise ValueError(f"the graph takes {self.plan.length:,} tokens, got {size:,}")
        filled = np.zeros((rows, self.plan.length), dtype=np.int64)
        filled[:, :size] = tokens
        return self._run(filled, None, keep=False)[0][:, :size]

    def _run(self, tokens: Ids, cache: Sequence[NDArray[Any]] | None, keep: bool = True) -> tuple[Logits, Any]:
        if tokens.size and not 0 <= int(tokens.min()) <= int(tokens.max()) < self.vocabulary:
            # onnxruntime reads a negative id as an index from the end.
            raise ValueError(f"token ids must be 0..{self.vocabulary - 1}, got {tokens.min()} to {tokens.max()}")
        held = cache if cache is not None else [past.empty(len(tokens)) for past in self.plan.past]
        length = held[0].shape[self.plan.past[0].axis] if held else 0
        given = {self.plan.ids: tokens.astype(self.plan.dtype), **self._beside(tokens, length)}
        given |= {past.name: each for past, each in zip(self.plan.past, held, strict=True)}
        wanted = [self.plan.logits, *(past.present for past in self.plan.past if keep)]
        try:
            logits, *present = self.session.run(wanted, given)
        except Exception as error:  # it raises classes of its own
            raise ValueError(f"onnxruntime cannot run the graph: {_told(error)}") from error
        return logits.astype(np.float32, copy=False), present

    def _beside(self, tokens: Ids, length: int) -> dict[str, NDArray[Any]]:
        """Return the inputs besides token ids and the cache, which holds `length` tokens."""
        rows, size = tokens.shape
        found = {}
        for name, (dtype, axes) in self.plan.beside.items():
            if name == MASK:
                value: NDArray[Any] = np.ones((rows, length + size))
            elif name == BRANCH:
                value = np.array([length > 0])
            else:
                places = np.arange(length, length + size) if name == PLACES else np.zeros(size)
                value = np.broadcast_to(places, (rows, size)) if axes == 2 else places
            found[name] = np.ascontiguousarray(value, dtype)
        return found

    def _tried(self) -> int:
        """Return the number of logits per token, from a pass over two tokens of id 0."""
        tokens = np.zeros((self.rows or 1, min(2, self.plan.length or 2)), dtype=np.int64)
        try:
            shape = self.whole(tokens, None).shape
        except (ValueError, IndexError) as error:
            raise EngineError(f"its graph must accept token ids, and fails: {error}") from error
        if len(shape) != 3 or shape[:2] != tokens.shape or not shape[2]:
            raise EngineError(
                f"its graph must give logits for each token, (batch, tokens, vocabulary), got {shape} for ids of "
                f"{tokens.shape}: export it without the selection of the last token"
            )
        return int(shape[2])


def opened(file: OnnxFile) -> OnnxModel:
    """Open a file that passed the checks.

    Raises:
        EngineError: onnxruntime cannot open it, or its inputs or outputs are not known.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.use_deterministic_compute = True
    options.log_severity_level = SILENT
    options.add_session_config_entry("session.load_model_format", "ONNX")  # whatever the file's suffix is
    try:
        session = onnxruntime.InferenceSession(str(file.path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # it raises classes of its own
        raise EngineError(f"onnxruntime {onnxruntime.__version__} cannot open it: {_told(error)}") from error
    return OnnxModel(session, plan_of(session))


def rounds(file: OnnxFile) -> bool:
    """Return whether a row's logits depend on the other rows of the batch."""
    return any(name in file.operators for name in ROUNDING)


def _told(error: Exception) -> str:
    """Return onnxruntime's message in one line, without its codes."""
    line = " ".join(str(error).split())
    return cut(re.sub(r"^\[ONNXRuntimeError\] : \d+ : \w+ : |Load model from .*? failed:", "", line), 160)


# --- what it takes and gives -----------------------------------------------------------------------------------------


def plan_of(session: Any) -> Plan:
    """Return the plan of a graph.

    Raises:
        EngineError: an input is not known, or there are no logits.
    """
    inputs, outputs = {each.name: each for each in session.get_inputs()}, session.get_outputs()
    ids = _ids(inputs)
    rows, length = (size if type(size) is int else None for size in inputs[ids].shape)
    present = {each.name for each in outputs}
    pasts = [each for name, each in inputs.items() if name.startswith((f"{PAST}.", f"{PAST}_"))]
    past = tuple(_past(each, present) for each in pasts)
    others = [name for name in inputs if name != ids and inputs[name] not in pasts]
    if unknown := [name for name in others if name not in (MASK, PLACES, KINDS, BRANCH)]:
        known = f"{IDS}, {MASK}, {PLACES}, {PAST}.* and {BRANCH}"
        raise EngineError(
            f"its inputs must be among {known}, got {quoted(unknown[0])} too, whose values are not known: "
            "export a decoder-only model for text generation"
        )
    beside = {name: (_type(inputs[name]), len(inputs[name].shape)) for name in others}
    logits = _logits([each for each in outputs if each.name not in {each.present for each in past}])
    return Plan(ids, INTEGERS[inputs[ids].type], rows, length, beside, past, logits)


def _ids(inputs: Mapping[str, Any]) -> str:
    whole = [name for name, each in inputs.items() if each.type in INTEGERS and name not in (MASK, PLACES, KINDS)]
    found = IDS if IDS in whole else whole[0] if len(whole) == 1 else None
    if found is None or len(inputs[found].shape) != 2:
        shown = ", ".join(f"{name} {each.type} {_shape(each)}" for name, each in inputs.items())
        raise EngineError(
            f"its graph must have one input of token ids, {IDS}, int64 or int32 of (batch, tokens), got "
            f"{cut(shown, 160) or 'none'}"
        )
    return found


def _past(given: Any, present: set[str]) -> Past:
    rest = given.name.removeprefix(PAST)
    names = [f"{PRESENT}{rest}", f"present_key_values{rest}"]
    found = next((name for name in names if name in present), None)
    if found is None:
        raise EngineError(f"its input {quoted(given.name)} must have a matching output, {names[0]}")
    open_axes = [axis for axis, size in enumerate(given.shape) if axis > 0 and type(size) is not int]
    if len(open_axes) != 1:
        raise EngineError(
            f"its input {quoted(given.name)} must be (batch, heads, past, size) with a past of any length and the "
            f"other sizes fixed, got {_shape(given)}"
        )
    sizes = tuple(size if type(size) is int else None for size in given.shape)
    return Past(given.name, found, _type(given), sizes, open_axes[0])


def _type(given: Any) -> DTypeLike:
    if given.type not in NUMBERS:
        raise EngineError(f"its input {quoted(given.name)} must be of {', '.join(NUMBERS)}, got {given.type}")
    return NUMBERS[given.type]


def _logits(outputs: Sequence[Any]) -> str:
    fitting = [each for each in outputs if each.type in FLOATS and len(each.shape) == 3]
    named = [each for each in fitting if each.name == LOGITS]
    found = named or fitting
    if len(found) != 1:
        shown = ", ".join(f"{each.name} {each.type} {_shape(each)}" for each in outputs)
        raise EngineError(
            f"its graph must give {LOGITS}, floats of (batch, tokens, vocabulary), got {cut(shown, 160) or 'nothing'}: "
            "export a model for text generation, not a classifier or a model without a head"
        )
    return str(found[0].name)


def _shape(given: Any) -> str:
    return f"({', '.join(str(size) if size is not None else '?' for size in given.shape)})"
