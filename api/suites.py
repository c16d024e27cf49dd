"""The laws of a domain as tests in a user's own test file."""

from __future__ import annotations

import sys
from collections.abc import Callable

from turncheck.engine.domain import Domain
from turncheck.model.adapters.python import as_engine
from turncheck.properties.session.suites import Asked, suite_function


def suite(domain: Domain, model: object = None) -> Callable[..., None]:
    """Make a pytest test function with one item for each law of the domain and each model.

        import turncheck
        from tictactoe import DOMAIN

        test_game = turncheck.suite(DOMAIN)

    The items are called `test_game[MODEL-LAW]`. A table at the end of the session shows the results;
    `--turncheck-report DIR` writes them to files. All options of the plugin apply. Other tests are not affected.

    Args:
        domain: the domain whose laws are checked.
        model: a SPEC, a function from a list of texts to a list of texts, or an object with such a method `predict`. By
            default the model of `--turncheck-model`, on the command line or in the ini file, else the domain's own
            model.

    Raises:
        TypeError: `domain` is no domain, or `model` is none of these.
    """
    if not isinstance(domain, Domain):
        raise TypeError(f"suite must be given a Domain, got {type(domain).__name__}")
    if model is not None and not isinstance(model, str):
        as_engine(model)
    return suite_function(Asked(domain, model), sys._getframe(1))
