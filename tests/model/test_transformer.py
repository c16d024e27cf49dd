"""The transformer: shapes, causality, the cache, sizes."""

import attrs
import pytest
import torch

from turncheck.model.transformer import Cache, ModelConfig, Transformer

CONFIG = ModelConfig(vocabulary=23, prompt=7, answer=4, layers=2, width=8, heads=2)


@pytest.fixture(scope="module")
def transformer():
    made = Transformer(CONFIG).eval()
    generator = torch.Generator().manual_seed(0)
    for parameter in made.parameters():
        torch.nn.init.normal_(parameter, std=0.5, generator=generator)
    return made.requires_grad_(False)


@pytest.fixture(scope="module")
def tokens():
    return torch.randint(23, (3, CONFIG.context), generator=torch.Generator().manual_seed(1))


def test_the_context_is_a_prompt_a_mark_and_an_answer():
    assert CONFIG.context == 12
    assert ModelConfig(335, 120, 80, 4, 64, 4).context == 201


@pytest.mark.parametrize("length", [1, 5, 12])
def test_each_token_gives_one_logit_for_each_of_the_vocabulary(transformer, tokens, length):
    logits = transformer(tokens[:, :length])
    assert logits.shape == (3, length, 23)
    assert logits.dtype == torch.float32


def test_the_output_is_tied_to_the_embedding(transformer):
    names = {name for name, _ in transformer.named_parameters()}
    assert names == {"embedding.weight", "position.weight", "norm.weight"} | {
        f"blocks.{layer}.{name}.weight"
        for layer in range(2)
        for name in ("norm1", "attention.qkv", "attention.out", "norm2", "up", "down")
    }


@pytest.mark.parametrize("place", range(1, 12))
def test_a_token_changes_no_logits_before_it_and_its_own(transformer, tokens, place):
    changed = tokens.clone()
    changed[:, place] = (changed[:, place] + 1) % 23
    before, after = transformer(tokens), transformer(changed)
    assert torch.equal(before[:, :place], after[:, :place])
    assert not torch.isclose(before[:, place:], after[:, place:]).all(-1).any()


def test_rows_of_a_batch_do_not_see_each_other(transformer, tokens):
    changed = tokens.clone()
    changed[0] = (changed[0] + 1) % 23
    assert torch.equal(transformer(tokens)[1:], transformer(changed)[1:])


@pytest.mark.parametrize("known", [1, 4, 11])
def test_with_a_cache_the_logits_are_the_same(transformer, tokens, known):
    cache = Cache(CONFIG, 3)
    first = transformer(tokens[:, :known], cache=cache)
    others = [transformer(tokens[:, place : place + 1], torch.full((3, 1), place), cache) for place in range(known, 12)]
    torch.testing.assert_close(torch.cat([first, *others], 1), transformer(tokens), atol=1e-4, rtol=1e-4)


def test_with_a_cache_rows_may_stand_at_different_places(transformer, tokens):
    cache, lengths = Cache(CONFIG, 3), torch.tensor([2, 5, 9])
    transformer(tokens, cache=cache)
    new = torch.tensor([[4], [5], [6]])
    got = transformer(new, lengths[:, None], cache)[:, 0]
    for row, length in enumerate(lengths.tolist()):
        alone = torch.cat([tokens[row, :length], new[row]])[None]
        torch.testing.assert_close(got[row], transformer(alone)[0, -1], atol=1e-4, rtol=1e-4)


def test_only_the_wanted_places_may_be_worked_out(transformer, tokens):
    tokens, wanted = tokens[:, :11], torch.tensor([[0, 3], [10, 10], [7, 2]])
    cache = Cache(CONFIG, 3)
    with torch.inference_mode():
        whole = transformer.hidden(tokens)
        for kept in (None, cache):
            got = transformer.hidden(tokens, cache=kept, wanted=wanted)
            torch.testing.assert_close(got, whole[torch.arange(3)[:, None], wanted], atol=1e-5, rtol=1e-5)
        new = torch.tensor([[4], [5], [6]])
        at = torch.full((3, 1), 11)
        other = Cache(CONFIG, 3)
        transformer.hidden(tokens, cache=other)
        torch.testing.assert_close(transformer.hidden(new, at, cache), transformer.hidden(new, at, other))


def test_a_new_model_is_its_embedding():
    torch.manual_seed(0)
    new = Transformer(CONFIG)
    tokens = torch.tensor([[3, 1, 4]])
    alone = new.norm(new.embedding(tokens) + new.position(torch.arange(3)))
    assert torch.equal(new(tokens), new.logits(alone))


@pytest.mark.parametrize("name", ["vocabulary", "prompt", "answer", "layers", "width", "heads"])
@pytest.mark.parametrize("value", [0, -1, 10**9, 8.0, True, "8", None])
def test_a_size_that_is_no_whole_number_of_its_range_is_refused(name, value):
    most = 999 if name in ("layers", "heads") else 99_999
    with pytest.raises(ValueError, match="must be") as caught:
        attrs.evolve(CONFIG, **{name: value})
    assert str(caught.value) == f"{name} must be 1..{most}, got {value!r}"


def test_a_width_that_the_heads_cannot_share_is_refused():
    with pytest.raises(ValueError, match="multiple") as caught:
        ModelConfig(23, 7, 4, 2, width=10, heads=4)
    assert str(caught.value) == "width must be a multiple of heads, 4, got 10"
