"""What tokens cost. Pure; dollars, exact to a millionth."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from pydantic import BaseModel, Field

from pam_shared.contracts.conversation import Usage
from pam_shared.contracts.costs import MICRODOLLAR

MILLION = 1_000_000


class Price(BaseModel, frozen=True):
    """What a model costs, in dollars per million tokens of each kind."""

    input: Decimal = Field(ge=0)
    output: Decimal = Field(ge=0)
    cache_read: Decimal = Field(ge=0)
    cache_write: Decimal = Field(ge=0)

    def cost(self, usage: Usage) -> Decimal:
        """Return what these tokens cost."""
        dollars = (
            usage.input_tokens * self.input
            + usage.output_tokens * self.output
            + usage.cache_read_tokens * self.cache_read
            + usage.cache_write_tokens * self.cache_write
        ) / MILLION
        return dollars.quantize(MICRODOLLAR, rounding=ROUND_HALF_UP)

    def most(self, estimate: Usage) -> Decimal:
        """Return what these tokens cost at most: any that goes in may be written to the cache on its way."""
        dearest = max(self.input, self.cache_read, self.cache_write)
        return Price(input=dearest, output=self.output, cache_read=dearest, cache_write=dearest).cost(estimate)


@dataclass(frozen=True)
class Prices:
    """The price of each model, and of those that have none."""

    models: Mapping[str, Price]
    unknown: Price

    def of(self, model: str) -> Price:
        """Return the price of a model."""
        return self.models.get(model, self.unknown)
