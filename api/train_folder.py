"""The folder of a training run, as people read it: what it is, how it went, and what became of it.

| file | content |
|---|---|
| `run.json` | the config, seed, domain and versions, the command that continues the run, the core-hours so far |
| `curve.csv`, `curve.png` | the loss, the held-out texts and the learning rate over the steps |
| `log.txt` | what happened, a line each |
| `from.jsonl` | the texts that the run was given, with their seeds |
| `engine.toml` | the card of a composition, if the model learns all stages of its domain |
| `sweep.json` | the final sweep |
"""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import attrs

from turncheck.arguments import Place

if TYPE_CHECKING:
    from turncheck.model.train import Progress, Run

SCHEMA = "turncheck-run/1"


class RunFolder:
    """Writes the files beside the checkpoint.

    Args:
        out: the folder.
        run: the run.
        command: the command that continues it.
        config_name: the name of its config.
        sources: where the texts that it was given come from.
    """

    def __init__(self, out: Place, run: Run, command: str, config_name: str, sources: list[str]) -> None:
        from turncheck.model.curve import Curve

        self.out, self.run, self.command, self.config_name = out, run, command, config_name
        self.sources = sources
        self.curve = Curve(out.path / "curve.csv", run.step)

    def begin(self, lines: list[str]) -> None:
        """Write what is known before the first step."""
        begun = f"goes on after step {self.run.step}" if self.run.step else "begins"
        for line in (f"{begun}: {self.command}", *lines):
            self.log(line)
        self._record()
        self._write_card()

    def tell(self, at: Progress) -> None:
        """Take a step; where the run was saved, add a point to the curve."""
        self.curve.add(at.loss)
        if at.exact is not None:
            self._save(at.exact)

    def end(self, line: str) -> str:
        """Write the rest, after the last step or an interruption; return why there is no picture, if so.

        Args:
            line: what happened.
        """
        self._save(None)
        self.log(line)
        return self._draw()

    def log(self, line: str) -> None:
        """Add a line to the log."""
        now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
        with open(self.out.path / "log.txt", "a", encoding="utf-8") as file:
            file.write(f"{now} {line}\n")

    def _save(self, exact: float | None) -> None:
        run = self.run
        self.curve.save(run.step, exact, run.learning_rate, run.core_seconds)
        self._record()

    def _record(self) -> None:
        from turncheck.engine.files import write_whole

        content = json.dumps(self._facts(), indent=1) + "\n"
        write_whole(self.out.path / "run.json", content.encode(), lasts=False)

    def _facts(self) -> dict[str, Any]:
        from turncheck.properties.session.facts import versions

        run = self.run
        given = {"sources": self.sources, "texts": len(run.given.texts), "seen": run.given.seen}
        return {
            "schema": SCHEMA,
            "command": self.command,
            "domain": run.domain.described,
            "config": {"name": self.config_name, **attrs.asdict(run.config)},
            "seed": run.seed,
            "data_seed": run.data_seed,
            "from": {**given, "share": run.given.share} if self.sources else None,
            "versions": versions(),
            "parameters": sum(parameter.numel() for parameter in run.model.parameters()),
            "step": run.step,
            "turns": run.step * run.config.batch,
            "core_hours": float(f"{run.core_seconds / 3600:.3g}"),
        }

    def _write_card(self) -> None:
        """Write the card of a model that learns all stages of its domain: with it, the model answers whole prompts. A
        card that is there stays as it is.
        """
        from turncheck.engine.files import write_whole
        from turncheck.engine.stages import stages_of

        domain, config = self.run.domain, self.run.config
        stages, path = stages_of(domain), self.out.path / "engine.toml"
        if stages is None or set(config.stages) != set(stages.answers) or path.exists():
            return
        rejects = "rejects = false\n" if domain.rejects and not config.malformed else ""
        experts = "".join(f'{name} = "checkpoint.safetensors"\n' for name in stages.answers)
        card = f'kind = "experts"\nfirst = "{stages.first}"\n{rejects}\n[experts]\n{experts}'
        write_whole(path, card.encode(), lasts=False)

    def _draw(self) -> str:
        """Draw the curve, if it has any point; return why it cannot be drawn, if so."""
        from turncheck.engine.files import write_whole
        from turncheck.reports.curve import curve_picture
        from turncheck.reports.plots import NoPlotsError

        points = self.curve.points
        if not points:
            return ""
        exact = [(point.step, point.exact) for point in points if point.exact is not None]
        losses = [(point.step, point.loss) for point in points]
        title = f"{self.run.domain.name}, config {self.config_name}, seed {self.run.seed}"
        try:
            picture = curve_picture(title, losses, exact, [point.rate for point in points])
        except NoPlotsError as error:
            with suppress(OSError):  # of an earlier time
                (self.out.path / "curve.png").unlink(missing_ok=True)
            return str(error)
        write_whole(self.out.path / "curve.png", picture, lasts=False)
        return ""
