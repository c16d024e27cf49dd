"""Sweep folders with changes that no sweep makes, with or without a new signature."""

import hashlib
import json

from turncheck.properties.sweeps.kept import FOUND, STATE


def files_of(folder):
    """Everything in a folder but the file of its lock: names and bytes, and what no regular file holds."""
    paths = sorted(path for path in folder.rglob("*") if path.name != ".lock")
    return {path.name: path.read_bytes() if path.is_file() else path.lstat().st_mode for path in paths}


def change_state(folder, change, signed=True):
    """Changes the value in `state.json`, in place; signs it anew if asked to."""
    state = json.loads((folder / STATE).read_bytes())
    change(state)
    if signed:
        del state["digest"]
        state["digest"] = hashlib.sha256(json.dumps(state).encode()).hexdigest()
    (folder / STATE).write_text(json.dumps(state), encoding="utf-8")


def change_lines(folder, change, signed=True):
    """Changes the list of the values in `divergences.jsonl`, in place; signs it anew if asked to."""
    lines = [json.loads(line) for line in (folder / FOUND).read_bytes().splitlines()]
    change(lines)
    write_lines(folder, b"".join(json.dumps(line).encode() + b"\n" for line in lines), signed)


def write_lines(folder, content, signed=True):
    """Writes `divergences.jsonl`; signs it if asked to."""
    (folder / FOUND).write_bytes(content)
    if signed:
        kept = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        change_state(folder, lambda state: state.update(kept))
