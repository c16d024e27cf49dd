"""The worker of an isolated model. `isolation` starts this file as a script, so the user needs no worker of their own.

Its argument is a JSON object: the `path` for imports, and the arguments of `python.engine_of`. It speaks the protocol
of docs/protocol.md: requests on stdin, answers on stdout.
"""

from __future__ import annotations

import json
import os
import sys
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from turncheck.engine.learned import LearnedEngine

Message = dict[str, Any]


def main(said: Message) -> None:
    """Answer requests until there are no more."""
    requests, answers = _own_pipes()
    model: LearnedEngine | None = None
    longest = 0
    for line in requests:
        request = json.loads(line)
        try:
            if request["method"] == "hello":
                longest = request["longest_line"]
                model, reply = _loaded(said)
            else:
                reply = _answered(model, request)
            written = json.dumps({"id": request["id"], **reply}).encode() + b"\n"
            if len(written) > longest:
                raise ValueError(f"answers must have at most {longest:,} bytes together, got {len(written):,}")
        except BaseException as error:  # whatever the model raises is reported, and the worker goes on
            written = json.dumps({"id": request["id"], "error": _fault(error)}).encode() + b"\n"
        answers.write(written)
        answers.flush()


def _own_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Return the pipes for requests and answers, out of the model's reach: its stdin is empty, and its prints go to
    stderr.
    """
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    return requests, answers


def _loaded(said: Message) -> tuple[LearnedEngine, Message]:
    from turncheck.engine.learned import Verifier
    from turncheck.model.adapters.python import engine_of

    model = engine_of(said["target"], said["beside"], said["options"])
    methods = ["predict", "verify"] if isinstance(model, Verifier) else ["predict"]
    return model, {"protocol": 1, "methods": methods}


def _answered(model: Any, request: Message) -> Message:
    from turncheck.engine.learned import ContractError, checked

    prompts = request["prompts"]
    if request["method"] == "predict":
        return {"answers": checked(model.predict(prompts), len(prompts))}
    verdicts = model.verify(prompts, request["drafts"])
    if len(verdicts) != len(prompts):
        raise ContractError(f"{len(prompts)} verdicts, one for each draft", str(len(verdicts)), "verify")
    return {"verdicts": [_written(verdict) for verdict in verdicts]}


def _written(verdict: Any) -> Message:
    """Return a verdict for JSON; its numbers may be NumPy's."""
    accepted, complete, margin = int(verdict.accepted), bool(verdict.complete), float(verdict.margin)
    return {"accepted": accepted, "complete": complete, "margin": margin}


def _fault(error: BaseException) -> str:
    from turncheck.engine.learned import EngineError, described

    return error.fault if isinstance(error, EngineError) else described(error)


if __name__ == "__main__":
    arguments: Message = json.loads(sys.argv[1])
    sys.path[:] = arguments["path"]  # before any import, because this file's own folder comes first in it
    main(arguments)
