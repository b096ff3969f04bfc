import pytest

from botyard.adapters.language_model.budget import Budget, NotBilledError
from botyard.adapters.language_model.patience import Patience
from botyard.adapters.language_model.prices import Price
from botyard.errors import Refused, RetryableError, UserError
from botyard.records.conversation import Message, Reply, Request
from botyard.testing.language_model.scripted import ScriptedModel, call, prose

PRICE = Price(3.0, 15.0)
ASKED = Request("designer", "be brief", (Message("user", "x" * 2_500),), max_tokens=1_000)
# at least 1,000 tokens of prompt and 1,000 of answer: 0.018 US$


def test_money_is_set_aside_before_the_call():
    model = ScriptedModel(designer=[call("a", {})])
    with pytest.raises(Refused, match=r"money limit of \$0\.01") as refused:
        Budget(model, PRICE, 0.01).ask(ASKED)
    assert refused.value.reason == "budget"
    assert model.asked == []


def test_what_was_used_is_booked():
    model = ScriptedModel(designer=[call("a", {}, input_tokens=1_000, output_tokens=200)])
    budget = Budget(model, PRICE, 1.0)
    assert budget.ask(ASKED).cost_usd == pytest.approx(0.006)
    assert budget.spent_usd == pytest.approx(0.006)


def test_what_a_run_spent_before_counts():
    with pytest.raises(Refused, match=r"\$0\.9900 is spent"):
        Budget(ScriptedModel(), PRICE, 1.0, spent_usd=0.99).ask(ASKED)


def test_a_server_that_does_not_count_costs_the_most_it_could():
    reply = Budget(ScriptedModel(designer=[prose("hm")]), PRICE, 1.0).ask(ASKED)
    assert reply.cost_usd > 0.018


def test_a_timed_out_call_may_have_been_billed_and_a_refused_one_was_not():
    budget = Budget(ScriptedModel(designer=[NotBilledError("429"), RetryableError("slow")]), PRICE, 1.0)
    with pytest.raises(NotBilledError):
        budget.ask(ASKED)
    assert budget.spent_usd == 0.0
    with pytest.raises(RetryableError):
        budget.ask(ASKED)
    assert budget.spent_usd > 0.018


def test_only_what_may_pass_is_tried_again():
    model = ScriptedModel(designer=[NotBilledError("429"), RetryableError("slow"), prose("here")])
    assert Patience(model, first_wait=0.001).ask(ASKED).text == "here"
    for error in (UserError("no"), Refused("no", reason="budget")):
        model = ScriptedModel(designer=[error, prose("never")])
        with pytest.raises(type(error)):
            Patience(model, first_wait=0.001).ask(ASKED)
        assert len(model.asked) == 1


@pytest.mark.parametrize("stop", ["length", "filtered", "refused"])
def test_an_answer_that_was_cut_is_not_asked_for_again(stop):
    model = ScriptedModel(designer=[prose("half", stop)])
    reply: Reply = Patience(model, first_wait=0.001).ask(ASKED)
    assert reply.stop_reason == stop
    assert len(model.asked) == 1


def test_in_the_end_it_gives_up():
    model = ScriptedModel(designer=[RetryableError("down")] * 4)
    with pytest.raises(RetryableError, match="down"):
        Patience(model, attempts=4, first_wait=0.001).ask(ASKED)
    assert len(model.asked) == 4
