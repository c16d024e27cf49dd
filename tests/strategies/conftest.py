"""Settings for the tests of strategies: always the same examples, without a database."""

import pytest
from hypothesis import Phase, find, given, settings

from turncheck.properties.checking.draw import no_constants_of_loaded_modules

DRAWING = settings(database=None, deadline=None, derandomize=True, phases=[Phase.generate])
SHRINKING = settings(DRAWING, phases=[Phase.generate, Phase.shrink])


@pytest.fixture(scope="session")
def examples_of():
    """Draws that many examples of a strategy."""

    def draw(strategy, count=100):
        examples = []

        @settings(DRAWING, max_examples=count)
        @given(strategy)
        def collect(example):
            examples.append(example)

        with no_constants_of_loaded_modules():
            collect()
        return examples

    return draw


@pytest.fixture(scope="session")
def smallest():
    """Finds the smallest example of a strategy of which something holds."""

    def shrink(strategy, holds=lambda example: True):
        with no_constants_of_loaded_modules():
            return find(strategy, holds, settings=settings(SHRINKING, max_examples=300))

    return shrink


@pytest.fixture(scope="session")
def found():
    """Whether a strategy draws an example of which something holds."""

    def search(strategy, holds, within=1000):
        with no_constants_of_loaded_modules():
            return holds(find(strategy, holds, settings=settings(DRAWING, max_examples=within)))

    return search
