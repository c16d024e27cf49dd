"""`turncheck new NAME`: write a folder with a small working domain to start from."""

from __future__ import annotations

import keyword
import re
import shutil
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path


class NewError(ValueError):
    """A folder that cannot be written.

    Attributes:
        name: the name as given.
        fault: what is wrong, and the way out.
    """

    def __init__(self, name: str, fault: str) -> None:
        super().__init__(name, fault)
        self.name, self.fault = name, fault

    def __str__(self) -> str:
        return f"new {self.name}: {self.fault}"


DOMAIN = '''\
"""An example domain, a lift: floors, doors, three buttons. Replace it with your own engine."""

from turncheck import Choice, Domain, Int, Schema


def step(turn):
    """Return the fields that change. A lift with open doors stays on its floor."""
    if turn.button == "doors":
        return {"doors": "open" if turn.doors == "closed" else "closed"}
    if turn.doors == "open":
        return {}
    return {"floor": min(turn.floor + 1, 9) if turn.button == "up" else max(turn.floor - 1, 0)}


DOMAIN = Domain(
    "NAME/1",
    state=Schema("floor {floor} doors {doors}", floor=Int(0, 9), doors=Choice("closed", "open")),
    orders=Schema("press {button}", button=Choice("up", "down", "doors")),
    step=step,
    start={"floor": 0},
)


@DOMAIN.law(cases=DOMAIN.cases(doors="open"))
def open_doors_hold_the_lift(before, after):
    """A lift whose doors are open stays on its floor."""
    assert after.floor == before.floor
'''

MODEL = '''\
"""A model of the lift with a planted bug, to show what a broken law looks like. Replace it with your own model."""

import re

from NAME import DOMAIN


def predict(prompts):
    """Return one answer for each prompt."""
    return [answer(prompt) for prompt in prompts]


def answer(prompt):
    """Return the reference's answer, with a bug: from floor 5 on, open doors do not stop the lift on its way down."""
    if re.fullmatch("floor [5-9] doors open\\npress down\\n", prompt):
        return f"floor {int(prompt[6]) - 1} doors open\\n"
    return DOMAIN.resolve_text(prompt)
'''

TEST = '''\
"""The laws of the domain, as one pytest item each, and your own tests."""

import turncheck
from NAME import DOMAIN

test_laws = turncheck.suite(DOMAIN)  # checks the model that pytest.ini or --turncheck-model names


def test_the_doors_open():
    assert DOMAIN.resolve_text("floor 3 doors closed\\npress doors\\n") == "floor 3 doors open\\n"
'''

INI = """\
[pytest]
turncheck_model = reference
"""

README = """\
# NAME

`NAME.py` is a domain: the form of its texts, its step and a law. `model.py` is a model of it, with a planted bug.

    pytest                                                       # check the reference: every law holds
    pytest --turncheck-model model.py:predict                    # check the model: a law fails
    turncheck check --domain NAME.py --model model.py:predict    # the same without a test file
    turncheck domain check NAME.py                               # check the domain itself
    turncheck sweep --domain NAME.py --model model.py:predict --turns 10000 --out sweep
    turncheck train --domain NAME.py --config tiny --out run     # train a tiny transformer
"""


def files_of(name: str) -> Mapping[str, str]:
    """Return the files of a new folder: their contents by their names."""
    files = {f"{name}.py": DOMAIN, "model.py": MODEL, f"test_{name}.py": TEST, "pytest.ini": INI, "README.md": README}
    return {file: content.replace("NAME", name) for file, content in files.items()}


def write_new(folder: Path) -> None:
    """Write the folder; its name becomes the domain's name.

    Raises:
        NewError: the name is not a module's name, another module has the name, or the folder exists already.
        OSError: the folder cannot be written; nothing of it remains.
    """
    name = folder.name
    if not re.fullmatch("[a-z][a-z0-9_]*", name) or keyword.iskeyword(name):
        raise NewError(
            name, "its name must be the name of a Python module: lower-case letters, digits and _, as my_game"
        )
    if name in ("model", "turncheck") or _is_taken(name):
        raise NewError(name, "another Python module has that name and would be imported instead: choose another name")
    if folder.exists():
        raise NewError(name, f"{folder} exists already: choose another name, or remove it")
    folder.mkdir(parents=True)
    try:
        for file, content in files_of(name).items():
            (folder / file).write_text(content, encoding="utf-8", newline="\n")
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)  # a partial folder would block the next try
        raise


def _is_taken(name: str) -> bool:
    try:
        found = find_spec(name)
    except (ImportError, ValueError):
        return True
    return found is not None and found.origin is not None
