"""A checkpoint of turncheck's own in the forms of other programs: the same function, up to the order of floats.

A norm by the root of the mean square (RMSNorm) is a LayerNorm where the mean is 0. So the residual stream is twice as
wide, [x, -x]: what reads it reads the first half, what writes to it writes W and -W. Attention heads are twice as wide
too, their second half 0, which the scale of the queries makes up for.

    model/transformer.py    GPT-2 of transformers           nanoGPT
    width, eps 1.2e-7       2 width, eps 1.2e-7             2 width, eps 1e-5: the stream is larger by sqrt(eps'/eps)
    up: 4 width             4 width                         8 width, the second half 0
"""

import math

import pytest
import torch

from turncheck.duel import DOMAIN
from turncheck.model.checkpoint import Metadata, load_checkpoint, read_tensors
from turncheck.model.tokens import MARKS, STOP
from turncheck.model.tokens import Tokenizer as OwnTokenizer

OWN_EPSILON = torch.finfo(torch.float32).eps
"""What nn.RMSNorm adds to the mean square."""

NANOGPT_EPSILON = 1e-5


def read(path, domain=DOMAIN):
    """The weights and what the checkpoint says of itself."""
    tensors, metadata = read_tensors(path)
    return tensors, Metadata.from_metadata(metadata, domain)


def tokenizer(vocabulary):
    """The same tokens as a tokenizer.json: the same pieces of a text, and bytes for what is no token."""
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers

    ids = {token: index for index, token in enumerate(vocabulary)}
    made = Tokenizer(models.BPE(ids, [], byte_fallback=True, ignore_merges=True))
    # A piece that is a token stays whole, another falls apart into its characters, and these into their bytes.
    pieces = OwnTokenizer(vocabulary)._pattern.pattern.removesuffix(".") + r"[\s\S]"
    made.pre_tokenizer = pre_tokenizers.Split(Regex(pieces), "isolated")
    made.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Fuse()])
    made.add_special_tokens([AddedToken(mark, normalized=False) for mark in MARKS])
    return made


def mirrored(rows):
    """rows: (n, width) as (n, 2 width), [x, -x]."""
    return torch.cat([rows, -rows], -1)


def behind(matrix):
    """matrix: (out, width), which reads the stream, as (out, 2 width): it reads the first half."""
    return torch.cat([matrix, torch.zeros_like(matrix)], -1)


def in_heads(matrix, heads):
    """matrix: (width, n) as (2 width, n), each head's rows followed by as many of zeros."""
    parts = matrix.view(heads, -1, matrix.shape[-1])
    return torch.cat([parts, torch.zeros_like(parts)], 1).flatten(0, 1)


def qkv(matrix, heads):
    """(3 width, width) to (6 width, 2 width). A head twice as wide divides by the root of twice as much."""
    q, k, v = behind(matrix).chunk(3)
    return torch.cat([in_heads(q * math.sqrt(2), heads), in_heads(k, heads), in_heads(v, heads)])


def out(matrix, heads):
    """(width, width), which writes, to (2 width, 2 width)."""
    return mirrored(in_heads(matrix.T, heads)).T


def as_gpt2(path, folder, domain=DOMAIN):
    """Writes the checkpoint as a folder of Hugging Face, and gives the model."""
    from transformers import GPT2Config, GPT2LMHeadModel

    tensors, about = read(path, domain)
    sizes = about.config
    config = GPT2Config(
        vocab_size=sizes.vocabulary,
        n_positions=sizes.context,
        n_embd=2 * sizes.width,
        n_layer=sizes.layers,
        n_head=sizes.heads,
        n_inner=4 * sizes.width,
        activation_function="gelu_new",
        layer_norm_epsilon=OWN_EPSILON,
        tie_word_embeddings=False,
        bos_token_id=None,
        eos_token_id=STOP,
    )
    state = {
        "transformer.wte.weight": mirrored(tensors["embedding.weight"]),
        "transformer.wpe.weight": mirrored(tensors["position.weight"]),
        "transformer.ln_f.weight": behind(tensors["norm.weight"]),
        "lm_head.weight": behind(tensors["embedding.weight"]),
    }
    for layer in range(sizes.layers):
        ours, theirs = f"blocks.{layer}", f"transformer.h.{layer}"
        state |= {
            f"{theirs}.ln_1.weight": behind(tensors[f"{ours}.norm1.weight"]),
            f"{theirs}.attn.c_attn.weight": qkv(tensors[f"{ours}.attention.qkv.weight"], sizes.heads).T,
            f"{theirs}.attn.c_proj.weight": out(tensors[f"{ours}.attention.out.weight"], sizes.heads).T,
            f"{theirs}.ln_2.weight": behind(tensors[f"{ours}.norm2.weight"]),
            f"{theirs}.mlp.c_fc.weight": behind(tensors[f"{ours}.up.weight"]).T,
            f"{theirs}.mlp.c_proj.weight": mirrored(tensors[f"{ours}.down.weight"].T),
        }
    model = GPT2LMHeadModel(config)
    biases = {name: torch.zeros_like(each) for name, each in model.state_dict().items() if name.endswith(".bias")}
    model.load_state_dict({**biases, **{name: each.contiguous() for name, each in state.items()}})
    model.save_pretrained(folder)
    tokenizer(about.vocabulary).save(str(folder / "tokenizer.json"))
    return model.eval()


def as_nanogpt(path, folder, domain=DOMAIN):
    """Writes the checkpoint as a run of nanoGPT with a tokenizer.json."""
    tensors, about = read(path, domain)
    sizes = about.config
    larger = math.sqrt(NANOGPT_EPSILON / OWN_EPSILON)
    state = {
        "wte.weight": larger * mirrored(tensors["embedding.weight"]),
        "wpe.weight": larger * mirrored(tensors["position.weight"]),
        "ln_f.weight": behind(tensors["norm.weight"]),
    }
    for layer in range(sizes.layers):
        ours, theirs = f"blocks.{layer}", f"h.{layer}"
        up, down = tensors[f"{ours}.up.weight"], tensors[f"{ours}.down.weight"]
        state |= {
            f"{theirs}.ln_1.weight": behind(tensors[f"{ours}.norm1.weight"]),
            f"{theirs}.attn.c_attn.weight": qkv(tensors[f"{ours}.attention.qkv.weight"], sizes.heads),
            f"{theirs}.attn.c_proj.weight": larger * out(tensors[f"{ours}.attention.out.weight"], sizes.heads),
            f"{theirs}.ln_2.weight": behind(tensors[f"{ours}.norm2.weight"]),
            f"{theirs}.mlp.c_fc.weight": torch.cat([behind(up), torch.zeros_like(behind(up))]),
            f"{theirs}.mlp.c_proj.weight": larger * torch.cat([mirrored(down.T), torch.zeros_like(mirrored(down.T))]).T,
        }
    state = {f"transformer.{name}": each.contiguous() for name, each in state.items()}
    args = {
        "n_layer": sizes.layers,
        "n_head": sizes.heads,
        "n_embd": 2 * sizes.width,
        "block_size": sizes.context,
        "bias": False,
        "vocab_size": sizes.vocabulary,
    }
    head = {"lm_head.weight": behind(tensors["embedding.weight"])}
    torch.save({"model": {**state, **head}, "model_args": args, "iter_num": 0}, folder / "ckpt.pt")
    tokenizer(about.vocabulary).save(str(folder / "tokenizer.json"))


def as_onnx(path, folder, domain=DOMAIN):
    """Writes the checkpoint as a graph of ONNX with its metadata, which say what its tokens are."""
    from tests.model.adapters.graphs import export_own

    _, metadata = read_tensors(path)
    engine, _ = load_checkpoint(path, domain)
    with pytest.MonkeyPatch.context() as patch:
        export_own(engine.transformer, str(folder / "model.onnx"), patch, metadata)


ARCHITECTURE = """
from turncheck.model.transformer import ModelConfig, Transformer

def make(**sizes):
    return Transformer(ModelConfig(**sizes))
"""


def as_state_dict(path, folder, domain=DOMAIN):
    """Writes the checkpoint's bare state_dict, and a file that makes its module."""
    tensors, _ = read(path, domain)
    torch.save(tensors, folder / "weights.pt")
    (folder / "own_arch.py").write_text(ARCHITECTURE, encoding="utf-8")
