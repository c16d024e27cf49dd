"""However a model's code ends, in a session too: it never turns a run green, nor is it blamed on Turncheck."""

import re

import pytest

from tests.properties.sessions import section

RIGHT = """
import asyncio
import pytest
from turncheck.engine.duel import resolve_text

class MuteError(Exception):
    def __str__(self):
        raise RuntimeError

class Unlike(str):
    __hash__ = str.__hash__

    def __eq__(self, other):
        return False

    def __ne__(self, other):
        return True

def ends(how):
    asked = []

    def predict(prompts):
        asked.append(prompts)
        if len(asked) == 1:  # when it is loaded
            return [resolve_text(prompt) for prompt in prompts]
        return how(prompts)

    return predict

def raised(error):
    raise error

"""

ENDINGS = {
    "raises": "lambda _: raised(ValueError('no'))",
    "skips": "lambda _: pytest.skip('no gpu')",
    "imports_or_skips": "lambda _: pytest.importorskip('no_such_module')",
    "xfails": "lambda _: pytest.xfail('known')",
    "fails": "lambda _: pytest.fail('no')",
    "leaves_pytest": "lambda _: pytest.exit('bye', 0)",
    "leaves": "lambda _: raised(SystemExit(0))",
    "interrupts": "lambda _: raised(KeyboardInterrupt)",
    "is_cancelled": "lambda _: raised(asyncio.CancelledError)",
    "is_closed": "lambda _: raised(GeneratorExit)",
    "raises_what_cannot_be_said": "lambda _: raised(MuteError())",
    "gives_nothing": "lambda _: None",
    "gives_texts_that_are_like_nothing": "lambda prompts: [Unlike('wrong') for _ in prompts]",
}
MODULE = RIGHT + "".join(f"{name} = ends({how})\n" for name, how in ENDINGS.items())


def test_however_models_end_each_has_its_verdict_and_the_session_ends_with_1(check, pytester):
    pytester.makepyfile(plugin_endings=MODULE)
    models = [f"--model=py:plugin_endings:{name}" for name in ENDINGS]
    result = check(*models, "-k", "max_never", "--tb=no", "-q", examples=1)
    assert result.ret == 1
    result.assert_outcomes(failed=len(ENDINGS), deselected=96 * len(ENDINGS))
    found = dict.fromkeys(ENDINGS, "")
    for line in section(result):
        if line.startswith("py:plugin_endings:") and " laws held" in line:
            name = line.split(" ")[0].rpartition(":")[2]
        elif line.startswith("max_never_changes  A2"):
            found[name] = re.split(r"  +", line)[2]
    assert found == dict.fromkeys(ENDINGS, "FAIL")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("pytest.importorskip('no_such_module')", "Skipped: could not import 'no_such_module'"),
        ("def predict(prompts):\n    pytest.skip('no gpu')", "raised Skipped: no gpu"),
        ("def predict(prompts):\n    pytest.exit('bye', 0)", "raised Exit: bye"),
        ("def predict(prompts):\n    raise KeyboardInterrupt", "asked one prompt, it raised KeyboardInterrupt"),
        ("raise KeyboardInterrupt", "when it was loaded, it raised KeyboardInterrupt"),
    ],
    ids=["skips at import", "skips", "leaves", "interrupts", "interrupts at import"],
)
def test_a_model_that_ends_so_when_it_is_loaded_is_an_error_of_usage(check, pytester, content, said):
    pytester.makepyfile(**{f"plugin_loads_{abs(hash(content))}": f"import pytest\n\n{content}\n"})
    result = check("--model", f"py:plugin_loads_{abs(hash(content))}:predict")
    (line,) = [line for line in result.errlines if line]
    assert (result.ret, line[:29], said in line) == (4, "ERROR: model py:plugin_loads_", True)
    result.assert_outcomes()
