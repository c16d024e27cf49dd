"""The conformance kit: a correct engine passes all checks, and each planted fault fails only its own check."""

import math
from os.path import commonprefix

import attrs
import pytest

from turncheck.duel import DOMAIN
from turncheck.engine.duel import Turn, resolve_text, write
from turncheck.engine.learned import SAFE_MARGIN, Verdict
from turncheck.model.adapters.conformance import Finding, Planned, conformance, run_conformance_test
from turncheck.model.adapters.exam import LONGEST_FOUND
from turncheck.model.adapters.templates import Template, template
from turncheck.model.adapters.warning_checks import HARDLY, NEVER, SELDOM

OF_PREDICT = [
    "one_text_for_each_prompt",
    "batch_equals_single",
    "twice_is_the_same",
    "order_does_not_matter",
    "prompts_are_not_changed",
    "odd_prompts_are_answered",
    "no_prompts_are_answered",
    "an_empty_prompt_is_answered",
    "half_a_pair_is_answered",
    "long_prompts_are_answered",
    "stop_is_respected",
    "limit_is_respected",
]
OF_VERIFY = [
    "verify_gives_one_verdict_for_each",
    "own_answers_are_accepted",
    "corrupted_drafts_are_refused_there",
    "cut_and_longer_drafts_are_refused",
    "verify_agrees_with_predict",
]
OF_DRAFTS = ["drafts_change_nothing"]
ON_THE_WAY = ["no_trouble_on_the_way"]
WARNS = OF_PREDICT[6:10]


def checks(engine, **options):
    return {check.name: check for check in conformance(engine, DOMAIN, **options)}


def names(engine, verdict, **options):
    return [check.name for check in conformance(engine, DOMAIN, **options) if check.verdict == verdict]


# --- engines that keep the contract ----------------------------------------------------------------------------------


class Writing:
    """Answers as the reference does."""

    def predict(self, prompts, /):
        return [self.answer(prompt) for prompt in prompts]

    def answer(self, prompt):
        return resolve_text(prompt)


class Verifying(Writing):
    """Verifies by writing; each character is a token."""

    def verify(self, prompts, drafts, /):
        return [self.verdict(self.answer(prompt), draft) for prompt, draft in zip(prompts, drafts, strict=True)]

    def verdict(self, answer, draft):
        return Verdict(common(answer, draft), self.complete(answer, draft), 1.0)

    def complete(self, answer, draft):
        return answer == draft


class Drafted(Verifying):
    """Does not look at the drafts."""

    def predict_with_drafts(self, prompts, drafts, /):
        return self.predict(prompts)


def common(one, another):
    """How many characters from their first the texts have in common."""
    same = [a == b for a, b in zip(one, another, strict=False)]
    return same.index(False) if False in same else len(same)


@pytest.mark.parametrize(
    ("engine", "holding"),
    [(Writing(), OF_PREDICT), (Verifying(), OF_PREDICT + OF_VERIFY), (Drafted(), OF_PREDICT + OF_VERIFY + OF_DRAFTS)],
    ids=["predict", "verify", "drafts"],
)
def test_all_that_a_true_engine_offers_holds(engine, holding):
    found = {check.name: check.verdict for check in conformance(engine, DOMAIN)}
    assert list(found) == OF_PREDICT + OF_VERIFY + OF_DRAFTS + ON_THE_WAY
    assert found == {name: "holds" if name in holding else "not offered" for name in found}
    run_conformance_test(lambda: engine)


def test_an_engine_that_is_wrong_everywhere_conforms():
    class Wrong(Drafted):
        def answer(self, prompt):
            return resolve_text(prompt[::-1])

    run_conformance_test(Wrong)


def test_the_checks_are_made_one_by_one():
    calls = []

    class Recorded(Writing):
        def predict(self, prompts, /):
            calls.append(len(prompts))
            return super().predict(prompts)

    assert next(conformance(Recorded(), DOMAIN)) == Finding(
        "one_text_for_each_prompt",
        "A list of prompts gets a list of as many texts.",
        "holds",
    )
    assert calls == [56]


def test_what_a_check_asks_is_said_before_it_is_made():
    said, asked = [], []

    class Recorded(Drafted):
        def predict(self, prompts, /):
            asked.append(len(prompts))
            return super().predict(prompts)

        def verify(self, prompts, drafts, /):
            asked.append(len(prompts))
            return super().verify(prompts, drafts)

    def begin(planned):
        said.append(planned)
        asked.clear()

    counted = {}
    for check in conformance(Recorded(), DOMAIN, begins=begin):
        if check.verdict == "holds":
            counted[said[-1].name] = sum(asked)
    assert counted == {planned.name: planned.prompts for planned in said}
    by_predict = [planned.prompts for planned in said if planned.name not in OF_VERIFY]
    assert said[0] == Planned(said[0].name, said[0].demand, 56, sum(by_predict[1:]))
    assert said[-1].later == 0


def test_the_same_is_asked_at_every_call():
    class Recorded(Writing):
        def __init__(self):
            self.asked = []

        def predict(self, prompts, /):
            self.asked.append(list(prompts))
            return super().predict(prompts)

    one, another = Recorded(), Recorded()
    assert list(conformance(one, DOMAIN)) == list(conformance(another, DOMAIN))
    assert one.asked == another.asked
    assert len(set(one.asked[0])) == 56
    assert sum(resolve_text(prompt).startswith("reject ") for prompt in one.asked[0]) == 8


def test_prompts_of_one_s_own_are_asked_instead():
    prompts = [write(Turn()), "hello"]
    assert names(Drafted(), "fails", prompts=prompts) == []
    with pytest.raises(ValueError, match="prompts must be one text or more, got none"):
        conformance(Writing(), DOMAIN, prompts=[])


# --- planted faults of predict ---------------------------------------------------------------------------------------


class RaisesOnNothing(Writing):
    def predict(self, prompts, /):
        prompts[0]
        return super().predict(prompts)


class AnswersNothingWithSomething(Writing):
    def predict(self, prompts, /):
        return super().predict(prompts) or ["reject truncated\n"]


class OtherwiseAlone(Writing):
    def predict(self, prompts, /):
        return ["reject truncated\n"] if len(prompts) == 1 else super().predict(prompts)


class OtherwiseLater(Writing):
    def __init__(self):
        self.asked = set()

    def predict(self, prompts, /):
        known = tuple(prompts) in self.asked
        self.asked.add(tuple(prompts))
        return ["reject truncated\n" for _ in prompts] if known else super().predict(prompts)


class EachPromptOnce(Writing):
    def predict(self, prompts, /):
        return super().predict(list(dict.fromkeys(prompts)))


class KnowsTheFirst(Writing):
    """Answers as it should, unless the first prompt of a batch is one that it met behind the first place."""

    def __init__(self):
        self.behind = set()

    def predict(self, prompts, /):
        self.behind.update(prompts[1:])
        backward = len(prompts) > 1 and prompts[0] in self.behind
        return ["reject truncated\n" for _ in prompts] if backward else super().predict(prompts)


class Empties(Writing):
    def predict(self, prompts, /):
        answers = super().predict(prompts)
        prompts.clear()
        return answers


class Sorts(Writing):
    def predict(self, prompts, /):
        answers = super().predict(prompts)
        prompts.sort()
        return answers


class RaisesOnNoDrafts(Verifying):
    def verify(self, prompts, drafts, /):
        drafts[0]
        return super().verify(prompts, drafts)


class RaisesOnLong(Writing):
    def answer(self, prompt):
        if len(prompt) > 99_999:
            raise RuntimeError("out of memory")
        return super().answer(prompt)


class RaisesOnSurrogates(Writing):
    def answer(self, prompt):
        prompt.encode()
        return super().answer(prompt)


class RaisesOnOddCompany(Writing):
    def predict(self, prompts, /):
        if "\0" in prompts and len(prompts) > 1:
            raise IndexError("nothing to pad")
        return super().predict(prompts)


class RaisesOnAnEmptyOneInCompany(Writing):
    def predict(self, prompts, /):
        if "" in prompts and len(prompts) > 1:
            raise IndexError("nothing to pad")
        return super().predict(prompts)


class NoTextForControls(Writing):
    def answer(self, prompt):
        return None if "\0" in prompt else super().answer(prompt)


class RunsOn(Writing):
    def answer(self, prompt):
        return super().answer(prompt) + "turn 01\n"


class RunsOnAfterRejections(Writing):
    def answer(self, prompt):
        answer = super().answer(prompt)
        return answer + "\n" if prompt == "\n" else answer


class EchoesLong(Writing):
    def answer(self, prompt):
        return prompt[::-1] if len(prompt) > 10_000 else super().answer(prompt)


@pytest.mark.parametrize(
    ("engine", "failing", "found"),
    [
        (OtherwiseAlone, "batch_equals_single", "alone, 'turn 91"),
        (OtherwiseLater, "twice_is_the_same", "asked again, 'turn 91"),
        (EachPromptOnce, "order_does_not_matter", "56 answers instead of 57"),
        (KnowsTheFirst, "order_does_not_matter", "in reversed order, '"),
        (Empties, "prompts_are_not_changed", "it holds 0 prompts, 0 of the 56 in their places"),
        (Sorts, "prompts_are_not_changed", "it holds 56 prompts, "),
        (RaisesOnOddCompany, "odd_prompts_are_answered", "to 7 prompts in one batch: IndexError: nothing to pad"),
        (NoTextForControls, "odd_prompts_are_answered", r"to '\x00': an answer must be a text, got NoneType"),
        (RunsOn, "stop_is_respected", "to 'turn 91"),
        (RunsOnAfterRejections, "stop_is_respected", r"to '\n' an answer continues after its end with '\n'"),
        (EchoesLong, "limit_is_respected", "to 'turn 01"),
    ],
)
def test_a_fault_of_predict_fails_its_own_check(engine, failing, found):
    assert names(engine(), "fails") == [failing]
    assert checks(engine())[failing].found.startswith(found)


@pytest.mark.parametrize(
    ("engine", "warning", "found", "way_out"),
    [
        (RaisesOnNothing, WARNS[0], "to no prompts: IndexError: list index out of range", NEVER),
        (AnswersNothingWithSomething, WARNS[0], "to no prompts: 1 answers instead of 0", NEVER),
        (RaisesOnNoDrafts, WARNS[0], "to no drafts: IndexError: list index out of range", NEVER),
        (RaisesOnAnEmptyOneInCompany, WARNS[1], "to 2 prompts in one batch: IndexError: nothing to pad", SELDOM),
        (RaisesOnSurrogates, WARNS[2], r"to '\ud800': UnicodeEncodeError: 'utf-8' codec can't encode", SELDOM),
        (RaisesOnLong, WARNS[3], "to 'turn 01", SELDOM),
    ],
)
def test_what_a_run_can_live_with_is_a_warning_with_a_way_out(engine, warning, found, way_out):
    assert (names(engine(), "fails"), names(engine(), "warning")) == ([], [warning])
    check = checks(engine())[warning]
    assert (check.found.startswith(found), check.way_out) == (True, way_out)
    run_conformance_test(engine)


def test_odd_texts_only_warn_about_a_model_that_rejects_none():
    assert names(NoTextForControls(), "fails", rejects=False) == []
    check = checks(NoTextForControls(), rejects=False)["odd_prompts_are_answered"]
    found = r"to '\x00': an answer must be a text, got NoneType"
    assert (check.verdict, check.found, check.way_out) == ("warning", found, HARDLY)
    assert checks(RaisesOnLong(), rejects=False)["long_prompts_are_answered"].way_out == HARDLY


class Restarting(Writing):
    """A worker that dies at some prompts, and is started again and asked again."""

    def __init__(self, at, trouble="worker restarts"):
        self.at, self.trouble, self.count = at, trouble, 0

    def predict(self, prompts, /):
        self.count += self.at(prompts)
        return super().predict(prompts)

    def troubles(self):
        return {self.trouble: self.count} if self.count else {}


def in_order(prompts):
    """Of one check alone: it asks a prompt twice."""
    return len(prompts) == 57


def test_what_went_wrong_on_the_way_fails_though_all_was_answered():
    assert names(Restarting(in_order), "fails") == ON_THE_WAY
    assert checks(Restarting(in_order))["no_trouble_on_the_way"].found == "worker restarts: 1"
    assert checks(Restarting(lambda prompts: False))["no_trouble_on_the_way"].verdict == "holds"


def test_what_went_wrong_and_is_no_fault_of_asking_is_a_warning():
    engine = Restarting(in_order, "answers cut at max_new")
    found = checks(engine)["no_trouble_on_the_way"]
    assert (found.verdict, found.found) == ("warning", "answers cut at max_new: 1")


def test_a_worker_that_dies_of_what_a_run_asks_seldom_is_excused():
    engine = Restarting(at=lambda prompts: "" in prompts)
    assert (names(engine, "fails"), engine.troubles()) == ([], {"worker restarts": 2})


def test_a_stop_text_may_stand_in_no_answer():
    assert names(Writing(), "fails", stop=("<stop>", "")) == []
    assert names(Writing(), "fails", stop=("<stop>", "hero")) == ["stop_is_respected"]
    assert checks(Writing(), stop=["hero"])["stop_is_respected"].found.endswith(" an answer has 'hero' in it")


def test_the_limit_is_the_caller_s():
    longest = checks(Writing())["limit_is_respected"].found
    assert longest == "the longest has 277 characters"
    assert names(Writing(), "fails", longest=277) == []
    assert names(Writing(), "fails", longest=276) == ["limit_is_respected"]


# --- answers of the wrong kind ---------------------------------------------------------------------------------------


class OneText(Writing):
    def predict(self, prompts, /):
        return "".join(super().predict(prompts))


class Lazily(Writing):
    def predict(self, prompts, /):
        return (self.answer(prompt) for prompt in prompts)


class Numbers(Writing):
    def answer(self, prompt):
        return 7


class Raising(Drafted):
    def answer(self, prompt):
        raise SystemExit(3)


@pytest.mark.parametrize(
    ("engine", "found"),
    [
        (OneText, "str instead of a list of answers"),
        (Lazily, "generator instead of a list of answers"),
        (Numbers, "an answer must be a text, got int"),
        (Raising, "SystemExit: 3"),
    ],
)
def test_with_no_answers_nothing_that_compares_them_holds(engine, found):
    checked = checks(engine())
    assert checked["one_text_for_each_prompt"].found == found
    assert checked["batch_equals_single"].found == "no answers to compare"
    assert checked["limit_is_respected"].found == "no answers to compare"
    compared = [name for name in OF_PREDICT if name not in ("prompts_are_not_changed", *WARNS)]
    assert {checked[name].verdict for name in compared} == {"fails"}


def test_an_engine_that_always_raises_fails_all_that_it_offers():
    assert names(Raising(), "warning") == WARNS[1:]
    failing = [name for name in OF_PREDICT if name not in WARNS]
    assert names(Raising(), "fails") == failing + OF_VERIFY + OF_DRAFTS


def test_a_key_that_stops_the_program_stops_the_checks():
    class Interrupted(Writing):
        def answer(self, prompt):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(conformance(Interrupted(), DOMAIN))


# --- planted faults of verify ----------------------------------------------------------------------------------------


class Judging(Verifying):
    """Gives verdicts of which one part is another."""

    part, value = "margin", 1.0

    def verdict(self, answer, draft):
        return attrs.evolve(super().verdict(answer, draft), **{self.part: self.value})


class NegativeMargin(Judging):
    value = -1.0


class NoNumberAsMargin(Judging):
    value = math.nan


class TruthAsMargin(Judging):
    value = True


class NumberAsComplete(Verifying):
    def complete(self, answer, draft):
        return int(answer == draft)


class FloatAsAccepted(Verifying):
    def verdict(self, answer, draft):
        verdict = super().verdict(answer, draft)
        return attrs.evolve(verdict, accepted=float(verdict.accepted))


class NeverComplete(Verifying):
    def complete(self, answer, draft):
        return False


class LastCharacterUnseen(Verifying):
    def complete(self, answer, draft):
        return len(answer) == len(draft) and answer[:-1] == draft[:-1]


class AllOrNothing(Verifying):
    def verdict(self, answer, draft):
        return Verdict(len(draft) if answer == draft else 0, answer == draft, 1.0)


class OneTooMany(Verifying):
    def verdict(self, answer, draft):
        verdict = super().verdict(answer, draft)
        return verdict if verdict.complete else attrs.evolve(verdict, accepted=verdict.accepted + 1)


class CountsFromTheEnd(Verifying):
    def verdict(self, answer, draft):
        verdict = super().verdict(answer, draft)
        return verdict if verdict.complete else attrs.evolve(verdict, accepted=common(answer[::-1], draft[::-1]))


class NeverRefusesTheFirst(Verifying):
    def verdict(self, answer, draft):
        verdict = super().verdict(answer, draft)
        return attrs.evolve(verdict, accepted=max(verdict.accepted, 1))


class CutIsComplete(Verifying):
    def complete(self, answer, draft):
        return answer.startswith(draft) and draft != ""


class LongerIsComplete(Verifying):
    def complete(self, answer, draft):
        return draft.startswith(answer)


class NothingIsComplete(Verifying):
    def complete(self, answer, draft):
        return draft in (answer, "")


class AnyAnswerIsComplete(Verifying):
    def __init__(self):
        self.written = set()

    def predict(self, prompts, /):
        answers = super().predict(prompts)
        self.written.update(answers)
        return answers

    def complete(self, answer, draft):
        return draft in self.written


@pytest.mark.parametrize(
    ("engine", "failing", "found"),
    [
        (NegativeMargin, "verify_gives_one_verdict_for_each", "margin must be a number of 0 or more, got -1.0"),
        (NoNumberAsMargin, "verify_gives_one_verdict_for_each", "margin must be a number of 0 or more, got nan"),
        (TruthAsMargin, "verify_gives_one_verdict_for_each", "margin must be a number of 0 or more, got True"),
        (NumberAsComplete, "verify_gives_one_verdict_for_each", "complete must be a bool, got 1"),
        (NeverComplete, "own_answers_are_accepted", "its own answer is refused at token 277"),
        (LastCharacterUnseen, "corrupted_drafts_are_refused_there", "a draft wrong at character 276 is complete"),
        (AllOrNothing, "corrupted_drafts_are_refused_there", "token 1 is never the one refused"),
        (OneTooMany, "corrupted_drafts_are_refused_there", "a draft wrong at character 276 has 277 accepted"),
        (CountsFromTheEnd, "corrupted_drafts_are_refused_there", "at character 1 has 275, one wrong before it 276"),
        (NeverRefusesTheFirst, "corrupted_drafts_are_refused_there", "wrong at its first character has 1 accepted"),
        (CutIsComplete, "cut_and_longer_drafts_are_refused", "is complete"),
        (LongerIsComplete, "cut_and_longer_drafts_are_refused", "is complete"),
        (NothingIsComplete, "cut_and_longer_drafts_are_refused", "a cut or longer draft, '', is complete"),
        (AnyAnswerIsComplete, "verify_agrees_with_predict", "another prompt's answer, 'turn "),
    ],
)
def test_a_fault_of_verify_fails_its_own_check(engine, failing, found):
    assert names(engine(), "fails") == [failing]
    assert found in checks(engine())[failing].found


def test_a_count_that_is_no_int_fails_where_it_is_counted_with_too():
    failing = ["verify_gives_one_verdict_for_each", "corrupted_drafts_are_refused_there"]
    assert names(FloatAsAccepted(), "fails") == failing
    assert checks(FloatAsAccepted())[failing[0]].found == "accepted must be an int of 0 or more, got 277.0"


@pytest.mark.parametrize("wrong", [lambda verdicts: verdicts[1:], iter, lambda verdicts: None])
def test_verdicts_that_are_not_one_for_each_fail_all_checks_of_verify(wrong):
    class Judge(Verifying):
        def verify(self, prompts, drafts, /):
            return wrong(super().verify(prompts, drafts))

    assert names(Judge(), "fails") == OF_VERIFY


def test_what_a_small_margin_decides_is_left_aside():
    class Unsure(Verifying):
        """Refuses the answers that are no rejections, by next to nothing."""

        def verdict(self, answer, draft):
            if answer.startswith("reject "):
                return super().verdict(answer, draft)
            return Verdict(0, False, SAFE_MARGIN / 2)

    assert names(Unsure(), "fails") == []
    assert checks(Unsure())["own_answers_are_accepted"].found == "48 of 56 answers left aside"


def test_where_no_answer_is_sure_there_is_nothing_to_accept_or_to_corrupt():
    class NeverSure(Judging):
        value = SAFE_MARGIN / 2

    assert names(NeverSure(), "fails") == []
    assert names(NeverSure(), "not offered") == [
        "own_answers_are_accepted",
        "corrupted_drafts_are_refused_there",
        "drafts_change_nothing",
        *ON_THE_WAY,
    ]


def test_an_answer_that_never_ended_may_be_refused():
    class Unended(Verifying):
        def answer(self, prompt):
            return super().answer(prompt).rstrip("\n") if prompt.startswith("turn 1") else super().answer(prompt)

        def complete(self, answer, draft):
            return answer == draft and draft.endswith("\n")

    assert names(Unended(), "fails") == []
    assert checks(Unended())["own_answers_are_accepted"].found.endswith(" of 56 answers left aside")


def test_an_engine_of_one_answer_has_no_other_draft():
    class OneAnswer(Drafted):
        def answer(self, prompt):
            return "reject truncated\n"

    assert names(OneAnswer(), "fails") == []
    assert names(OneAnswer(), "not offered") == ["verify_agrees_with_predict", *ON_THE_WAY]


# --- planted faults of predict_with_drafts ---------------------------------------------------------------------------


class WritesDrafts(Drafted):
    """Writes the draft, where there is one of that kind."""

    def predict_with_drafts(self, prompts, drafts, /):
        return [self.written(answer, draft) for answer, draft in zip(self.predict(prompts), drafts, strict=True)]


class TrustsAny(WritesDrafts):
    def written(self, answer, draft):
        return draft or answer


class NeedsOne(WritesDrafts):
    def written(self, answer, draft):
        return answer if draft else ""


class SpoilsTheRight(WritesDrafts):
    def written(self, answer, draft):
        return answer.rstrip("\n") if answer == draft else answer


@pytest.mark.parametrize(
    ("engine", "found"),
    [(TrustsAny, "with other prompts' drafts"), (NeedsOne, "with empty drafts"), (SpoilsTheRight, "with right drafts")],
)
def test_a_draft_that_changes_an_answer_fails(engine, found):
    assert names(engine(), "fails") == OF_DRAFTS
    assert checks(engine())["drafts_change_nothing"].found.startswith(found)


# --- what is shown ---------------------------------------------------------------------------------------------------


def test_a_suite_s_test_lists_each_failing_check():
    with pytest.raises(AssertionError) as caught:
        run_conformance_test(NoTextForControls, longest=17)
    first, second = str(caught.value).split("\n")
    assert first.startswith("odd_prompts_are_answered: Any text gets a text as its answer: control characters, ")
    assert r"Found: to '\x00': an answer must be a text, got NoneType" in first
    assert second.startswith("limit_is_respected: No answer is longer than the limit. Found: to 'turn ")


def test_what_was_found_is_one_printable_line():
    class Loud(Writing):
        def answer(self, prompt):
            raise ValueError("\x1b[31m\n\u202e\ud800" + "x" * 1000)

    found = checks(Loud())["one_text_for_each_prompt"].found
    assert found.startswith(r"ValueError: \x1b[31m\n\u202e\ud800xxx")
    assert (len(found), found.isprintable(), found[-4:]) == (LONGEST_FOUND, True, "x...")


def test_every_demand_is_a_sentence():
    assert all(check.demand[0].isupper() and check.demand.endswith(".") for check in conformance(Writing(), DOMAIN))


# --- other words -----------------------------------------------------------------------------------------------------

JSON = template("duel-json/1", DOMAIN)


class InJson(Writing):
    """Answers in JSON; `behind` follows its answers."""

    def __init__(self, behind=""):
        self.behind = behind

    def answer(self, prompt):
        return JSON.encode(resolve_text(JSON.decode(prompt))) + self.behind

    def verify(self, prompts, drafts, /):
        own = self.predict(prompts)
        return [
            Verdict(len(commonprefix([draft, answer])), draft == answer, 5.0)  # noqa: RUF071  texts
            for draft, answer in zip(drafts, own, strict=True)
        ]


def test_an_engine_of_other_words_is_asked_in_those():
    assert names(InJson(), "holds", template=JSON) == OF_PREDICT + OF_VERIFY


def test_a_model_of_other_words_that_goes_on_behind_its_end_is_found():
    assert names(InJson('{"turn":1}'), "fails", template=JSON) == ["stop_is_respected"]


def test_what_a_template_has_no_words_for_is_left_out():
    def encode(text):
        if text.count("\n") != 5:
            raise ValueError("a turn is wanted")
        return text

    assert names(Writing(), "fails", template=Template("turns", encode, str)) == []


# --- the project's own engine ----------------------------------------------------------------------------------------


@pytest.fixture
def untrained_engine(tmp_path):
    """The engine of the smallest checkpoint, that was never trained."""
    pytest.importorskip("torch")
    from turncheck.model.checkpoint import load_checkpoint
    from turncheck.model.configs import TrainConfig
    from turncheck.model.train import Run

    Run(tmp_path / "run", DOMAIN, TrainConfig(layers=1, width=8, heads=1), seed=0).save()
    return load_checkpoint(tmp_path / "run" / "checkpoint.safetensors", DOMAIN)[0]


def test_an_untrained_checkpoint_conforms_though_its_answers_never_end(untrained_engine):
    assert names(untrained_engine, "fails") == []


def test_the_shipped_checkpoint_conforms(shipped_engine):
    assert names(shipped_engine, "holds") == OF_PREDICT + OF_VERIFY + OF_DRAFTS
