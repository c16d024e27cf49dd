"""The subject: it asks each prompt once, in batches, with drafts; and it handles engines that misbehave."""

import asyncio
import signal
import sys
import threading
import time
import unittest

import attrs
import pytest
from hypothesis.errors import UnsatisfiedAssumption

from turncheck.duel import DOMAIN, duel
from turncheck.engine.duel import STANDARD, Battle, Turn, Unit, resolve_text, write
from turncheck.engine.learned import ContractError, UnavailableError, Verdict, checked
from turncheck.model.adapters.python import PythonFunction
from turncheck.properties.checking.interrupts import StoppedError
from turncheck.properties.checking.subject import Subject, described
from turncheck.properties.checking.timeouts import TimeUp, can_interrupt

NEUTRAL = write(Turn())
OTHERS = [NEUTRAL.replace("turn 01", f"turn {turn:02}") for turn in range(2, 6)]


class Recorded:
    """Answers a call by its number, and writes down what it was asked."""

    def __init__(self):
        self.calls = []

    def predict(self, prompts, /):
        self.calls.append(list(prompts))
        return [f"answer {len(self.calls)}\n" for _ in prompts]


def subject_of(engine):
    return Subject("mine", "py", engine, DOMAIN)


# --- memory ----------------------------------------------------------------------------------------------------------


def test_a_prompt_is_asked_once_and_its_first_answer_is_kept():
    engine = Recorded()
    subject = subject_of(engine)
    assert subject.ask(OTHERS[:2]) == ["answer 1\n"] * 2
    assert subject.ask(OTHERS[1:3]) == ["answer 1\n", "answer 2\n"]
    assert subject.ask(OTHERS[:3]) == ["answer 1\n", "answer 1\n", "answer 2\n"]
    assert engine.calls == [OTHERS[:2], OTHERS[2:3]]


def test_a_prompt_that_stands_twice_in_a_call_is_asked_once():
    engine = Recorded()
    assert subject_of(engine).ask([OTHERS[1], OTHERS[0], OTHERS[1]]) == ["answer 1\n"] * 3
    assert engine.calls == [[OTHERS[1], OTHERS[0]]]


def test_nothing_to_ask_is_no_call():
    engine = Recorded()
    subject = subject_of(engine)
    assert subject.ask([]) == []
    assert subject.ask_again([], "alone") == subject.ask_again([], "in a batch") == []
    assert engine.calls == []


def test_what_is_expected_is_the_reference_s_answer_under_the_subject_s_rules():
    assert subject_of(Recorded()).expected(NEUTRAL) == resolve_text(NEUTRAL)
    rules = attrs.evolve(STANDARD, turn_step=2)
    assert Subject("mine", "py", Recorded(), duel(rules)).expected(NEUTRAL) == resolve_text(NEUTRAL, rules)


# --- drafts ----------------------------------------------------------------------------------------------------------


class Verifying(Recorded):
    """Refuses the draft of the first turn of `OTHERS` and accepts all others; what it writes is as it says, but to the
    prompts in `otherwise`.
    """

    def __init__(self, *otherwise):
        super().__init__()
        self.otherwise = otherwise

    def predict(self, prompts, /):
        self.calls.append(list(prompts))
        return ["own\n" if prompt in (OTHERS[0], *self.otherwise) else resolve_text(prompt) for prompt in prompts]

    def verify(self, prompts, drafts, /):
        self.calls.append(list(zip(prompts, drafts, strict=True)))
        return [Verdict(0, prompt != OTHERS[0], 1.0) for prompt in prompts]


class Drafted(Recorded):
    def predict_with_drafts(self, prompts, drafts, /):
        self.calls.append(list(zip(prompts, drafts, strict=True)))
        return ["mended\n" for _ in prompts]


def test_the_reference_s_answers_are_the_drafts_that_are_verified():
    engine = Verifying()
    answers = [resolve_text(prompt) for prompt in OTHERS]
    assert subject_of(engine).ask(OTHERS) == ["own\n", *answers[1:]]
    drafts = list(zip(OTHERS, answers, strict=True))
    # What it accepted is written plainly too.
    assert engine.calls == [drafts, [OTHERS[0]], OTHERS[1:]]


def test_200_accepted_drafts_are_written_plainly_too_and_no_more():
    engine = Verifying()
    subject = subject_of(engine)
    texts = [write(Turn(Battle(turn, hero=Unit(hp, 50)))) for turn in range(1, 9) for hp in range(1, 51)]
    assert subject.ask(texts[:150]) == [resolve_text(text) for text in texts[:150]]
    assert (subject.audit.checked, subject.audit.refuted) == (150, 0)
    assert subject.ask(texts[150:]) == [resolve_text(text) for text in texts[150:]]
    assert (subject.audit.checked, subject.audit.refuted) == (200, 0)
    assert [len(call) for call in engine.calls] == [8, 8, 142, 142, 250, 50]


def test_a_verify_that_accepts_what_is_not_written_is_not_used_any_more():
    engine = Verifying(OTHERS[2])
    subject = subject_of(engine)
    answers = [resolve_text(prompt) for prompt in OTHERS]
    assert subject.ask(OTHERS[:2]) == ["own\n", answers[1]]
    assert subject.ask(OTHERS) == ["own\n", answers[1], "own\n", answers[3]]
    assert (subject.audit.checked, subject.audit.refuted) == (3, 1)
    before = len(engine.calls)
    assert subject.ask([NEUTRAL]) == [resolve_text(NEUTRAL)]
    assert engine.calls[before:] == [[NEUTRAL]]


def test_subjects_that_are_made_of_one_share_what_is_known_of_its_verify():
    subject = subject_of(Verifying())
    subject.without_memory().ask(OTHERS[1:])
    assert (subject.audit.checked, subject.without_memory().audit.checked) == (3, 3)


def test_an_engine_that_writes_with_drafts_is_given_them():
    engine = Drafted()
    assert subject_of(engine).ask(OTHERS) == ["mended\n"] * 4
    assert engine.calls == [[(prompt, resolve_text(prompt)) for prompt in OTHERS]]


# --- asked again -----------------------------------------------------------------------------------------------------


def test_what_an_engine_holds_is_let_go_of():
    class Held(Recorded):
        def close(self):
            self.calls.append("closed")

    engine = Held()
    subject_of(engine).close()
    subject_of(Recorded()).close()
    assert engine.calls == ["closed"]


def test_prompts_asked_again_alone_are_asked_one_by_one():
    engine = Recorded()
    subject = subject_of(engine)
    assert subject.ask_again(OTHERS[:3], "alone") == ["answer 1\n", "answer 2\n", "answer 3\n"]
    assert subject.ask_again(OTHERS[1:4], "alone") == ["answer 2\n", "answer 3\n", "answer 4\n"]
    assert engine.calls == [[prompt] for prompt in OTHERS]


def test_prompts_asked_again_in_a_batch_are_asked_together():
    engine = Recorded()
    subject = subject_of(engine)
    assert subject.ask_again(OTHERS, "in a batch") == ["answer 1\n"] * 4
    assert engine.calls == [OTHERS]


def test_one_prompt_asked_again_in_a_batch_is_asked_in_company():
    engine = Recorded()
    subject = subject_of(engine)
    assert subject.ask_again([OTHERS[0]], "in a batch") == ["answer 1\n"]
    assert subject.ask_again([NEUTRAL], "in a batch") == ["answer 1\n"]
    assert engine.calls == [[OTHERS[0], NEUTRAL]]


def test_the_smallest_turn_is_asked_in_its_own_company():
    engine = Recorded()
    assert subject_of(engine).ask_again([NEUTRAL], "in a batch") == ["answer 1\n"]
    assert engine.calls == [[NEUTRAL, NEUTRAL]]


@pytest.mark.parametrize("manner", ["alone", "in a batch"])
def test_what_was_asked_again_is_remembered_too(manner):
    engine = Recorded()
    subject = subject_of(engine)
    first = subject.ask_again([NEUTRAL, *OTHERS], manner)
    asked = len(engine.calls)
    assert subject.ask_again([NEUTRAL, *OTHERS], manner) == first
    assert subject.ask_again([NEUTRAL], manner) == first[:1]
    assert len(engine.calls) == asked


def test_asking_again_verifies_nothing_and_changes_no_first_answer():
    engine = Drafted()
    subject = subject_of(engine)
    assert subject.ask(OTHERS[:2]) == ["mended\n"] * 2
    assert subject.ask_again(OTHERS[:2], "in a batch") == ["answer 2\n"] * 2
    assert subject.ask_again(OTHERS[:1], "alone") == ["answer 3\n"]
    assert subject.ask(OTHERS[:2]) == ["mended\n"] * 2
    assert engine.calls[1:] == [OTHERS[:2], OTHERS[:1]]


# --- faults ----------------------------------------------------------------------------------------------------------


class MuteError(Exception):
    def __str__(self):
        raise RuntimeError("no words")


class HidingError(Exception):
    def __str__(self):
        pytest.skip("hidden")


class Unlike(str):
    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other):
        return False


class Endless(list):
    def __len__(self):
        return 1

    def __iter__(self):
        return iter(lambda: "a", "b")


def raising(make):
    def predict(prompts):
        raise make()

    return predict


def calling(function, *arguments):
    def predict(prompts):
        function(*arguments)

    return predict


ENDINGS = {
    "ValueError": (raising(lambda: ValueError("no")), "ValueError: no"),
    "AssertionError": (raising(lambda: AssertionError("no")), "AssertionError: no"),
    "StopIteration": (raising(StopIteration), "StopIteration"),
    "RecursionError": (raising(RecursionError), "RecursionError"),
    "MemoryError": (raising(MemoryError), "MemoryError"),
    "sys.exit(0)": (calling(sys.exit, 0), "SystemExit: 0"),
    "sys.exit()": (calling(sys.exit), "SystemExit"),
    "KeyboardInterrupt": (raising(KeyboardInterrupt), "KeyboardInterrupt"),
    "GeneratorExit": (raising(GeneratorExit), "GeneratorExit"),
    "CancelledError": (raising(asyncio.CancelledError), "CancelledError"),
    "BaseException": (raising(lambda: BaseException("bare")), "BaseException: bare"),
    "a group": (
        raising(lambda: BaseExceptionGroup("two", [KeyboardInterrupt()])),
        "BaseExceptionGroup: two (1 sub-exception)",
    ),
    "pytest.skip": (calling(pytest.skip, "no gpu"), "Skipped: no gpu"),
    "pytest.importorskip": (
        calling(pytest.importorskip, "no_such_module"),
        "Skipped: could not import 'no_such_module': No module named 'no_such_module'",
    ),
    "pytest.xfail": (calling(pytest.xfail, "known"), "XFailed: known"),
    "pytest.fail": (calling(pytest.fail, "no"), "Failed: no"),
    "pytest.exit": (calling(pytest.exit, "bye", 0), "Exit: bye"),
    "unittest.SkipTest": (raising(lambda: unittest.SkipTest("no")), "SkipTest: no"),
    "Hypothesis's reject": (raising(UnsatisfiedAssumption), "UnsatisfiedAssumption"),
    "an alarm of its own": (raising(lambda: StoppedError("mine")), "StoppedError: mine"),
    "time that is up": (raising(lambda: TimeUp(1)), "it took longer than 1 s"),
    "no engine": (raising(lambda: UnavailableError("it is gone")), "it is gone"),
    "no engine, and no words": (raising(lambda: UnavailableError(MuteError())), "(a message that raised RuntimeError)"),
    "a message that raises": (raising(MuteError), "MuteError: (a message that raised RuntimeError)"),
    "a message that skips": (raising(HidingError), "HidingError: (a message that raised Skipped)"),
    "no texts": (lambda prompts: None, "ContractError: predict must return a list of texts, got NoneType"),
    "no list": (lambda prompts: "a", "ContractError: predict must return a list of texts, got str"),
    "no text": (lambda prompts: [b"a"], "ContractError: predict must return a list of texts, got a bytes in it"),
    "too few": (lambda prompts: [], "ContractError: predict must return 1 answers, one for each prompt, got 0"),
    "endless": (
        lambda prompts: Endless(),
        "ContractError: predict must return 1 answers, one for each prompt, got 2 or more",
    ),
}  # fmt: skip
"""Every way in which a call of Python code can end that gives no answer, and what is told of it."""


def raising_at(bad):
    def predict(prompts):
        if bad in prompts:
            raise ValueError("not this one")
        return [resolve_text(prompt) for prompt in prompts]

    return PythonFunction(predict)


def test_only_the_prompt_that_makes_an_engine_raise_is_answered_with_nothing():
    subject = subject_of(raising_at(OTHERS[2]))
    answers = [resolve_text(prompt) for prompt in OTHERS]
    assert subject.ask(OTHERS) == [*answers[:2], "", answers[3]]
    assert subject.faults == {OTHERS[2]: "ValueError: not this one"}


@pytest.mark.parametrize("manner", ["alone", "in a batch"])
def test_asked_again_an_engine_may_raise_too(manner):
    subject = subject_of(raising_at(OTHERS[2]))
    assert subject.ask_again(OTHERS[1:3], manner) == [resolve_text(OTHERS[1]), ""]
    assert subject.faults == {OTHERS[2]: "ValueError: not this one"}


def test_an_engine_that_gives_too_few_answers_to_a_batch_is_asked_by_halves():
    calls = []

    def predict(prompts):
        calls.append(len(prompts))
        return [resolve_text(prompts[0])]

    subject = subject_of(PythonFunction(predict))
    assert subject.ask(OTHERS) == [resolve_text(prompt) for prompt in OTHERS]
    assert (calls, subject.faults) == ([4, 2, 1, 1, 2, 1, 1], {})


def test_an_engine_may_do_what_it_likes_with_the_list_of_prompts():
    def predict(prompts):
        answers = []
        while prompts:
            answers.insert(0, resolve_text(prompts.pop()))
        return answers

    subject = subject_of(PythonFunction(predict))
    answers = [resolve_text(prompt) for prompt in OTHERS]
    assert subject.ask(OTHERS) == subject.ask_again(OTHERS, "in a batch") == answers
    assert subject.ask_again(OTHERS, "alone") == answers
    assert subject.faults == {}


@pytest.mark.parametrize("ending", ENDINGS)
def test_however_a_call_ends_that_is_the_model_s_answer(ending):
    predict, fault = ENDINGS[ending]
    subject = subject_of(PythonFunction(predict))
    assert subject.ask([NEUTRAL]) == subject.ask_again([NEUTRAL], "alone") == [""]
    assert subject.faults == {NEUTRAL: fault}


@pytest.mark.parametrize("ending", ENDINGS)
def test_however_a_call_ends_the_prompts_beside_it_are_answered(ending):
    def predict(prompts):
        return ENDINGS[ending][0](prompts) if NEUTRAL in prompts else [resolve_text(prompt) for prompt in prompts]

    assert subject_of(PythonFunction(predict)).ask([OTHERS[0], NEUTRAL]) == [resolve_text(OTHERS[0]), ""]


def test_texts_of_a_class_of_the_model_s_own_are_plain_copies():
    class Agreeing(str):
        __hash__ = str.__hash__

        def __eq__(self, other):
            return True

    subject = subject_of(PythonFunction(lambda prompts: [Agreeing("wrong\n") for _ in prompts]))
    (answer,) = subject.ask([NEUTRAL])
    assert (type(answer), answer) == (str, "wrong\n")
    assert not subject.is_right(NEUTRAL, answer)


@pytest.mark.parametrize("name", ["verify", "predict_with_drafts", "troubles", "findings", "close"])
def test_however_a_model_ends_where_it_is_asked_what_it_offers_nothing_of_that_passes(name):
    class Odd(Recorded):
        def __getattr__(self, asked):
            if asked == name:
                pytest.skip("not today")
            raise AttributeError(asked)

    subject = subject_of(Odd())
    assert (subject.ask([NEUTRAL]), subject.troubles(), subject.findings()) == (["answer 1\n"], {}, [])
    subject.close()


def interrupting(prompts):
    signal.raise_signal(signal.SIGINT)
    return ["not reached\n"] * len(prompts)


def stubborn(prompts):
    try:
        return interrupting(prompts)
    except BaseException:
        return [resolve_text(prompt) for prompt in prompts]


def turning_it_into_something_else(prompts):
    try:
        return interrupting(prompts)
    except KeyboardInterrupt:
        sys.exit("interrupted")


@pytest.mark.parametrize("predict", [interrupting, stubborn, turning_it_into_something_else])
def test_an_interrupt_is_the_user_s_and_no_fault_whatever_the_model_makes_of_it(predict):
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    subject = subject_of(PythonFunction(predict))
    try:
        with pytest.raises(KeyboardInterrupt):
            subject.ask([NEUTRAL])
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
    assert subject.faults == {}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_a_signal_s_handler_raises_is_not_the_model_s(number):
    def leave(number, frame):
        sys.exit("told to leave")

    before = signal.signal(number, leave)
    try:
        with pytest.raises(SystemExit, match="told to leave"):
            subject_of(PythonFunction(lambda prompts: signal.raise_signal(number))).ask([NEUTRAL])
    finally:
        signal.signal(number, before)


def test_in_another_thread_no_interrupt_is_the_user_s():
    subject, found = subject_of(PythonFunction(ENDINGS["KeyboardInterrupt"][0])), []
    thread = threading.Thread(target=lambda: found.extend(subject.ask([NEUTRAL])))
    thread.start()
    thread.join()
    assert (found, subject.faults) == ([""], {NEUTRAL: "KeyboardInterrupt"})


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ValueError("a\nb"), "ValueError: a\nb"),
        (ValueError(), "ValueError"),
        (KeyError("x"), "KeyError: 'x'"),
        (RuntimeError("x" * 1000), "RuntimeError: " + "x" * 283 + "..."),
    ],
    ids=["message", "no message", "quoted", "long"],
)
def test_what_was_raised_is_described_by_class_and_message(error, expected):
    assert described(error) == expected


# --- the limit -------------------------------------------------------------------------------------------------------


def hanging_at(bad):
    def predict(prompts):
        if bad & set(prompts):
            time.sleep(60)
        return [resolve_text(prompt) for prompt in prompts]

    return PythonFunction(predict)


def limited(engine, limit=0.02):
    return Subject("mine", "py", engine, DOMAIN, limit=limit)


needs_alarms = pytest.mark.skipif(not can_interrupt(), reason="nothing can be interrupted here")


@needs_alarms
def test_only_the_prompt_on_which_an_engine_hangs_is_answered_with_nothing():
    subject = limited(hanging_at({OTHERS[1]}))
    answers = [resolve_text(prompt) for prompt in OTHERS]
    assert subject.ask(OTHERS) == [answers[0], "", *answers[2:]]
    assert subject.faults == {OTHERS[1]: "it took longer than 0.02 s"}


@needs_alarms
def test_an_engine_that_cannot_be_reached_is_asked_no_more_after_a_while():
    def predict(prompts):
        raise UnavailableError("the process ended with exit status 3")

    subject = subject_of(PythonFunction(predict))
    assert subject.ask(OTHERS) == [""] * 4
    assert subject.faults == dict.fromkeys(OTHERS, "the process ended with exit status 3")
    subject.ask([NEUTRAL, *(f"{index}\n" for index in range(9))])
    assert subject.late == 5
    assert subject.faults["8\n"] == "skipped, because 5 prompts in a row timed out or could not reach the engine"


def test_an_engine_that_always_hangs_is_asked_no_more_after_a_while():
    calls = []

    def predict(prompts):
        calls.append(len(prompts))
        time.sleep(60)

    many = [NEUTRAL.replace("turn 01", f"turn {turn:02}") for turn in range(1, 99)]
    subject = limited(PythonFunction(predict))
    assert subject.ask(many) == [""] * len(many)
    assert calls.count(1) == subject.late == 5
    assert subject.faults[many[-1]] == "skipped, because 5 prompts in a row timed out or could not reach the engine"
    asked = len(calls)
    assert subject.ask([*many, NEUTRAL.replace("hp 01/01", "hp 01/02", 1)]) == [""] * (len(many) + 1)
    assert len(calls) == asked


@needs_alarms
def test_an_engine_that_answers_in_between_is_asked_on():
    many = [NEUTRAL.replace("turn 01", f"turn {turn:02}") for turn in range(1, 20)]
    bad = set(many[::2])
    subject = limited(hanging_at(bad))
    assert subject.ask(many) == ["" if prompt in bad else resolve_text(prompt) for prompt in many]


# --- the contract ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("text", "predict must return a list of texts, got str"),
        (None, "predict must return a list of texts, got NoneType"),
        ({"a": 1}, "predict must return a list of texts, got dict"),
        ((text for text in "ab"), "predict must return a list of texts, got generator"),
        (["a"], "predict must return 2 answers, one for each prompt, got 1"),
        (["a", "b", "c"], "predict must return 2 answers, one for each prompt, got 3"),
        (["a", 1], "predict must return a list of texts, got a int in it"),
        (["a", b"b"], "predict must return a list of texts, got a bytes in it"),
    ],
    ids=["text", "nothing", "dict", "generator", "too few", "too many", "number", "bytes"],
)
def test_what_is_no_text_for_each_prompt_is_refused(given, message):
    with pytest.raises(ContractError) as caught:
        checked(given, 2)
    assert str(caught.value) == message
    assert isinstance(caught.value, TypeError)


@pytest.mark.parametrize("given", [["a", "b"], ("a", "b")], ids=["list", "tuple"])
def test_a_text_for_each_prompt_is_taken(given):
    assert checked(given, 2) == ["a", "b"]


def test_an_answer_that_is_far_too_long_is_cut_where_it_is_remembered_and_stays_wrong():
    subject = subject_of(PythonFunction(lambda prompts: [resolve_text(prompt) + "A" * 300_000 for prompt in prompts]))
    right = resolve_text(OTHERS[0])
    (got,) = subject.ask(OTHERS[:1])
    kept = max(200_000, 20 * len(right))
    assert got == f"{right}{'A' * (kept - len(right))}... (cut, of {len(right) + 300_000:,} characters)"
    assert subject.ask_again(OTHERS[:1], "alone") == [got]
    assert not subject.is_right(OTHERS[0], got)
