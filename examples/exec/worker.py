"""A worker for `exec:`, standard library only. Put your model where the marked lines are.

turncheck check --model 'exec:python3 worker.py'
"""

import json
import sys

from turncheck.engine.duel import resolve_text  # YOUR MODEL HERE: the reference engine stands in for it

BATCH = 64


def predict(prompts: list[str]) -> list[str]:
    """One answer for each prompt."""
    return [resolve_text(prompt) for prompt in prompts]  # YOUR MODEL HERE


def answer(request: dict[str, object]) -> dict[str, object]:
    """The message that answers a request, all but its id."""
    if request["method"] == "hello":
        return {"protocol": 1, "name": "the reference", "methods": ["predict"], "batch": BATCH}
    if request["method"] == "predict":
        return {"answers": predict(request["prompts"])}  # type: ignore[arg-type]  # the protocol says what it is
    return {"error": f"there is no method {request['method']}"}


def main() -> None:
    """Answers each line of stdin by one line, until stdin ends."""
    requests, answers = sys.stdin, sys.stdout
    # Whatever a library prints goes to stderr: stdout holds answers alone.
    sys.stdout = sys.stderr
    for line in requests:
        request = json.loads(line)
        try:
            message = answer(request)
        except Exception as error:
            message = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps({"id": request["id"], **message}), file=answers, flush=True)


if __name__ == "__main__":
    main()
