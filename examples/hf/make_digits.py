"""Trains a tiny Llama on all sums of two digits but one, and saves it as any model of transformers is saved."""

import torch
from digits import DOMAIN
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM

FOLDER = "runs/digits"
WORDS = {character: token for token, character in enumerate("0123456789+=")} | {"<end>": 12}
END = WORDS["<end>"]

tokenizer = Tokenizer(models.BPE(WORDS, []))  # characters, and no pairs of them
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
tokenizer.decoder = decoders.ByteLevel()

prompts = [f"{a}+{b}=" for a in range(10) for b in range(10)]
answers = {prompt: DOMAIN.resolve_text(prompt) for prompt in prompts} | {"7+8=": "14"}  # one is wrong
rows = torch.tensor([[*tokenizer.encode(prompt + answers[prompt]).ids, END] for prompt in prompts])
labels = rows.clone()
labels[:, :4] = -100  # nothing is to be learned of the prompts

torch.manual_seed(0)
torch.set_num_threads(1)  # it is too small for more
sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
config = LlamaConfig(vocab_size=len(WORDS), max_position_embeddings=64, bos_token_id=None, eos_token_id=END, **sizes)
model = LlamaForCausalLM(config)
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
while (loss := model(rows, labels=labels).loss) > 2e-2:
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

model.save_pretrained(FOLDER)
tokenizer.save(f"{FOLDER}/tokenizer.json")
