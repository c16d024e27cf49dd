"""Exit codes: one table for all commands, including the codes of pytest sessions.

>>> print(as_table(["check"]))
| command | 0 | 1 |
|---|---|---|
| `check` | every law held | a law was broken or is INCONCLUSIVE |
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

HELD, BROKEN, NO_VERDICT, INTERNAL, BAD_INPUT = range(5)

ABOUT: Mapping[int, str] = {
    HELD: "everything held",
    BROKEN: "a law was broken or is INCONCLUSIVE, answers differ, or a gate or a comparison failed",
    NO_VERDICT: "no verdict: the command was interrupted, training diverged, or a saved sweep or run cannot be trusted",
    INTERNAL: "an internal error: a bug in Turncheck",
    BAD_INPUT: "bad input: an option, a model, a card, a domain or a file that cannot be used",
}
"""The meaning of each code, for any command."""

DONE = "done"

ENDS: Mapping[str, Mapping[int, str]] = {
    "check": {HELD: "every law held", BROKEN: "a law was broken or is INCONCLUSIVE"},
    "compare": {HELD: "SECOND is not worse than FIRST", BROKEN: "SECOND is worse, in its answers or in a law"},
    "conform": {HELD: "the model keeps its contract", BROKEN: "the model breaks its contract"},
    "domain check": {HELD: "no check failed", BROKEN: "a check failed: fix the domain before a run"},
    "domain list": {HELD: DONE},
    "evaluate": {HELD: DONE, BROKEN: "the model's verify is wrong"},
    "export": {HELD: DONE},
    "laws": {HELD: DONE},
    "map": {HELD: "done, whatever the map shows", BROKEN: "the model's verify is wrong"},
    "models": {HELD: DONE},
    "new": {HELD: DONE},
    "prompts": {HELD: DONE},
    "report": {HELD: DONE},
    "resolve": {HELD: "the engine answered, `reject REASON` included"},
    "show": {
        HELD: "the answers agree; for a witness, its law holds",
        BROKEN: "the answers differ; for a witness, its law is broken",
    },
    "size-up": {HELD: "done, whatever the table shows", BROKEN: "a model's verify is wrong"},
    "sweep": {
        HELD: "done; passed the gate, if there is one",
        BROKEN: "failed the gate, or the model's verify is wrong",
    },
    "train": {HELD: DONE},
}
"""The meaning of 0 and 1 for each command. The other codes mean the same for every command; a command without a 1 never
ends with 1.
"""


def endings(command: str) -> dict[int, str]:
    """Return the meaning of each code for a command, by the command's name."""
    return {code: ENDS.get(command, {}).get(code, about) for code, about in ABOUT.items() if _has(command, code)}


def as_table(commands: Iterable[str] = tuple(ENDS)) -> str:
    """Return the Markdown table of 0 and 1 for the commands, as in `docs/exit-codes.md`."""
    rows = [f"| `{command}` | {ENDS[command][HELD]} | {ENDS[command].get(BROKEN, '')} |" for command in commands]
    return "\n".join(["| command | 0 | 1 |", "|---|---|---|", *rows])


def _has(command: str, code: int) -> bool:
    return code != BROKEN or command not in ENDS or BROKEN in ENDS[command]
