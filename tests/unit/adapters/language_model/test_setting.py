import pytest

from botyard.adapters.language_model.prices import price_of
from botyard.adapters.language_model.setting import ModelSetting, parse
from botyard.errors import UserError


def test_the_three_providers():
    assert parse("bedrock:us.anthropic.claude-sonnet-4-5-20250929-v1:0", {}) == ModelSetting(
        "bedrock", "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
    )
    assert parse("anthropic:claude-sonnet-4-6", {"ANTHROPIC_API_KEY": "k"}).model == "claude-sonnet-4-6"
    local = parse("openai:qwen3:8b@http://127.0.0.1:11434", {})
    assert (local.model, local.url, local.name) == ("qwen3:8b", "http://127.0.0.1:11434", "openai:qwen3:8b")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("claude", "names no model"),
        ("mistral:large", "names no model"),
        ("openai:", "names no model"),
        ("openai:@http://127.0.0.1:1", "no model before its @URL"),
        ("openai:m@http://", "is no address"),
        ("openai:m@http://host:99999", "is no address"),
        ("openai:m@http://me:pass@host", "must not carry a password"),
        ("anthropic:claude-sonnet-4-6", "needs ANTHROPIC_API_KEY"),
        ("openai:gpt-5", "needs OPENAI_API_KEY"),
    ],
)
def test_a_wrong_setting_says_what_to_write(text, said):
    with pytest.raises(UserError, match=said):
        parse(text, {})


def test_prices_are_the_most_specific_ones():
    # from the vendors' price pages: Sonnet 4.6 3/15, GPT-5 1.25/10, GPT-5 mini 0.25/2 US$ per million
    assert price_of(ModelSetting("anthropic", "claude-sonnet-4-6"), {}).cost(1_000_000, 1_000_000) == 18.0
    assert price_of(ModelSetting("openai", "gpt-5"), {}).cost(1_000_000, 0) == 1.25
    assert price_of(ModelSetting("openai", "gpt-5-mini-2025"), {}).cost(1_000_000, 0) == 0.25


def test_bedrock_regions_cost_a_tenth_more():
    price = price_of(ModelSetting("bedrock", "eu.anthropic.claude-sonnet-4-6"), {})
    assert (price.input_usd, price.output_usd) == (3.3, 16.5)
    assert price.as_of


def test_without_a_price_no_limit_could_hold():
    with pytest.raises(UserError, match="BOTYARD_MODEL_PRICE"):
        price_of(ModelSetting("bedrock", "acme.unheard-of-v1"), {})
    said = price_of(ModelSetting("bedrock", "acme.unheard-of-v1"), {"BOTYARD_MODEL_PRICE": "2/8"})
    assert said.cost(500_000, 250_000) == 3.0


@pytest.mark.parametrize("text", ["cheap", "3", "-1/2", "nan/1", "1/inf"])
def test_a_wrong_price_is_refused(text):
    with pytest.raises(UserError, match="is no price"):
        price_of(ModelSetting("openai", "m"), {"BOTYARD_MODEL_PRICE": text})


def test_a_server_of_ones_own_is_free():
    assert price_of(ModelSetting("openai", "m", "http://127.0.0.1:1"), {}).cost(10**9, 10**9) == 0.0
