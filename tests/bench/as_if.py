"""What as-if explanations are worth, measured: two tables of `docs/as-if.md`.

    python -m tests.bench.as_if planted
    python -m tests.bench.as_if model --model model/checkpoints/duel-small.safetensors

`planted` takes each single change of the rules that the mutants plant as a model, and counts how often the change is
named among the explanations of its wrong answers, and how often alone. `model` asks a model many turns, explains its
wrong answers, and shows the shares beside those of random wrong answers; then the rules with the highest blame.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import attrs
import click
from tabulate import tabulate

from tests.mutants.mutant import Mutant
from tests.mutants.of_rules import MUTANTS
from turncheck.duel import DOMAIN, duel
from turncheck.engine.domain import Domain
from turncheck.engine.table import arrays_of
from turncheck.options import subject_of
from turncheck.properties.explaining import Shares, blame, explain, shares
from turncheck.properties.explaining.rules import variants_of
from turncheck.properties.sweeps.statistics import Rate
from turncheck.reports.modes import diverge


@click.group()
def main() -> None:
    """Measure explanations."""


# --- planted rules ---------------------------------------------------------------------------------------------------


@attrs.frozen
class Named:
    """How one planted change fared.

    Attributes:
        group: the group of the mutant.
        name: the name of the mutant.
        turns: the turns whose answer it changes, of those that were looked at.
        named: of these, how often it is among the explanations of fewest changes.
        alone: how often it is the only change of the rules among them.
        others: the other changes of the rules that explain each of its answers.
    """

    group: str
    name: str
    turns: int
    named: int
    alone: int
    others: tuple[str, ...]


def planted(mutant: Mutant, prompts: Iterable[str], most: int) -> Named:
    """Explain the wrong answers of a mutant to the prompts, at most that many."""
    variant = duel(mutant.rules)
    # A rule that changes no answer when it is left out is not among the variants.
    words = next((each.words for each in variants_of(DOMAIN) if each.domain.variant == mutant.rules), "")
    found = [_of_rules(prompt, answer) for prompt, answer in _wrong(variant, prompts, most)]
    common = set.intersection(*map(set, found)) if found else set()
    return Named(
        mutant.group,
        mutant.name,
        len(found),
        sum(words in each for each in found),
        sum(each == [words] for each in found),
        tuple(sorted(common - {words})),
    )


def _wrong(variant: Domain, prompts: Iterable[str], most: int) -> Iterator[tuple[str, str]]:
    for prompt in prompts:
        answer = variant.resolve_text(prompt)
        if answer != DOMAIN.resolve_text(prompt):
            yield prompt, answer
            most -= 1
            if not most:
                return


def _of_rules(prompt: str, answer: str) -> list[str]:
    return [each.words for each in explain(DOMAIN, prompt, answer, most=1).of("rule")]


@main.command("planted")
@click.option("--turns", default=1_000, show_default=True)
@click.option("--most", default=10, show_default=True, help="Most wrong answers of each mutant.")
def show_planted(turns: int, most: int) -> None:
    """Plant each single change of the rules."""
    prompts = arrays_of(DOMAIN, "mixed").sample("mixed", 0, turns).texts()
    rows = [planted(mutant, prompts, most) for mutant in MUTANTS if mutant.rules is not None]
    print(tabulate(_by_group(rows), GROUP_HEADERS, tablefmt="pipe"))
    unseen = [row.name for row in rows if not row.turns]
    print(f"\nchange no answer: {', '.join(unseen)}")
    print("\nnever told apart: " + "; ".join(f"{row.name} ({', '.join(row.others)})" for row in rows if row.others))


GROUP_HEADERS = ("planted", "changes", "that show", "wrong answers", "named", "the only rule", "told apart")


def _by_group(rows: Sequence[Named]) -> Iterator[tuple[object, ...]]:
    for group in dict.fromkeys(row.group for row in rows):
        of = [row for row in rows if row.group == group]
        seen = [row for row in of if row.turns]
        total, named, alone = (sum(getattr(row, each) for row in seen) for each in ("turns", "named", "alone"))
        yield group, len(of), len(seen), total, named, alone, sum(not row.others for row in seen)


# --- a model ---------------------------------------------------------------------------------------------------------


@main.command("model")
@click.option("--model", required=True)
@click.option("--turns", default=2_000, show_default=True)
@click.option("--sampler", default="mixed", show_default=True)
@click.option("--seed", default=0, show_default=True)
@click.option("--examples", default=0, help="Show so many wrong answers, with their explanations.")
def show_model(model: str, turns: int, sampler: str, seed: int, examples: int) -> None:
    """Explain the wrong answers of a model."""
    prompts = arrays_of(DOMAIN, sampler).sample(sampler, seed, turns).texts()
    subject = subject_of(DOMAIN, model, (), None, None)
    answers = subject.ask(prompts)
    found = shares(DOMAIN, prompts, answers, seed)
    print(f"{turns:,} turns of {sampler}, seed {seed}: {found.answers} wrong answers explained, {found.aside} aside\n")
    print(tabulate(_share_rows(found), ("explained by", "the model's", "random", "random and near"), tablefmt="pipe"))
    print()
    ranked = sorted(blame(DOMAIN, prompts, answers, alternatives=True), key=lambda each: -each.interval[0])[:12]
    rows = [(each.words, each.answered, each.at_work, f"{each.rate:.2%}", _percent(each.interval)) for each in ranked]
    print(tabulate(rows, ("as if", "answered so", "at work", "rate", "95 % interval"), tablefmt="pipe"))
    named: Counter[str] = Counter()
    wrong = [pair for pair in zip(prompts, answers, strict=True) if not DOMAIN.agrees(*pair)]
    for prompt, answer in wrong:
        named.update(each.words for each in explain(DOMAIN, prompt, answer).of("rule"))
    print("\nrules named most often: " + ", ".join(f"{words} ({count})" for words, count in named.most_common(12)))
    for prompt, answer in wrong[:examples]:
        print(f"\n{DOMAIN.describe(prompt, '')}")
        print(f"  {diverge(DOMAIN, prompt, DOMAIN.resolve_text(prompt), answer)}")
        print(f"  {explain(DOMAIN, prompt, answer).told()}")


def _share_rows(found: Shares) -> Iterator[tuple[str, ...]]:
    for row in found.rows:
        yield row.name, *map(_in_short, (row.model, row.random, row.near))


def _in_short(rate: Rate) -> str:
    return f"{rate.broke} ({rate.value:.1%}, {_percent(rate.interval)})"


def _percent(interval: tuple[float, float]) -> str:
    return f"{interval[0]:.1%} to {interval[1]:.1%}"


if __name__ == "__main__":
    main()
