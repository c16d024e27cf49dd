"""The laws of a domain in a test file of a user's own."""

from __future__ import annotations

import sys
from collections.abc import Callable

from turncheck.engine.domain import Domain
from turncheck.model.adapters.python import as_engine
from turncheck.properties.session.suites import Asked, suite_function


def suite(domain: Domain, model: object = None) -> Callable[..., None]:
    """A test function for pytest: one item for each law of the domain and each model.

        import turncheck
        from tictactoe import DOMAIN

        test_game = turncheck.suite(DOMAIN)

    Its items are called `test_game[MODEL-LAW]`. What they found stands in a table at the end of the session, with
    `--turncheck-report DIR` in files too; all options of the plugin count. Other tests are left as they are.

    Args:
        domain: whose laws they are.
        model: a SPEC, a function from a list of texts to a list of texts, or an object with such a method `predict`. By
            default what `--turncheck-model` names, on the command line or in the ini file, else the model that comes
            with the domain.

    Raises:
        TypeError: `domain` is no domain, or `model` none of these.
    """
    if not isinstance(domain, Domain):
        raise TypeError(f"suite must be given a Domain, got {type(domain).__name__}")
    if model is not None and not isinstance(model, str):
        as_engine(model)
    return suite_function(Asked(domain, model), sys._getframe(1))
