"""A Hugging Face folder: what it must hold, looked at without executing anything of it, and its weights.

The folder is data. It names no class of its own (`auto_map`), its weights are safetensors, and every number that the
model needs stands in them: `transformers` gives random numbers to what is missing, without an error.
"""

from __future__ import annotations

import json
import os
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
import torch
import transformers
from safetensors import SafetensorError, safe_open
from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES
from transformers.models.auto.modeling_auto import (
    MODEL_FOR_CAUSAL_LM_MAPPING_NAMES,
    MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES,
)

from turncheck.engine.learned import EngineError, described
from turncheck.engine.visible import cut, quoted

WEIGHTS, INDEX = "model.safetensors", "model.safetensors.index.json"

CONVERT = "load it where you trust it, and save it again: model.save_pretrained(FOLDER) writes safetensors"

DEMAND = "a model must write one token behind the other (CausalLM, or an encoder and a decoder)"

LARGEST_JSON = 1 << 26
"""Bytes of a file of JSON that is read."""

ROOM = 1 << 20
"""Numbers that a model may have beyond twice those in its files: more are not allocated to find out that they lack."""

NAMED = 3
"""Keys that a message names."""

UNSAFE = re.compile("trust_remote_code|weights_only|install|https?:")
"""What a message of a library advises, and that is never shown."""


@attrs.frozen
class HuggingFaceFolder:
    """A folder that was looked at.

    Attributes:
        path: of the folder.
        config: what its config.json says.
        ends: ids of the tokens that end a text, of generation_config.json or else of config.json.
        start: the id of the token that a decoder begins with, where an encoder reads the prompt; else None.
    """

    path: Path
    config: Mapping[str, Any]
    ends: tuple[int, ...]
    start: int | None


def read_folder(target: str) -> HuggingFaceFolder:
    """The folder at that path, if it holds what a model needs.

    Raises:
        EngineError: it does not; the message says what is missing or unsafe, and the way out.
    """
    if not os.path.exists(target):
        way_out = "a name on a hub is not looked up: download the model and name its folder"
        raise EngineError(f"hf:FOLDER must name a folder, got {quoted(target)}, which is not there; {way_out}")
    path = Path(target)
    if not path.is_dir():
        raise EngineError(f"hf:FOLDER must name a folder, got the file {quoted(target)}: name the folder that it is in")
    config = _object(path, "config.json")
    _check_config(path, config)
    _check_weights(path, config)
    generation = _object(path, "generation_config.json") if (path / "generation_config.json").exists() else {}
    ends = _ids(generation.get("eos_token_id")) or _ids(_of_text(config))
    return HuggingFaceFolder(path, config, ends, _start(config, generation) if _encodes(config) else None)


def _encodes(config: Mapping[str, Any]) -> bool:
    return config.get("is_encoder_decoder") is True


def _start(config: Mapping[str, Any], generation: Mapping[str, Any]) -> int:
    for values in (generation, config):
        if type(start := values.get("decoder_start_token_id")) is int:
            return start
    raise EngineError("config.json must say what a decoder begins with (decoder_start_token_id), got none: set it")


def _of_text(config: Mapping[str, Any]) -> Any:
    text = config.get("text_config")
    return config.get("eos_token_id", text.get("eos_token_id") if isinstance(text, dict) else None)


def _ids(value: Any) -> tuple[int, ...]:
    """The ids that a configuration names: one, several, or none."""
    return tuple(each for each in (value if isinstance(value, list) else [value]) if type(each) is int)


def _object(path: Path, name: str) -> dict[str, Any]:
    """The object in a file of JSON of the folder."""
    try:
        if (path / name).stat().st_size > LARGEST_JSON:
            raise EngineError(f"{name} must have at most {LARGEST_JSON:,} bytes")
        value = json.loads((path / name).read_bytes())
    except FileNotFoundError as error:
        raise EngineError(f"a Hugging Face folder must hold {name}, got none in {quoted(str(path))}") from error
    except OSError as error:
        raise EngineError(f"{name} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise EngineError(f"{name} must be an object of JSON, got something that cannot be read as JSON") from error
    if not isinstance(value, dict):
        raise EngineError(f"{name} must be an object of JSON, got {quoted(value)}")
    return value


# --- what the configuration names -------------------------------------------------------------------------------------


def _check_config(path: Path, config: Mapping[str, Any]) -> None:
    if _names_code(config):
        raise EngineError(
            "config.json must name no code, got auto_map, which runs code of the folder or of a hub: "
            "load it in a function of your own, --model py:FILE.py:predict"
        )
    if (path / "adapter_config.json").exists():
        raise EngineError("a folder must hold a whole model, got an adapter of PEFT: merge it, merge_and_unload()")
    if "quantization_config" in config:
        raise EngineError(
            "its weights must be plain numbers, got quantized ones (quantization_config): dequantize them"
        )
    if "transformers_weights" in config:
        raise EngineError(f"config.json must not say where its weights are (transformers_weights): call them {WEIGHTS}")
    kind = config.get("model_type")
    if not isinstance(kind, str) or kind not in CONFIG_MAPPING_NAMES:
        known = f"a model_type that transformers {transformers.__version__} knows"
        raise EngineError(f"config.json must have {known}, got {quoted(kind)}: a newer one may know it")
    mapping = MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES if _encodes(config) else MODEL_FOR_CAUSAL_LM_MAPPING_NAMES
    classes = mapping.get(kind, ())
    wanted = [classes] if isinstance(classes, str) else list(classes)
    named = config.get("architectures") or wanted
    if not wanted or not isinstance(named, list) or not set(named) & set(wanted):
        shown = ", ".join(map(str, named)) if isinstance(named, list) and named else kind
        way_out = "name a function of your own, --model py:FILE.py:predict, as docs/models.md shows"
        raise EngineError(f"{DEMAND}, got {cut(shown, 80)}: {way_out}")


def _names_code(value: Any) -> bool:
    if isinstance(value, dict):
        return "auto_map" in value or any(map(_names_code, value.values()))
    return isinstance(value, list) and any(map(_names_code, value))


# --- the files of weights --------------------------------------------------------------------------------------------


def _check_weights(path: Path, config: Mapping[str, Any]) -> None:
    """Checks that the files are whole and hold about as many numbers as the configuration describes."""
    shapes = [shape for name in _files(path) for shape in _shapes(path, name)]
    layers = config.get("num_hidden_layers", config.get("n_layer", 0))
    if type(layers) is int and layers > len(shapes):
        raise EngineError(f"config.json must describe the weights, got {layers:,} layers and {len(shapes):,} tensors")
    held = sum(torch.Size(shape).numel() for shape in shapes)
    described_ones = _described(path, _class(config))
    if described_ones > 2 * held + ROOM:
        fault = f"got a model of {described_ones:,} numbers and files of {held:,}"
        raise EngineError(f"config.json must describe the weights, {fault}: one of them is of another model")


def _files(path: Path) -> list[str]:
    """The names of the files of weights.

    Raises:
        EngineError: there are none, not all, or they are of an unsafe format.
    """
    if (path / WEIGHTS).is_file():
        return [WEIGHTS]
    if (path / INDEX).exists():
        return _shards(path)
    if unsafe := sorted(name for name in os.listdir(path) if re.search(r"\.(bin|pt|pth|ckpt|h5|msgpack)$", name)):
        fault = f"got {cut(unsafe[0], 60)}, a format that can run code or that is not read here"
        raise EngineError(f"its weights must be in {WEIGHTS}, {fault}: {CONVERT}")
    raise EngineError(
        f"a Hugging Face folder must hold {WEIGHTS}, got no weights in {quoted(str(path))}: download them"
    )


def _shards(path: Path) -> list[str]:
    named = _object(path, INDEX).get("weight_map")
    if not isinstance(named, dict) or not named or not all(isinstance(each, str) for each in named.values()):
        raise EngineError(f"{INDEX} must have a weight_map from keys to files")
    names = sorted(set(named.values()))
    for name in names:
        if not re.fullmatch(r"[\w-][\w.-]*\.safetensors", name):
            raise EngineError(f"{INDEX} must name files of its own folder by plain names, got {quoted(name)}")
        if not (path / name).is_file():
            raise EngineError(f"all files that {INDEX} names must be in the folder, got no {name}: download it")
    return names


def _shapes(path: Path, name: str) -> list[list[int]]:
    """The shapes of a file's tensors, by its header, which is held against its size."""
    try:
        with safe_open(path / name, "pt") as file:
            return [file.get_slice(key).get_shape() for key in file.keys()]  # noqa: SIM118  it is no dict
    except (SafetensorError, OSError, ValueError) as error:
        raise EngineError(f"{name} must be a whole file of safetensors, got {cut(described(error), 120)}") from error


def _class(config: Mapping[str, Any]) -> Any:
    return transformers.AutoModelForSeq2SeqLM if _encodes(config) else transformers.AutoModelForCausalLM


def _described(path: Path, kind: Any) -> int:
    """How many numbers the model has that the configuration describes; nothing is allocated."""
    with _library(), torch.device("meta"):
        config = transformers.AutoConfig.from_pretrained(path, local_files_only=True, trust_remote_code=False)
        model = kind.from_config(config, trust_remote_code=False)
        return sum(each.numel() for each in model.parameters())


# --- the model -------------------------------------------------------------------------------------------------------


def read_model(folder: HuggingFaceFolder) -> Any:
    """The model with its weights, in float32.

    Raises:
        EngineError: keys are missing, unexpected or of another shape, or the library cannot load it.
    """
    with _library():
        model, loading = _class(folder.config).from_pretrained(
            folder.path,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            dtype=torch.float32,
            attn_implementation="eager",  # a configuration could name a kernel that is looked up on a hub
            ignore_mismatched_sizes=True,  # so that they are all told
            output_loading_info=True,
        )
    for name, fault in (
        ("missing_keys", "lack"),
        ("unexpected_keys", "hold what the model has no place for,"),
        ("mismatched_keys", "hold in another shape"),
    ):
        if keys := sorted(each if isinstance(each, str) else str(each[0]) for each in loading[name]):
            more = f" and {len(keys) - NAMED} more" if len(keys) > NAMED else ""
            listed = ", ".join(cut(key, 80) for key in keys[:NAMED])
            raise EngineError(f"its weights must be those that config.json describes, they {fault} {listed}{more}")
    if loading["error_msgs"]:
        raise EngineError(f"its weights must be those that config.json describes: {_safe(loading['error_msgs'][0])}")
    # Without one no mask is asked for: texts are padded on the right, where causal attention does not look.
    model.config.pad_token_id = None
    model.eval()
    if model._supports_sdpa:  # the whole pass takes a fifth of the time at 600 tokens
        with _library():
            model.set_attn_implementation("sdpa")
    if folder.start is None:
        _check_causal(model)
    return model


def _check_causal(model: Any) -> None:
    """Checks that what stands behind a token changes nothing before it: an encoder with a head of words reads both."""
    if model.get_input_embeddings().num_embeddings < 2:
        return
    with _library(), torch.inference_mode():
        one, another = model(input_ids=torch.tensor([[0, 0, 0], [0, 1, 1]]), use_cache=False).logits[:, 0]
    if not torch.allclose(one, another, atol=1e-3, equal_nan=True):
        fault = "got one whose first token depends on those behind it"
        raise EngineError(f"{DEMAND}, {fault}: is_decoder may be missing in config.json")


@contextmanager
def _library() -> Iterator[None]:
    """Calls of the library: they reach no host, say nothing, and what they raise is said in one line."""
    logging = transformers.utils.logging
    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity(logging.CRITICAL)
    logging.disable_progress_bar()
    try:
        with warnings.catch_warnings(), _offline():
            warnings.simplefilter("ignore")
            yield
    except (EngineError, KeyboardInterrupt):
        raise
    except BaseException as error:  # whatever a model of the library raises on a configuration
        fault = f"transformers {transformers.__version__} cannot load it: {_safe(described(error))}"
        raise EngineError(fault) from error
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()


OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}


@contextmanager
def _offline() -> Iterator[None]:
    before = {name: os.environ.get(name) for name in OFFLINE}
    os.environ.update(OFFLINE)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _safe(message: str) -> str:
    """What a library's message says, on one line, unless it advises what is unsafe here."""
    line = cut(" ".join(message.split()), 200)
    return line if not UNSAFE.search(line) else f"{line.split(':')[0]} (its advice is not shown)"
