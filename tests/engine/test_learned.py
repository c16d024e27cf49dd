from turncheck.engine.learned import Verdict, Verifier


class Answering:
    def predict(self, prompts):
        return ["reject truncated\n" for _ in prompts]


class Verifying(Answering):
    def verify(self, prompts, drafts):
        return [Verdict(accepted=0, complete=False, margin=0.0) for _ in drafts]


def test_an_engine_that_only_predicts_is_no_verifier():
    assert not isinstance(Answering(), Verifier)


def test_an_engine_that_checks_drafts_is_a_verifier():
    assert isinstance(Verifying(), Verifier)
