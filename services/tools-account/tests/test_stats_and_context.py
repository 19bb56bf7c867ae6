"""Numbers about a member and what PAM knows of them, asked of the other workers; who did not answer is named."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from pam_shared.contracts.location import Fix
from pam_shared.contracts.tools import Outcome, ToolReply
from pam_tools_account.members import Profile
from pam_tools_account.tools.add_to_cart import add_to_cart
from pam_tools_account.tools.checkout import checkout
from pam_tools_account.tools.create_vehicle import create_vehicle
from pam_tools_account.tools.get_user_context import get_user_context
from pam_tools_account.tools.get_user_stats import get_user_stats
from pam_tools_account.tools.manage_privacy import manage_privacy
from pam_tools_account.tools.update_profile import update_profile
from pam_tools_account.tools.update_settings import update_settings

MONEY = {
    "expenses": [
        {"id": "1", "amount": "45.10", "category": "gas", "date": "2026-05-12"},
        {"id": "2", "amount": "0.90", "category": "food", "date": "2026-05-11"},
    ],
    "income": [{"amount": "1200.00", "source": "work", "date": "2026-05-01"}],
    "budgets": [{"category": "gas", "amount": "300", "period": "monthly"}],
    "savings": [
        {"amount": "10.25", "category": "fuel", "confirmed": True},
        {"amount": "99.00", "category": "fuel", "confirmed": False},
    ],
    "truncated": False,
}
TRAVEL = {
    "trips": [
        {"title": "Coast", "start_date": "2026-07-01", "end_date": "2026-07-09", "distance_miles": 800.5},
        {"title": "Desert", "start_date": "2026-05-10", "end_date": "2026-05-13", "distance_miles": 120},
        {"title": "Old", "start_date": "2026-01-01", "end_date": "2026-01-05", "distance_miles": None},
        {"title": "Some day", "start_date": None, "end_date": None},
    ],
    "fuel": [{"gallons": 20.5}, {"gallons": None}],
    "favorites_count": 3,
}
SOCIAL = {
    "posts_count": 1,
    "comments_count": 2,
    "followers_count": 3,
    "following_count": 4,
    "groups_count": 5,
    "messages_sent": 6,
}
EVERYBODY = {
    ("budget", "get_money_records"): MONEY,
    ("trip", "get_travel_records"): TRAVEL,
    ("social", "get_social_records"): SOCIAL,
}


async def test_numbers_come_from_everybody_who_knows(new_member, new_product, audited):
    """R-D4: sums to the cent, only confirmed savings, and a row in the audit log."""
    member = new_member(asked=EVERYBODY)
    await member.run(create_vehicle, name="Van")
    await member.run(add_to_cart, product_id=await new_product())
    await member.run(checkout, confirm=True)
    reply = await member.reply(get_user_stats, period="month")
    stats = reply.data["stats"]
    assert stats["budget"] == {
        "spent": "46.00",
        "expenses_count": 2,
        "earned": "1200.00",
        "saved": "10.25",
        "budgets_count": 1,
        "truncated": False,
    }
    assert stats["trips"] == {"trips_count": 4, "distance_miles": 920.5, "fuel_gallons": 20.5, "favorites_count": 3}
    assert stats["social"] == SOCIAL
    assert (stats["account"]["vehicles_count"], stats["account"]["plan"]) == (1, None)
    assert (reply.partial, reply.data["missing"]) == (False, [])
    assert reply.message == (
        "This month: $46.00 spent in 2 expenses, 4 trips, 1 vehicle, 1 order and 1 post and 3 followers in all."
    )
    assert (await audited(member))[-1][0] == "get_user_stats"
    assert {source.name for source in reply.sources} == {"budget records", "trip records", "social records"}


async def test_who_did_not_answer_is_named_and_nothing_is_made_up(new_member):
    """R-T5: a part that is missing is null, not zero; the reply is partial."""
    reply = await new_member(asked={("trip", "get_travel_records"): TRAVEL}).reply(get_user_stats)
    assert (reply.outcome, reply.partial, reply.data["missing"]) == (Outcome.OK, True, ["budget", "social"])
    assert (reply.data["stats"]["budget"], reply.data["stats"]["social"]) == (None, None)
    assert reply.message == (
        "So far: 4 trips, 0 vehicles and 0 orders. I could not ask about your budget and social just now."
    )


async def test_an_answer_of_another_shape_counts_as_none(new_member):
    """R-T5: what cannot be read is not guessed at."""
    asked = EVERYBODY | {("social", "get_social_records"): {"posts": 3}}
    assert (await new_member(asked=asked).run(get_user_stats)).missing == ["social"]


async def test_truncated_expenses_are_said_to_be(new_member):
    """R-T5: a sum of the newest two thousand is not the sum of all."""
    asked = EVERYBODY | {("budget", "get_money_records"): MONEY | {"truncated": True}}
    result = await new_member(asked=asked).run(get_user_stats)
    assert result.stats.budget.truncated
    assert "spent in the newest 2 expenses" in result.message


@pytest.mark.parametrize(
    ("period", "start"),
    [("week", "2026-05-11"), ("month", "2026-05-01"), ("year", "2026-01-01"), ("all_time", "2000-01-01")],
)
async def test_the_days_asked_about_are_the_periods_in_the_members_calendar(new_member, period, start):
    """R-D4: where the member is, it is already Thursday."""
    heard = []

    def money(arguments):
        heard.append(arguments)
        return MONEY

    member = new_member(asked=EVERYBODY | {("budget", "get_money_records"): money}, zone="Pacific/Kiritimati")
    await member.run(get_user_stats, period=period)
    assert heard == [{"start_date": start, "end_date": "2026-05-14"}]


async def test_membership_and_plan_are_told(member, administrator):
    """R-T1: from the records of whoever bills."""
    before = (await member.run(get_user_stats)).stats.account
    assert (before.plan, before.plan_status) == (None, None)
    assert abs(before.member_since - datetime.now(UTC)) < timedelta(minutes=5)
    await administrator.execute(
        "insert into account.user_subscriptions (user_id, plan_type, status) values ($1, 'plus', 'active')",
        member.identity.user,
    )
    account = (await member.run(get_user_stats)).stats.account
    assert (account.plan, account.plan_status) == ("plus", "active")


async def test_the_context_holds_all_that_is_known(new_member):
    """R-T1: profile, vehicle, place, money, trips ahead and preferences."""
    here = Fix(latitude=40.8, longitude=-115.8, at=datetime(2026, 5, 13, 11, 59, tzinfo=UTC))
    member = new_member(asked=EVERYBODY, location=here)
    await member.run(update_profile, username="context_" + member.identity.user.hex[:8], location="Reno")
    await member.run(create_vehicle, name="Old", height_ft=9)
    await member.run(create_vehicle, name="Rig", height_ft=13.5)
    await member.run(update_settings, theme="dark")
    await member.run(manage_privacy, profile_visibility="friends")
    reply = await member.reply(get_user_context)
    context = reply.data["context"]
    assert (reply.partial, reply.data["missing"], reply.message) == (False, [], "I know all parts.")
    assert context["profile"]["location"] == context["location"]["home"] == "Reno"
    assert (context["vehicle"]["name"], context["vehicle"]["height_ft"]) == ("Rig", 13.5)
    assert context["location"]["position"]["latitude"] == 40.8
    assert context["finances"] == {
        "spent_this_month": "46.00",
        "earned_this_month": "1200.00",
        "budgets": [{"category": "gas", "amount": "300.00", "period": "monthly"}],
    }
    assert [trip["title"] for trip in context["travel"]["trips_ahead"]] == ["Desert", "Coast"]
    assert (context["travel"]["trips_count"], context["travel"]["favorites_count"]) == (4, 3)
    assert context["preferences"]["settings"]["theme"] == "dark"
    assert context["preferences"]["privacy"]["profile_visibility"] == "friends"
    assert get_user_context.visibility == "internal"


async def test_the_own_records_alone_are_told_without_asking_anybody(new_member):
    """R-A6: who needs the profile at once waits for no other worker."""
    heard = []

    def money(arguments):
        heard.append(arguments)
        return EVERYBODY["budget", "get_money_records"]

    reply = await new_member(asked=EVERYBODY | {("budget", "get_money_records"): money}).reply(
        get_user_context, own_only=True
    )
    assert (heard, reply.partial) == ([], False)
    assert reply.data["context"]["finances"]["spent_this_month"] is None


async def test_of_a_new_member_every_part_has_its_default_and_is_named(member):
    """R-T5: nothing known is said to be nothing known."""
    reply = await member.reply(get_user_context)
    assert reply.data["missing"] == ["profile", "vehicle", "location", "finances", "travel"]
    context = reply.data["context"]
    assert context["profile"] == Profile().model_dump()
    assert (context["vehicle"], context["finances"]["spent_this_month"]) == (None, None)
    assert context["travel"] == {"trips_ahead": [], "trips_count": None, "favorites_count": None}
    assert context["preferences"]["privacy"] == {
        "profile_visibility": "public",
        "location_sharing": None,
        "show_activity": True,
        "allow_messages": "everyone",
        "data_collection": True,
        "trip_sharing": False,
        "financial_data_visibility": "none",
    }
    assert reply.partial


async def test_a_refusal_of_another_worker_is_not_taken_for_data(new_member):
    """R-T5: "failed" is not "nothing"."""
    refused = ToolReply(outcome=Outcome.FAILED, message="No.", data={"expenses": []})
    found = await new_member(asked=EVERYBODY | {("budget", "get_money_records"): refused}).run(get_user_context)
    assert (found.missing, found.context.finances.spent_this_month) == (
        ["profile", "vehicle", "location", "finances"],
        None,
    )
    answered = await new_member(asked=EVERYBODY).run(get_user_context)
    assert answered.context.finances.spent_this_month == Decimal("46.00")
