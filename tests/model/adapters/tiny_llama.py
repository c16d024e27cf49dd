"""A tiny language model that adds two digits by heart, as a Hugging Face folder and as a GGUF file.

    python -m tests.model.adapters.tiny_llama FOLDER

trains it for some seconds and writes FOLDER/hf, FOLDER/tiny.gguf and FOLDER/answers.json: what those weights write
greedily in this process, by prompt. Behind each answer the model writes `#`, then its end of text. Nothing else in the
project imports transformers.
"""

import json
import sys
from pathlib import Path

from turncheck.engine.domain import Domain, Symmetry
from turncheck.engine.fields import Int
from turncheck.engine.schema import Schema

DIGITS = Domain(
    "digits/1",
    prompt=Schema("{a}+{b}=\n", a=Int(0, 9), b=Int(0, 9)),
    answer=Schema("sum {sum}\n", sum=Int(0, 18)),
    resolve=lambda case: {"sum": case.a + case.b},
    rejects=False,
    symmetries=(Symmetry("swapped_terms", lambda case: {"a": case.b, "b": case.a}),),
)

PROMPTS = [f"{a}+{b}=\n" for a in range(10) for b in range(10)]
"""All that it learned."""

WIDTH, HEADS, LAYERS, PLACES = 32, 4, 1, 256
END = 256
"""The token that ends a text; tokens 0..255 are bytes."""


def alphabet():
    """The characters that stand for the bytes in a byte-level tokenizer, as GPT-2 has it."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = iter(range(256, 512))
    return [chr(byte if byte in plain else next(others)) for byte in range(256)]


def tokenizer():
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    words = {character: byte for byte, character in enumerate(alphabet())} | {"</s>": END}
    made = Tokenizer(models.BPE(words, []))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    made.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(tokenizer_object=made, eos_token="</s>", clean_up_tokenization_spaces=False)


def trained():
    """The model, which knows all its prompts by heart."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    torch.set_num_threads(1)
    config = LlamaConfig(
        vocab_size=END + 1,
        hidden_size=WIDTH,
        intermediate_size=2 * WIDTH,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        max_position_embeddings=PLACES,
        bos_token_id=None,
        eos_token_id=END,
        pad_token_id=END,
    )
    model = LlamaForCausalLM(config)
    texts = torch.tensor([[*f"{prompt}{DIGITS.resolve_text(prompt)}#".encode(), END] for prompt in PROMPTS])
    labels = texts.clone()
    labels[:, : len(PROMPTS[0])] = -100
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(1000):
        loss = model(texts, labels=labels).loss
        if loss < 3e-3:
            return model.eval()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    raise RuntimeError(f"the tiny model has not learned its prompts: its loss is {loss.item():.3g}")


def greedy(model):
    """What it writes behind each prompt, one argmax a token."""
    import torch

    texts = torch.tensor([list(prompt.encode()) for prompt in PROMPTS])
    start = texts.shape[1]
    with torch.inference_mode():
        for _ in range(20):
            best = model(texts).logits[:, -1].argmax(-1, keepdim=True)
            texts = torch.cat([texts, best], 1)
    answers = {}
    for prompt, written in zip(PROMPTS, texts[:, start:].tolist(), strict=True):
        answers[prompt] = bytes(written[: written.index(END)]).decode()
    return answers


INNER = {
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
OUTER = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"}


def write_gguf(model, path):
    """The same weights as llama.cpp reads them."""
    import gguf

    writer = gguf.GGUFWriter(path, "llama")
    writer.add_block_count(LAYERS)
    writer.add_context_length(PLACES)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(2 * WIDTH)
    writer.add_head_count(HEADS)
    writer.add_layer_norm_rms_eps(model.config.rms_norm_eps)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_vocab_size(END + 1)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list([*alphabet(), "</s>"])
    writer.add_token_types([gguf.TokenType.NORMAL] * END + [gguf.TokenType.CONTROL])
    writer.add_token_merges(["a b"])  # of what never occurs: it wants one at least
    writer.add_eos_token_id(END)
    writer.add_add_bos_token(False)
    names = OUTER | {
        f"model.layers.{layer}.{ours}": f"blk.{layer}.{theirs}"
        for layer in range(LAYERS)
        for ours, theirs in INNER.items()
    }
    for name, weight in model.state_dict().items():
        turned = weight.detach()
        if name.endswith(("q_proj.weight", "k_proj.weight")):  # it turns pairs that stand side by side, and not halves
            turned = turned.view(HEADS, 2, WIDTH // HEADS // 2, WIDTH).transpose(1, 2).reshape(WIDTH, WIDTH)
        writer.add_tensor(f"{names[name.removesuffix('.weight')]}.weight", turned.contiguous().numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main(folder):
    model = trained()
    model.save_pretrained(folder / "hf")
    tokenizer().save_pretrained(folder / "hf")
    write_gguf(model, folder / "tiny.gguf")
    (folder / "answers.json").write_text(json.dumps(greedy(model)), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
