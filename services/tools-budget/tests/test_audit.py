"""What money left behind: the financial audit log, and rows nobody else sees."""

import asyncpg
import pytest

from pam_shared.postgres.pool import member_transaction
from pam_shared.tools.following import forget_member
from pam_tools_budget.tools.add_hustle_idea import add_hustle_idea
from pam_tools_budget.tools.export_budget_report import export_budget_report
from pam_tools_budget.tools.find_savings_opportunities import find_savings_opportunities
from pam_tools_budget.tools.get_finance_summary import get_finance_summary
from pam_tools_budget.tools.get_money_context import get_money_context
from pam_tools_budget.tools.get_money_records import get_money_records
from pam_tools_budget.tools.log_hustle_attempt import log_hustle_attempt
from pam_tools_budget.tools.log_income import log_income
from pam_tools_budget.tools.track_savings import track_savings


async def test_nobodys_money_is_in_anybody_elses_sum(new_ledger):
    """G6: expenses and budgets are their member's alone."""
    ann, ben = new_ledger(), new_ledger()
    await ann.spend("500")
    await ann.budget("10")
    assert (await ben.summary()).is_empty
    assert (await ben.compare()).is_empty
    assert (await ben.spend("1")).spent_this_month == 1
    assert (await ben.budget("20")).action == "created"
    assert (await ann.compare()).comparisons[0].budgeted == 10
    assert [operation for operation, *_ in await ben.audited()][-2:] == ["create_expense", "update_budget"]


async def test_every_calculation_leaves_one_row(ledger):
    """R-D4: operation, what went in and what came out."""
    await ledger.spend("45.10", "fuel")
    await ledger.budget("300")
    await ledger.summary(days=7)
    await ledger.compare()
    spend, budget, summary, compare = await ledger.audited()
    assert spend[0] == "create_expense"
    assert (spend[1]["amount"], spend[1]["category"], spend[2]) == ("45.10", "gas", {"total": "45.10"})
    assert budget[0] == "update_budget"
    assert budget[2] == {"category": "gas", "amount": "300.00", "period": "monthly"}
    assert (summary[0], summary[1]["days"], summary[2]["total_amount"]) == ("get_spending_summary", 7, "45.10")
    assert (compare[0], compare[2]["comparisons"][0]["difference"]) == ("compare_vs_budget", "254.90")


@pytest.mark.parametrize(
    "statement",
    [
        "update financial_audit_log set result = '{}'",
        "delete from financial_audit_log",
        "truncate financial_audit_log",
        "drop table financial_audit_log",
        "alter table financial_audit_log disable row level security",
    ],
)
async def test_what_was_calculated_stays(ledger, pool, statement):
    """R-D4, R-S6: the worker's own login can add to the financial audit log and nothing else."""
    await ledger.spend("1")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with member_transaction(pool, ledger.identity.user) as db:
            await db.execute(statement)
    assert len(await ledger.audited()) == 1


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("expenses", "amount, category, date) values ($1, 1, 'gas', '2026-05-13'"),
        ("budgets", "amount, category, period) values ($1, 1, 'gas', 'monthly'"),
        ("income_entries", "amount, source, date) values ($1, 1, 'work', '2026-05-13'"),
        ("hustle_ideas", "title) values ($1, 'Theft'"),
        (
            "user_hustle_attempts",
            "hustle_id, title, hours_spent, earnings, start_date) values ($1, $1, 'Theft', 1, 1, '2026-05-13'",
        ),
        (
            "pam_savings_events",
            "event_type, category, amount, saved_date) values ($1, 'gas', 'gas', 1, '2026-05-13'",
        ),
        (
            "monthly_savings_summary",
            "billing_period_start, billing_period_end, subscription_cost) values ($1, '2026-05-01', '2026-05-31', 10",
        ),
        (
            "savings_guarantee_history",
            (
                "billing_period_start, total_savings, subscription_cost, guarantee_met)"
                " values ($1, '2026-05-01', 1, 1, true"
            ),
        ),
        ("financial_audit_log", "operation, inputs, result) values ($1, 'theft', '{}', '{}'"),
    ],
)
async def test_no_row_can_be_written_in_anybody_elses_name(new_ledger, table, columns):
    """G6: row-level security refuses what a wrong query would do."""
    ann, ben = new_ledger(), new_ledger()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with ben.context() as ctx:
            await ctx.db.execute(f"insert into {table} (user_id, {columns})", ann.identity.user)


async def test_nothing_of_anybody_elses_is_seen_by_any_tool_that_reads(new_ledger):
    """G6: a member's records are the member's."""
    ann, ben = new_ledger(), new_ledger()
    await ann.spend("500")
    await ann.budget("10")
    await ann.run(log_income, amount=5, source="work")
    await ann.run(track_savings, amount_saved=20, category="gas", confirmed=True)
    for tool, arguments in (
        (get_finance_summary, {}),
        (export_budget_report, {}),
        (find_savings_opportunities, {}),
        (get_money_records, {"start_date": "2026-01-01", "end_date": "2026-12-31"}),
        (get_money_context, {}),
    ):
        assert (await ben.run(tool, **arguments)).is_empty
        assert tool is find_savings_opportunities or not (await ann.run(tool, **arguments)).is_empty


async def test_a_member_who_leaves_leaves_nothing_behind(new_ledger, administrator):
    """R-D7: every table that holds a member's rows, and only theirs."""
    ann, ben = new_ledger(), new_ledger()
    for member in (ann, ben):
        await member.spend("5")
        await member.budget("10")
        await member.run(log_income, amount=5, source="work")
        await member.run(track_savings, amount_saved=20, category="gas", confirmed=True)
        idea = (await member.run(add_hustle_idea, title="Detailing")).idea
        await member.run(log_hustle_attempt, hustle_id=idea.id, hours_spent=1, earnings=5)
    tables = await ann.rows("select member_tables() as name")
    assert len(tables) == 9
    await ann.follow(forget_member, {})
    for table in tables:
        counted = f"select count(*) from budget.{table['name']} where user_id = $1"
        assert await administrator.fetchval(counted, ann.identity.user) == 0
        assert await administrator.fetchval(counted, ben.identity.user) > 0
