"""A Hugging Face folder: check it without executing anything in it, and load its weights.

The folder is data. It must not name code (`auto_map`), its weights must be safetensors, and they must hold every number
that the model needs: `transformers` fills missing weights with random numbers, without an error.
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

DEMAND = "a model must generate one token after another (CausalLM, or an encoder and a decoder)"

LARGEST_JSON = 1 << 26
"""Most bytes of a JSON file that is read."""

ROOM = 1 << 20
"""Numbers that a model may have beyond twice those in its files. A larger model is refused before anything is
allocated.
"""

NAMED = 3
"""Most keys that a message lists."""

UNSAFE = re.compile("trust_remote_code|weights_only|install|https?:")
"""Unsafe advice in a library's messages. A message that matches is never shown."""


@attrs.frozen
class HuggingFaceFolder:
    """A folder that passed the checks.

    Attributes:
        path: the path of the folder.
        config: the content of config.json.
        ends: the ids of the tokens that end a text, from generation_config.json, else from config.json.
        start: the id of the first token of the decoder, if the model has an encoder; else None.
    """

    path: Path
    config: Mapping[str, Any]
    ends: tuple[int, ...]
    start: int | None


def read_folder(target: str) -> HuggingFaceFolder:
    """Check the folder at that path and return it.

    Raises:
        EngineError: the folder is incomplete or unsafe; the message gives the fault and the way out.
    """
    if not os.path.exists(target):
        way_out = "names on a hub are not looked up: download the model and name its folder"
        raise EngineError(f"hf:FOLDER must name a folder, got {quoted(target)}, which does not exist; {way_out}")
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
    raise EngineError("config.json must name the decoder's first token (decoder_start_token_id), got none: set it")


def _of_text(config: Mapping[str, Any]) -> Any:
    text = config.get("text_config")
    return config.get("eos_token_id", text.get("eos_token_id") if isinstance(text, dict) else None)


def _ids(value: Any) -> tuple[int, ...]:
    """Return the ids in a configuration value: one, several, or none."""
    return tuple(each for each in (value if isinstance(value, list) else [value]) if type(each) is int)


def _object(path: Path, name: str) -> dict[str, Any]:
    """Return the JSON object in a file of the folder."""
    try:
        if (path / name).stat().st_size > LARGEST_JSON:
            raise EngineError(f"{name} must have at most {LARGEST_JSON:,} bytes")
        value = json.loads((path / name).read_bytes())
    except FileNotFoundError as error:
        raise EngineError(f"a Hugging Face folder must hold {name}, got none in {quoted(str(path))}") from error
    except OSError as error:
        raise EngineError(f"{name} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise EngineError(f"{name} must be a JSON object, got a file that is not JSON") from error
    if not isinstance(value, dict):
        raise EngineError(f"{name} must be a JSON object, got {quoted(value)}")
    return value


# --- what the configuration names -------------------------------------------------------------------------------------


def _check_config(path: Path, config: Mapping[str, Any]) -> None:
    if _names_code(config):
        raise EngineError(
            "config.json must not name code, got auto_map, which runs code from the folder or a hub: "
            "load it in a function of your own, --model py:FILE.py:predict"
        )
    if (path / "adapter_config.json").exists():
        raise EngineError("a folder must hold a whole model, got a PEFT adapter: merge it, merge_and_unload()")
    if "quantization_config" in config:
        raise EngineError(
            "its weights must be plain numbers, got quantized ones (quantization_config): dequantize them"
        )
    if "transformers_weights" in config:
        raise EngineError(f"config.json must not name its weights (transformers_weights): call the file {WEIGHTS}")
    kind = config.get("model_type")
    if not isinstance(kind, str) or kind not in CONFIG_MAPPING_NAMES:
        known = f"a model_type that transformers {transformers.__version__} supports"
        raise EngineError(f"config.json must have {known}, got {quoted(kind)}: a newer version may support it")
    mapping = MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES if _encodes(config) else MODEL_FOR_CAUSAL_LM_MAPPING_NAMES
    classes = mapping.get(kind, ())
    wanted = [classes] if isinstance(classes, str) else list(classes)
    named = config.get("architectures") or wanted
    if not wanted or not isinstance(named, list) or not set(named) & set(wanted):
        shown = ", ".join(map(str, named)) if isinstance(named, list) and named else kind
        way_out = "write a function of your own and name it, --model py:FILE.py:predict, see docs/models.md"
        raise EngineError(f"{DEMAND}, got {cut(shown, 80)}: {way_out}")


def _names_code(value: Any) -> bool:
    if isinstance(value, dict):
        return "auto_map" in value or any(map(_names_code, value.values()))
    return isinstance(value, list) and any(map(_names_code, value))


# --- the files of weights --------------------------------------------------------------------------------------------


def _check_weights(path: Path, config: Mapping[str, Any]) -> None:
    """Check that the files are complete and hold about as many numbers as the configuration describes."""
    shapes = [shape for name in _files(path) for shape in _shapes(path, name)]
    layers = config.get("num_hidden_layers", config.get("n_layer", 0))
    if type(layers) is int and layers > len(shapes):
        raise EngineError(f"config.json must describe the weights, got {layers:,} layers and {len(shapes):,} tensors")
    held = sum(torch.Size(shape).numel() for shape in shapes)
    described_ones = _described(path, _class(config))
    if described_ones > 2 * held + ROOM:
        fault = f"got a model of {described_ones:,} numbers and files with {held:,}"
        raise EngineError(f"config.json must describe the weights, {fault}: one of them belongs to another model")


def _files(path: Path) -> list[str]:
    """Return the names of the weight files.

    Raises:
        EngineError: the weights are missing, incomplete, or in an unsafe format.
    """
    if (path / WEIGHTS).is_file():
        return [WEIGHTS]
    if (path / INDEX).exists():
        return _shards(path)
    if unsafe := sorted(name for name in os.listdir(path) if re.search(r"\.(bin|pt|pth|ckpt|h5|msgpack)$", name)):
        fault = f"got {cut(unsafe[0], 60)}, a format that can run code or is not supported"
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
            raise EngineError(f"{INDEX} must name files in its own folder, got {quoted(name)}")
        if not (path / name).is_file():
            raise EngineError(f"the folder must have every file that {INDEX} names, got no {name}: download it")
    return names


def _shapes(path: Path, name: str) -> list[list[int]]:
    """Return the shapes of a file's tensors, from its header; safetensors checks the header against the file's size."""
    try:
        with safe_open(path / name, "pt") as file:
            return [file.get_slice(key).get_shape() for key in file.keys()]  # noqa: SIM118  it is no dict
    except (SafetensorError, OSError, ValueError) as error:
        raise EngineError(f"{name} must be a complete safetensors file, got {cut(described(error), 120)}") from error


def _class(config: Mapping[str, Any]) -> Any:
    return transformers.AutoModelForSeq2SeqLM if _encodes(config) else transformers.AutoModelForCausalLM


def _described(path: Path, kind: Any) -> int:
    """Return the number of parameters of the model that the configuration describes; allocates nothing."""
    with _library(), torch.device("meta"):
        config = transformers.AutoConfig.from_pretrained(path, local_files_only=True, trust_remote_code=False)
        model = kind.from_config(config, trust_remote_code=False)
        return sum(each.numel() for each in model.parameters())


# --- the model -------------------------------------------------------------------------------------------------------


def read_model(folder: HuggingFaceFolder) -> Any:
    """Return the model with its weights, in float32.

    Raises:
        EngineError: keys are missing, unexpected or of another shape, or the library cannot load the model.
    """
    with _library():
        model, loading = _class(folder.config).from_pretrained(
            folder.path,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            dtype=torch.float32,
            attn_implementation="eager",  # a configuration could name a kernel that is looked up on a hub
            ignore_mismatched_sizes=True,  # so that all of them are reported
            output_loading_info=True,
        )
    for name, fault in (
        ("missing_keys", "lack"),
        ("unexpected_keys", "have the unexpected keys"),
        ("mismatched_keys", "have other shapes for"),
    ):
        if keys := sorted(each if isinstance(each, str) else str(each[0]) for each in loading[name]):
            more = f" and {len(keys) - NAMED} more" if len(keys) > NAMED else ""
            listed = ", ".join(cut(key, 80) for key in keys[:NAMED])
            raise EngineError(f"its weights must match config.json, they {fault} {listed}{more}")
    if loading["error_msgs"]:
        raise EngineError(f"its weights must match config.json: {_safe(loading['error_msgs'][0])}")
    # Without a padding token the model needs no mask: padding on the right is invisible to causal attention.
    model.config.pad_token_id = None
    model.eval()
    if model._supports_sdpa:  # a pass over 600 tokens takes a fifth of the time
        with _library():
            model.set_attn_implementation("sdpa")
    if folder.start is None:
        _check_causal(model)
    return model


def _check_causal(model: Any) -> None:
    """Check that a token does not affect the logits before it. An encoder with a language-model head reads in both
    directions.
    """
    if model.get_input_embeddings().num_embeddings < 2:
        return
    with _library(), torch.inference_mode():
        one, another = model(input_ids=torch.tensor([[0, 0, 0], [0, 1, 1]]), use_cache=False).logits[:, 0]
    if not torch.allclose(one, another, atol=1e-3, equal_nan=True):
        fault = "got one whose first logits depend on later tokens"
        raise EngineError(f"{DEMAND}, {fault}: is_decoder may be missing in config.json")


@contextmanager
def _library() -> Iterator[None]:
    """Run library calls without network access and without output; report whatever they raise in one line."""
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
    except BaseException as error:  # a model of the library may raise anything on a configuration
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
    """Return a library's message in one line, without advice that is unsafe here."""
    line = cut(" ".join(message.split()), 200)
    return line if not UNSAFE.search(line) else f"{line.split(':')[0]} (its advice is not shown)"
