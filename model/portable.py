"""A learned engine in one page. It needs the files beside it, Python 3.11 and numpy; for ONNX graphs, onnxruntime too.

    python engine.py < turn.txt               # the answer to one text
    python engine.py --json < texts.jsonl     # texts and answers as JSON strings, one a line

    from engine import predict
    predict(["...", "..."])                   # many texts at once are faster than one after the other

`turncheck export` wrote this folder; nothing in it needs Turncheck. `engine.toml` names the models. The file of a model
holds its weights, its sizes and the texts of its tokens; matrices may be whole numbers of eight bits with a scale for
each row. A text becomes token ids, a model turns them into the ids of its answer, and these become a text. An answer
that ends with a line `> NAME` is no answer yet: the model NAME goes on with the text before that line.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain, groupby, islice
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

PAD, ANSWER, STOP = 0, 1, 2
"""Tokens without text: padding, the mark between prompt and answer, the end of an answer."""

BATCH = 128
"""Most texts in one pass."""

LONGEST = 4096
"""Most tokens that a reader reads."""

MOST_STAGES = 16
"""Most models that are asked for one answer."""

HAND_ON = re.compile(r"(?:\A|(?<=\n))> ([a-z][a-z0-9_]*)\n?\Z")

ROUTER = "router"

# --- files -----------------------------------------------------------------------------------------------------------

TYPES = {"F32": "<f4", "F16": "<f2", "I8": "i1"}
"""The number types of safetensors files that occur here, as numpy names them."""


def read(path: Path) -> tuple[dict[str, Array], dict[str, Any]]:
    """Return the tensors of a safetensors file as they are stored, and its description."""
    content = path.read_bytes()
    begin = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:begin])
    about = expanded(json.loads(header.pop("__metadata__")["turncheck"]))
    stored = {}
    for name, entry in header.items():
        first, end = (begin + offset for offset in entry["data_offsets"])
        stored[name] = np.frombuffer(content[first:end], TYPES[entry["dtype"]]).reshape(entry["shape"])
    return stored, about


def unpacked(stored: Mapping[str, Array]) -> dict[str, Array]:
    """Return stored tensors as float32: whole numbers times the scale of their row."""
    weights = {}
    for name, tensor in stored.items():
        if not name.endswith(".scale"):
            scale = stored.get(f"{name}.scale")
            weights[name] = tensor.astype(np.float32) * (1 if scale is None else scale.astype(np.float32)[:, None])
    return weights


# --- descriptions ----------------------------------------------------------------------------------------------------

PLAIN, COMPACT = "turncheck/1", "turncheck/2"
"""The formats of descriptions: all lists written out, or long lists written shortly."""

FIRST_TOKENS = ("<pad>", "<answer>", "<stop>", *(f"<0x{byte:02X}>" for byte in range(256)))
"""The tokens with which each vocabulary begins: three without text, and the 256 bytes."""

FIRST_WORD = len(FIRST_TOKENS)

MOST, LONGEST_BEFORE, LONGEST_NUMBER = 99_999, 999, 9
"""Most texts of a vocabulary or numbers of a run, most characters before a number that counts, and most of its digits:
what is written shortly shall not fill the memory.
"""


def expanded(about: dict[str, Any]) -> dict[str, Any]:
    """Return a description with its lists written out. Where they are written shortly, `[335, 434]` stands for numbers
    and `[" shield ", "00", "20"]` for texts that count up or down, and the vocabulary lacks its first tokens.

    Raises:
        ValueError: a list is longer than any that can be used.
        KeyError, TypeError: a part is missing, or is of another type.
    """
    if about["format"] != COMPACT:
        return about
    config, vocabulary = dict(about["config"]), chain.from_iterable(map(texts_of, about["vocabulary"]))
    if "choices" in config:
        runs = [[numbers_of(*run) for run in each] for each in config["choices"]]
        if sum(len(run) for each in runs for run in each) > 100 * MOST:
            raise ValueError(f"choices must be at most {100 * MOST} together")
        config["choices"] = [list(chain.from_iterable(each)) for each in runs]
    words = list(islice(vocabulary, MOST + 1))
    if len(words) > MOST:
        raise ValueError(f"vocabulary must have at most {MOST} tokens")
    return {**about, "format": PLAIN, "config": config, "vocabulary": [*FIRST_TOKENS, *words]}


def texts_of(entry: Any) -> Iterable[str]:
    """Return the texts for which an entry of a vocabulary stands."""
    if isinstance(entry, str):
        return [entry]
    before, first, last = entry
    if len(before) > LONGEST_BEFORE or len(first) != len(last) or len(first) > LONGEST_NUMBER:
        raise ValueError(f"texts that count must have numbers of the same width, got {entry!r:.80}")
    return (f"{before}{number:0{len(first)}}" for number in numbers_of(int(first), int(last)))


def numbers_of(first: int, last: int) -> range:
    """Return the numbers from the first to the last."""
    if abs(last - first) >= MOST:
        raise ValueError(f"a run must have at most {MOST} numbers, got all from {first} to {last}")
    step = 1 if last >= first else -1
    return range(first, last + step, step)


# --- texts and tokens ------------------------------------------------------------------------------------------------

VALUE = re.compile(r"[0-9A-Za-z_]+\Z")
"""A value at the end of a token that is a whole field, as in ` hp 07`."""


class Tokenizer:
    """Fields, words and digits are one token each; everything else is bytes."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        words = vocabulary[FIRST_WORD:]
        self.ids = {chr(byte): 3 + byte for byte in range(128)}
        self.ids |= {word: FIRST_WORD + number for number, word in enumerate(words)}
        leads = {VALUE.sub("", word) for word in words if is_field(word)}
        self.fields = {word for word in words if is_field(word)}
        self.field = re.compile(f"((?:{one_of(leads)})[0-9A-Za-z_]+)") if leads else None
        plain = {word.strip(" ") for word in words if word not in self.fields and not re.fullmatch(" [0-9]", word)}
        self.piece = re.compile("|".join([*patterns(plain - {""}), " [0-9]", "."]), re.DOTALL)
        self.texts = ["\ufffd".encode()] * 3 + [bytes([byte]) for byte in range(256)]
        self.texts += [word.encode("utf-8", "surrogatepass") for word in words]

    def encode(self, text: str) -> list[int]:
        """Return the text's token ids."""
        # Alternately what stands between the fields and what may be a field.
        between, *rest = self.field.split(text) if self.field else [text]
        ids: list[int] = []
        for found, after in zip(rest[::2], rest[1::2], strict=True):
            if found not in self.fields:
                between += found + after
                continue
            if between:
                ids += self.encode_plain(between)
            ids.append(self.ids[found])
            between = after
        return ids + self.encode_plain(between)

    def encode_plain(self, text: str) -> list[int]:
        """Return the ids of a text without fields."""
        ids: list[int] = []
        for piece in self.piece.findall(text):
            if piece in self.ids:
                ids.append(self.ids[piece])
            else:
                ids += [3 + byte for byte in piece.encode("utf-8", "surrogatepass")]
        return ids

    def decode(self, ids: Iterable[int]) -> str:
        """Return the text of the tokens; invalid UTF-8 becomes U+FFFD."""
        written = b"".join(map(self.texts.__getitem__, ids))
        try:
            return written.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            return written.decode("utf-8", "replace")


def is_field(word: str) -> bool:
    """Whether a token is the value of a field with the text before it."""
    value = VALUE.search(word)
    lead = word[: value.start()] if value else ""
    return bool(lead.strip(" ")) and not VALUE.search(lead)


def one_of(texts: Iterable[str]) -> str:
    """Return a regular expression for the texts, the longest first."""
    return "|".join(map(re.escape, sorted(texts, key=lambda text: (-len(text), text))))


def patterns(words: set[str]) -> list[str]:
    """Return regular expressions for words that stand alone, each with or without a space before it.

    A word that begins with a letter follows no letter and no `_`, one that ends with a letter is followed by none; the
    same for digits, which touch neither. Signs may touch anything.
    """
    ordered = sorted(words, key=lambda word: (touches(word[0]), -len(word), word))
    found = []
    for before, those in groupby(ordered, key=lambda word: touches(word[0])):
        runs = []
        for after, run in groupby(those, key=lambda word: touches(word[-1])):
            runs.append(f"(?:{'|'.join(map(re.escape, run))})" + (f"(?![{after}])" if after else ""))
        found.append((f"(?: |(?<![{before}]))" if before else " ?") + f"(?:{'|'.join(runs)})")
    return found


def touches(character: str) -> str:
    """Return the characters that may not touch a word there: those of a set in a regular expression."""
    if character in "0123456789":
        return "0-9A-Za-z_"
    return "A-Za-z_" if re.match("[A-Za-z_]", character) else ""


# --- the parts of networks -------------------------------------------------------------------------------------------

EPSILON = float(np.finfo(np.float32).eps)


def linear(x: Array, weight: Array) -> Array:
    """x: (..., inputs), weight: (outputs, inputs) to (..., outputs)."""
    return (x.reshape(-1, x.shape[-1]) @ weight.T).reshape(*x.shape[:-1], len(weight))


def normed(x: Array, weight: Array) -> Array:
    """Root mean square norm over the last axis."""
    scaled: Array = x / np.sqrt(np.mean(x * x, -1, keepdims=True) + EPSILON) * weight
    return scaled


def gelu(x: Array) -> Array:
    """The tanh approximation of GELU."""
    result: Array = 0.5 * x * (1 + np.tanh(0.7978845608028654 * (x + 0.044715 * x * x * x)))
    return result


def attended(q: Array, k: Array, v: Array, seen: Array | None) -> Array:
    """q: (B, heads, T, size), k, v: (B, heads, S, size), seen: (T, S) to (B, heads, T, size)."""
    scores = q @ k.swapaxes(-1, -2) / q.shape[-1] ** 0.5
    if seen is not None:
        scores = np.where(seen, scores, -np.inf)
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    result: Array = weights / weights.sum(-1, keepdims=True) @ v
    return result


# --- networks --------------------------------------------------------------------------------------------------------


class Network(Protocol):
    """Token ids in, the best ids out."""

    def best(self, tokens: Array, lengths: Array) -> Array:
        """tokens: (B, T), lengths: (B,) tokens of each row, falling, to the ids of the answers: (B, answer), or for a
        reader the numbers of the answers: (B,).
        """
        ...


class Dense:
    """A residual MLP over all places of a text. At each place of its answer it chooses among a few tokens."""

    def __init__(self, config: Mapping[str, Any], weights: Mapping[str, Array]) -> None:
        self.config, self.weights = config, weights
        choices = config["choices"]
        row_of = {token: row for row, token in enumerate(sorted({token for each in choices for token in each}))}
        self.groups = []  # places with equally many choices: the places (G,), ids (G, C), vectors (G, width, C), biases
        for count in sorted({len(each) for each in choices}):
            places = [place for place, each in enumerate(choices) if len(each) == count]
            ids = np.array([choices[place] for place in places])
            rows = np.array([[row_of[token] for token in choices[place]] for place in places])
            vectors = np.ascontiguousarray(weights["output.weight"][rows].swapaxes(1, 2))
            self.groups.append((places, ids, vectors, weights["bias"][rows][:, None]))

    def best(self, tokens: Array, lengths: Array) -> Array:
        """See `Network`."""
        w = self.weights
        x = w["embedding.weight"][tokens] + w["position.weight"]  # (B, places, width)
        for _ in range(self.config["repeats"]):
            for layer in range(self.config["layers"]):
                at = f"blocks.{layer}"
                read = normed(x, w[f"{at}.norm.weight"]).reshape(len(x), -1)
                hidden = np.maximum(linear(read, w[f"{at}.up.weight"]) + w[f"{at}.bias"], 0)
                x = x + linear(hidden * hidden, w[f"{at}.down.weight"]).reshape(x.shape)
        x = normed(x, w["norm.weight"])
        best = np.empty((len(x), self.config["answer"]), np.int64)
        for places, ids, vectors, bias in self.groups:
            chosen = (x[:, places].swapaxes(0, 1) @ vectors + bias).argmax(-1)  # (G, B)
            best[:, places] = np.take_along_axis(ids, chosen, 1).T
        return best


class Reader:
    """One layer of gated recurrent units, which reads a text from left to right and then chooses an answer."""

    def __init__(self, config: Mapping[str, Any], weights: Mapping[str, Array]) -> None:
        self.output, self.recurrent = weights["output.weight"], weights["recurrent.weight"].T.copy()
        self.inputs = linear(weights["embedding.weight"], weights["input.weight"]) + weights["input.bias"]
        size = self.output.shape[1]
        self.inputs[:, : 2 * size] += weights["recurrent.bias"][: 2 * size]
        self.bias = weights["recurrent.bias"][2 * size :]

    def best(self, tokens: Array, lengths: Array) -> Array:
        """See `Network`."""
        size = len(self.bias)
        state = np.zeros((len(tokens), size), np.float32)
        # Of each place, how many rows go on so far: they are the first ones, and the others are at their end.
        going = (lengths > np.arange(tokens.shape[1])[:, None]).sum(1)
        for place, reading in enumerate(going.tolist()):
            h, x = state[:reading], self.inputs[tokens[:reading, place]]
            y = h @ self.recurrent
            gates = 0.5 * np.tanh(0.5 * (x[:, : 2 * size] + y[:, : 2 * size])) + 0.5  # the logistic function
            new = np.tanh(x[:, 2 * size :] + gates[:, :size] * (y[:, 2 * size :] + self.bias))
            state[:reading] = new + gates[:, size:] * (h - new)
        best: Array = linear(state, self.output).argmax(-1)
        return best


class Transformer:
    """A transformer that writes all tokens of its answer at once."""

    def __init__(self, config: Mapping[str, Any], weights: Mapping[str, Array]) -> None:
        self.config, self.weights = config, weights

    def hidden(self, tokens: Array, start: int = 0, cache: Array | None = None) -> Array:
        """Return the last layer's output for tokens: (B, T) at places from `start`; with a cache, they see those before
        them only.
        """
        w, heads = self.weights, self.config["heads"]
        b, t = tokens.shape
        x = w["embedding.weight"][tokens] + w["position.weight"][start : start + t]
        seen = None if cache is None else np.arange(start + t) <= np.arange(start, start + t)[:, None]
        for layer in [*range(self.config["layers"])] * self.config.get("repeats", 1):
            at = f"blocks.{layer}"
            read = linear(normed(x, w[f"{at}.norm1.weight"]), w[f"{at}.attention.qkv.weight"])
            q, k, v = read.reshape(b, t, 3, heads, -1).transpose(2, 0, 3, 1, 4)  # (B, heads, T, width / heads) each
            if cache is not None:
                cache[layer, 0, :, :, start : start + t], cache[layer, 1, :, :, start : start + t] = k, v
                k, v = cache[layer, :, :, :, : start + t]
            y = attended(q, k, v, seen).swapaxes(1, 2).reshape(b, t, -1)
            x = x + linear(y, w[f"{at}.attention.out.weight"])
            y = gelu(linear(normed(x, w[f"{at}.norm2.weight"]), w[f"{at}.up.weight"]))
            x = x + linear(y, w[f"{at}.down.weight"])
        return normed(x, w["norm.weight"])

    def best(self, tokens: Array, lengths: Array) -> Array:
        """See `Network`."""
        hidden = self.hidden(tokens)[:, : self.config["answer"]]
        best: Array = linear(hidden, self.weights["embedding.weight"]).argmax(-1)
        return best


class Autoregressive(Transformer):
    """A transformer that writes its answer token by token. All rows of a batch have the same length."""

    def best(self, tokens: Array, lengths: Array) -> Array:
        """See `Network`."""
        heads, width = self.config["heads"], self.config["width"]
        room = tokens.shape[1] + self.config["answer"]
        cache = np.zeros((self.config["layers"], 2, len(tokens), heads, room, width // heads), np.float32)
        start = 0

        def logits(new: Array) -> Array:
            nonlocal start
            hidden = self.hidden(new, start, cache)[:, -1]
            start += new.shape[1]
            return linear(hidden, self.weights["embedding.weight"])

        return written(logits, tokens, self.config["answer"])


def written(logits: Callable[[Array], Array], tokens: Array, most: int) -> Array:
    """Write token by token until each row has a stop: (B, T) to (B, at most so many).

    Args:
        logits: maps the tokens that are new (B, T) to the logits of the token after them (B, vocabulary).
        tokens: the tokens of the prompts.
        most: the most tokens of an answer.
    """
    best: list[Array] = []
    stopped = np.zeros(len(tokens), bool)
    while len(best) < most and not stopped.all():
        best.append(logits(tokens).argmax(-1))
        stopped |= best[-1] == STOP
        tokens = best[-1][:, None]
    return np.stack(best, 1)


class Graph:
    """The same networks as ONNX graphs, run by onnxruntime on one thread."""

    def __init__(self, session: Any, config: Mapping[str, Any]) -> None:
        self.session, self.config = session, config

    def best(self, tokens: Array, lengths: Array) -> Array:
        """See `Network`."""
        if self.config["kind"] == "autoregressive":
            return self.write(tokens)
        given = {"tokens": tokens, "lengths": lengths.astype(np.int32)}
        best: Array = self.session.run(None, {each.name: given[each.name] for each in self.session.get_inputs()})[0]
        return best

    def write(self, tokens: Array) -> Array:
        """Write token by token. The graph has no cache: it reads all tokens so far anew for each."""
        row = tokens[:, :0]

        def logits(new: Array) -> Array:
            nonlocal row
            row = np.concatenate([row, new], 1)
            last: Array = self.session.run(None, {"input_ids": row})[0][:, -1]
            return last

        return written(logits, tokens, self.config["answer"])


def opened(path: Path) -> tuple[Network, dict[str, Any]]:
    """Return the network in a file, and its description."""
    if path.suffix == ".onnx":
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        about = expanded(json.loads(session.get_modelmeta().custom_metadata_map["turncheck"]))
        return Graph(session, about["config"]), about
    stored, about = read(path)
    kinds: dict[str, Callable[..., Network]] = {"dense": Dense, "reader": Reader, "one pass": Transformer}
    return kinds.get(about["config"].get("kind"), Autoregressive)(about["config"], unpacked(stored)), about


# --- engines ---------------------------------------------------------------------------------------------------------


class Model:
    """A network with its tokens."""

    def __init__(self, path: Path) -> None:
        self.network, about = opened(path)
        self.config = {"kind": "autoregressive", **about["config"]}
        self.tokenizer = Tokenizer(about["vocabulary"])

    def predict(self, prompts: Sequence[str]) -> list[str]:
        """Return the answer to each prompt."""
        rows = [self.row(prompt) for prompt in prompts]
        answers = [""] * len(rows)
        order = sorted(range(len(rows)), key=lambda index: -len(rows[index]))
        for length, group in groupby(order, key=lambda index: self.length(len(rows[index]))):
            alike = list(group)
            for begin in range(0, len(alike), BATCH):
                batch = alike[begin : begin + BATCH]
                for index, best in zip(batch, self.best([rows[index] for index in batch], length), strict=True):
                    answers[index] = self.text(best)
        return answers

    def row(self, prompt: str) -> list[int]:
        """Return the tokens that the network reads."""
        ids, kind = self.tokenizer.encode(prompt), self.config["kind"]
        if kind == "reader":
            return [*ids[: LONGEST - 1], STOP]
        return ids[: self.config["prompt"]] + ([ANSWER] if kind == "autoregressive" else [])

    def length(self, tokens: int) -> int:
        """Return the length to which a row is padded; rows of the same length are asked together."""
        kind, answer = self.config["kind"], int(self.config["answer"])
        most = max(int(self.config["prompt"]), answer)
        if kind == "autoregressive":
            return tokens
        if kind == "reader":  # it is told where each row ends
            return 0
        return most if kind == "dense" else min(-(-max(tokens, answer) // 8) * 8, most)

    def best(self, rows: Sequence[Sequence[int]], length: int) -> Any:
        """Return what the network gives for some rows, as lists or numbers."""
        lengths = np.array([len(row) for row in rows])
        tokens = np.full((len(rows), max(length, lengths.max())), PAD, np.int64)
        for place, row in enumerate(rows):
            tokens[place, : len(row)] = row
        return self.network.best(tokens, lengths).tolist()

    def text(self, best: Any) -> str:
        """Return the answer that the network's output means."""
        if self.config["kind"] == "reader":
            return str(self.config["answers"][best])
        return self.tokenizer.decode(best[: best.index(STOP)] if STOP in best else best)


class Engine:
    """The models of a folder as one, each loaded when it is first asked: an answer may hand on to another model."""

    def __init__(self, folder: Path) -> None:
        card = tomllib.loads((folder / "engine.toml").read_text("utf-8"))
        self.experts, self.routes = card.get("experts", {}), card.get("route", [])
        self.names = {*self.experts, *([ROUTER] if self.routes else ())}
        self.first = card.get("first", ROUTER) if self.experts else ""
        self.model = lru_cache(maxsize=None)(lambda file: Model(folder / file))
        self.file = card.get("path", "")

    def predict(self, prompts: Sequence[str], /) -> list[str]:
        """Return the answer to each prompt."""
        answers = [""] * len(prompts)
        waiting = {self.first: list(enumerate(prompts))}
        for _ in range(MOST_STAGES):
            handed: dict[str, list[tuple[int, str]]] = {}
            for name, asked in waiting.items():
                for (index, text), answer in zip(asked, self.ask(name, [text for _, text in asked]), strict=True):
                    answers[index] = answer
                    to = HAND_ON.search(answer)
                    if to and to[1] in self.names:
                        handed.setdefault(to[1], []).append((index, answer[: to.start()] or text))
            waiting = handed
        return answers

    def ask(self, name: str, texts: Sequence[str]) -> list[str]:
        """Return the answers of one model."""
        if name == ROUTER and self.routes:
            return [self.routed(text) for text in texts]
        answers: list[str] = self.model(self.experts.get(name, self.file)).predict(texts)
        return answers

    def routed(self, text: str) -> str:
        """Hand a text on to the first expert whose route fits; an answer of nothing if none does."""
        fitting = (route["expert"] for route in self.routes if route.get("contains", "") in text)
        return next((f"> {expert}\n" for expert in fitting), "")


@lru_cache(maxsize=1)
def engine() -> Engine:
    """Return the engine of this file's folder."""
    return Engine(Path(__file__).parent)


def predict(prompts: Sequence[str], /) -> list[str]:
    """Return the answer to each prompt."""
    return engine().predict(prompts)


def main() -> None:
    """Answer the text on standard input, or with `--json` those of its lines."""
    if "--json" in sys.argv[1:]:
        for answer in predict([json.loads(line) for line in sys.stdin if line.strip()]):
            print(json.dumps(answer))
        return
    text = sys.stdin.buffer.read().decode("utf-8", "surrogateescape")
    sys.stdout.buffer.write(predict([text])[0].encode("utf-8", "surrogatepass"))


if __name__ == "__main__":
    main()
