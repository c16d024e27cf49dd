import pytest

import turncheck.strategies.duel


def test_every_public_name_can_be_had():
    names = {name: getattr(turncheck.strategies.duel, name) for name in turncheck.strategies.duel.__all__}
    assert all(callable(value) for value in names.values())


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError) as raised:
        turncheck.strategies.duel.spells  # noqa: B018  # the look-up is what is tested
    assert str(raised.value) == "module 'turncheck.strategies.duel' has no attribute 'spells'"
