"""ONNX graphs for tests: a GPT-2 as torch.onnx.export writes it, and small graphs built by hand."""

import contextlib
import copy
import io
import logging
import warnings

import numpy as np
import onnx
import torch
import torch.nn.functional as F  # noqa: N812  the name that every PyTorch reader knows
from onnx import TensorProto, helper, numpy_helper
from transformers import DynamicCache

from tests.model.adapters.small_gpt2 import GPT2
from tests.model.adapters.tiny_llama import END
from turncheck.model import transformer as own

SIZE = END + 1
"""Tokens of the tiny models."""


class Plain(torch.nn.Module):
    """Without a past."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids):
        places = torch.arange(input_ids.shape[1])[None]
        mask = torch.ones_like(input_ids)  # without it the exporter meets an operator that ONNX has not
        return self.model(input_ids=input_ids, attention_mask=mask, position_ids=places, use_cache=False).logits


class Remembering(torch.nn.Module):
    """With one, as Optimum names it."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask, position_ids, *past):
        cache = DynamicCache(config=self.model.config)
        for layer in range(len(past) // 2):
            cache.update(past[2 * layer], past[2 * layer + 1], layer)
        beside = {"attention_mask": attention_mask, "position_ids": position_ids, "past_key_values": cache}
        found = self.model(input_ids=input_ids, use_cache=True, **beside)
        return found.logits, *(each for layer in found.past_key_values.layers for each in (layer.keys, layer.values))


class PlainNorm(torch.nn.Module):
    """RMSNorm in operators that the exporter knows."""

    def __init__(self, norm):
        super().__init__()
        self.weight = norm.weight

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + torch.finfo(torch.float32).eps) * self.weight


def export_own(transformer, path, monkeypatch, said):
    """Writes the graph of a model of turncheck's own, with what is said of it as metadata."""
    copied = copy.deepcopy(transformer)
    for module in list(copied.modules()):
        for name, child in module.named_children():
            if isinstance(child, torch.nn.RMSNorm):
                setattr(module, name, PlainNorm(child))
    with monkeypatch.context() as patched:
        patched.setattr(own, "linear", F.linear)
        patched.setattr(own, "linear_gelu", lambda x, weight: F.gelu(F.linear(x, weight), approximate="tanh"))
        axes = {name: {0: "batch", 1: "tokens"} for name in ("input_ids", "logits")}
        written(copied, (torch.zeros((2, 5), dtype=torch.int64),), path, ["input_ids"], ["logits"], axes)
    model = onnx.load(path)
    helper.set_model_props(model, said)
    onnx.save(model, path)


PAST = [f"past_key_values.{layer}.{what}" for layer in range(GPT2["n_layer"]) for what in ("key", "value")]
PRESENT = [name.replace("past_key_values", "present") for name in PAST]
BESIDE = ["input_ids", "attention_mask", "position_ids"]


def export(model, path, past=None, rows=None):
    """Writes the graph of a GPT-2; with a number of rows it takes so many and no others. It has a `past`, or takes none
    and gives one (`first`).
    """
    size, heads = rows or 2, GPT2["n_head"]
    ids = torch.zeros((size, 3), dtype=torch.int64)
    batch = {} if rows else {0: "batch_size"}
    axes = {"input_ids": {**batch, 1: "sequence_length"}, "logits": {**batch, 1: "sequence_length"}}
    if past:
        names = PAST if past == "past" else []
        held = [torch.zeros((size, heads, 4, GPT2["n_embd"] // heads)) for _ in names]
        length = 4 if names else 0
        places = torch.arange(length, length + 3).expand(size, 3)
        given = (ids, torch.ones((size, length + 3), dtype=torch.int64), places, *held)
        axes |= {"position_ids": axes["input_ids"], "attention_mask": {**batch, 1: "total_length"}}
        axes |= {name: {**batch, 2: "past_length"} for name in names}
        axes |= {name: {**batch, 2: "total_length"} for name in PRESENT}
        written(Remembering(model), given, path, [*BESIDE, *names], ["logits", *PRESENT], axes)
    else:
        written(Plain(model), (ids,), path, ["input_ids"], ["logits"], axes)


def written(module, given, path, inputs, outputs, axes):
    """Writes what torch.onnx.export makes, in silence."""
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    names = {"input_names": inputs, "output_names": outputs, "dynamic_axes": axes}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(module.eval(), given, str(path), dynamo=False, **names)


def exported(module, given, path, free):
    """Writes what the newer torch.onnx.export makes, in silence."""
    loggers = [logging.getLogger(name) for name in ("torch.onnx", "onnxscript", "torch.export")]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        names = {"input_names": ["input_ids"], "output_names": ["logits"], "dynamic_shapes": free}
        torch.onnx.export(module.eval(), given, str(path), dynamo=True, **names)


def merged(first, remembering, path):
    """One graph with both as its branches, as Optimum merges them."""
    once, again = (onnx.load(each).graph for each in (first, remembering))
    branches = [helper.make_graph(g.node, g.name, [], g.output, g.initializer) for g in (again, once)]
    outputs = [each.name for each in again.output]
    choice = helper.make_tensor_value_info("use_cache_branch", TensorProto.BOOL, [1])
    node = helper.make_node("If", ["use_cache_branch"], outputs, then_branch=branches[0], else_branch=branches[1])
    whole = helper.make_graph([node], "merged", [*again.input, choice], again.output)
    kept = onnx.load(remembering)
    save(whole, path, version=kept.opset_import[0].version)


def save(graph, path, version=18, properties=None, external=None, imports=()):
    """Writes a model of that graph; its weights into another file where one is named."""
    domains = [helper.make_opsetid("", version), *(helper.make_opsetid(each, 1) for each in imports)]
    model = helper.make_model(graph, opset_imports=domains, ir_version=10)
    helper.set_model_props(model, properties or {})
    beside = {} if external is None else {"save_as_external_data": True, "location": external, "size_threshold": 0}
    onnx.save(model, str(path), **beside)
    return model


INT64 = TensorProto.INT64


def value(name, dtype, *shape):
    return helper.make_tensor_value_info(name, dtype, list(shape))


def bigram(table, inputs=None, outputs=None, nodes=(), ids="input_ids", dtype=np.float32):
    """A graph of one table: of each token the logits of the next, whatever stood before it."""
    inputs = inputs or [value(ids, INT64, "batch", "tokens")]
    kind = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    outputs = outputs or [value("logits", kind, "batch", "tokens", table.shape[1])]
    held = numpy_helper.from_array(np.asarray(table, dtype), "table")
    nodes = nodes or [helper.make_node("Gather", ["table", ids], [outputs[0].name])]
    return helper.make_graph(list(nodes), "bigram", inputs, outputs, [held])


def next_letters(*texts, size=SIZE):
    """A table that writes a text on from any of its characters, as ids of their bytes, and then the end."""
    table = np.zeros((size, size), dtype=np.float32)
    for text in texts:
        for one, another in zip([*text.encode()], [*text.encode()[1:], END], strict=True):
            table[one, another] = 9
    return table
