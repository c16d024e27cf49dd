"""How a command ends: one table of exit codes for all of them, the codes of pytest's sessions among them.

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
    BROKEN: "a law was broken or is INCONCLUSIVE, answers differ, a gate or a comparison was not passed",
    NO_VERDICT: "no verdict: it was interrupted, or what was kept (a sweep, a training run) cannot be trusted",
    INTERNAL: "an internal error, which is a fault of Turncheck's own",
    BAD_INPUT: "bad input: an option, a model, a card, a domain or a file cannot be used",
}
"""What each code says, of any command."""

DONE = "it is done"

ENDS: Mapping[str, Mapping[int, str]] = {
    "check": {HELD: "every law held", BROKEN: "a law was broken or is INCONCLUSIVE"},
    "compare": {HELD: "SECOND is not worse than FIRST", BROKEN: "SECOND is worse, in its answers or in a law"},
    "conform": {HELD: "the contract is kept", BROKEN: "it is not"},
    "domain check": {HELD: "nothing has to be mended before a run", BROKEN: "something has"},
    "domain list": {HELD: DONE},
    "evaluate": {HELD: DONE, BROKEN: "the model's verify is wrong"},
    "laws": {HELD: DONE},
    "models": {HELD: DONE},
    "new": {HELD: DONE},
    "prompts": {HELD: DONE},
    "report": {HELD: DONE},
    "resolve": {HELD: "it answered, `reject REASON` too"},
    "show": {HELD: "the answers agree; of a witness, its law holds", BROKEN: "they differ; its law is broken"},
    "sweep": {
        HELD: "it is done, and passed its gate if it has one",
        BROKEN: "its gate was not passed, or verify is wrong",
    },
    "train": {HELD: DONE},
}
"""What 0 and 1 say of each command. All else is the same for every command; without a 1 it never ends so."""


def endings(command: str) -> dict[int, str]:
    """What each code says of one command, by the command's name."""
    return {code: ENDS.get(command, {}).get(code, about) for code, about in ABOUT.items() if _has(command, code)}


def as_table(commands: Iterable[str] = tuple(ENDS)) -> str:
    """What 0 and 1 say of the commands, in Markdown, as `docs/exit-codes.md` has it."""
    rows = [f"| `{command}` | {ENDS[command][HELD]} | {ENDS[command].get(BROKEN, '')} |" for command in commands]
    return "\n".join(["| command | 0 | 1 |", "|---|---|---|", *rows])


def _has(command: str, code: int) -> bool:
    return code != BROKEN or command not in ENDS or BROKEN in ENDS[command]
