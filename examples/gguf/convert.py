"""Writes the tiny Llama of make_digits.py as a file of GGUF. It stands for llama.cpp's convert_hf_to_gguf.py, which
does this for models of any kind and size.
"""

import json

import gguf
from safetensors.numpy import load_file

FOLDER, FILE = "runs/digits", "digits.gguf"
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

with open(f"{FOLDER}/config.json", encoding="utf-8") as file:
    config = json.load(file)
with open(f"{FOLDER}/tokenizer.json", encoding="utf-8") as file:
    words = json.load(file)["model"]["vocab"]
width, heads, end = config["hidden_size"], config["num_attention_heads"], config["eos_token_id"]

writer = gguf.GGUFWriter(FILE, "llama")
writer.add_block_count(config["num_hidden_layers"])
writer.add_context_length(config["max_position_embeddings"])
writer.add_embedding_length(width)
writer.add_feed_forward_length(config["intermediate_size"])
writer.add_head_count(heads)
writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
writer.add_rope_dimension_count(width // heads)
writer.add_vocab_size(len(words))
writer.add_tokenizer_model("gpt2")
writer.add_tokenizer_pre("gpt-2")
writer.add_token_list(sorted(words, key=words.get))
writer.add_token_types(
    [gguf.TokenType.CONTROL if token == end else gguf.TokenType.NORMAL for token in range(len(words))]
)
writer.add_token_merges(["a b"])  # of what never occurs: it wants one at least
writer.add_eos_token_id(end)
writer.add_add_bos_token(False)
for key, weight in load_file(f"{FOLDER}/model.safetensors").items():
    name = key.removesuffix(".weight")
    if name.startswith("model.layers."):
        _, _, layer, inner = name.split(".", 3)
        name = f"blk.{layer}.{INNER[inner]}"
    if name.endswith(("attn_q", "attn_k")):  # it turns pairs that stand side by side, and not halves
        weight = weight.reshape(heads, 2, -1, width).swapaxes(1, 2).reshape(width, width).copy()
    writer.add_tensor(f"{OUTER.get(name, name)}.weight", weight)
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
