"""The options of the pytest plugin. Each option has the same name on the command line and in the ini file.

pytest reads this module at every start, in every project, so it imports nothing.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

FOUND = "turncheck"
"""The attribute of an item's report that holds the item's result, as text."""

COLOURED = "turncheck_coloured"
"""The attribute of the report of a failed item that holds the failure in colour, as text, on its way to a terminal."""

PLANNED = "turncheck_planned"
"""The attribute of the report of a process's first item that holds the planned run, as text."""


class Option(NamedTuple):
    """One option: `--turncheck-NAME`, and `turncheck_name` in the ini file."""

    name: str
    metavar: str | None
    help: str
    ini: Literal["string", "linelist", "bool"] = "string"

    @property
    def flag(self) -> str:
        """Its name on the command line."""
        return f"--turncheck-{self.name}"

    @property
    def dest(self) -> str:
        """Its name in the ini file."""
        return f"turncheck_{self.name.replace('-', '_')}"


SHIPPED = "the domain's own model"

OPTIONS = (
    Option(
        "domain",
        "DOMAIN",
        "the domain to check: a name (see turncheck domain list), FILE.py:NAME or MODULE:NAME (default: duel)",
    ),
    Option(
        "model",
        "SPEC",
        "a model to check: the path of a checkpoint, a card or a folder, or KIND:TARGET (see turncheck models); may be "
        f"repeated (default: {SHIPPED}). For turncheck.properties, --model and --model-arg are short names, unless "
        "a conftest file or another plugin has these options",
        ini="linelist",
    ),
    Option(
        "model-arg",
        "KEY=VALUE",
        "an option of the model's kind, or template=, rejects=, rules=, sha256=; the value is TOML, else text; may be "
        "repeated; for one model only: several models need cards",
        ini="linelist",
    ),
    Option(
        "isolate",
        None,
        "run each py: model in a separate process: for models that you do not trust",
        ini="bool",
    ),
    Option("rules", "FILE", "a rules file: check all models of the run against this variant of the domain"),
    Option("examples", "N", "cases to draw for each law (default: 200)"),
    Option(
        "min-cases",
        "N",
        "a law that applies to fewer different cases is INCONCLUSIVE; a rule that is at work in fewer cases is named "
        "below the table (default: 10, or the examples if fewer)",
    ),
    Option(
        "budget",
        "SECONDS",
        "check as much as fits: laws of all kinds take turns and share the time; laws that are not reached are "
        "INCONCLUSIVE (default: no limit)",
    ),
    Option(
        "shrink",
        "PROMPTS|SECONDS",
        "limit for shrinking one counterexample: prompts (100) or model time (30s, 5m) "
        "(default: 30s, or as long as the law's cases took)",
    ),
    Option("no-shrink", None, "do not shrink: show the smallest failing case that was drawn", ini="bool"),
    Option("inconclusive", "fail|skip", "whether an INCONCLUSIVE law fails or is skipped (default: fail)"),
    Option(
        "timeout",
        "SECONDS",
        "longest time for one call of a model, if it can be interrupted; a slower call is no answer (default: none)",
    ),
    Option(
        "table",
        "failing|all",
        "rows of the tables at the end: laws that failed and, of a sweep, what went wrong; or all (default: failing)",
    ),
    Option("report", "DIR", "write report.html, divergence.md and divergence.json into DIR"),
    Option(
        "witnesses",
        "DIR",
        "folder for minimal counterexamples, which the next run asks first (default: .turncheck/witnesses)",
    ),
    Option(
        "baseline", "FILE", "known failures, by law and failure mode: a law fails only in a mode that is not in FILE"
    ),
    Option("write-baseline", None, "write the failures of this run into the --turncheck-baseline file", ini="bool"),
    Option(
        "sweep",
        "N",
        "after the laws, ask N cases of a sampler and estimate how often each law is broken, with the seed of "
        "--hypothesis-seed (default: no sweep)",
    ),
    Option(
        "sampler",
        "NAME",
        "the sampler of the sweep: play, mixed, small, or a sampler of the domain's (default: play, else mixed)",
    ),
    Option(
        "gate",
        "RATE",
        "0..1: the sweep passes if its confidence interval is below RATE, fails if it is above, and is "
        "INCONCLUSIVE if RATE lies in it (default: no gate)",
    ),
    Option("sweeps", "DIR", "folder for sweeps (default: .turncheck/sweeps)"),
    Option(
        "resume",
        None,
        "continue an interrupted sweep of a model without a file, if the model is still the same; a sweep of a model "
        "with a file continues without this option if the file's hash is the same",
        ini="bool",
    ),
)
