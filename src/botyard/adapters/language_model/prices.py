"""What a model costs per token, from prices.toml or from the person."""

import importlib.resources
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

from botyard.adapters.language_model.setting import ModelSetting
from botyard.errors import UserError

SETTING = "BOTYARD_MODEL_PRICE"
_REGIONS = ("us", "eu", "apac", "au", "jp", "ca", "sa", "me", "global", "us-gov")
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens, and since when."""

    input_usd: float
    output_usd: float
    as_of: str = ""

    def cost(self, input_tokens: int, output_tokens: int) -> float:
        """US dollars for so many tokens."""
        return (input_tokens * self.input_usd + output_tokens * self.output_usd) / _MILLION


def price_of(setting: ModelSetting, environment: Mapping[str, str] = os.environ) -> Price:
    """Return the price of a model; a server of one's own costs nothing unless BOTYARD_MODEL_PRICE says otherwise.

    Raises: UserError where no price is known: without one no money limit could hold.
    """
    said = environment.get(SETTING, "")
    if said:
        return _said(said)
    if setting.is_own_server:
        return Price(0.0, 0.0)
    table = tomllib.loads((importlib.resources.files(__package__) / "prices.toml").read_text())
    known: dict[str, list[float]] = table[setting.provider]
    name = setting.model
    region, dot, rest = name.partition(".")
    if setting.provider == "bedrock" and dot and region in _REGIONS:
        name = rest
    fitting = [prefix for prefix in known if name.startswith(prefix)]
    if not fitting:
        raise UserError(
            f"no price is known for {setting.name} (prices of {table['as_of']}), so no money limit could hold; "
            f"say it as {SETTING}=INPUT/OUTPUT in US dollars per million tokens, such as {SETTING}=3/15"
        )
    input_usd, output_usd = known[max(fitting, key=len)]
    return Price(input_usd, output_usd, table["as_of"])


def _said(text: str) -> Price:
    try:
        first, _, second = text.partition("/")
        price = Price(float(first), float(second))
    except ValueError:
        price = Price(-1.0, -1.0)
    if not (0 <= price.input_usd < _MILLION and 0 <= price.output_usd < _MILLION):
        raise UserError(
            f"{SETTING}={text!r} is no price; write INPUT/OUTPUT per million tokens, such as {SETTING}=3/15"
        )
    return price
