"""`exec:` models: what a worker process answers, its possible faults, and that no process is left running."""

import gc
import json
import os
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from turncheck.engine.duel import Turn, resolve_text, write
from turncheck.engine.learned import EngineError, UnavailableError, Verdict, Verifier
from turncheck.model.adapters.processes import process as module
from turncheck.model.adapters.processes import protocol, worker
from turncheck.model.adapters.processes.process import process
from turncheck.model.adapters.processes.protocol import ProtocolError
from turncheck.properties.checking.timeouts import TimeUp, can_interrupt, time_limit

pytestmark = pytest.mark.skipif(os.name != "posix", reason="exec: needs POSIX pipes")

EXAMPLES = Path(__file__).parents[3] / "examples" / "exec"
NEUTRAL = write(Turn())
PROMPTS = [NEUTRAL.replace("turn 01", f"turn {turn:02}") for turn in range(1, 6)]

SCRIPT = """\
import json, os, signal, subprocess, sys, time

def put(text):
    sys.stdout.write(text)
    sys.stdout.flush()

def say(**message):
    put(json.dumps(message) + "\\n")

def greet(**other):
    say(**{{"id": 0, "protocol": 1, "methods": ["predict", "verify"], **other}})

with open({pids!r}, "a") as file:
    file.write(f"{{os.getpid()}}\\n")
{start}
for line in sys.stdin:
    r = json.loads(line)
    n, prompts = r["id"], r.get("prompts")
    if r["method"] == "hello":
        {greeting}
    else:
        {body}
"""
ECHO = "say(id=n, answers=prompts)"


class Workers:
    """Writes workers, starts them, and knows the processes that they were."""

    def __init__(self, folder):
        self.folder = folder
        self.started = []

    def command(self, body=ECHO, greeting="greet()", start=""):
        script = self.folder / "worker.py"
        pids = str(self.folder / "pids")
        script.write_text(SCRIPT.format(pids=pids, start=start, greeting=greeting, body=body), "utf-8")
        return shlex.join([sys.executable, "-IS", str(script)])

    def start(self, body=ECHO, greeting="greet()", start="", **options):
        engine = process(self.command(body, greeting, start), **{"hello": 5.0, "timeout": 5.0, **options})
        self.started.append(engine)
        return engine

    def pids(self):
        file = self.folder / "pids"
        return [int(line) for line in file.read_text().split()] if file.exists() else []

    def alive(self):
        return [pid for pid in self.pids() if runs(pid)]


def runs(pid):
    """Whether that process runs. One that nobody has waited for yet runs no more."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return not Path("/proc/self/stat").exists()


def wait_until_gone(pid):
    deadline = time.monotonic() + 3
    while runs(pid):
        assert time.monotonic() < deadline, f"{pid} runs on"
        time.sleep(0.01)


@pytest.fixture
def workers(tmp_path):
    workers = Workers(tmp_path)
    yield workers
    for engine in workers.started:
        engine.close()
    assert workers.alive() == []


# --- the truth -------------------------------------------------------------------------------------------------------


def test_the_example_in_python_answers_as_the_reference():
    engine = process(shlex.join([sys.executable, str(EXAMPLES / "worker.py")]))
    assert engine.predict(PROMPTS) == [resolve_text(prompt) for prompt in PROMPTS]
    assert engine.predict(["no turn"]) == [resolve_text("no turn")]
    assert engine.name == "the reference"
    engine.close()


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
def test_the_example_in_node_copies_the_state():
    engine = process(shlex.join(["node", str(EXAMPLES / "worker.mjs")]))
    assert engine.predict(PROMPTS) == ["".join(prompt.splitlines(True)[:3]) for prompt in PROMPTS]
    assert engine.name == "copies the state"
    engine.close()


def test_no_prompts_are_no_request(workers):
    engine = workers.start("os.abort()")
    assert engine.predict([]) == engine.verify([], []) == []


def test_prompts_may_be_any_sequence(workers):
    assert workers.start().predict(("a", "b")) == ["a", "b"]


STRANGE = ["", "\n", "\r\n\x00\u2028", '"\\', "\ud800", "\udfff\ud800", "\U0001f600", "é\u202e", "\x1b[31m"]


def test_a_text_may_hold_any_characters(workers):
    assert workers.start(batch=4).predict(STRANGE) == STRANGE


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
def test_a_text_may_hold_any_characters_in_node_too():
    engine = process(shlex.join(["node", str(EXAMPLES / "worker.mjs")]))
    assert engine.predict(STRANGE) == ["\n".join(text.split("\n")[:3]) + "\n" for text in STRANGE]
    engine.close()


def test_answers_in_plain_utf_8_are_read(workers):
    body = 'sys.stdout.buffer.write(json.dumps({"id": n, "answers": prompts}, ensure_ascii=False).encode() + b"\\n")'
    engine = workers.start(f"{body}; sys.stdout.flush()")
    assert engine.predict(["é\U0001f600"]) == ["é\U0001f600"]


def test_keys_that_nobody_knows_are_ignored(workers):
    engine = workers.start("say(id=n, answers=prompts, error=None, seconds=1)", "greet(version=[1])")
    assert engine.predict(["a"]) == ["a"]


def test_the_hello_says_what_is_spoken(workers):
    engine = workers.start("say(id=n, answers=[seen])", "seen = line; greet()")
    greeting = json.loads(engine.predict(["a"])[0])
    assert greeting == {"id": 0, "method": "hello", "protocol": 1, "longest_line": 16777216}


def test_a_request_says_what_is_asked(workers):
    engine = workers.start("say(id=n, answers=[line] * len(prompts))")
    assert [json.loads(answer) for answer in engine.predict(["a", "b"])] == [
        {"id": 1, "method": "predict", "prompts": ["a", "b"]}
    ] * 2


def test_a_worker_may_have_no_name(workers):
    assert workers.start().name is None


@pytest.mark.parametrize(
    ("batch", "greeting", "sizes"),
    [
        (64, "greet()", [5]),
        (2, "greet()", [2, 2, 1]),
        (2, "greet(batch=64)", [2, 2, 1]),
        (64, "greet(batch=3)", [3, 2]),
        (1, "greet(batch=3)", [1, 1, 1, 1, 1]),
    ],
    ids=["one", "the option", "the smaller option", "the worker's", "each alone"],
)
def test_a_long_list_goes_in_batches(workers, batch, greeting, sizes):
    engine = workers.start("say(id=n, answers=[f'{n} {len(prompts)}'] * len(prompts))", greeting, batch=batch)
    expected = [f"{number} {size}" for number, size in enumerate(sizes, 1) for _ in range(size)]
    assert engine.predict(PROMPTS) == expected


def test_a_request_larger_than_a_pipe_is_sent_and_answered(workers):
    prompts = ["x" * 100_000 + str(number) for number in range(20)]
    assert workers.start().predict(prompts) == prompts


def test_the_timeout_holds_for_each_batch(workers):
    engine = workers.start(f"time.sleep(0.2); {ECHO}", batch=1, timeout=0.5)
    assert engine.predict(PROMPTS) == PROMPTS


# --- verdicts --------------------------------------------------------------------------------------------------------

VERDICTS = "say(id=n, verdicts=[dict(accepted=len(draft), complete=draft in p, margin={}) for p, draft in zip(prompts, r['drafts'])])"  # noqa: E501


def test_what_offers_verify_is_asked_for_verdicts_in_batches(workers):
    engine = workers.start(VERDICTS.format("n"), batch=2)
    assert isinstance(engine, Verifier)
    assert engine.verify(["aa", "b", "c"], ["aa", "x", ""]) == [
        Verdict(2, True, 1.0),
        Verdict(1, False, 1.0),
        Verdict(0, True, 2.0),
    ]


def test_what_does_not_offer_verify_has_none(workers):
    assert not isinstance(workers.start(ECHO, "greet(methods=['predict', 'sing'])"), Verifier)


@pytest.mark.parametrize(
    ("written", "margin"),
    [("1e999", float("inf")), ("Infinity", float("inf")), ("-1", -1.0), ("0.5", 0.5)],
)
def test_a_margin_may_be_any_number(workers, written, margin):
    entry = f'{{"accepted": 1, "complete": true, "margin": {written}}}'
    engine = workers.start(f'put(\'{{"id": 1, "verdicts": [{entry}]}}\\n\')')
    assert engine.verify(["a"], ["b"]) == [Verdict(1, True, margin)]


@pytest.mark.parametrize(
    ("verdicts", "message"),
    [
        ("null", "give a list as verdicts, got nothing"),
        ("[]", "give 1 verdicts, one for each prompt, got 0"),
        ("[1]", "give an object as each verdict, got 1"),
        ('[{"complete": true, "margin": 1}]', "give a whole number from 0 as accepted, got nothing"),
        ('[{"accepted": -1, "complete": true, "margin": 1}]', "give a whole number from 0 as accepted, got -1"),
        ('[{"accepted": true, "complete": true, "margin": 1}]', "give a whole number from 0 as accepted, got true"),
        ('[{"accepted": 1.0, "complete": true, "margin": 1}]', "give a whole number from 0 as accepted, got 1.0"),
        ('[{"accepted": 1, "complete": 1, "margin": 1}]', "give true or false as complete, got 1"),
        ('[{"accepted": 1, "complete": true}]', "give a number as margin, got nothing"),
        ('[{"accepted": 1, "complete": true, "margin": NaN}]', "give a number as margin, got NaN"),
        ('[{"accepted": 1, "complete": true, "margin": false}]', "give a number as margin, got false"),
        ('[{"accepted": 1, "complete": true, "margin": "1"}]', "give a number as margin, got '1'"),
        (
            '[{"accepted": 1, "complete": true, "margin": 1' + "0" * 400 + "}]",
            "give a number as margin, got 1" + "0" * 79 + "...",
        ),
    ],
)
def test_a_verdict_that_is_none_is_refused(workers, verdicts, message):
    engine = workers.start(f'put(\'{{"id": 1, "verdicts": {verdicts}}}\\n\')')
    with pytest.raises(ProtocolError) as caught:
        engine.verify(["a"], ["b"])
    assert str(caught.value) == f"the worker must {message}"
    assert workers.alive() == []


# --- options and commands --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"memory": -1}, "memory must be 0..1073741824 MiB, got -1: 0 sets no limit"),
        ({"memory": 1 << 31}, "memory must be 0..1073741824 MiB, got 2147483648: 0 sets no limit"),
        ({"hello": 0.0}, "hello must be above 0 s and at most 86400 s, got 0: 60 is usual"),
        ({"hello": float("nan")}, "hello must be above 0 s and at most 86400 s, got nan: 60 is usual"),
        ({"timeout": -1.5}, "timeout must be above 0 s and at most 86400 s, got -1.5: 60 is usual"),
        ({"timeout": float("inf")}, "timeout must be above 0 s and at most 86400 s, got inf: 60 is usual"),
        ({"batch": 0}, "batch must be 1 or more, got 0: 1 sends prompts one by one"),
        (
            {"cwd": "no\nfolder"},
            r"cwd must be a folder, got 'no\nfolder': leave it out to use the current folder",
        ),
    ],
)
def test_an_option_out_of_range_is_refused(options, message):
    with pytest.raises(EngineError) as caught:
        process("true", **options)
    assert str(caught.value) == message


def write_file(folder, name, content, mode):
    (folder / name).write_text(content)
    (folder / name).chmod(mode)


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("", "it must name a command, got '': as in exec:python3 worker.py"),
        ("  ", "it must name a command, got '  ': as in exec:python3 worker.py"),
        ("'' a", "it must name a command, got \"'' a\": as in exec:python3 worker.py"),
        ("a 'b", 'it must name a command, quoted as for a shell, got "a \'b": no closing quotation'),
        (
            "no-such-command-here -x",
            "there is no command 'no-such-command-here': give one on PATH or a path, as in exec:python3 worker.py",
        ),
        (
            "./none",
            "there is no command './none': give one on PATH or a path, as in exec:python3 worker.py",
        ),
        (
            "plain.mjs",
            "there is no command 'plain.mjs', but a file: exec:node plain.mjs, or exec:./plain.mjs if it can run",
        ),
        (
            "./plain.mjs",
            "'./plain.mjs' cannot be run: name the program that runs it, as in exec:node ./plain.mjs",
        ),
        (
            "./no-head.py",
            "'./no-head.py' cannot be run: name the program that runs it, as in exec:python3 ./no-head.py",
        ),
        (
            "./bad-head",
            "the first line of './bad-head' names a program that does not exist: exec:python3 ./bad-head",
        ),
        ("./folder", "'./folder' cannot be started: Permission denied"),
        ("a\0b", r"'a\x00b' cannot be started: embedded null byte"),
    ],
)
def test_a_command_that_cannot_be_started_is_refused(tmp_path, target, message):
    write_file(tmp_path, "plain.mjs", "", stat.S_IRUSR)
    write_file(tmp_path, "no-head.py", "pass\n", stat.S_IRWXU)
    write_file(tmp_path, "bad-head", "#!/no/such/program\n", stat.S_IRWXU)
    (tmp_path / "folder").mkdir()
    with pytest.raises(EngineError) as caught:
        process(target, cwd=str(tmp_path))
    assert str(caught.value) == message


def test_the_command_is_started_in_its_folder_without_a_shell(workers, tmp_path):
    write_file(
        tmp_path,
        "worker $HOME;",
        "#!"
        + sys.executable
        + "\n"
        + (
            SCRIPT.format(
                pids=str(tmp_path / "pids"),
                start="",
                greeting="greet()",
                body="say(id=n, answers=[os.getcwd(), *sys.argv[1:]])",
            )
        ),
        stat.S_IRWXU,
    )
    engine = process("'./worker $HOME;' '$HOME' a\\ b", cwd=str(tmp_path))
    workers.started.append(engine)
    assert engine.predict(["a"] * 3) == [str(tmp_path.resolve()), "$HOME", "a b"]


def test_where_pipes_cannot_be_waited_for_there_is_no_exec(monkeypatch):
    monkeypatch.setattr(module, "POSIX", False)
    with pytest.raises(EngineError, match="exec: is not supported on this system"):
        process("true")


def test_where_no_memory_limit_can_be_set_none_is_taken(workers, monkeypatch):
    import resource

    monkeypatch.delattr(resource, "prlimit")
    with pytest.raises(EngineError) as caught:
        workers.start(memory=512)
    assert str(caught.value) == "memory must be 0 here, got 512: no limit can be set on this system"


# --- no hello --------------------------------------------------------------------------------------------------------

NOISE = "write nothing to stdout but JSON objects in UTF-8, one a line"


@pytest.mark.parametrize(
    ("start", "greeting", "message"),
    [
        ("", "pass", "the process took longer than 0.5 s"),
        ("time.sleep(60)", "", "the process took longer than 0.5 s"),
        (
            "print('loading', file=sys.stderr, flush=True)",
            "time.sleep(60)",
            "the process took longer than 0.5 s; the last line of its stderr: 'loading'",
        ),
        ("sys.exit(3)", "", "the process ended with exit status 3"),
        ("", "sys.exit(0)", "the process ended with exit status 0"),
        (
            "sys.exit('no\\nweights')",
            "",
            "the process ended with exit status 1; the last line of its stderr: 'weights'",
        ),
        ("os.abort()", "", "the process was ended by signal 6 (SIGABRT)"),
        ("os.kill(os.getpid(), 40)", "", "the process was ended by signal 40"),
        ("", "os.close(1); time.sleep(60)", "the process closed its stdin or its stdout, but still runs"),
        ("print('loading', flush=True)", "greet()", f"the worker must {NOISE}, got 'loading': print to stderr instead"),
        ("", "greet(id=1)", "the worker must answer with id 0, got 1"),
        ("", "greet(id=False)", "the worker must answer with id 0, got false"),
        ("", "greet(protocol=2)", "the worker must speak protocol 1, got 2"),
        ("", "greet(protocol=True)", "the worker must speak protocol 1, got true"),
        ("", "say(id=0, methods=['predict'])", "the worker must speak protocol 1, got nothing"),
        ("", "say(id=0, protocol=1)", "the worker must name its methods in a list, got nothing"),
        ("", "greet(methods=['predict', 1])", 'the worker must name its methods in a list, got ["predict", 1]'),
        ("", "greet(methods=['verify'])", 'the worker must offer the method predict, got ["verify"]'),
        ("", "greet(name=1)", "the worker must give a string as name, or leave it out, got 1"),
        ("", "greet(batch=0)", "the worker must give a whole number from 1 as batch, or leave it out, got 0"),
        ("", "greet(batch='1')", "the worker must give a whole number from 1 as batch, or leave it out, got '1'"),
        ("", "say(id=0, error='no\\nGPU')", "the worker must say hello, got its error 'no\\nGPU'"),
    ],
)
def test_without_a_proper_hello_there_is_no_engine(workers, start, greeting, message):
    with pytest.raises(EngineError) as caught:
        workers.start("pass", greeting or "greet()", start, hello=0.5)
    escaped = message.replace("\n", "\\n")
    assert str(caught.value) == f"no hello: {escaped}: see docs/protocol.md for a worker"
    assert workers.alive() == []


def test_a_command_that_only_echoes_is_no_worker():
    with pytest.raises(EngineError, match="no hello: the worker must name its methods in a list, got nothing"):
        process("cat")


# --- it cannot be asked ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("time.sleep(60)", "the process took longer than 0.5 s"),
        (
            "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM}); time.sleep(60)",
            "the process took longer than 0.5 s",
        ),
        ("os.kill(os.getpid(), signal.SIGSTOP)", "the process took longer than 0.5 s"),
        ("put('{\"id\": 1')\n        time.sleep(60)", "the process took longer than 0.5 s"),
        (
            "[sys.stderr.write('x' * 999 + '\\n') for _ in iter(int, 1)]",
            "the process took longer than 0.5 s; the last line",
        ),
        ("os.abort()", "the process was ended by signal 6 (SIGABRT)"),
        ("sys.exit('no\\nmore')", "the process ended with exit status 1; the last line of its stderr: 'more'"),
        ("put('{\"id\": 1')\n        os._exit(7)", "the process ended with exit status 7"),
        ("os.close(1); time.sleep(60)", "the process closed its stdin or its stdout, but still runs"),
    ],
    ids=["hang", "deaf", "stopped", "half an answer", "talk", "abort", "exit", "half and exit", "closed"],
)
def test_a_process_that_hangs_or_dies_could_not_be_asked(workers, body, message):
    engine = workers.start(body, timeout=0.5)
    with pytest.raises(UnavailableError) as caught:
        engine.predict(["a"])
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)
    assert workers.alive() == []


def test_one_that_does_not_read_its_stdin_runs_out_of_time(workers):
    engine = workers.start(greeting="greet(); time.sleep(60)", timeout=0.5)
    started = time.monotonic()
    with pytest.raises(UnavailableError, match=r"^the process took longer than 0\.5 s$"):
        engine.predict(["x" * 10_000_000])
    assert time.monotonic() - started < 2
    assert workers.alive() == []


def test_one_that_has_closed_its_stdin_is_not_waited_for(workers):
    engine = workers.start(greeting="greet(); os.close(0); time.sleep(60)")
    with pytest.raises(UnavailableError, match=r"^the process closed its stdin or its stdout, but still runs$"):
        engine.predict(["x" * 1_000_000])


def test_one_that_ended_since_it_answered_could_not_be_asked(workers):
    engine = workers.start(f"{ECHO}; sys.exit(3)")
    assert engine.predict(["a"]) == ["a"]
    wait_until_gone(workers.pids()[0])
    with pytest.raises(UnavailableError, match=r"^the process ended with exit status 3$"):
        engine.predict(["b"])
    assert engine.predict(["c"]) == ["c"]


GREEDY = "kept = bytearray(1 << 28); " + ECHO


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux alone")
def test_memory_beyond_the_limit_is_not_given(workers):
    engine = workers.start(GREEDY, memory=200)
    with pytest.raises(UnavailableError) as caught:
        engine.predict(["a"])
    assert str(caught.value) == "the process ended with exit status 1; the last line of its stderr: 'MemoryError'"


def test_without_a_limit_memory_is_given(workers):
    assert workers.start(GREEDY).predict(["a"]) == ["a"]


def test_after_a_death_the_next_call_starts_a_fresh_process(workers):
    engine = workers.start(f"os.abort() if prompts == ['die'] else {ECHO}")
    assert engine.predict(["a"]) == ["a"]
    with pytest.raises(UnavailableError):
        engine.predict(["die"])
    assert engine.predict(["b"]) == ["b"]
    assert len(workers.pids()) == 2
    assert workers.alive() == workers.pids()[1:]


@pytest.mark.parametrize(
    ("greeting", "message"),
    [
        ("sys.exit(3)", "it could not be restarted: the process ended with exit status 3"),
        ("greet(protocol=2)", "it could not be restarted: the worker must speak protocol 1, got 2"),
        ("greet(methods=['predict'])", "after a restart it lacks the method verify"),
    ],
)
def test_a_process_that_cannot_be_started_again_could_not_be_asked(workers, greeting, message):
    engine = workers.start("os.abort()")
    with pytest.raises(UnavailableError):
        engine.predict(["a"])
    workers.command(greeting=greeting)
    for _ in range(2):
        with pytest.raises(UnavailableError) as caught:
            engine.predict(["a"])
        assert str(caught.value) == message
    assert workers.alive() == []
    workers.command()
    assert engine.predict(["a"]) == ["a"]


def test_a_command_that_is_there_no_more_could_not_be_asked(tmp_path):
    shell = tmp_path / "shell"
    shell.symlink_to(shutil.which("sh"))
    say = """read line; printf '{"id": 0, "protocol": 1, "methods": ["predict"]}\\n'; read line"""
    engine = process(shlex.join([str(shell), "-c", say]))
    shell.unlink()
    with pytest.raises(UnavailableError, match=r"^the process ended with exit status 0$"):
        engine.predict(["a"])
    with pytest.raises(UnavailableError, match=r"^it could not be restarted: there is no command "):
        engine.predict(["a"])


# --- it breaks the protocol ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("put('thinking\\n')", f"{NOISE}, got 'thinking': print to stderr instead"),
        ("put('thinking\\n{}\\n')", f"{NOISE}, got 'thinking': print to stderr instead"),
        ("put('x' * 99 + '\\n')", f"{NOISE}, got '{'x' * 80}'...: print to stderr instead"),
        ("put('\\n')", f"{NOISE}, got '': print to stderr instead"),
        ("put('[1]\\n')", f"{NOISE}, got '[1]': print to stderr instead"),
        ("put('[' * 99999 + '\\n')", f"{NOISE}, got '{'[' * 80}'...: print to stderr instead"),
        ("put('\\x1b[31m\\n')", f"{NOISE}, got '\\x1b[31m': print to stderr instead"),
        ("os.write(1, b'\\xff\\n')", f"{NOISE}, got '\ufffd': print to stderr instead"),
        ("say(id=2, answers=['b'])", "answer with id 1, got 2"),
        ("say(id='1', answers=['b'])", "answer with id 1, got '1'"),
        ("say(answers=['b'])", "answer with id 1, got nothing"),
        ("say(id=1)", "give a list as answers, got nothing"),
        ("say(id=1, answers='b')", "give a list as answers, got 'b'"),
        ("say(id=1, answers=[])", "give 1 answers, one for each prompt, got 0"),
        ("say(id=1, answers=['b', 'c'])", "give 1 answers, one for each prompt, got 2"),
        ("say(id=1, answers=[['b']])", 'give a list of strings as answers, got ["b"] in it'),
        ("say(id=1, answers=[None])", "give a list of strings as answers, got nothing in it"),
        (
            'put(\'{"id": 1, "answers": ["b"]}\\n{"id": 1, "more": true}\\n\')',
            'write one line for each request, after reading it, got \'{"id": 1, "more": true}\\n\' out of turn',
        ),
    ],
)
def test_an_answer_against_the_protocol_is_refused_and_ends_the_process(workers, body, message):
    engine = workers.start(body)
    with pytest.raises(ProtocolError) as caught:
        engine.predict(["a"])
    assert str(caught.value) == f"the worker must {message}"
    assert workers.alive() == []
    with pytest.raises(ProtocolError):
        engine.predict(["a"])
    assert len(workers.pids()) == 2


def test_an_error_of_the_worker_s_own_is_told_and_it_lives_on(workers):
    engine = workers.start(f"say(id=n, error='no\\nmemory') if prompts == ['a'] else {ECHO}")
    with pytest.raises(ProtocolError) as caught:
        engine.predict(["a"])
    assert str(caught.value) == r"the worker must answer predict, got its error 'no\nmemory'"
    assert (caught.value.demand, caught.value.value, caught.value.way_out) == (
        "answer predict",
        r"its error 'no\nmemory'",
        "",
    )
    assert engine.predict(["b"]) == ["b"]
    assert workers.alive() == workers.pids()
    assert len(workers.pids()) == 1


def test_what_was_written_after_an_answer_is_found_by_the_next_call(workers):
    engine = workers.start(f"{ECHO}; time.sleep(0.1); say(id=n + 1, answers=['early'])")
    assert engine.predict(["a"]) == ["a"]
    time.sleep(0.4)
    with pytest.raises(ProtocolError, match=r" one line for each request, after reading it, got .* out of turn$"):
        engine.predict(["b"])
    assert workers.alive() == []


def test_what_answers_before_it_has_read_the_request_is_out_of_turn(workers):
    engine = workers.start(greeting="greet(); time.sleep(0.2); say(id=1, answers=['a']); time.sleep(60)")
    with pytest.raises(ProtocolError, match=r" one line for each request, after reading it, got .* out of turn$"):
        engine.predict(["x" * 1_000_000])


def test_too_long_an_answer_is_refused(workers, monkeypatch):
    monkeypatch.setattr(protocol, "LONGEST_LINE", 1000)
    engine = workers.start("say(id=n, answers=['x' * 1000])")
    with pytest.raises(ProtocolError) as caught:
        engine.predict(["a"])
    begins = '{"id": 1, "answers": ["' + "x" * 57
    assert (
        str(caught.value)
        == f"the worker must write at most 1000 bytes a line, got a longer one, beginning with '{begins}'..."
    )
    assert workers.alive() == []


def test_the_longest_line_that_is_allowed_is_taken(workers, monkeypatch):
    engine = workers.start(ECHO)
    line = len(json.dumps({"id": 1, "method": "predict", "prompts": [""]})) + 1
    monkeypatch.setattr(protocol, "LONGEST_LINE", line + 900)
    assert engine.predict(["x" * 900]) == ["x" * 900]


def test_a_request_that_is_too_long_is_not_sent_and_the_process_lives_on(workers, monkeypatch):
    engine = workers.start()
    monkeypatch.setattr(protocol, "LONGEST_LINE", 1000)
    with pytest.raises(ProtocolError) as caught:
        engine.predict(["x" * 1000])
    sent = "be sent at most 1000 bytes a line, got a request of 1048 bytes to send: lower batch"
    assert str(caught.value) == f"the worker must {sent}"
    assert engine.predict(["a"]) == ["a"]
    assert len(workers.pids()) == 1


def test_a_flood_without_a_newline_is_cut_off(workers):
    engine = workers.start("[put('x' * 65536) for _ in iter(int, 1)]")
    with pytest.raises(
        ProtocolError, match="write at most 16777216 bytes a line, got a longer one, beginning with 'xxx"
    ):
        engine.predict(["a"])
    assert workers.alive() == []


def test_noise_on_stderr_blocks_nothing(workers):
    engine = workers.start(f"sys.stderr.write('x' * 1_000_000); sys.stderr.flush(); {ECHO}")
    for prompt in PROMPTS:
        assert engine.predict([prompt]) == [prompt]


def test_a_stderr_that_is_closed_is_no_fault(workers):
    engine = workers.start(ECHO, "greet(); os.close(2)")
    assert engine.predict(PROMPTS) == PROMPTS


# --- its end ---------------------------------------------------------------------------------------------------------


def test_close_lets_a_worker_end_by_itself(workers, tmp_path):
    engine = workers.start(start=f"import atexit; atexit.register(open, {str(tmp_path / 'ended')!r}, 'w')")
    engine.close()
    assert (tmp_path / "ended").exists()
    assert workers.alive() == []


def test_a_worker_that_talks_while_it_ends_is_read_to_its_end(workers, tmp_path):
    talk = "sys.stdout.write('x' * 1_000_000), sys.stderr.write('x' * 1_000_000)"
    end = f"lambda: ({talk}, sys.stdout.flush(), open({str(tmp_path / 'ended')!r}, 'w').close())"
    workers.start(start=f"import atexit; atexit.register({end})").close()
    assert (tmp_path / "ended").exists()


def test_a_worker_that_does_not_end_by_itself_is_killed(workers, monkeypatch):
    monkeypatch.setattr(worker, "SECONDS_TO_END", 0.2)
    engine = workers.start(greeting="greet(); time.sleep(60)")
    started = time.monotonic()
    engine.close()
    assert 0.2 <= time.monotonic() - started < 1
    assert workers.alive() == []


def test_close_may_be_said_twice_and_a_call_after_it_starts_a_fresh_process(workers):
    engine = workers.start()
    engine.close()
    engine.close()
    assert engine.predict(["a"]) == ["a"]
    engine.close()
    assert workers.alive() == []
    assert len(workers.pids()) == 2


def test_an_engine_that_nobody_holds_ends_its_process(tmp_path):
    workers = Workers(tmp_path)
    engine = process(workers.command())
    assert len(workers.alive()) == 1
    del engine
    gc.collect()
    assert workers.alive() == []


def test_the_process_ends_with_the_interpreter(tmp_path):
    workers = Workers(tmp_path)
    code = "import sys; from turncheck.model.adapters.processes.process import process; kept = process(sys.argv[1])"
    subprocess.run([sys.executable, "-c", code, workers.command()], check=True)
    (pid,) = workers.pids()
    wait_until_gone(pid)


def test_a_fork_of_this_process_leaves_the_worker_alone(workers):
    engine = workers.start()
    child = os.fork()
    if child == 0:
        engine.close()
        os._exit(0)
    os.waitpid(child, 0)
    assert engine.predict(["a"]) == ["a"]


CHILD = (
    "child = subprocess.Popen([sys.executable, '-IS', '-c', 'import time; time.sleep(60)'], stdin=subprocess.DEVNULL)"
)


@pytest.mark.parametrize("end", ["time.sleep(60)", "os._exit(0)", "os.abort()", "say(id=5)"])
def test_what_a_worker_started_ends_with_it(workers, end):
    engine = workers.start(
        f"{ECHO} if prompts != ['end'] else {end}", f"{CHILD}; greet(name=str(child.pid))", timeout=0.5
    )
    child = int(engine.name)
    assert engine.predict(["a"]) == ["a"]
    assert runs(child)
    with pytest.raises((UnavailableError, ProtocolError)):
        engine.predict(["end"])
    wait_until_gone(child)


def test_what_a_worker_started_ends_when_it_is_closed(workers):
    engine = workers.start(greeting=f"{CHILD}; greet(name=str(child.pid))")
    child = int(engine.name)
    engine.close()
    wait_until_gone(child)


def test_one_that_ended_while_its_child_holds_its_stdout_is_said_to_have_ended(workers):
    engine = workers.start("os._exit(4)", f"{CHILD}; greet()", timeout=0.3)
    with pytest.raises(UnavailableError, match=r"^the process ended with exit status 4$"):
        engine.predict(["a"])


@pytest.fixture
def interruptible():
    """Interrupts reach this process, though it may have been started with them ignored, as a shell does with `&`."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def interrupt_soon(number):
    timer = threading.Timer(0.3, signal.pthread_kill, (threading.main_thread().ident, number))
    timer.start()
    return timer


@pytest.mark.skipif(not can_interrupt(), reason="nothing can be interrupted here")
def test_an_interrupt_ends_the_process_since_its_answer_would_come_out_of_step(workers, interruptible):
    engine = workers.start(f"time.sleep(60) if prompts == ['hang'] else {ECHO}")
    timer = interrupt_soon(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        engine.predict(["hang"])
    timer.join()
    assert workers.alive() == []
    assert engine.predict(["a"]) == ["a"]


@pytest.mark.skipif(not can_interrupt(), reason="nothing can be interrupted here")
def test_an_interrupt_before_the_hello_ends_the_process(workers, interruptible):
    timer = interrupt_soon(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        workers.start(greeting="time.sleep(60)")
    timer.join()
    assert workers.alive() == []


@pytest.mark.skipif(not can_interrupt(), reason="nothing can be interrupted here")
def test_time_that_is_up_ends_the_process(workers):
    engine = workers.start(f"time.sleep(60) if prompts == ['hang'] else {ECHO}")
    with pytest.raises(TimeUp), time_limit(0.2):
        engine.predict(["hang"])
    assert workers.alive() == []
    assert engine.predict(["a"]) == ["a"]


@pytest.mark.skipif(not can_interrupt(), reason="nothing can be interrupted here")
def test_an_interrupt_of_the_user_s_does_not_reach_the_worker(workers):
    engine = workers.start("say(id=n, answers=[str(os.getsid(0) == os.getpid())])")
    assert engine.predict(["a"]) == ["True"]
