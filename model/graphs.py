"""ONNX graphs of Turncheck's own models, built node by node: weights in eight bits stay in eight bits.

A graph of a model that writes at once maps `tokens` (B, T) int64 to the best ids of its answer (B, answer). A reader's
maps `tokens` and `lengths` (B,) int32 to the number of the best answer (B,). An autoregressive model's maps `input_ids`
to `logits` (B, T, vocabulary). The checkpoint's metadata are among the graph's properties, under the same key.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import TensorProto, helper, numpy_helper

from turncheck.model.portable import EPSILON, read

Array = npt.NDArray[Any]

OPSET, IR = 18, 9
"""The versions of the operators and of the file format: old enough for any onnxruntime that is in use."""

METADATA_KEY = "turncheck"

FLOAT, INT64, INT32 = TensorProto.FLOAT, TensorProto.INT64, TensorProto.INT32


def graph_of(path: Path) -> bytes:
    """Return the ONNX file of a checkpoint, which must be one that can be loaded."""
    stored, about = read(path)
    about.pop("digest", None)  # of the checkpoint's own tensors
    config = about["config"]
    kind = config.get("kind", "autoregressive")
    graph = Graph(stored)
    inputs = [("input_ids" if kind == "autoregressive" else "tokens", INT64, ["batch", "length"])]
    if kind == "reader":
        inputs.append(("lengths", INT32, ["batch"]))
        output = ("best", INT64, ["batch"])
        _reader(graph)
    elif kind == "dense":
        output = ("best", INT64, ["batch", config["answer"]])
        _dense(graph, config)
    elif kind == "one pass":
        output = ("best", INT64, ["batch", config["answer"]])
        hidden = graph("Slice", _transformer(graph, "tokens", config), *graph.range_of(1, 0, config["answer"]))
        graph("ArgMax", _linear(graph, hidden, "embedding.weight"), axis=-1, keepdims=0, named="best")
    else:
        output = ("logits", FLOAT, ["batch", "length", config["vocabulary"]])
        graph("Identity", _linear(graph, _transformer(graph, "input_ids", config), "embedding.weight"), named="logits")
    return graph.file(inputs, output, about)


class Graph:
    """A graph that grows: calling it adds a node and returns the name of its output.

    Args:
        stored: the weights, as a checkpoint holds them.
    """

    def __init__(self, stored: Mapping[str, Array]) -> None:
        self.stored = stored
        self._nodes: list[Any] = []
        self._constants: list[Any] = []
        self._weights: dict[str, str] = {}

    def __call__(self, operator: str, *inputs: str, named: str = "", **attributes: Any) -> str:
        """Add a node with one output."""
        name = named or f"{operator}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, list(inputs), [name], **attributes))
        return name

    def constant(self, values: Array | Sequence[int] | float, name: str = "") -> str:
        """Add a constant: an array, integers as int64, or one float32 number."""
        array = np.asarray(values)
        array = array.astype({"i": np.int64, "f": np.float32}[array.dtype.kind]) if not name else array
        name = name or f"constant_{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(array, name))
        return name

    def weight(self, name: str, rows: Array | None = None) -> str:
        """Return a weight in float32, with its rows in another order if one is given.

        It is stored as in the checkpoint. onnxruntime works out the product with the scales once, when it loads it.
        """
        if name not in self._weights:
            stored = self.stored[name] if rows is None else self.stored[name][rows]
            self._weights[name] = self.constant(stored, name)
            scales = self.stored.get(f"{name}.scale")
            if scales is not None:
                column = self.constant((scales if rows is None else scales[rows])[:, None], f"{name}.scale")
                numbers = self("Cast", self._weights[name], to=FLOAT)
                self._weights[name] = self("Mul", numbers, self("Cast", column, to=FLOAT))
        return self._weights[name]

    def range_of(self, axis: int, begin: int, end: int) -> tuple[str, str, str]:
        """Return the inputs of a Slice along an axis."""
        return self.constant([begin]), self.constant([end]), self.constant([axis])

    def file(self, inputs: Sequence[Any], output: Any, about: Mapping[str, Any]) -> bytes:
        """Return the ONNX file."""
        given = [helper.make_tensor_value_info(*each) for each in inputs]
        made = helper.make_graph(
            self._nodes, METADATA_KEY, given, [helper.make_tensor_value_info(*output)], self._constants
        )
        model = helper.make_model(
            made, producer_name="turncheck", opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR
        )
        helper.set_model_props(model, {METADATA_KEY: json.dumps(about)})
        content: bytes = model.SerializeToString()
        return content


def _linear(graph: Graph, x: str, weight: str) -> str:
    return graph("MatMul", x, graph("Transpose", graph.weight(weight), perm=[1, 0]))


def _normed(graph: Graph, x: str, weight: str) -> str:
    """Root mean square norm over the last axis."""
    mean = graph("ReduceMean", graph("Mul", x, x), graph.constant([-1]), keepdims=1)
    root = graph("Sqrt", graph("Add", mean, graph.constant(EPSILON)))
    return graph("Mul", graph("Div", x, root), graph.weight(weight))


# --- dense models ----------------------------------------------------------------------------------------------------


def _dense(graph: Graph, config: Mapping[str, Any]) -> None:
    x = graph("Add", graph("Gather", graph.weight("embedding.weight"), "tokens"), graph.weight("position.weight"))
    shape = graph("Shape", x)
    for _ in range(config["repeats"]):
        for layer in range(config["layers"]):
            at = f"blocks.{layer}"
            read = graph("Flatten", _normed(graph, x, f"{at}.norm.weight"))
            hidden = graph("Add", _linear(graph, read, f"{at}.up.weight"), graph.weight(f"{at}.bias"))
            positive = graph("Relu", hidden)
            written = _linear(graph, graph("Mul", positive, positive), f"{at}.down.weight")
            x = graph("Add", x, graph("Reshape", written, shape))
    _chosen(graph, _normed(graph, x, "norm.weight"), config["choices"])


def _chosen(graph: Graph, x: str, choices: Sequence[Sequence[int]]) -> None:
    """Choose the best token at each place, places with equally many choices together."""
    row_of = {token: row for row, token in enumerate(sorted({token for each in choices for token in each}))}
    found, order = [], []
    for count in sorted({len(each) for each in choices}):
        places = [place for place, each in enumerate(choices) if len(each) == count]
        ids = graph.constant(np.array([choices[place] for place in places]))
        rows = graph.constant(np.array([[row_of[token] for token in choices[place]] for place in places]))
        here = graph("Transpose", graph("Gather", x, graph.constant(places), axis=1), perm=[1, 0, 2])
        vectors = graph("Transpose", graph("Gather", graph.weight("output.weight"), rows), perm=[0, 2, 1])
        bias = graph("Unsqueeze", graph("Gather", graph.weight("bias"), rows), graph.constant([1]))
        logits = graph("Add", graph("MatMul", here, vectors), bias)  # (G, B, C)
        best = graph("ArgMax", logits, axis=-1, keepdims=0)
        found.append(graph("GatherElements", ids, best, axis=1))
        order += places
    rows_of_places = graph("Gather", graph("Concat", *found, axis=0), graph.constant(np.argsort(order)))
    graph("Transpose", rows_of_places, perm=[1, 0], named="best")


# --- readers ---------------------------------------------------------------------------------------------------------


def _reader(graph: Graph) -> None:
    size = graph.stored["output.weight"].shape[1]
    # PyTorch's gates are reset, update, new; ONNX has the update first.
    gates = np.concatenate([np.arange(size, 2 * size), np.arange(size), np.arange(2 * size, 3 * size)])
    first = graph.constant([0])
    biases = [graph.weight(f"{name}.bias", gates) for name in ("input", "recurrent")]
    weights = [graph("Unsqueeze", graph.weight(f"{name}.weight", gates), first) for name in ("input", "recurrent")]
    bias = graph("Unsqueeze", graph("Concat", *biases, axis=0), first)
    x = graph("Transpose", graph("Gather", graph.weight("embedding.weight"), "tokens"), perm=[1, 0, 2])
    graph._nodes.append(
        helper.make_node("GRU", [x, *weights, bias, "lengths"], ["", "last"], hidden_size=size, linear_before_reset=1)
    )
    logits = _linear(graph, graph("Squeeze", "last", first), "output.weight")
    graph("ArgMax", logits, axis=-1, keepdims=0, named="best")


# --- transformers ----------------------------------------------------------------------------------------------------


def _transformer(graph: Graph, tokens: str, config: Mapping[str, Any]) -> str:
    """Return the normed output of the last block: (B, T, width)."""
    width, heads = config["width"], config["heads"]
    length = graph("Gather", graph("Shape", tokens), graph.constant([1]))
    first, zero, one = (graph.constant(value) for value in ([0], np.array(0), np.array(1)))
    position = graph("Slice", graph.weight("position.weight"), first, length, first)
    x = graph("Add", graph("Gather", graph.weight("embedding.weight"), tokens), position)
    seen = ""
    if config.get("kind", "autoregressive") == "autoregressive":
        places = graph("Range", zero, graph("Squeeze", length, first), one)
        seen = graph("LessOrEqual", places, graph("Unsqueeze", places, graph.constant([1])))  # (T, T)
    split, joined = graph.constant([0, 0, 3, heads, width // heads]), graph.constant([0, 0, width])
    for layer in [*range(config["layers"])] * config.get("repeats", 1):
        at = f"blocks.{layer}"
        read = _linear(graph, _normed(graph, x, f"{at}.norm1.weight"), f"{at}.attention.qkv.weight")
        qkv = graph("Transpose", graph("Reshape", read, split), perm=[2, 0, 3, 1, 4])
        q, k, v = (graph("Gather", qkv, graph.constant(np.array(part))) for part in range(3))  # (B, heads, T, _)
        scores = graph("MatMul", q, graph("Transpose", k, perm=[0, 1, 3, 2]))
        scores = graph("Div", scores, graph.constant((width // heads) ** 0.5))
        if seen:
            scores = graph("Where", seen, scores, graph.constant(-np.inf))
        y = graph("Transpose", graph("MatMul", graph("Softmax", scores, axis=-1), v), perm=[0, 2, 1, 3])
        x = graph("Add", x, _linear(graph, graph("Reshape", y, joined), f"{at}.attention.out.weight"))
        up = _linear(graph, _normed(graph, x, f"{at}.norm2.weight"), f"{at}.up.weight")
        x = graph("Add", x, _linear(graph, _gelu(graph, up), f"{at}.down.weight"))
    return _normed(graph, x, "norm.weight")


def _gelu(graph: Graph, x: str) -> str:
    """The tanh approximation of GELU."""
    cube = graph("Mul", graph("Mul", graph("Mul", x, x), x), graph.constant(0.044715))
    bend = graph("Tanh", graph("Mul", graph("Add", x, cube), graph.constant(0.7978845608028654)))
    half = graph("Mul", x, graph.constant(0.5))
    return graph("Mul", half, graph("Add", bend, graph.constant(1.0)))
