"""What the agent needs to know about money."""

from decimal import Decimal

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from pam_agent.costs.prices import Price, Rates
from pam_shared.config import ServiceSettings

# Anthropic's list prices of 2026-11-21 (platform.claude.com/docs/en/about-claude/pricing), caches of five minutes.
# Others are told in PAM_MODEL_PRICES.
SONNET = Price(input=Decimal(2), output=Decimal(10), cache_read=Decimal("0.10"), cache_write=Decimal("2.50"))
HAIKU = Price(
    input=Decimal("0.10"),
    output=Decimal("0.50"),
    cache_read=Decimal("0.01"),
    cache_write=Decimal("0.125"),
    long_above=100_000,
    long=Rates(input=Decimal("0.50"), output=Decimal("2.50"), cache_read=Decimal("0.05"), cache_write=Decimal("0.625")),
)
DEAR = Price(input=Decimal(15), output=Decimal(75), cache_read=Decimal("1.50"), cache_write=Decimal("18.75"))


class CostSettings(ServiceSettings):
    """Settings of what the model costs, in dollars. What is set to nothing counts as not set."""

    model_config = SettingsConfigDict(env_ignore_empty=True)

    model_prices: dict[str, Price] = Field(
        {"claude-sonnet-5-5": SONNET, "claude-haiku-5-5": HAIKU},
        description='Dollars per million tokens: {"<model>": {"input": 2, "output": 10, "cache_read": 0.1,'
        ' "cache_write": 2.5}}; with "long_above" and "long" where long requests cost more.',
    )
    unknown_model_price: Price = Field(DEAR, description="What a model costs that has no price of its own.")
    unasked_allowance: Decimal = Field(
        Decimal(5), ge=0, description="Dollars a process may spend in an hour while persistence does not answer."
    )
