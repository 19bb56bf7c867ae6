"""What PAM makes of what other workers tell: whole, partial, and nothing at all."""

from uuid import uuid4

import pytest

from pam_shared.contracts.tools import Outcome, Source, ToolReply
from pam_shared.errors import NotFoundError, UnavailableError
from pam_tools_insight.tools.analyze_hustle_roi import analyze_hustle_roi
from pam_tools_insight.tools.analyze_spending_patterns import analyze_spending_patterns
from pam_tools_insight.tools.correlate_trip_expenses import correlate_trip_expenses
from pam_tools_insight.tools.create_recommendation import create_recommendation
from pam_tools_insight.tools.generate_insights_report import generate_insights_report
from pam_tools_insight.tools.generate_intelligent_recommendations import generate_intelligent_recommendations
from pam_tools_insight.tools.get_user_360_view import get_user_360_view
from pam_tools_insight.tools.predict_maintenance_costs import predict_maintenance_costs

EVERYTHING = (
    get_user_360_view,
    correlate_trip_expenses,
    predict_maintenance_costs,
    analyze_hustle_roi,
    generate_intelligent_recommendations,
    analyze_spending_patterns,
    generate_insights_report,
)
NOTHING = {
    ("budget", "get_money_records"): {},
    ("trip", "get_travel_records"): {},
    ("social", "get_social_records"): {},
    ("account", "get_vehicles"): {},
    ("account", "get_calendar_events"): {},
}


@pytest.mark.parametrize("tool", EVERYTHING, ids=lambda tool: tool.name)
async def test_an_empty_member_is_told_what_to_do(new_member, tool):
    """R-T5: no results is an answer with a sentence, not a failure."""
    reply = await new_member(NOTHING).reply(tool)
    assert (reply.outcome, reply.partial) == (Outcome.NO_RESULTS, False)
    assert reply.message.endswith((".", "?"))
    assert reply.confidence is None


@pytest.mark.parametrize("tool", EVERYTHING, ids=lambda tool: tool.name)
async def test_with_nobody_there_nothing_is_made_up(new_member, tool):
    """R-T5: not available is told apart from no results."""
    with pytest.raises(UnavailableError, match="I can't reach your"):
        await new_member({}).reply(tool)


@pytest.mark.parametrize("tool", EVERYTHING, ids=lambda tool: tool.name)
async def test_an_answer_that_is_not_what_was_agreed_counts_as_none(new_member, tool):
    """R-T5: tolerant of what is added, not of what is wrong."""
    wrong = {"expenses": [{"amount": "much"}], "trips": 7, "maintenance": "oil", "events": None, "vehicles": 0}
    garbage = dict.fromkeys(NOTHING, wrong) | {("social", "get_social_records"): {"posts_count": "many"}}
    with pytest.raises(UnavailableError):
        await new_member(garbage).reply(tool)


async def test_the_view_has_every_side_of_a_member(new_member, expense, job, trip, ago):
    """R-T1: money, hustles, travel, vehicle, community, and scores that explain themselves."""
    member = new_member(
        {
            ("budget", "get_money_records"): {
                "expenses": [expense(120, "gas"), expense(30, "food"), expense(999, "repair", ago(200))],
                "income": [{"amount": "1000.00", "source": "work", "date": str(ago(3))}],
                "budgets": [{"category": "gas", "amount": "100.00", "period": "monthly"}],
                "hustles": [
                    {
                        "hustle_id": str(uuid4()),
                        "title": "Repairs",
                        "status": "active",
                        "earnings": "300",
                        "hours_spent": "10",
                    }
                ],
                "savings": [{"amount": "12.00", "saved_date": str(ago(2)), "confirmed": True}],
            },
            ("trip", "get_travel_records"): {
                "trips": [trip("Moab", ago(-7), ago(-9), distance_miles="450.5", estimated_total="300.00")],
                "maintenance": [job("oil change", ago(90), 80, next_due_date=str(ago(-20)))],
                "favorites_count": 3,
            },
            ("social", "get_social_records"): {"posts_count": 4, "followers_count": 1},
            ("account", "get_vehicles"): {"vehicles": [{"id": str(uuid4()), "name": "Bessie", "is_primary": True}]},
            ("account", "get_calendar_events"): {"events": [{"title": "Oil", "start_date": "2026-05-20T12:00:00Z"}]},
        }
    )
    reply = await member.reply(get_user_360_view)
    data = reply.data
    assert (data["financial"]["spent"], data["financial"]["earned"], data["financial"]["saved"]) == (
        "150.00",
        "1000.00",
        "12.00",
    )
    assert data["financial"]["top_categories"] == {"gas": "120.00", "food": "30.00"}
    assert data["travel"]["next_trip"] == "Moab"
    assert data["vehicle"]["due"] == [{"task": "oil change", "due_date": str(ago(-20)), "overdue": False}]
    assert (data["hustle"]["best"], data["hustle"]["best_hourly_rate"]) == ("Repairs", "30.00")
    assert (data["social"]["posts_count"], data["calendar_entries"]) == (4, 1)
    assert {score["name"] for score in data["health_scores"]} == {"budgets", "cash_flow", "vehicle", "next_trip"}
    assert all(score["reason"] and score["inputs"] for score in data["health_scores"])
    assert "In the last 30 days you spent $150.00 and earned $1,000.00; over budget: gas." in reply.message
    assert "4 posts and 1 follower." in reply.message
    assert len(reply.sources) == 5
    assert not reply.partial


async def test_a_side_that_was_not_asked_for_is_not_asked_about(new_member, expense):
    """R-A11: only the workers that are needed; what they add to the shape is no matter."""
    told = {("budget", "get_money_records"): {"expenses": [expense(10)], "something_new": 1}}
    reply = await new_member(told).reply(get_user_360_view, include=["financial"])
    assert reply.data["financial"]["spent"] == "10.00"
    assert (reply.partial, reply.data["travel"], reply.data["social"]) == (False, None, None)


async def test_a_worker_that_is_away_makes_the_answer_partial_and_is_named(new_member, expense):
    """R-T5, R-A11: the rest is told."""
    told = {("budget", "get_money_records"): {"expenses": [expense(10)]}}
    reply = await new_member(told).reply(get_user_360_view)
    assert (reply.outcome, reply.partial) == (Outcome.OK, True)
    assert reply.message.endswith(
        "I could not reach your calendar, community, travel and vehicle records just now, so they are left out."
    )
    assert [source.name for source in reply.sources] == ["your expenses, income and budgets"]


async def test_nothing_found_is_not_said_of_records_nobody_could_reach(new_member):
    """R-T5: half an answer never claims the whole."""
    told = {("trip", "get_travel_records"): {}}
    for tool in (get_user_360_view, generate_insights_report, generate_intelligent_recommendations):
        reply = await new_member(told).reply(tool)
        assert reply.message.startswith("The records I could reach hold nothing about it. I could not reach your ")
    with pytest.raises(UnavailableError, match="I can't reach your money records"):
        await new_member(told).reply(correlate_trip_expenses)


async def test_what_is_a_sample_elsewhere_is_a_sample_here(new_member, expense):
    """R-E2: marks are passed on."""
    sample = Source(name="sample prices", as_of="2026-05-01T00:00:00Z", sample=True)
    reply = ToolReply(outcome=Outcome.OK, data={"expenses": [expense(10)]}, sources=[sample])
    told = {("budget", "get_money_records"): reply}
    assert sample in (await new_member(told).reply(analyze_spending_patterns)).sources


async def test_expenses_left_out_are_said(new_member, expense):
    """R-T5: a cut is never silent."""
    told = {("budget", "get_money_records"): {"expenses": [expense(10)], "truncated": True}}
    reply = await new_member(told).reply(analyze_spending_patterns)
    assert reply.partial
    assert "this is about the newest of them" in reply.message


async def test_expenses_are_told_by_trip(new_member, expense, trip, ago):
    """R-T1: total, days, cost per day; gallons are not money twice."""
    moab, next_year = trip("Moab", ago(10), ago(6)), trip("Yukon", ago(-300))
    fuel = [{"id": str(uuid4()), "date": str(ago(8)), "gallons": "20.5", "total": "70.00"}]
    told = {
        ("trip", "get_travel_records"): {"trips": [moab, next_year], "fuel": fuel},
        ("budget", "get_money_records"): {"expenses": [expense("70.00", day=ago(8)), expense(30, "food", ago(6))]},
    }
    member = new_member(told)
    found = await member.run(correlate_trip_expenses)
    [one] = found.trips
    assert (one.trip.title, one.days, str(one.total), str(one.cost_per_day), str(one.gallons)) == (
        "Moab",
        5,
        "100.00",
        "20.00",
        "20.5",
    )
    assert found.message.startswith(
        "Moab: $100.00 in 5 days, $20.00 a day. On Moab most went on gas: $70.00, 70% of it."
    )
    assert len((await member.run(correlate_trip_expenses, trip_id=moab["id"])).trips) == 1
    assert (await member.run(correlate_trip_expenses, trip_id=next_year["id"])).is_empty
    with pytest.raises(NotFoundError, match="trip_id"):
        await member.run(correlate_trip_expenses, trip_id=str(uuid4()))


async def test_maintenance_is_forecast_with_how_sure_it_is(new_member, job, ago):
    """R-A9: an estimate, cited as one, with its confidence; what cannot be foreseen is named."""
    records = [
        job("Oil change", ago(200), 80),
        job("oil  change", ago(100), 90),
        job("awning", ago(50), 300),
        job("registration", ago(300), next_due_date=str(ago(-30))),
    ]
    member = new_member({("trip", "get_travel_records"): {"maintenance": records}})
    reply = await member.reply(predict_maintenance_costs, months_ahead=4)
    told = [(one["task"], one["due_date"], one["estimated_cost"]) for one in reply.data["predictions"]]
    assert told == [
        ("oil change", "2026-05-13", "85.00"),
        ("registration", "2026-06-12", None),
        ("oil change", "2026-08-21", "85.00"),
    ]
    assert (reply.data["total_estimated_cost"], reply.data["monthly_average"]) == ("170.00", "42.50")
    assert reply.data["unpredictable"] == ["awning"]
    assert 0 < reply.confidence < 1
    assert [source.kind for source in reply.sources] == ["records", "estimate"]
    assert "3 tasks may come up, about $170.00 for those with known prices" in reply.message
    assert reply.message.endswith("Of awning there are too few records to say when.")


async def test_hustles_are_compared(new_member):
    """R-T1: what each brings by the hour, and where the next hours go."""
    hustles = [
        {"hustle_id": str(uuid4()), "title": "Repairs", "status": "active", "earnings": "300.00", "hours_spent": 10},
        {"hustle_id": str(uuid4()), "title": "Blog", "status": "active", "earnings": None, "hours_spent": None},
    ]
    found = await new_member({("budget", "get_money_records"): {"hustles": hustles}}).run(analyze_hustle_roi)
    assert (found.best, [str(one.hourly_rate) for one in found.hustles]) == ("Repairs", ["30.00", "None"])
    assert found.message == (
        "Your 2 hustles brought $300.00 in all. Put your next free hours into Repairs: it pays $30.00 an hour."
        " Note your hours for Blog, so that I can tell what it pays."
    )


async def test_recommendations_put_aside_come_among_those_made_from_records(new_member, admin, expense):
    """R-T1: until they expire; that they were seen is noted."""
    told = {
        ("trip", "get_travel_records"): {},
        ("budget", "get_money_records"): {
            "expenses": [expense(120)],
            "budgets": [{"category": "gas", "amount": "100.00", "period": "monthly"}],
        },
    }
    member = new_member(told)
    user = str(member.identity.user)
    await admin.run(
        create_recommendation, user_id=user, type="weather", content="Leave before the storm.", priority="low"
    )
    await admin.run(
        create_recommendation, user_id=user, type="old", content="Too late.", expires_at="2026-05-13T12:00:01Z"
    )
    found = await member.run(generate_intelligent_recommendations)
    assert [one.title for one in found.recommendations] == ["Over your gas budget", "Weather"]
    assert found.recommendations[1].content == "Leave before the storm."
    assert [score.name for score in found.health_scores] == ["budgets"]
    assert len((await member.run(generate_intelligent_recommendations, limit=1)).recommendations) == 1
    async with member.context() as ctx:
        rows = await ctx.db.fetch("select type, user_viewed from pam_recommendations order by created_at")
    assert [tuple(row) for row in rows] == [("weather", True), ("old", False)]


async def test_in_order_is_not_the_same_as_unknown(new_member, expense):
    """R-T5: with records that ask for nothing, that is said."""
    money = {"expenses": [expense(1)], "budgets": [{"category": "gas", "amount": "100.00", "period": "monthly"}]}
    told = {("trip", "get_travel_records"): {}, ("budget", "get_money_records"): money}
    reply = await new_member(told).reply(generate_intelligent_recommendations)
    assert reply.message == "All is in order; I have nothing to recommend right now."


async def test_spending_is_told_by_period_with_trend_outliers_and_forecast(new_member, expense, ago):
    """R-T1, R-A9: how sure it is, and from what."""
    expenses = [expense(100, day=f"2026-{month:02}-10") for month in (1, 2, 3, 4)]
    expenses += [expense(400, day="2026-04-20"), expense(50)]
    member = new_member({("budget", "get_money_records"): {"expenses": expenses}})
    reply = await member.reply(analyze_spending_patterns)
    assert [one["total"] for one in reply.data["patterns"]] == ["100.00", "100.00", "100.00", "500.00", "50.00"]
    assert [one["complete"] for one in reply.data["patterns"]] == [True] * 4 + [False]
    assert (reply.data["trend"]["direction"], reply.data["trend"]["periods"]) == ("rising", 4)
    assert [(one["amount"], one["usual"]) for one in reply.data["anomalies"]] == [("400.00", "100.00")]
    assert reply.data["predictions"]["expected"] == "200.00"
    assert reply.confidence == reply.data["predictions"]["confidence"] < 0.5
    assert "Unusual: $400.00 for gas on April 20, 2026, where $100.00 is usual." in reply.message
    without = await member.reply(analyze_spending_patterns, include_predictions=False)
    assert (without.data["predictions"], without.confidence) == (None, None)
    quarters = await member.run(analyze_spending_patterns, period="quarterly")
    assert [one.total for one in quarters.patterns] == [300, 550]
    assert "too early to speak of a trend" in quarters.message


async def test_a_report_has_the_sections_asked_for(new_member, expense, job, trip, ago):
    """R-T1: figures of the window alone, what is due within a month after it, and the scores."""
    told = {
        ("budget", "get_money_records"): {"expenses": [expense(70, day=ago(2)), expense(999, day=ago(40))]},
        ("trip", "get_travel_records"): {
            "trips": [trip("Moab", ago(5), ago(3), distance_miles=120)],
            "maintenance": [job("oil change", ago(4), 80, next_due_date=str(ago(-10)))],
        },
    }
    member = new_member(told)
    report = (await member.run(generate_insights_report, time_period="last_7_days")).report
    assert [section.name for section in report.sections] == ["financial", "travel", "vehicle"]
    assert report.sections[0].figures["spent"] == "70.00"
    assert (report.start_date, report.end_date) == (ago(6), ago(0))
    assert [score.name for score in report.scores] == ["vehicle"]
    financial = await member.reply(generate_insights_report, report_type="financial")
    assert [section["name"] for section in financial.data["report"]["sections"]] == ["financial"]
    assert len(financial.sources) == 1
    assert financial.message == (
        "The last 30 days: You spent $70.00, $2.33 a day, and earned $0.00. Most went on gas: $70.00."
    )
