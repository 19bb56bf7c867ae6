"""What tokens cost. Pure; dollars, exact to a millionth."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from pydantic import BaseModel, Field

from pam_shared.contracts.conversation import Usage
from pam_shared.contracts.costs import MICRODOLLAR

MILLION = 1_000_000


class Rates(BaseModel, frozen=True):
    """What tokens cost, in dollars per million of each kind."""

    input: Decimal = Field(ge=0)
    output: Decimal = Field(ge=0)
    cache_read: Decimal = Field(ge=0)
    cache_write: Decimal = Field(ge=0)

    def of(self, usage: Usage) -> Decimal:
        """Return what these tokens cost."""
        return _dollars(
            usage.input_tokens * self.input
            + usage.output_tokens * self.output
            + usage.cache_read_tokens * self.cache_read
            + usage.cache_write_tokens * self.cache_write
        )


class Price(Rates, frozen=True):
    """What a model costs. Where more than ``long_above`` tokens go in, all of the call costs what ``long`` says."""

    long_above: int = Field(100_000, ge=0)
    long: Rates | None = None

    def cost(self, usage: Usage) -> Decimal:
        """Return what a call that used these tokens costs."""
        return self._rates(usage).of(usage)

    def most(self, estimate: Usage) -> Decimal:
        """Return what these tokens cost at most: any that goes in may be written to the cache on its way."""
        rates = self._rates(estimate)
        dearest = max(rates.input, rates.cache_read, rates.cache_write)
        return _dollars(estimate.read_tokens * dearest + estimate.output_tokens * rates.output)

    def _rates(self, usage: Usage) -> Rates:
        return self.long if self.long and usage.read_tokens > self.long_above else self


def _dollars(of_a_million: Decimal) -> Decimal:
    return (of_a_million / MILLION).quantize(MICRODOLLAR, rounding=ROUND_HALF_UP)


@dataclass(frozen=True)
class Prices:
    """The price of each model, and of those that have none."""

    models: Mapping[str, Price]
    unknown: Price

    def of(self, model: str) -> Price:
        """Return the price of a model."""
        return self.models.get(model, self.unknown)
