"""What an exported engine takes, beside the reference engine that it learned: size, memory and speed on one core.

    python -m tests.bench.exported --model SPEC

The folder is made anew, and its answers are first compared with those of Turncheck's own engine. Each side is measured
in processes of its own, on one thread: memory in a process that answers once, speed as the best of three in process
time. The turns are of `play`.
"""

from __future__ import annotations

import json
import os
import sys
from importlib.metadata import files
from pathlib import Path
from tempfile import TemporaryDirectory

import attrs
import click
from tabulate import tabulate

from tests.bench import processes
from tests.bench.passes import requests
from tests.bench.timing import Row
from turncheck.duel import DOMAIN
from turncheck.model.adapters.loading import load
from turncheck.model.export import PAGE, parts_of, write_folder

ONE, MANY = 1, 256
"""The sizes of batches."""

FEW = 32
"""Turns that are asked one by one."""

EXPORTED = "import sys; sys.path.insert(0, {folder!r}); from engine import predict"
REFERENCE = (
    "from turncheck.engine.duel import resolve_text; predict = lambda texts: [resolve_text(text) for text in texts]"
)

ASK = """
import json
texts = json.load(open({texts!r}, encoding="utf-8"))
answers = predict(texts[:{count}])
"""

TIME = """
import time
def rate(texts, size):
    seconds = []
    for _ in range(4):
        begun = time.process_time()
        for start in range(0, len(texts), size):
            predict(texts[start : start + size])
        seconds.append(time.process_time() - begun)
    return len(texts) / min(seconds[1:])
print(json.dumps([rate(texts[:{few}], 1), rate(texts, len(texts))]))
"""

SINGLE = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


@attrs.frozen
class Cost:
    """What one side takes.

    Attributes:
        peaks: bytes of memory, for one turn and for many.
        rates: turns a second, one by one and many at once.
    """

    peaks: tuple[int, int]
    rates: tuple[float, float]

    @classmethod
    def of(cls, imports: str, texts: Path) -> Cost:
        """Measure a `predict` that some code imports, on texts in a JSON file."""
        runs = [_run(imports + ASK.format(texts=str(texts), count=count)) for count in (ONE, MANY)]
        timed = _run(imports + ASK.format(texts=str(texts), count=ONE) + TIME.format(few=FEW))
        one, many = json.loads(timed.shown.splitlines()[-1])
        return cls((runs[0].peak, runs[1].peak), (one, many))


def _run(code: str) -> processes.Run:
    run = processes.run([sys.executable, "-c", code])
    if run.status:
        raise click.ClickException(f"a process ended with {run.status}: {run.shown[-2000:]}")
    return run


def installed(package: str) -> int:
    """Return the bytes of an installed package, without the bytecode that Python makes of it."""
    paths = (Path(str(each.locate())) for each in files(package) or () if each.suffix != ".pyc")
    return sum(path.stat().st_size for path in paths if path.is_file())


def rows(folder: Path, texts: Path, libraries: list[str]) -> list[Row]:
    """Compare the exported engine in a folder with the reference."""
    sources = sorted((processes.ROOT / "engine").rglob("*.py"))
    lines = sum(len(path.read_text("utf-8").splitlines()) for path in sources)
    whole = sum(path.stat().st_size for path in sources)
    page = folder / PAGE
    weights = sum(path.stat().st_size for path in folder.iterdir() if path != page)
    own = page.stat().st_size + weights
    needed, attrs_size = sum(map(installed, libraries)), installed("attrs")
    ours, theirs = Cost.of(EXPORTED.format(folder=str(folder)), texts), Cost.of(REFERENCE, texts)
    peer = "the reference"
    found = [
        _row(
            f"page of {len(page.read_text('utf-8').splitlines())} lines",
            page.stat().st_size,
            f"engine/, {lines:,} lines",
            whole,
        ),
        _row("page and weights", own, "engine/", whole),
        _row(f"installed, with {' and '.join(libraries)}", own + needed, "engine/, with attrs", whole + attrs_size),
        _row("peak memory, one turn", ours.peaks[0], peer, theirs.peaks[0]),
        _row(f"peak memory, {MANY} turns at once", ours.peaks[1], peer, theirs.peaks[1]),
    ]
    for name, mine, its in zip(("one by one", f"{MANY} at once"), ours.rates, theirs.rates, strict=True):
        found.append((f"turns a second, {name}", f"{mine:,.0f}", peer, f"{its:,.0f}", f"{mine / its:.4f}"))
    return found


def _row(what: str, ours: int, peer: str, theirs: int) -> Row:
    return what, f"{ours / 1e6:.3f} MB", peer, f"{theirs / 1e6:.3f} MB", f"{ours / theirs:.2f}"


@click.command()
@click.option("--model", "spec", default=str(DOMAIN.model), help="A checkpoint or a composition; else the shipped one.")
@click.option("--graphs", is_flag=True, help="ONNX graphs instead of numpy.")
def main(spec: str, graphs: bool) -> None:
    """Export the model, compare its answers, and print the table."""
    convert = None
    if graphs:
        from turncheck.model.graphs import graph_of as convert
    os.environ.update(dict.fromkeys(SINGLE, "1"))
    with TemporaryDirectory() as home:
        folder, texts = Path(home) / "out", Path(home) / "texts.json"
        folder.mkdir()
        write_folder(parts_of(spec, DOMAIN), folder, convert)
        prompts, wanted = requests(MANY)
        texts.write_text(json.dumps(prompts), "utf-8")
        answers = load(spec, (), DOMAIN).engine.predict(prompts)
        got = load(f"py:{folder}/{PAGE}:predict", (), DOMAIN).engine.predict(prompts)
        same, exact = (sum(map(str.__eq__, got, others)) for others in (answers, wanted))
        if same < MANY:
            raise click.ClickException(f"the exported engine gives {MANY - same} other answers of {MANY}")
        print(f"{MANY} turns of play: all answers are those of Turncheck's own engine, {exact} are the reference's")
        libraries = ["numpy", "onnxruntime"] if graphs else ["numpy"]
        print(tabulate(rows(folder, texts, libraries), ("what", "exported", "peer", "peer's", "ratio")))


if __name__ == "__main__":
    main()
