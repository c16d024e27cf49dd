"""The options of the pytest plugin: each on the command line and in the ini file, under the same name.

This module is read at every start of pytest, in every project: it imports nothing.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

FOUND = "turncheck"
"""The attribute of an item's report that holds what it found, as text."""

PLANNED = "turncheck_planned"
"""The attribute of the report of a process's first item that holds what is to run, as text."""


class Option(NamedTuple):
    """One option: `--turncheck-NAME`, and `turncheck_name` in the ini file."""

    name: str
    metavar: str | None
    help: str
    ini: Literal["string", "linelist", "bool"] = "string"

    @property
    def flag(self) -> str:
        """How it is written on the command line."""
        return f"--turncheck-{self.name}"

    @property
    def dest(self) -> str:
        """How it is written in the ini file."""
        return f"turncheck_{self.name.replace('-', '_')}"


SHIPPED = "the one that comes with the domain"

OPTIONS = (
    Option(
        "domain",
        "DOMAIN",
        "the domain whose laws turncheck.properties has: the name of an installed one (turncheck domain list), "
        "FILE.py:NAME or MODULE:NAME (default: duel)",
    ),
    Option(
        "model",
        "SPEC",
        "a model to check: the path of a checkpoint, a card or a folder, or KIND:TARGET (turncheck models lists the "
        f"kinds); may be repeated (default: {SHIPPED}); for short --model and --model-arg where turncheck.properties "
        "is run, if no conftest file or plugin has an option of that name",
        ini="linelist",
    ),
    Option(
        "model-arg",
        "KEY=VALUE",
        "an option of the model's kind, or template=, rejects=, rules=, sha256= as a card has them; the value is TOML, "
        "else text; may be repeated; for one model alone, since several need cards",
        ini="linelist",
    ),
    Option(
        "isolate",
        None,
        "run each py: model in a process of its own, which it may end: for models that you do not trust",
        ini="bool",
    ),
    Option("rules", "FILE", "a rules file: the variant of the domain that all models of the run are held against"),
    Option("examples", "N", "cases that are drawn for each law (default: 200)"),
    Option(
        "min-cases",
        "N",
        "different cases to which a law must apply, else it is INCONCLUSIVE, and in which each rule must be at work, "
        "else the run says so (default: 10, or the examples where these are fewer)",
    ),
    Option(
        "budget",
        "SECONDS",
        "do as much as fits: laws of all kinds take turns and share the time, and those that are not reached are "
        "INCONCLUSIVE (default: any time)",
    ),
    Option(
        "shrink",
        "PROMPTS|SECONDS",
        "the most that shrinking one counterexample may take: prompts (100), or time that the model needs (30s, 5m) "
        "(default: 30s, or as long as the law's cases took)",
    ),
    Option("no-shrink", None, "shrink nothing: show the smallest case that was drawn", ini="bool"),
    Option("inconclusive", "fail|skip", "what an INCONCLUSIVE law is in the session (default: fail)"),
    Option(
        "timeout",
        "SECONDS",
        "the longest that one call of a model may take, where it can be interrupted; what takes longer is no answer "
        "(default: any time)",
    ),
    Option(
        "table",
        "failing|all",
        "which laws have rows in the table at the end: those that failed, or all of them (default: failing)",
    ),
    Option("report", "DIR", "write report.html, divergence.md and divergence.json into DIR"),
    Option(
        "witnesses",
        "DIR",
        "where minimal counterexamples are kept as text, to be asked first in the next run "
        "(default: .turncheck/witnesses)",
    ),
    Option("baseline", "FILE", "divergences that are known, by law and failure mode: a law fails only in a new one"),
    Option("write-baseline", None, "write what diverges now into the file that --turncheck-baseline names", ini="bool"),
    Option(
        "sweep",
        "N",
        "ask so many cases of a sampler, behind the laws, and estimate how often each law is broken; its seed is that "
        "of --hypothesis-seed (default: no sweep)",
    ),
    Option(
        "sampler", "NAME", "whose cases a sweep asks: play, mixed, small, or another of the domain's (default: play)"
    ),
    Option(
        "gate",
        "RATE",
        "0..1: a sweep fails unless its interval shows that fewer cases than that diverge; where the rate lies in "
        "the interval it is INCONCLUSIVE (default: nothing is demanded)",
    ),
    Option("sweeps", "DIR", "where sweeps are kept while they run and afterwards (default: .turncheck/sweeps)"),
    Option(
        "resume",
        None,
        "go on with a sweep that was interrupted, of a model that is still the same; that of a model with a file goes "
        "on without this, if the file's hash is the same",
        ini="bool",
    ),
)
