"""Two repositories with the same code: https://github.com/rezabyt/digit-addition-311p and
https://github.com/yinglunz/A-456-Parameter-Transformer-Solves-10-Digit-Addition. Trained; `weights` is in checkpoints/.
"""

import sys
from pathlib import Path

from turncheck import logits_engine


def engine(clone, weights):
    """The model of that file."""
    sys.path.insert(0, clone)
    from src.eval import load_model_from_ckpt

    model = load_model_from_ckpt(Path(clone, "checkpoints", weights), "cpu")
    return logits_engine(lambda ids: model(ids)[0], "0123456789+=..", longest=11)  # its end is not looked at
