"""Weights in eight bits: what is packed is what was trained, and the packed file answers as it."""

import attrs
import pytest
import torch
from torch import nn

from tests.small_domains import ADDER
from turncheck.engine.sampling import sample
from turncheck.model.checkpoint import engine_of, load_checkpoint, read_tensors
from turncheck.model.configs import TrainConfig
from turncheck.model.rounding import LARGEST, is_rounded, packed, replaced, rounded, unpacked
from turncheck.model.train import Run

pytestmark = pytest.mark.usefixtures("fewer_drawn")

DENSE = TrainConfig(
    kind="dense", layers=1, width=8, heads=1, hidden=16, steps=12, batch=16, warmup=2, save_every=100, rounded=0.5
)
WRITER = attrs.evolve(DENSE, kind="autoregressive", heads=2, hidden=1)


def matrices():
    generator = torch.Generator().manual_seed(0)
    made = {f"normal{scale}": torch.randn(5, 7, generator=generator) * scale for scale in (1e-6, 1.0, 300.0)}
    made["zeros"] = torch.zeros(3, 4)
    made["a row of zeros"] = torch.cat([torch.zeros(1, 4), torch.ones(1, 4)])
    return {**made, "vector": torch.randn(6, generator=generator)}


def test_what_is_packed_and_unpacked_is_what_the_forward_pass_saw():
    tensors = matrices()
    opened = unpacked(packed(tensors))
    assert set(opened) == set(tensors)
    for name, tensor in tensors.items():
        expected = rounded(tensor) if is_rounded(tensor) else tensor
        # Trained as w + (r - w), which may differ from r in the last bit; the numbers behind are the same.
        assert torch.allclose(opened[name], expected, rtol=1e-6, atol=1e-12)


def test_packing_again_changes_nothing():
    once = packed(matrices())
    again = packed(unpacked(once))
    assert set(once) == set(again)
    assert all(torch.equal(once[name], again[name]) for name in once if not name.startswith("normal1e-06"))


def test_a_packed_matrix_has_one_byte_a_weight_and_two_a_row():
    made = packed({"weight": torch.randn(10, 30)})
    assert {name: (tensor.dtype, tuple(tensor.shape)) for name, tensor in made.items()} == {
        "weight": (torch.int8, (10, 30)),
        "weight.scale": (torch.float16, (10,)),
    }
    assert made["weight"].abs().amax(1).tolist() == [LARGEST] * 10


def test_the_error_of_a_weight_is_at_most_half_a_step():
    weight = torch.randn(20, 50, generator=torch.Generator().manual_seed(1))
    step = weight.abs().amax(1, keepdim=True) / LARGEST
    # The largest of a row may lose more, by the rounding of the scale to float16.
    assert ((rounded(weight) - weight).abs() <= 0.57 * step).all()


def test_the_gradient_passes_through():
    weight = torch.randn(3, 4, requires_grad=True)
    (rounded(weight) * torch.arange(12.0).reshape(3, 4)).sum().backward()
    assert torch.equal(weight.grad, torch.arange(12.0).reshape(3, 4))


def test_parameters_are_the_same_after_they_were_replaced():
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    before = dict(model.named_parameters())
    with replaced(model, {"1.weight": torch.zeros(2, 2)}):
        assert torch.equal(model[1].weight, torch.zeros(2, 2))
        assert "1.weight" not in dict(model.named_parameters())
    with pytest.raises(RuntimeError), replaced(model, {"1.weight": torch.zeros(2, 3)}):
        model(torch.zeros(1, 2, 1))
    assert dict(model.named_parameters()) == before


@pytest.mark.parametrize("config", [DENSE, WRITER], ids=lambda config: config.kind)
def test_the_packed_file_answers_as_the_weights_that_the_training_saw(tmp_path, config):
    run = Run(tmp_path, ADDER, config, 0)
    for _ in run.steps():
        pass
    loaded, about = load_checkpoint(tmp_path / "checkpoint.safetensors", ADDER)
    assert about.rounded
    tensors, _ = read_tensors(tmp_path / "checkpoint.safetensors")
    assert any(tensor.dtype == torch.int8 for tensor in tensors.values())
    assert not any(tensor.ndim == 2 and tensor.dtype == torch.float32 for tensor in tensors.values())
    prompts = [ADDER.write(case) for case in sample(ADDER, "uniform", 0, 40)]
    exact = {name: weight for name, weight in run.model.named_parameters() if is_rounded(weight)}
    with replaced(run.model, {name: rounded(weight) for name, weight in exact.items()}), torch.no_grad():
        trained = engine_of(run.model, run.tokenizer).predict(prompts)
    assert loaded.predict(prompts) == trained
    assert len(set(trained)) > 1 or config is WRITER


def test_only_the_last_steps_see_rounded_weights(tmp_path):
    losses = {}
    for share in (0.0, 0.5, 1.0):
        run = Run(tmp_path / str(share), ADDER, attrs.evolve(DENSE, rounded=share), 0)
        losses[share] = [at.loss for at in run.steps()]
    assert losses[0.5][:6] == losses[0.0][:6]
    assert losses[0.5][6] != losses[0.0][6]
    assert losses[1.0][0] != losses[0.0][0]
