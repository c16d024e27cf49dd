"""pytest sessions: the models that they check, and the parts of their output that the tests read."""

import re
from pathlib import Path

from turncheck.duel import DOMAIN
from turncheck.properties.laws import laws_of

MODELS = """
import time
from turncheck.engine.duel import resolve_text

def right(prompts):
    return [resolve_text(prompt) for prompt in prompts]

def late(prompts):
    return [resolve_text(prompt).replace("turn 02", "turn 03") for prompt in prompts]

def in_the_nineties(prompts):
    return ["" if "turn 90" <= prompt[:7] <= "turn 97" else resolve_text(prompt) for prompt in prompts]

def raises(prompts):
    if any("burn 0" not in prompt for prompt in prompts):
        raise ValueError("no\\x1b[31m weights")
    return right(prompts)

def hangs(prompts):
    if any("stun 1" in prompt for prompt in prompts):
        time.sleep(60)
    return right(prompts)

class Moody:
    def __init__(self):
        self.asked = 0

    def predict(self, prompts):
        self.asked += 1
        return [f"mood {self.asked}\\n" for _ in prompts]

moody = Moody()

def rejects(prompts):
    return ["reject \\x1b[31m|`*<b>\\n" for _ in prompts]

def hostile(prompts):
    return [f"\\x1b[31m|`*\\ud800\\r\\u202e{'A' * 100_000}" for _ in prompts]
"""

LAW_IDS = [law.id for law in laws_of(DOMAIN)]


def section(result):
    """The lines of the section that holds the divergence tables and what is said below them."""
    lines = result.outlines
    start = next(index for index, line in enumerate(lines) if " divergence (seed " in line)
    closing = re.compile(r"=====|\d+ (passed|failed|skipped|xfailed).* in [\d.]+s")
    end = next(index for index, line in enumerate(lines) if index > start and closing.match(line))
    return lines[start + 1 : end]


def rows(result):
    """The laws that have a row in a table."""
    names = [line.split(" ")[0] for line in section(result)]
    return [name for name in names if name in LAW_IDS]


def row_of(result, law):
    """The cells of a law's first row: law, rule, verdict, checked, diverged, failure, witness."""
    (line,) = [line for line in section(result) if line.startswith(f"{law} ")]
    *head, counted, failure, witness = [*re.split(r"  +", line.strip()), "", ""][:6]
    diverged, _, checked = counted.partition(" of ")
    return [cell for cell in (*head, checked, diverged, failure, witness) if cell]


# --- games of a user's own -------------------------------------------------------------------------------------------

GAMES = {
    "tictactoe": Path(__file__).with_name("tictactoe.py").read_text("utf-8"),
    "adder": Path(__file__).with_name("adder.py").read_text("utf-8"),
    "players": """
import os
from tictactoe import DOMAIN
import adder

def right(prompts):
    return [DOMAIN.resolve_text(prompt) for prompt in prompts]

def forgetful(prompts):
    '''Wipes the first x of column a.'''
    return [answer.replace("row x ", "row . ", 1) for answer in right(prompts)]

def falls(prompts):
    if not all(map(DOMAIN.is_case, prompts)):
        os._exit(7)
    return right(prompts)

def adds(prompts):
    return [adder.DOMAIN.resolve_text(prompt) for prompt in prompts]

def carries_nothing(prompts):
    '''Writes 010 for 110 and so on.'''
    return [answer.replace("1", "0", 1) if answer[0] == "1" else answer for answer in adds(prompts)]
""",
}
"""Files of a user's: two domains, and some players of them."""


def sections(result):
    """The sections of laws, their titles and the lines that hold no space at the start."""
    found, title = {}, None
    for line in result.outlines:
        header = re.fullmatch(r"=+ (divergence.*\(seed \d+\)) =+", line)
        closing = re.match(r"=====|\d+ (passed|failed|skipped|xfailed).* in [\d.]+s", line)
        title = header[1] if header else None if closing else title
        if title:
            found.setdefault(title, []).extend([] if header else [line])
    return found
