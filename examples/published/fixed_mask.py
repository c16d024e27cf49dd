"""fblissjr's: https://github.com/fblissjr/AdderBoard. `file` is submission_1l, made by hand, or submission_trained."""

import importlib
import sys

from turncheck import logits_engine


def engine(clone, file="submission_trained"):
    """The model of that file."""
    sys.path.insert(0, clone)
    model, _ = importlib.import_module(file).build_model()
    marks = {"+": 10, "=": 11 if file == "submission_trained" else 10}  # the one made by hand has one for both

    def encode(text):
        return [marks[each] if each in marks else int(each) for each in text]

    return logits_engine(model, "0123456789+=", encode=encode, longest=11)
