"""The folder of a sweep is trusted only if all of it fits together; otherwise it is neither read nor written."""

import json
import os
import shutil
import subprocess
import sys
from copy import deepcopy
from itertools import pairwise

import pytest

from tests.properties.kept_sweeps import change_lines, change_state, files_of, write_lines
from tests.small_domains import TICTACTOE
from turncheck.engine import files
from turncheck.properties.checking import asking
from turncheck.properties.checking.subject import Subject
from turncheck.properties.laws import laws_of
from turncheck.properties.sweeps import journal as journal_module
from turncheck.properties.sweeps import sweep as sweep_module
from turncheck.properties.sweeps.compare import compared
from turncheck.properties.sweeps.faults import (
    BusyError,
    LostError,
    NoVerdictError,
    OtherSweepError,
    PartialError,
    SweepError,
    UntrustedError,
)
from turncheck.properties.sweeps.journal import sweep_lock
from turncheck.properties.sweeps.kept import FOUND, LARGEST, STATE, read_state
from turncheck.properties.sweeps.lines import read_lines
from turncheck.properties.sweeps.plan import Plan
from turncheck.properties.sweeps.result import begin_or_resume, found
from turncheck.properties.sweeps.sweep import Sweep

PLAN = Plan("mixed", 3, 60)
AGREES = "answer_agrees_with_the_reference"


class Careless:
    """Whoever marks the middle is to move again; a move to the last cell is answered with nothing that can be read."""

    def predict(self, prompts):
        return [self._answer(prompt) for prompt in prompts]

    def _answer(self, prompt):
        if not TICTACTOE.is_case(prompt):
            return TICTACTOE.resolve_text(prompt)
        case = TICTACTOE.read(prompt)
        right = TICTACTOE.outcome(case)
        if case.to == "c3":
            return "to_move nobody\n"
        return TICTACTOE.answer.write(right.changed(player=case.player) if case.to == "b2" else right)


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr(sweep_module, "CHUNK", 20)


@pytest.fixture(scope="module")
def laws():
    """A law about the own answer, and another that is broken too."""
    return [law for law in laws_of(TICTACTOE) if law.form == "case" and not law.asks_more][:3]


@pytest.fixture(scope="module")
def originals(tmp_path_factory, laws):
    """Two sweeps, one to its end and one left after two chunks of three."""
    folder = tmp_path_factory.mktemp("sweeps")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sweep_module, "CHUNK", 20)
        for _ in sweep_in(folder / "whole", laws).chunks():
            pass
        for counts in sweep_in(folder / "part", laws).chunks():
            if counts.done == 40:
                break
    return folder


@pytest.fixture
def kept(tmp_path, originals):
    """Copies of both, to be spoilt."""
    shutil.copytree(originals, tmp_path / "sweeps")
    return tmp_path / "sweeps"


def sweep_in(folder, laws, plan=PLAN, **said):
    return Sweep(Subject("mine", "py", Careless(), TICTACTOE), plan, folder, laws, **said)


def refused(folder, laws, error):
    """What is said of a folder that cannot be trusted, however it is used; it stays as it is."""
    before, said = files_of(folder), set()
    ways = [lambda: sweep_in(folder, laws, resume=True), lambda: compared(folder, folder.parent / "whole")]
    for way in ways:
        with pytest.raises(error) as caught:
            way()
        assert "\n" not in str(caught.value)
        said.add(caught.value.fault)
    with pytest.raises(SweepError):
        sweep_in(folder, laws)
    assert files_of(folder) == before
    return said


def one_line(folder, laws, error=UntrustedError):
    (fault,) = refused(folder, laws, error)
    return fault


WAY_OUT = ": restore the folder, or delete it and sweep anew"


def test_the_sweep_that_is_spoilt_below_has_some_of_everything(kept, laws):
    state = read_state(kept / "whole")
    assert (state.counts.done, state.is_whole) == (60, True)
    assert state.counts.diverged > state.counts.unreadable > 0
    assert len(+state.counts.broke) > 1
    assert len(state.counts.modes) > 1
    assert state.counts.strata
    assert sweep_in(kept / "part", laws, resume=True).counts.done == 40
    assert compared(kept / "whole", kept / "whole").verdict == "no difference shown"


# --- state.json: every value that it has, changed in every way -------------------------------------------------------


def places_in(value, at=()):
    """Every place of a JSON value, the whole of it too."""
    yield at
    for key, each in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places_in(each, (*at, key))


WRONG = [
    None,
    True,
    False,
    -1,
    0,
    1,
    5000,
    10**9,
    10**4000,
    1.5,
    float("nan"),
    "",
    "x",
    "\ud800",
    [],
    [[1]],
    {},
    {"x": 1},
]


def changed(value, place, wrong):
    """The value with another one at a place."""
    if not place:
        return wrong
    made = deepcopy(value)
    parent = made
    for key in place[:-1]:
        parent = parent[key]
    parent[place[-1]] = wrong
    return made


@pytest.mark.parametrize("every", [pytest.param(1, marks=pytest.mark.slow), 7])
def test_every_value_of_a_state_that_is_changed_is_refused_and_nothing_is_written(kept, laws, every):
    folder = kept / "whole"
    state = json.loads((folder / STATE).read_bytes())
    tried = 0
    for number, place in enumerate(places_in(state)):
        for wrong in WRONG[number % every :: every]:
            made = changed(state, place, wrong)
            if json.dumps(made) == json.dumps(state):
                continue
            (folder / STATE).write_text(json.dumps(made), encoding="utf-8")
            is_of_another = place == ("about", "schema") and type(wrong) is int and wrong < 10**20
            one_line(folder, laws, OtherSweepError if is_of_another else UntrustedError)
            tried += 1
    assert tried > 1000 / every


def test_every_value_that_is_left_out_is_missed(kept, laws):
    folder = kept / "whole"
    state = json.loads((folder / STATE).read_bytes())
    for place in places_in(state):
        if place:
            made = deepcopy(state)
            parent = made
            for key in place[:-1]:
                parent = parent[key]
            del parent[place[-1]]
            (folder / STATE).write_text(json.dumps(made), encoding="utf-8")
            one_line(folder, laws)


SIGNED = {
    "more done than there is": (lambda state: state["counts"].update(done=5000), "counts done must be 0..60, got 5000"),
    "half a case": (lambda state: state["counts"].update(done=1.5), "counts done must be 0..60, got 1.5"),
    "more diverged than done": (
        lambda state: state["counts"].update(diverged=10**9),
        "counts diverged must be 0..60, got 1000000000",
    ),
    "more unreadable than diverged": (
        lambda state: state["counts"].update(unreadable=60),
        "counts unreadable must be 0..",
    ),
    "a mode that there is not": (
        lambda state: state["counts"]["modes"].update(odd=1),
        "counts modes must have names of this sweep, got 'odd'",
    ),
    "modes of more cases": (
        lambda state: state["counts"]["modes"].update(unstable=1),
        "counts modes must have ",
    ),
    "a law that is not held": (
        lambda state: state["counts"]["broke"].update(odd=0),
        "counts broke must have names of this sweep, got 'odd'",
    ),
    "a law that broke more often than it applied": (
        lambda state: state["counts"]["broke"].update({AGREES: 61}),
        f"counts broke {AGREES} must be 0..60, got 61",
    ),
    "a law that was broken otherwise": (
        lambda state: state["counts"]["broke"].update({AGREES: 60}),
        f"its {FOUND} cannot be read (its lines are not those that were counted in {STATE})",
    ),
    "a negative number": (
        lambda state: state["counts"]["applied"].update({AGREES: -1}),
        f"counts applied {AGREES} must be 0..60, got -1",
    ),
    "no pairs": (lambda state: state["counts"].update(fields={"x": 3}), "counts fields must be pairs"),
    "pairs of three": (lambda state: state["counts"].update(strata={"x": [3, 1, 1]}), "counts strata must be pairs"),
    "more wrong than there are": (
        lambda state: state["counts"].update(strata={"x": [3, 4]}),
        "counts strata x must be 0..3, got 4",
    ),
    "a size beyond the file": (lambda state: state.update(size=10**6), "it must have 1,000,000"),
    "a size within the file": (lambda state: state.update(size=1), "it must have 1 bytes"),
    "a negative size": (lambda state: state.update(size=-1), "size must be 0.."),
    "another digest": (lambda state: state.update(sha256="ab"), f"(it is not what was kept with {STATE})"),
    "no digest": (lambda state: state.update(sha256=3), "sha256 must be a text"),
    "laws twice": (lambda state: state["about"].update(laws=[AGREES, AGREES]), "laws must be different"),
    "laws of numbers": (lambda state: state["about"].update(laws=[1]), "laws must be a list of texts, got [1]"),
    "a seed of text": (lambda state: state["about"].update(seed="3"), "seed must be 0.."),
    "no model": (lambda state: state["about"].update(model=None), "model must have name, kind, "),
    "a model without a name": (lambda state: state["about"]["model"].update(name=1), "model name must be a text"),
    "a model of another hash": (lambda state: state["about"]["model"].update(sha256=[]), "model sha256 must be"),
    "something more": (lambda state: state.update(more=1), "it must have about, counts, size, sha256, digest"),
    "more in it": (lambda state: state["about"].update(more=1), "about must have schema 4, domain, "),
    "no version": (lambda state: state["about"].update(schema=4.0), "about must have schema 4, domain, "),
}


@pytest.mark.parametrize("name", SIGNED)
def test_a_state_that_contradicts_itself_or_its_lines_is_refused_though_its_digest_is_right(kept, laws, name):
    change, fault = SIGNED[name]
    change_state(kept / "whole", change)
    said = one_line(kept / "whole", laws)
    assert fault in said
    assert said.endswith(WAY_OUT)


STATES = {
    "empty": b"",
    "half": b'{"about": {"schema"',
    "a list": b"[]",
    "deep": b"[" * 100_000,
    "zeros": bytes(3000),
    "no UTF-8": b"\xff\xfe\xfa",
    "long number": b'{"about": {"schema": ' + b"1" * 5000 + b"}}",
    "large": b" " * (LARGEST + 1),
}


@pytest.mark.parametrize("content", STATES.values(), ids=STATES)
def test_a_state_that_is_no_state_is_refused(kept, laws, content):
    (kept / "whole" / STATE).write_bytes(content)
    said = one_line(kept / "whole", laws)
    assert said.startswith(f"its {STATE} cannot be read (")
    assert len(said) < 300
    assert "sys." not in said  # Python's own advice on long numbers


# --- divergences.jsonl -----------------------------------------------------------------------------------------------


def line_with(number, **values):
    return lambda lines: lines[number].update(values)


def without(name):
    return lambda lines: lines[0].pop(name)


def first_of_a_law(lines):
    return next(line for line in lines if line["law"])


LINES = {
    **{f"without {name}": without(name) for name in ("turn", "law", "mode", "prompt", "expected", "got")},
    **{
        f"{name} {wrong!r:.9}": line_with(0, **{name: wrong})
        for name in ("turn", "law", "mode", "prompt", "expected", "got", "case")
        for wrong in WRONG
        if not (name in ("prompt", "expected", "got") and isinstance(wrong, str))
        and not (name == "law" and wrong == "")
        and not (name == "turn" and type(wrong) is int and wrong in (0, 1))
    },
    "a law without its case": lambda lines: first_of_a_law(lines).pop("case"),
    "a case that is no text": lambda lines: first_of_a_law(lines).update(case=1),
    "more": line_with(0, more=1),
    "no object": lambda lines: lines.__setitem__(0, [1]),
    "no lines": lambda lines: lines.clear(),
    "one less": lambda lines: lines.pop(),
    "one twice": lambda lines: lines.insert(1, lines[0]),
    "another order": lambda lines: lines.reverse(),
    "of a case that is not done yet": line_with(-1, turn=60),
    "of another mode": line_with(0, mode="unstable"),
}  # fmt: skip


@pytest.mark.parametrize("is_signed", [True, False], ids=["signed", "not signed"])
def test_every_value_of_a_line_that_is_changed_is_refused(kept, laws, is_signed):
    for name, change in LINES.items():
        folder = kept / "whole"
        before = files_of(folder)
        change_lines(folder, change, is_signed)
        assert files_of(folder) != before, name
        said = one_line(folder, laws)
        assert said.startswith(f"its {FOUND} cannot be read ("), name
        for file, content in before.items():
            (folder / file).write_bytes(content)


BYTES = {
    "emptied": lambda content: b"",
    "a zero behind": lambda content: content + b"\0",
    "half a line behind": lambda content: content + b'{"turn": 5',
    "a line behind": lambda content: content + content[: content.index(b"\n") + 1],
    "an empty line": lambda content: content + b"\n",
    "cut": lambda content: content[:-9],
    "without the last newline": lambda content: content[:-1],
    "as a checkout makes it": lambda content: content.replace(b"\n", b"\r\n"),
    "one bit": lambda content: content[:40] + bytes([content[40] ^ 1]) + content[41:],
    "garbage": lambda content: b"garbage\n" * 9,
    "no UTF-8": lambda content: b"\xff" + content[1:],
    "a long number": lambda content: b'{"turn": ' + b"1" * 5000 + b"}\n",
    "deep": lambda content: b"[" * 100_000 + b"\n",
    "zeros in front": lambda content: bytes(100) + content,
}


AS_WRITTEN = ("without the last newline", "as a checkout makes it")
"""What is a sweep's own once it is signed."""


@pytest.mark.parametrize(
    ("name", "is_signed"), [(name, signed) for name in BYTES for signed in (True, False)[name in AS_WRITTEN :]]
)
def test_lines_that_are_other_bytes_are_refused(kept, laws, name, is_signed):
    content = (kept / "whole" / FOUND).read_bytes()
    write_lines(kept / "whole", BYTES[name](content), is_signed)
    assert one_line(kept / "whole", laws).startswith(f"its {FOUND} cannot be read (")


def test_of_a_sweep_that_was_left_what_stands_behind_the_lines_is_dropped_and_a_change_before_is_not(kept, laws):
    folder = kept / "part"
    content = (folder / FOUND).read_bytes()
    (folder / FOUND).write_bytes(content + b'\0{"half')
    work = sweep_in(folder, laws, resume=True)
    assert [counts.done for counts in work.chunks()] == [60]
    assert files_of(folder) == files_of(kept / "whole")
    (folder / FOUND).write_bytes(b"\0" + (folder / FOUND).read_bytes()[1:])
    assert one_line(folder, laws).startswith(f"its {FOUND} cannot be read (")


# --- the files -------------------------------------------------------------------------------------------------------


def becomes_a_folder(path):
    path.unlink()
    path.mkdir()


def becomes_a_pipe(path):
    path.unlink()
    os.mkfifo(path)


def becomes_a_link_to_nothing(path):
    path.unlink()
    path.symlink_to("nothing")


def becomes_a_link_to_itself(path):
    path.unlink()
    path.symlink_to(path.name)


SPOILT = [
    becomes_a_folder,
    *([becomes_a_pipe] if hasattr(os, "mkfifo") else []),
    becomes_a_link_to_nothing,
    becomes_a_link_to_itself,
]


@pytest.mark.parametrize("name", [STATE, FOUND])
@pytest.mark.parametrize("spoil", SPOILT, ids=lambda spoil: spoil.__name__)
def test_what_is_no_file_is_refused_and_blocks_nobody(kept, laws, name, spoil):
    spoil(kept / "whole" / name)
    assert one_line(kept / "whole", laws).endswith(WAY_OUT)


def test_a_folder_of_which_a_half_was_deleted_is_refused(kept, laws):
    (kept / "whole" / FOUND).unlink()
    assert one_line(kept / "whole", laws).startswith(f"its {FOUND} cannot be read (No such file")
    (kept / "part" / STATE).unlink()
    assert one_line(kept / "part", laws) == f"it holds {FOUND}, and no {STATE}{WAY_OUT}"


def test_where_nothing_is_kept_yet_a_sweep_begins_whatever_was_left_of_the_one_before(kept, laws, tmp_path):
    folder = tmp_path / "new"
    sweep_in(folder, laws)
    with open(folder / FOUND, "ab") as file:
        file.write(b'{"half')  # killed in the midst of its first chunk
    for said in ({}, {"resume": True}):
        work = sweep_in(folder, laws, **said)
        assert work.counts.done == 0
    assert [counts.done for counts in work.chunks()] == [20, 40, 60]
    assert files_of(folder) == files_of(kept / "whole")


def test_a_folder_that_cannot_be_made_is_said(tmp_path, laws):
    (tmp_path / "file").write_text("")
    with pytest.raises(SweepError) as caught:
        sweep_in(tmp_path / "file" / "sweep", laws)
    assert caught.value.fault == "it cannot be written (Not a directory): give another folder"
    assert not isinstance(caught.value, NoVerdictError)


@pytest.mark.parametrize("missing", ["nothing", "empty"])
def test_where_there_is_no_sweep_it_is_said_without_a_number(tmp_path, kept, missing):
    (tmp_path / "empty").mkdir()
    with pytest.raises(SweepError) as caught:
        compared(kept / "whole", tmp_path / missing)
    fault = {"nothing": "there is no such folder", "empty": f"it holds no sweep, no {STATE}"}[missing]
    assert caught.value.fault == f"{fault}: turncheck sweep --out makes one"
    assert not isinstance(caught.value, NoVerdictError)


def test_a_part_of_a_sweep_is_compared_with_nothing(kept):
    with pytest.raises(PartialError, match="it holds 40 of 60 turns: --resume continues it"):
        compared(kept / "whole", kept / "part")


def test_lines_that_are_changed_behind_the_sweep_are_not_searched(kept, laws):
    work = sweep_in(kept / "whole", laws, resume=True)
    change_lines(kept / "whole", line_with(0, got="other\n"), signed=False)
    with pytest.raises(UntrustedError, match="cannot be read"):
        found(work)


def test_a_case_that_is_none_is_not_searched_though_it_is_signed(kept, laws):
    def spoil(lines):
        for line in lines:
            if line["law"] == AGREES:
                line["case"] = "x"

    change_lines(kept / "whole", spoil)
    work = sweep_in(kept / "whole", laws, resume=True)
    with pytest.raises(UntrustedError, match=f"a case of {AGREES} in its {FOUND} is none of tictactoe/1: restore"):
        found(work)


def test_what_pytest_finds_spoilt_in_its_own_folder_it_leaves_as_it_is(kept):
    subject = Subject("mine", "py", Careless(), TICTACTOE, sha256="ab")
    folder = kept / "whole"
    change_state(folder, lambda state: state["counts"].update(diverged=0), signed=False)
    before = files_of(folder)
    with pytest.raises(UntrustedError):
        begin_or_resume(subject, PLAN, folder, may_resume=True)
    assert files_of(folder) == before


def test_what_an_earlier_version_left_in_pytest_s_own_folder_gives_way(kept, laws):
    subject = Subject("mine", "py", Careless(), TICTACTOE, sha256="ab")
    change_state(kept / "part", lambda state: state["about"].update(schema=3), signed=False)
    with pytest.raises(OtherSweepError, match="its schema must be 4, got 3: sweep again with this version"):
        sweep_in(kept / "part", laws, resume=True)
    assert begin_or_resume(subject, PLAN, kept / "part", may_resume=True).counts.done == 0
    assert (kept / "part" / FOUND).read_bytes() == b""


# --- one process at a time -------------------------------------------------------------------------------------------


def test_of_two_sweeps_in_a_folder_one_gets_it(kept, laws):
    folder = kept / "part"
    first = sweep_in(folder, laws, resume=True).chunks()
    assert next(first).done == 60
    before = files_of(folder)
    for said in ({}, {"resume": True}, {"anew": True}):
        with pytest.raises(BusyError) as caught:
            sweep_in(folder, laws, **said)
        fault = "another process is sweeping in it: wait for its end, or give another folder"
        assert caught.value.fault == fault
    assert files_of(folder) == before
    assert list(first) == []
    sweep_in(folder, laws, anew=True)


def test_of_two_that_began_together_one_goes_on(tmp_path, laws):
    first, second = sweep_in(tmp_path, laws), sweep_in(tmp_path, laws)
    chunks = first.chunks()
    assert next(chunks).done == 20
    with pytest.raises(BusyError):
        next(second.chunks())
    assert [counts.done for counts in chunks] == [40, 60]
    with pytest.raises(LostError, match="another process has changed it"):
        next(second.chunks())


HOLDER = """
import os, sys, time
from pathlib import Path
from turncheck.properties.sweeps.lock import locked

with locked(Path(sys.argv[1])):
    heard, said = os.pipe()
    if sys.argv[2] == "forks" and not os.fork():
        os.write(said, b".")
        time.sleep(2)  # a worker of the model, which lives on
        os._exit(0)
    if sys.argv[2] == "forks":
        os.read(heard, 1)
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("how", ["alone", *(["forks"] if hasattr(os, "fork") else [])])
def test_a_lock_goes_with_its_process_however_that_ends(tmp_path, how):
    command = [sys.executable, "-c", HOLDER, str(tmp_path), how]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(BusyError), sweep_lock(tmp_path):
            pass
        process.kill()
        process.wait()
        with sweep_lock(tmp_path):
            pass


@pytest.mark.skipif(sys.platform == "win32", reason="flock")
def test_where_a_file_system_has_no_locks_what_another_wrote_is_seen(kept, laws, monkeypatch):
    import fcntl

    def none(descriptor, how):
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", none)
    folder = kept / "part"
    shutil.rmtree(folder)
    first, second = sweep_in(folder, laws).chunks(), sweep_in(folder, laws).chunks()
    assert (next(first).done, next(first).done) == (20, 40)
    with pytest.raises(LostError, match="another process has changed it"):
        next(second)
    third = sweep_in(folder, laws, resume=True).chunks()
    assert next(third).done == 60
    with pytest.raises(LostError, match="it was removed, or somebody else changed it, while it was swept in"):
        next(first)
    assert files_of(folder) == files_of(kept / "whole")


# --- what is written -------------------------------------------------------------------------------------------------


class Endless:
    """Answers every prompt at length."""

    def predict(self, prompts):
        return ["x" * 25_000 for _ in prompts]


def test_of_an_answer_that_does_not_end_the_start_is_kept(tmp_path, laws):
    work = Sweep(Subject("mine", "py", Endless(), TICTACTOE), PLAN, tmp_path, laws)
    for _ in work.chunks():
        pass
    got = {found["got"] for found in read_lines(tmp_path, work.state)}
    assert got == {"x" * 10_000 + "... (cut, 15,000 characters more)"}


class Slow(Careless):
    """Takes its time, by a clock of its own."""

    def __init__(self, clock, seconds):
        self.clock, self.seconds = clock, seconds

    def predict(self, prompts):
        self.clock[0] += self.seconds * len(prompts)
        return super().predict(prompts)


@pytest.mark.parametrize(
    ("seconds", "sizes"), [(0.001, [20, 20, 20]), (2.0, [20, 15, 15, 10]), (18.0, [20, 8, 8, 8, 8, 8])]
)
def test_of_a_slow_model_little_is_lost_where_it_is_stopped(tmp_path, kept, laws, monkeypatch, seconds, sizes):
    clock = [0.0]
    monkeypatch.setattr(asking.time, "monotonic", lambda: clock[0])
    work = Sweep(Subject("mine", "py", Slow(clock, seconds), TICTACTOE), PLAN, tmp_path / "slow", laws)
    done = [0, *(counts.done for counts in work.chunks())]
    assert [after - before for before, after in pairwise(done)] == sizes
    assert work.counts == read_state(kept / "whole").counts
    assert compared(kept / "whole", tmp_path / "slow").verdict == "no difference shown"


# --- disks and folders that fail -------------------------------------------------------------------------------------


def full(*arguments):
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize(
    ("module", "name"), [(journal_module, "_write_all"), (journal_module.os, "fsync"), (files.os, "replace")]
)
def test_where_the_disk_is_full_what_was_kept_stays_and_goes_on(kept, laws, monkeypatch, module, name):
    folder = kept / "part"
    before = read_state(folder)
    work = sweep_in(folder, laws, resume=True)
    with monkeypatch.context() as patch:
        patch.setattr(module, name, full)
        with pytest.raises(LostError) as caught:
            list(work.chunks())
    done = "the first 40 turns are kept, and once that is fixed, the sweep can be resumed"
    assert caught.value.fault == f"it cannot be written (No space left on device): {done}"
    assert work.counts == before.counts
    assert read_state(folder) == before
    assert sorted(files_of(folder)) == [FOUND, STATE]
    assert [counts.done for counts in work.chunks()] == [60]
    assert files_of(folder) == files_of(kept / "whole")


def test_a_file_that_is_written_is_on_the_disk_before_it_takes_its_name(tmp_path, monkeypatch):
    done = []
    for name in ("fsync", "replace"):
        real = getattr(os, name)
        monkeypatch.setattr(files.os, name, lambda *given, name=name, real=real: (done.append(name), real(*given))[1])
    files.write_whole(tmp_path / "file", b"content")
    assert done == ["fsync", "replace", "fsync"]
    assert files_of(tmp_path) == {"file": b"content"}


@pytest.mark.parametrize("is_made_again", [False, True])
def test_a_folder_that_is_removed_while_it_is_swept_in_is_said(tmp_path, laws, is_made_again):
    folder = tmp_path / "sweep"
    work = sweep_in(folder, laws)
    chunks = work.chunks()
    assert next(chunks).done == 20
    shutil.rmtree(folder)
    if is_made_again:
        sweep_in(folder, laws)
        before = files_of(folder)
    with pytest.raises(LostError) as caught:
        next(chunks)
    assert caught.value.fault == "it was removed, or somebody else changed it, while it was swept in: no more is kept"
    assert files_of(folder) == before if is_made_again else not folder.exists()
    assert work.counts.done == 20
