"""The probe of a server at the start: every behaviour that was seen in servers, and what follows from it."""

import socket
import time
from contextlib import closing, contextmanager

import attrs
import pytest

from tests.model.adapters.servers import Reply, Ways, serving
from tests.model.adapters.tiny_llama import DIGITS, PROMPTS
from turncheck.engine.learned import EngineError, Probed, Troubled
from turncheck.model.adapters.loading import load
from turncheck.model.adapters.servers.endpoint import EndpointEngine, chat, endpoint
from turncheck.model.adapters.servers.probe import Place, begun, place_in, stopped
from turncheck.model.adapters.templates import Template

RIGHT = Ways(DIGITS.resolve_text, length=5)
MARKED = attrs.evolve(RIGHT, tail="#\nand so on")
TRUTH = [DIGITS.resolve_text(prompt) for prompt in PROMPTS[:20]]

IN_ORDER = "it answers a list of prompts in order, batch=16"
ONE = "it accepts one prompt per request, batch=1; with two prompts: "
KEPT = "it leaves the stop in the answer, which is then cut there"
CUT = "it cuts an answer before the stop"
NO_SCORES = "it does not score what it is sent (echo and logprobs), so every answer is written"


def found(ways, make=endpoint, models=None, base=None, **options):
    """The findings about a server of those ways, with what it answers; its address is written BASE."""
    with serving(ways) as server:
        server.models = models
        address = base.format(port=server.server_port) if base else server.base
        with closing(make(address, domain=DIGITS, **options)) as engine:
            findings = [line.replace(server.base, "BASE") for line in engine.findings()]
            return findings, engine.predict(PROMPTS[:20])


def message(ways, make=endpoint, models=None, **options):
    """Why a server of those ways cannot be asked; its address is written BASE."""
    with serving(ways) as server:
        server.models = models
        with pytest.raises(EngineError) as caught:
            make(server.base, domain=DIGITS, **options)
        return str(caught.value).replace(server.base, "BASE")


@contextmanager
def chatting(*choices):
    """An engine whose server gives those choices to whatever it is asked."""
    with (
        serving(lambda request: Reply({"choices": choices})) as server,
        closing(chat(server.base, domain=DIGITS, probe=False)) as engine,
    ):
        yield engine


def test_an_engine_tells_what_it_found_and_what_went_wrong():
    with serving(RIGHT) as server, closing(endpoint(server.base, domain=DIGITS)) as engine:
        assert isinstance(engine, Probed)
        assert isinstance(engine, Troubled)
        assert (engine.findings(), engine.troubles()) == ((IN_ORDER, NO_SCORES), {})


def test_what_is_asked_at_the_start_is_two_answers_a_part_of_one_and_some_tokens():
    with serving(RIGHT) as server, closing(endpoint(server.base, domain=DIGITS)):
        asked = [
            (request.body.get("prompt"), request.body.get("max_tokens"), request.body.get("stop"))
            for request in server.requests
        ]
    first = asked[1][0]
    assert asked == [
        (None, None, None),  # the models
        (first, 512, None),
        (first[0], 512, ["00\n"]),
        (first[0], 512, None),  # what is behind "sum " alone shows which of both answers it is
        (first[0] + "sum", 8, None),
        ([first[0], first[0] + "sum 00\n"], 1, None),
    ]


# --- stand-ins for servers -------------------------------------------------------------------------------------------

# https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html: lists are taken
# (https://github.com/vllm-project/vllm/pull/2529), a stop is cut off unless include_stop_str_in_output is asked for, a
# request may leave the model out, another one than it has is 404 (https://github.com/vllm-project/vllm/issues/3485).
VLLM = attrs.evolve(MARKED, no_model=(404, "The model `other` does not exist."))

# https://docs.ollama.com/api/openai-compatibility: no echo and no logprobs; a list of prompts is refused
# (https://github.com/ollama/ollama/pull/6188), the name of a model is wanted, and one that is not there is 404
# (https://github.com/netease-youdao/QAnything/issues/555).
OLLAMA = attrs.evolve(
    MARKED,
    model="digits:latest",
    no_model=(404, 'model "other" not found, try pulling it first'),
    refuses_lists="json: cannot unmarshal array into Go struct field CompletionRequest.prompt of type string",
)

# transformers 5.24, src/transformers/cli/serving/completion.py, and as test_real_servers.py sees it
TRANSFORMERS = attrs.evolve(MARKED, stop="kept", refuses_lists="prompt must be a string.")

# https://github.com/ollama/ollama/issues/5544 and 12636: /v1/completions puts the prompt into the model's template
TEMPLATED = attrs.evolve(OLLAMA, templated=True)

# https://github.com/EricLBuehler/mistral.rs/pull/2326: the white space that an answer begins with is dropped; so did
# text-generation-webui, https://github.com/oobabooga/textgen/pull/4511
MISTRAL_RS = attrs.evolve(MARKED, strips=("start",))

# https://github.com/huggingface/text-generation-inference/issues/1724: the stop stays in the answer
TGI = attrs.evolve(MARKED, stop="kept")

# https://github.com/openai/openai-python/issues/90: of several prompts fewer are answered
LAST_ALONE = attrs.evolve(MARKED, first_alone=True)

# https://github.com/gty111/gLLM/pull/190: a server may not know stops at all
NO_STOPS = attrs.evolve(MARKED, stop="ignored")

DROPS_START = "it drops white space at the start of an answer, so white space that the model writes there is lost"
TEMPLATE = (
    "it does not continue its own answer: it may put a prompt into a chat template, or split it into other tokens"
)


@pytest.mark.parametrize(
    ("ways", "models", "findings"),
    [
        (VLLM, ["digits"], ["it asks its only model, digits", IN_ORDER, CUT, NO_SCORES]),
        (OLLAMA, ["digits:latest"],
         ["it asks its only model, digits:latest", f"{ONE}{OLLAMA.refuses_lists} (400)", CUT, NO_SCORES]),
        (TRANSFORMERS, ["/models/digits"],
         ["it asks its only model, /models/digits", f"{ONE}prompt must be a string. (400)", KEPT, NO_SCORES]),
        (TEMPLATED, ["digits:latest"],
         ["it asks its only model, digits:latest", f"{ONE}{OLLAMA.refuses_lists} (400)", CUT, TEMPLATE, NO_SCORES]),
        (MISTRAL_RS, [], [IN_ORDER, CUT, DROPS_START, NO_SCORES]),
        (TGI, [], [IN_ORDER, KEPT, NO_SCORES]),
        (LAST_ALONE, [],
         [(f"{ONE}it gave 1 answers for 2 prompts; a server that accepts one prompt per request needs "
          "--turncheck-model-arg batch=1"), CUT, NO_SCORES]),
        (NO_STOPS, [], [IN_ORDER, "it writes past the stop, and the answer is then cut there", NO_SCORES]),
        (attrs.evolve(MARKED, backward=True), [], [IN_ORDER, CUT, NO_SCORES]),
        (attrs.evolve(MARKED, backward=True, numbered=False), [],
         ["it answers a list of prompts in another order, so it gets one per request, batch=1",
          "it is unknown whether it leaves the stop in the answer; if so, the answer is cut there", NO_SCORES]),
        (attrs.evolve(MARKED, numbered=False), [], [IN_ORDER, CUT, NO_SCORES]),
    ],
    ids=["vLLM", "Ollama", "transformers serve", "Ollama with a template", "mistral.rs", "TGI", "one of two answered",
         "no stops", "backward with indices", "backward without", "without indices"],
)  # fmt: skip
def test_a_right_model_is_right_behind_any_server_and_its_ways_are_told(ways, models, findings):
    assert found(ways, models=models, stop="#") == (findings, TRUTH)


def test_a_server_that_puts_white_space_before_an_answer_is_told():
    findings, answers = found(attrs.evolve(RIGHT, pads=" "))
    assert findings[1] == "it puts white space before an answer: remove it with a template, template=py:..."
    assert answers == [f" {right}" for right in TRUTH]


def test_a_model_that_answers_all_alike_does_not_show_the_order():
    findings, _ = found(attrs.evolve(RIGHT, answer=lambda case: "sum 00\n"))
    assert findings[0] == ("it answers a list of prompts, batch=16; its two answers do not show whether in order")


@pytest.mark.parametrize("answer", ["", "0", "000000"])
def test_a_model_whose_answers_show_nothing_is_asked_all_the_same(answer):
    findings, answers = found(attrs.evolve(RIGHT, answer=lambda case: answer), stop="#")
    assert findings[1] == "it is unknown whether it leaves the stop in the answer; if so, the answer is cut there"
    assert answers == [answer] * 20


def test_a_server_that_drops_white_space_at_the_end_is_refused_where_answers_end_with_some():
    stripping = attrs.evolve(RIGHT, strips=("end",))
    assert message(stripping) == (
        "BASE drops white space at the end of an answer, and answers of digits/1 end with \\n: "
        "--turncheck-model-arg 'append=\"\\n\"' restores it, even if the model did not write it"
    )
    dropped = "it drops white space at the end of an answer, so white space that the model writes there is lost"
    assert found(stripping, append="\n") == ([IN_ORDER, dropped, NO_SCORES], TRUTH)
    assert found(stripping, append="") == ([IN_ORDER, dropped, NO_SCORES], [right.rstrip() for right in TRUTH])


def test_a_server_that_leaves_a_part_of_a_stop_is_refused():
    # https://github.com/jundot/omlx/issues/2386
    in_part = attrs.evolve(MARKED, stop="in part")
    assert message(in_part, stop="#\nand") == (
        "BASE leaves a part of a stop in the answer: leave stop out, or keep the answers as they are, "
        "--turncheck-model-arg cut_stop=false"
    )
    assert found(in_part, stop="#\nand", cut_stop=False)[1] == [f"{right}#\n" for right in TRUTH]


def swapped(text):
    return text.replace("=", "?").replace("sum", "total").rstrip()


WORDS = Template("words", swapped, lambda text: text)


def test_what_is_asked_is_said_in_the_words_of_the_template():
    ways = attrs.evolve(RIGHT, answer=lambda case: "total 00", length=4, strips=("end",))
    with serving(ways) as server, closing(endpoint(server.base, domain=DIGITS, template=WORDS)) as engine:
        assert server.requests[1].prompts == ["0+0?", server.requests[1].prompts[1]]
        assert server.requests[-1].prompts == ["0+0?", "0+0?total 00"]
        assert engine.findings()[-1] == NO_SCORES


def test_a_template_comes_to_what_makes_an_endpoint():
    ways = attrs.evolve(RIGHT, answer=lambda case: '{"sum":0}', length=len('{"a":0,"b":0}'))
    with serving(ways) as server:
        loaded = load(f"openai:{server.base}", ["template=digits-json/1"], DIGITS)
        loaded.engine.close()
        assert server.requests[1].prompts[0] == '{"a":0,"b":0}'


def test_a_template_that_raises_is_told_where_it_is_tried():
    def raises(text):
        raise LookupError(text)

    with (
        serving(RIGHT) as server,
        closing(endpoint(server.base, domain=DIGITS, template=Template("words", raises, raises))),
    ):
        assert server.requests[1].prompts[0] == "0+0=\n"


# --- which model -----------------------------------------------------------------------------------------------------


def test_of_several_models_one_must_be_named():
    listed = ["digits:latest", "other:7b"]
    assert message(OLLAMA, models=listed) == (
        "BASE has 2 models, digits:latest, other:7b: name one, --turncheck-model-arg model=NAME"
    )
    findings, answers = found(OLLAMA, models=listed, model="digits:latest", stop="#")
    assert (findings[0], answers) == (f"{ONE}{OLLAMA.refuses_lists} (400)", TRUTH)


def test_many_models_are_not_all_listed():
    said = message(OLLAMA, models=[f"model-{number}" for number in range(30)])
    assert "has 30 models, model-0, " in said
    assert "model-7 and more: name one" in said


def test_a_model_that_is_not_there_is_named_beside_those_that_are():
    said = message(OLLAMA, models=["digits:latest"], model="other")
    wants = "and perhaps it needs another name, --turncheck-model-arg model=NAME"
    assert said == f"BASE refuses the request (404), {wants}: {OLLAMA.no_model[1]}; it lists digits:latest"


def test_a_server_that_lists_no_model_and_wants_one_says_so():
    said = message(OLLAMA)
    assert said == (
        "BASE refuses the request (404), and perhaps it needs a name, --turncheck-model-arg model=NAME: "
        'model "other" not found, try pulling it first'
    )


def test_a_key_that_the_server_repeats_stands_in_no_finding(monkeypatch):
    monkeypatch.setenv("A_KEY", "sk-secret")
    ways = attrs.evolve(RIGHT, refuses_lists="no list, sk-secret")
    findings, _ = found(ways, models=["sk-secret"], key_env="A_KEY")
    assert findings[:2] == ["it asks its only model, (the key)", f"{ONE}no list, (the key) (400)"]


def test_what_is_longer_than_a_name_is_no_model():
    assert found(RIGHT, models=["x" * 501, "digits"])[0][0] == "it asks its only model, digits"


@pytest.mark.parametrize(
    ("listed", "model", "hint"),
    [
        ([], None, "; it lists no model, so it may need a name, --turncheck-model-arg model=NAME"),
        (["one"], "other", "; it lists one"),
        ([], "other", ""),
        (["other"], "other", ""),
        (None, None, ""),
        (None, "other", ""),
    ],
)
def test_a_server_that_fails_where_no_model_of_its_list_is_asked_for_may_want_one(listed, model, hint):
    # transformers serve 5.24 without a model of its own answers so, whatever is wrong with the name
    failing = attrs.evolve(RIGHT, model="digits", no_model=(500, "Internal Server Error"))
    assert message(failing, models=listed, model=model) == f"BASE failed (500): Internal Server Error{hint}"


# --- what the user says decides --------------------------------------------------------------------------------------


def test_a_batch_that_is_given_is_not_looked_into():
    assert found(RIGHT, batch=1) == ([NO_SCORES], TRUTH)
    findings, answers = found(RIGHT, batch=3)
    assert (findings[0], answers) == ("it answers a list of prompts in order, batch=3", TRUTH)


@pytest.mark.parametrize(
    ("ways", "said"),
    [
        (TRANSFORMERS, "accepts one prompt per request, got with two prompts: prompt must be a string. (400)"),
        (attrs.evolve(RIGHT, backward=True, numbered=False), "answers a list of prompts in another order"),
    ],
)
def test_a_batch_that_cannot_be_is_refused(ways, said):
    assert message(ways, batch=4) == f"BASE {said}: --turncheck-model-arg batch=1"


def test_a_server_of_which_nothing_is_to_be_found_out_is_asked_nothing():
    with serving(RIGHT) as server, closing(endpoint(server.base, domain=DIGITS, probe=False)) as engine:
        assert server.requests == []
        assert engine.findings() == ()
        assert type(engine) is EndpointEngine
        assert engine.predict(PROMPTS[:20]) == TRUTH
        assert [len(request.prompts) for request in server.requests] == [16, 4]


def test_a_stop_that_is_left_in_the_answer_may_be_wanted_there():
    marked = attrs.evolve(TGI, tail="")
    assert found(marked, stop="\n", cut_stop=False) == ([IN_ORDER, NO_SCORES], TRUTH)


@pytest.mark.parametrize(
    ("stop", "way_out"),
    [
        ("sum", ""),
        (["#", " "], ""),
        ("\n", ", or --turncheck-model-arg 'append=\"\\n\"' restores it"),
    ],
)
def test_a_stop_that_right_answers_have_is_refused_before_any_request(stop, way_out):
    with serving(RIGHT) as server:
        with pytest.raises(EngineError) as caught:
            endpoint(server.base, domain=DIGITS, stop=stop)
        assert server.requests == []
    got = ascii(stop if isinstance(stop, str) else stop[-1])
    assert str(caught.value) == (
        f"stop must be in no correct answer, got {got}, which answers of digits/1 contain: leave it out{way_out}"
    )


def test_a_stop_that_begins_at_the_end_of_a_right_answer_is_told():
    blank = attrs.evolve(RIGHT, tail="\nsum")
    findings, answers = found(blank, stop="\n\n")
    assert findings[0] == (
        "if the model writes the stop '\\n\\n' after an answer, the answer's own end, '\\n', is cut off with it"
    )
    assert answers == [right.rstrip() for right in TRUTH]
    assert found(blank, stop="\n\n", append="\n") == ([IN_ORDER, CUT, NO_SCORES], TRUTH)


def test_a_stop_that_ends_right_answers_may_be_put_back():
    assert found(RIGHT, stop="\n", append="\n") == ([IN_ORDER, CUT, NO_SCORES], TRUTH)


# --- where it is -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("route", "base", "told"),
    [
        ("/v1/completions", "http://127.0.0.1:{port}/v1", []),
        ("/v1/completions", "http://127.0.0.1:{port}/v1/", []),
        ("/v1/completions", "http://127.0.0.1:{port}/v1/completions", []),
        ("/v1/completions", "http://127.0.0.1:{port}", ["it answers at BASE"]),
        ("/v1/completions", "http://localhost:{port}/", ["it answers at http://localhost:{port}/v1"]),
        ("/completions", "http://127.0.0.1:{port}", []),
        ("/api/v1/completions", "http://127.0.0.1:{port}/api", ["it answers at http://127.0.0.1:{port}/api/v1"]),
        ("/api/completions", "http://127.0.0.1:{port}/api", []),
    ],
)
def test_an_address_may_have_its_version_or_not(route, base, told):
    ways = attrs.evolve(RIGHT, route=route)
    with serving(ways) as server, closing(endpoint(base.format(port=server.server_port), domain=DIGITS)) as engine:
        assert engine.predict(PROMPTS[:20]) == TRUTH
        told = [line.format(port=server.server_port).replace("BASE", server.base) for line in told]
        assert list(engine.findings()) == [*told, IN_ORDER, NO_SCORES]


def has_ipv6():
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
def test_an_address_may_be_a_number_of_ipv6():
    with serving(RIGHT, host="::1") as server, closing(endpoint(server.base, domain=DIGITS)) as engine:
        assert engine.predict(PROMPTS[:20]) == TRUTH
        assert server.base.startswith("http://[::1]:")
        assert server.requests[-1].headers["Host"] == server.base.removeprefix("http://").removesuffix("/v1")


def test_an_address_without_the_route_is_refused_as_it_was_typed():
    nowhere = attrs.evolve(RIGHT, route="/elsewhere/completions")
    with serving(nowhere) as server, pytest.raises(EngineError) as caught:
        endpoint(f"http://127.0.0.1:{server.server_port}", domain=DIGITS)
    assert str(caught.value) == (
        f"http://127.0.0.1:{server.server_port}/completions does not exist (404): the address must be the base that "
        "/completions is appended to; for a server that only has chat completions, use openai-chat:URL"
    )


# --- chats -----------------------------------------------------------------------------------------------------------

CHAT = attrs.evolve(RIGHT, chat=True, templated=True, route="/v1/chat/completions")
READS = "what the model reads is what the server's chat template makes of a prompt"


def test_a_chat_gets_each_prompt_as_the_message_of_a_user():
    with serving(CHAT) as server, closing(chat(server.base, domain=DIGITS)) as engine:
        server.requests.clear()
        assert engine.predict(PROMPTS[:20]) == TRUTH
        assert engine.findings() == (READS,)
        assert [request.body for request in server.requests[:1]] == [
            {
                "messages": [{"role": "user", "content": PROMPTS[0]}],
                "max_tokens": 512,
                "temperature": 0,
                "n": 1,
                "stream": False,
            }
        ]
        assert len(server.requests) == 20


def test_a_chat_that_keeps_the_stop_or_strips_is_told_too():
    marked = attrs.evolve(CHAT, tail="#", stop="kept")
    assert found(marked, chat, stop="#") == ([KEPT, READS], TRUTH)
    assert "drops white space at the end" in message(attrs.evolve(CHAT, strips=("end",)), make=chat)


def test_a_text_server_and_a_chat_server_are_told_from_each_other():
    answers_in_messages = attrs.evolve(CHAT, route="/v1/completions")
    assert message(answers_in_messages) == (
        "it gave a chat message and no text: for a server of chat completions, use openai-chat:URL"
    )
    answers_in_texts = attrs.evolve(RIGHT, route="/v1/chat/completions")
    assert message(answers_in_texts, make=chat) == (
        "it gave a choice whose message has no text; for a server that completes texts, use openai:URL"
    )
    assert message(RIGHT, make=chat) == (
        "BASE/chat/completions does not exist (404): the address must be the base that /chat/completions is appended "
        "to; for a server that only has completions of texts, use openai:URL"
    )


@pytest.mark.parametrize(
    ("answered", "text"),
    [
        ({"message": {"content": [{"type": "text", "text": "sum "}, {"type": "text", "text": "07\n"}]}}, "sum 07\n"),
        ({"message": {"content": None, "reasoning_content": "well"}, "finish_reason": "length"}, ""),
    ],
    ids=["in parts", "cut before any"],
)
def test_a_message_may_have_its_text_in_other_forms(answered, text):
    with chatting(answered) as engine:
        assert engine.predict(PROMPTS[:1]) == [text]


@pytest.mark.parametrize("content", [None, 7, [{"type": "image"}], {"text": "a"}])
def test_a_message_without_a_text_is_refused(content):
    with chatting({"message": {"content": content}}) as engine, pytest.raises(EngineError) as caught:
        engine.predict(PROMPTS[:1])
    assert str(caught.value) == "it gave a choice whose message has no text"


# --- answers that were cut -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("make", "ways"), [(endpoint, RIGHT), (chat, CHAT)], ids=["text", "chat"])
def test_answers_that_the_server_cut_are_counted(make, ways):
    with serving(ways) as server, closing(make(server.base, domain=DIGITS, max_new=6)) as engine:
        assert "an answer was cut at max_new=6 tokens" in engine.findings()
        assert engine.predict(PROMPTS[:20]) == [right[:6] for right in TRUTH]
        assert engine.troubles() == {"answers cut at max_new": 20}


def test_an_answer_that_has_come_to_its_stop_is_not_counted_as_cut():
    with serving(NO_STOPS) as server, closing(endpoint(server.base, domain=DIGITS, max_new=10, stop="#")) as engine:
        assert (engine.predict(PROMPTS[:20]), engine.troubles()) == (TRUTH, {})


# --- an empty prompt -------------------------------------------------------------------------------------------------

REJECTING = attrs.evolve(DIGITS, rejects=True)


def test_a_server_that_refuses_an_empty_prompt_is_told_where_one_may_be_asked():
    odd = attrs.evolve(RIGHT, no_empty=500)
    with serving(odd) as server, closing(endpoint(server.base, domain=REJECTING)) as engine:
        line = "it refuses an empty prompt, so that prompt gets no answer: Internal Server Error (500)"
        assert list(engine.findings()) == [IN_ORDER, line, NO_SCORES]
    assert found(odd)[0] == [IN_ORDER, NO_SCORES]


def test_a_server_that_hangs_at_an_empty_prompt_is_told():
    def hanging(request):
        return Reply(b"", delay=5) if request.prompts == [""] else RIGHT(request)

    with serving(hanging) as server, closing(endpoint(server.base, domain=REJECTING, timeout=0.5)) as engine:
        late = f"{server.base} took longer than 0.5 s; --turncheck-model-arg timeout=SECONDS gives it more time"
        line = f"it refuses an empty prompt, so that prompt gets no answer: {late}"
        assert list(engine.findings()) == [IN_ORDER, line, NO_SCORES]


def test_a_server_that_goes_away_meanwhile_is_told_by_what_is_not_known():
    def one_answer(request):
        return RIGHT(request) if len(request.prompts) == 2 and "echo" not in request.body else Reply(b"", 500)

    unknown = "it answers a list of prompts, batch=16; its two answers do not show whether in order"
    with serving(one_answer) as server, closing(endpoint(server.base, domain=DIGITS)) as engine:
        assert list(engine.findings()) == [unknown, NO_SCORES]


# --- reading what was done -------------------------------------------------------------------------------------------

LINE = "sum 07\nmax 40\n"


@pytest.mark.parametrize(
    ("answer", "behind", "place"),
    [
        (LINE, 0, Place(3, 4, 4)),
        (LINE, 4, Place(6, 7, 4)),
        (LINE, 13, Place(3, 4, 4)),
        ("a a a b", 0, Place(3, 4, 3)),
        ("a a a a", 0, Place(1, 1, 4)),
        ("042", 0, Place(1, 1, 2)),
        ("", 0, None),
        ("0", 0, None),
        ("000", 0, None),
        (" 0", 0, Place(1, 1, 1)),
    ],
)
def test_a_place_is_behind_white_space_and_its_text_comes_there_first(answer, behind, place):
    assert place_in(answer, behind) == place


@pytest.mark.parametrize("answer", ["x" * 10**6, "ab" * 10**6, " " * 10**6, "a " * 10**6, "\ud800" * 10**6])
def test_a_place_in_a_very_long_answer_is_found_at_once(answer):
    started = time.monotonic()
    place_in(answer)
    assert time.monotonic() - started < 1


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        ("sum 07\n", "cut"),
        ("sum 07", "cut and stripped"),
        ("sum 07\nmax", "kept"),
        ("sum 07\nmax 4", "kept"),
        (LINE, "ignored"),
        ("sum 07\nma", "left in part"),
        ("sum", None),
        ("", None),
        ("another", None),
    ],
)
def test_what_became_of_a_stop_is_seen(given, outcome):
    assert stopped(given, LINE, Place(6, 7, 3)) == outcome


@pytest.mark.parametrize("given", [" 07", " 07\n", " 07\nmax 40\n", " 07\nmax 40\n#", ""])
def test_an_answer_that_goes_on_is_not_spoken_of(given):
    assert begun(given, " 07\nmax 40\n") is None
