"""Products by a private operator of PyTorch: its removal is noticed here, and the results stay the same."""

import pytest
import torch
import torch.nn.functional as F  # noqa: N812

from turncheck.model import products


@pytest.fixture
def operands():
    """x: (3, 5, 16) and weight: (8, 16)."""
    generator = torch.Generator().manual_seed(0)
    return torch.randn(3, 5, 16, generator=generator), torch.randn(8, 16, generator=generator)


@pytest.mark.skipif(not torch.backends.mkldnn.is_available(), reason="this PyTorch has no oneDNN")
def test_pytorch_still_has_the_private_operator_of_onednn_and_it_means_what_it_did():
    assert hasattr(torch.ops.mkldnn, "_linear_pointwise")
    products._has_onednn.cache_clear()
    assert products._has_onednn()


@pytest.mark.parametrize("has_onednn", [True, False])
def test_products_are_those_of_pytorch_s_public_functions(monkeypatch, operands, has_onednn):
    if has_onednn and not products._has_onednn():
        pytest.skip("this PyTorch has no oneDNN")
    monkeypatch.setattr(products, "_has_onednn", lambda: has_onednn)
    with torch.inference_mode():
        plain, gelu = products.linear(*operands), products.linear_gelu(*operands)
    wanted = F.linear(*operands)
    assert torch.allclose(plain, wanted, atol=1e-5)
    assert torch.allclose(gelu, F.gelu(wanted, approximate="tanh"), atol=1e-5)


def test_an_operator_that_is_gone_or_means_something_else_is_not_used(monkeypatch):
    for operator in (None, lambda *arguments: torch.zeros(3, 2)):
        monkeypatch.setattr(torch.ops, "mkldnn", type("Ops", (), {"_linear_pointwise": operator} if operator else {})())
        products._has_onednn.cache_clear()
        assert not products._has_onednn()
    products._has_onednn.cache_clear()
