"""The real clients (boto3, anthropic, openai, behind pydantic-ai) against servers on the loopback."""

import pytest

from botyard.adapters.language_model.budget import Budget, NotBilledError
from botyard.adapters.language_model.patience import Patience
from botyard.adapters.language_model.prices import Price
from botyard.adapters.language_model.setting import parse
from botyard.adapters.language_model.vendor import VendorModel
from botyard.errors import RetryableError, UserError
from botyard.records.conversation import Message, Request, Tool
from botyard.testing.language_model.server import FakeServer, Step
from botyard.testing.language_model.wires import AnthropicServer, BedrockServer, OpenAIServer

WIRES = {
    "bedrock": (BedrockServer, "us.anthropic.claude-sonnet-4-5-20250929-v1:0"),
    "anthropic": (AnthropicServer, "claude-sonnet-4-6"),
    "openai": (OpenAIServer, "test"),
}
SPEC = Tool("strategy_spec", "a spec", {"type": "object", "properties": {"name": {"type": "string"}}})
REFUSAL = Tool("refusal", "a refusal", {"type": "object", "properties": {"text": {"type": "string"}}})
FIRST = (Message("user", "<idea>fast ema</idea>"),)
ASKED = Request("designer", "be strict", FIRST, (SPEC, REFUSAL), max_tokens=700)
CALL = Step(tool="strategy_spec", arguments={"name": "x"})


@pytest.fixture(params=WIRES)
def wire(request):
    return request.param


@pytest.fixture(autouse=True)
def _keys(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test-access-key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test-secret-key")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "test-api-key")


def serve(wire, *steps) -> FakeServer:
    return WIRES[wire][0](steps)


def model(wire, server, timeout=20.0):
    return VendorModel(parse(f"{wire}:{WIRES[wire][1]}@{server.url}"), timeout=timeout)


def test_a_call_comes_back_with_its_tokens(wire):
    with serve(wire, CALL) as server:
        reply = model(wire, server).ask(ASKED)
    assert (reply.tool, reply.arguments, reply.stop_reason) == ("strategy_spec", {"name": "x"}, "tool")
    assert reply.input_tokens > 50
    assert reply.output_tokens > 5
    assert reply.model == f"{wire}:{WIRES[wire][1]}"


def test_what_goes_over_the_wire(wire):
    with serve(wire, CALL) as server:
        model(wire, server).ask(ASKED)
    body = server.seen[0].body
    if wire == "bedrock":
        assert server.seen[0].path.endswith("/converse")  # with max_tokens, no stream
        assert body["inferenceConfig"]["maxTokens"] == 700
        assert body["toolConfig"]["toolChoice"] == {"any": {}}
        assert body["additionalModelRequestFields"] == {"thinking": {"type": "disabled"}}
        assert body["system"] == [{"text": "be strict"}]
    else:
        assert body["max_tokens"] == 700
        assert body["stream"] is False
        assert body["tool_choice"] in ({"type": "any"}, "required")
        assert "thinking" not in body or body["thinking"]["type"] == "disabled"


def test_a_correction_is_the_answer_to_the_call(wire):
    turns = (
        *FIRST,
        Message("model", tool="strategy_spec", arguments={"name": "y"}),
        Message("user", "name: too short"),
    )
    asked = Request("designer", "be strict", turns, (SPEC, REFUSAL), 700)
    with serve(wire, CALL) as server:
        model(wire, server).ask(asked)
    said = str(server.seen[0].body["messages"])
    assert "name: too short" in said
    assert {"bedrock": "toolResult", "anthropic": "tool_result", "openai": "tool_call_id"}[wire] in said


@pytest.mark.parametrize("stop", ["length", "filtered"])
def test_a_cut_answer_is_an_answer_and_is_asked_for_once(wire, stop):
    with serve(wire, Step(text="half of it", stop=stop), CALL) as server:
        reply = Patience(model(wire, server), first_wait=0.01).ask(ASKED)
    expected = "refused" if (wire, stop) == ("anthropic", "filtered") else stop  # Anthropic has one word for both
    assert (reply.stop_reason, reply.tool) == (expected, "")
    assert len(server.seen) == 1


def test_a_cut_call_is_known_as_cut(wire):
    with serve(wire, Step(tool="strategy_spec", arguments={"name": "x"}, stop="length")) as server:
        assert model(wire, server).ask(ASKED).stop_reason == "length"


def test_declining_is_known():
    with serve("openai", Step(text="I will not", stop="refused")) as server:
        assert model("openai", server).ask(ASKED).stop_reason == "refused"


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_service_is_asked_again_and_not_billed(wire, status):
    with serve(wire, Step(status=status), Step(status=status), CALL) as server:
        budget = Budget(model(wire, server), Price(3.0, 15.0), 1.0)
        reply = Patience(budget, first_wait=0.01).ask(ASKED)
    assert reply.tool == "strategy_spec"
    assert len(server.seen) == 3
    assert budget.spent_usd == pytest.approx(reply.cost_usd)


def test_a_service_that_stays_busy_is_given_up(wire):
    with serve(wire, *[Step(status=429)] * 3) as server, pytest.raises(NotBilledError, match="busy"):
        Patience(model(wire, server), attempts=3, first_wait=0.01).ask(ASKED)
    assert len(server.seen) == 3  # the vendors' own retries are off


def test_a_slow_service_is_left_by_the_clock(wire):
    with serve(wire, Step(wait=0.9), Step(wait=0.9)) as server, pytest.raises(RetryableError, match=r"0\.3 s") as late:
        model(wire, server, timeout=0.3).ask(ASKED)
    assert not isinstance(late.value, NotBilledError)


def test_an_answer_that_is_no_json_is_not_asked_for_again(wire):
    with serve(wire, Step(raw="{half"), CALL) as server, pytest.raises(UserError):
        Patience(model(wire, server), first_wait=0.01).ask(ASKED)
    assert len(server.seen) == 1


def test_arguments_that_are_no_json_are_handed_on_as_prose():
    with serve("openai", Step(tool="strategy_spec", arguments='{"name": "x"')) as server:
        reply = model("openai", server).ask(ASKED)
    assert (reply.tool, reply.text) == ("", '{"name": "x"')


def test_a_wrong_tool_is_handed_on(wire):
    with serve(wire, Step(tool="order_pizza", arguments={"size": 3})) as server:
        assert model(wire, server).ask(ASKED).tool == "order_pizza"


@pytest.mark.parametrize("status", [400, 404])
def test_a_bad_request_is_not_repeated(wire, status):
    with serve(wire, Step(status=status, text="no such thing"), CALL) as server, pytest.raises(UserError):
        Patience(model(wire, server), first_wait=0.01).ask(ASKED)
    assert len(server.seen) == 1


def test_a_closed_door_names_the_key(wire):
    key = {"bedrock": "AWS_ACCESS_KEY_ID", "anthropic": "ANTHROPIC_API_KEY", "openai": "OPENAI_API_KEY"}[wire]
    with serve(wire, Step(status=403, text="denied")) as server, pytest.raises(UserError, match=key):
        model(wire, server).ask(ASKED)


def test_a_server_that_is_not_there_is_retryable():
    with serve("openai", CALL) as server:
        gone = model("openai", server)
    with pytest.raises(RetryableError):
        gone.ask(ASKED)


def test_models_that_cannot_be_forced_are_asked():
    # Opus 5.5 thinks always and rejects a forced call
    with serve("anthropic", CALL) as server:
        opus = VendorModel(parse(f"anthropic:claude-opus-5-5@{server.url}"))
        assert opus.ask(ASKED).tool == "strategy_spec"
    assert server.seen[0].body["tool_choice"] == {"type": "auto"}


def test_no_credentials_at_all_name_the_variable(monkeypatch, tmp_path):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with serve("bedrock", CALL) as server, pytest.raises(UserError, match="AWS_ACCESS_KEY_ID"):
        model("bedrock", server).ask(ASKED)
    assert server.seen == []
