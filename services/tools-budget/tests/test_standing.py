"""How money stands at the beginning of a conversation: what the other tools say, in one answer."""

from datetime import date
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pam_tools_budget.tools.get_finance_summary import get_finance_summary
from pam_tools_budget.tools.get_money_context import get_money_context
from pam_tools_budget.tools.get_savings_status import get_savings_status
from pam_tools_budget.tools.log_income import log_income
from pam_tools_budget.tools.track_savings import track_savings

CENTS = st.decimals("0.01", "900", places=2)
SPENDING = st.lists(st.tuples(CENTS, st.sampled_from(["gas", "food", "pet"]), st.integers(1, 13)), max_size=6)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spent=SPENDING, earned=CENTS, planned=CENTS)
async def test_it_says_what_the_summary_the_budgets_and_the_savings_say(new_ledger, spent, earned, planned):
    """R-A6: one question instead of three, and the same figures to the cent."""
    ledger = new_ledger()
    for amount, category, day in spent:
        await ledger.spend(str(amount), category, date=date(2026, 5, day))
    await ledger.budget(str(planned), "gas")
    await ledger.budget("40", "food", period="weekly")
    await ledger.run(log_income, amount=earned, source="work")
    await ledger.run(track_savings, amount_saved="9.50", category="gas", confirmed=True)
    told = await ledger.run(get_money_context)
    totals = (await ledger.run(get_finance_summary)).totals
    assert (told.income, told.expenses, told.net) == (totals.income, totals.expenses, totals.net)
    [budget] = told.budgets
    [row] = (await ledger.compare()).comparisons
    assert (budget.spent, budget.left, budget.status) == (row.spent, row.difference, row.status)
    status = await ledger.run(get_savings_status)
    assert (told.saved_this_month, told.savings_promised) == (status.total_savings, status.threshold)


async def test_who_has_nothing_on_record_has_nothing(ledger):
    """R-T5: zeros, and nothing made up."""
    told = await ledger.run(get_money_context)
    assert (told.is_empty, told.income, told.budgets) == (True, Decimal(0), [])
