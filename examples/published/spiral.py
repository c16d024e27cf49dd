"""Jack Cai's: https://github.com/JackCai1206/smallest-addition-transformer. `params` is 234, 242, 248 or 260."""

import importlib
import sys

from turncheck import logits_engine


def engine(clone, params=234):
    """The model of its submission with so many parameters, trained."""
    sys.path.insert(0, clone)
    model, _ = importlib.import_module(f"submission_{params}").build_model()
    return logits_engine(model, "0123456789+=..", stop=range(10, 14), longest=12)  # what is no digit ends a sum
