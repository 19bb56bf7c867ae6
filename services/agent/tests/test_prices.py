"""What calls cost, and what a process may spend unasked."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pam_agent.costs.allowance import Allowance
from pam_agent.costs.prices import Price, Prices
from pam_agent.costs.settings import DEAR, HAIKU, SONNET, CostSettings
from pam_agent.settings import AgentSettings
from pam_shared.contracts.conversation import Usage

pytestmark = pytest.mark.unit

PRICE = Price(input=Decimal(3), output=Decimal(15), cache_read=Decimal("0.30"), cache_write=Decimal("3.75"))
TOKENS = st.integers(0, 200_000)
USAGES = st.builds(
    Usage, input_tokens=TOKENS, output_tokens=TOKENS, cache_read_tokens=TOKENS, cache_write_tokens=TOKENS
)


def test_each_kind_of_token_has_its_price():
    """R-A5: cache tokens included, to a millionth of a dollar."""
    used = Usage(input_tokens=1_000, output_tokens=200, cache_read_tokens=10_001, cache_write_tokens=400)
    assert PRICE.cost(used) == Decimal("0.010500")
    assert PRICE.cost(Usage(cache_read_tokens=1)) == Decimal(0)
    assert PRICE.cost(Usage(cache_read_tokens=5)) == Decimal("0.000002")


def test_where_more_goes_in_all_of_the_call_costs_more():
    """R-A5: a model may have a second price for long requests; what is read from the cache counts as length too."""
    short = Usage(cache_read_tokens=90_000, input_tokens=10_000, output_tokens=1_000)
    assert HAIKU.cost(short) == Decimal("0.0024")
    assert HAIKU.cost(short + Usage(input_tokens=1)) == Decimal("0.012001")


@pytest.mark.parametrize("price", [PRICE, SONNET, HAIKU])
@given(used=USAGES)
def test_no_call_costs_more_than_its_estimate(used, price):
    """R-A5: whatever part of its input is read from the cache or written to it."""
    estimate = Usage(input_tokens=used.read_tokens, output_tokens=used.output_tokens)
    assert price.cost(used) <= price.most(estimate)


def test_a_model_nobody_priced_is_dear():
    """R-A5: a forgotten price must not make calls free."""
    prices = Prices({"known": PRICE}, DEAR)
    assert prices.of("known") == PRICE
    assert prices.of("new").cost(Usage(output_tokens=1_000_000)) == 75


def test_the_models_that_are_asked_have_prices(monkeypatch):
    """R-A5: and prices come from the environment as JSON."""
    told = AgentSettings()
    assert {told.model, told.second_model} <= set(told.model_prices)
    one = '{"m": {"input": 1, "output": "2.5", "cache_read": 0, "cache_write": 0}}'
    monkeypatch.setenv("PAM_MODEL_PRICES", one)
    assert CostSettings().model_prices["m"].output == Decimal("2.5")
    monkeypatch.setenv("PAM_MODEL_PRICES", "")
    assert CostSettings().model_prices == told.model_prices, "a variable of the compose file that nobody filled in"


def test_an_allowance_ends_and_is_renewed():
    """R-A5: what is unused goes back, and what is left of an hour is not carried over."""
    now = 0.0
    allowance = Allowance(Decimal("0.10"), period=60, clock=lambda: now)
    assert [allowance.take(Decimal("0.04")) for _ in range(3)] == [True, True, False]
    allowance.give_back(Decimal("0.03"))
    assert allowance.take(Decimal("0.04"))
    assert not allowance.take(Decimal("0.04"))
    assert allowance.renewed_in == 60
    now = 60.0
    assert allowance.take(Decimal("0.10"))
    assert not allowance.take(Decimal("0.01"))
