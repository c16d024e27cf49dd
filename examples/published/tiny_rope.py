"""Said Taghadouini's: https://github.com/staghado/minimal-ten-digit-addition-transformer. Trained, a Qwen3 in MLX.

`weights` is in checkpoint/. Here it runs in transformers: pip install 'turncheck[hf]'.
"""

import numpy as np
import torch
from transformers import Qwen3Config, Qwen3ForCausalLM

from turncheck import logits_engine


def engine(clone, weights="best_122", width=3, heads=1, ff=3):
    """The model of that file, which has those sizes."""
    sizes = {"hidden_size": width, "num_attention_heads": heads, "intermediate_size": ff, "num_hidden_layers": 1}
    rest = {"head_dim": 4, "num_key_value_heads": 1, "vocab_size": 10, "tie_word_embeddings": True}
    model = Qwen3ForCausalLM(Qwen3Config(**sizes, **rest, rope_parameters={"rope_type": "default", "rope_theta": 3.0}))
    found = np.load(f"{clone}/checkpoint/{weights}.npz")
    model.load_state_dict({name: torch.tensor(found[name]) for name in found.files}, strict=False)

    def encode(text):  # a 0 before each number and behind it
        return [int(digit) for digit in "0" + text.replace("+", "00").replace("=", "0")]

    return logits_engine(lambda ids: model(ids).logits, "0123456789", encode=encode, longest=11)
