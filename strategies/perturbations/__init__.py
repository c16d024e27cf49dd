"""The library of perturbations: named changes of a case's text, for every domain, with strengths.

>>> from turncheck.engine.registry import load_domain
>>> duel = load_domain("duel")
>>> misspelt = perturbations_of(duel)["misspelt label"]
>>> [misspelt.apply(duel.case(), strength, 0).split()[0] for strength in misspelt.strengths]
['urn', 'rn', 'n']
"""

from turncheck.strategies.perturbations.library import FAMILIES, UnknownPerturbationError, perturbations_of
from turncheck.strategies.perturbations.perturbation import Perturbation, StrengthError

__all__ = ["FAMILIES", "Perturbation", "StrengthError", "UnknownPerturbationError", "perturbations_of"]
