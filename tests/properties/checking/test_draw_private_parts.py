"""A private part of Hypothesis that drawing replaces: if it disappears or changes, these tests fail."""

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.internal.conjecture import providers

from turncheck.properties.checking.draw import no_constants_of_loaded_modules

TELLTALE = 123_456_789_012


def drawn():
    """What Hypothesis draws of all integers."""
    values = []

    @seed(0)
    @settings(
        max_examples=500,
        database=None,
        deadline=None,
        derandomize=False,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.integers())
    def test(value):
        values.append(value)

    test()
    return values


def planting(monkeypatch):
    """Sees to it that Hypothesis finds one constant in the modules that are loaded."""
    nothing = type(providers._get_local_constants())
    monkeypatch.setattr(providers, "_get_local_constants", lambda: nothing(integers={TELLTALE}))
    providers.CONSTANTS_CACHE.cache.clear()


def test_hypothesis_still_draws_constants_by_the_function_that_is_exchanged(monkeypatch):
    planting(monkeypatch)
    assert TELLTALE in drawn()


def test_no_constant_of_a_loaded_module_is_drawn_within(monkeypatch):
    with no_constants_of_loaded_modules():
        before = drawn()
    planting(monkeypatch)
    with no_constants_of_loaded_modules():
        assert drawn() == before
    assert TELLTALE not in before
    assert providers._get_local_constants().integers == {TELLTALE}
