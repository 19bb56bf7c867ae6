"""What the agent needs to know about money."""

from decimal import Decimal

from pydantic import Field

from pam_agent.costs.prices import Price
from pam_shared.config import ServiceSettings

SONNET = Price(input=Decimal(3), output=Decimal(15), cache_read=Decimal("0.30"), cache_write=Decimal("3.75"))
HAIKU = Price(input=Decimal(1), output=Decimal(5), cache_read=Decimal("0.10"), cache_write=Decimal("1.25"))
DEAR = Price(input=Decimal(15), output=Decimal(75), cache_read=Decimal("1.50"), cache_write=Decimal("18.75"))


class CostSettings(ServiceSettings):
    """Settings of what the model costs, in dollars."""

    model_prices: dict[str, Price] = Field(
        {"claude-sonnet-5-5": SONNET, "claude-haiku-5-5": HAIKU},
        description='Dollars per million tokens: {"<model>": {"input": 3, "output": 15, "cache_read": 0.3,'
        ' "cache_write": 3.75}}.',
    )
    unknown_model_price: Price = Field(DEAR, description="What a model costs that has no price of its own.")
    unasked_allowance: Decimal = Field(
        Decimal(5), ge=0, description="Dollars a process may spend in an hour while persistence does not answer."
    )
