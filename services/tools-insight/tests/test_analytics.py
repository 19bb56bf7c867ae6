"""Analytics: noted once and only with leave, aggregated by day and range, told to whom they concern."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pam_shared.contracts.identity import Role
from pam_shared.errors import InvalidRequestError, NotPermittedError
from pam_tools_insight.analytics import Totals, error_rate, facts, trends, warnings
from pam_tools_insight.follows.expense_recorded import expense_recorded
from pam_tools_insight.follows.feedback_recorded import feedback_recorded
from pam_tools_insight.follows.privacy_changed import privacy_changed
from pam_tools_insight.tools.generate_analytics_summary import generate_analytics_summary
from pam_tools_insight.tools.generate_daily_analytics import generate_daily_analytics
from pam_tools_insight.tools.get_analytics_insights import get_analytics_insights
from pam_tools_insight.tools.log_analytics_event import log_analytics_event
from pam_tools_insight.tools.optimize_user_experience import optimize_user_experience

EVERY_ROLE = frozenset(Role)


@pytest.fixture
def somebody(new_member):
    """A member in whose name PAM itself may note events."""
    return new_member(roles=frozenset({Role.MEMBER, Role.SYSTEM}))


@pytest.fixture
async def lone_day(administrator):
    """A day of the past on which nothing was noted yet, far from any other."""
    first = await administrator.fetchval("select min(created_at) from insight.pam_analytics_logs")
    return min(first or datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 1, 1, tzinfo=UTC)) - timedelta(days=60)


async def note(bench, feature="plan_trip", *, times=1, **data):
    """Note events."""
    for _ in range(times):
        await bench.run(log_analytics_event, event_type="tool_called", event_data={"feature": feature, **data})


async def test_an_event_is_noted_once_by_its_id(somebody):
    """R-T1: also when repeats come at once; without an id each call is an event of its own."""
    event = {"event_type": "opened", "event_data": {"page": "map"}, "event_id": str(uuid4())}
    replies = await asyncio.gather(*(somebody.run(log_analytics_event, **event) for _ in range(8)))
    assert {str(reply.event_id) for reply in replies} == {event["event_id"]}
    assert [reply.message for reply in replies].count("The event is noted.") == 1
    await note(somebody, times=2)
    async with somebody.context() as ctx:
        assert await ctx.db.fetchval("select count(*) from pam_analytics_logs") == 3


async def test_two_members_may_have_events_of_the_same_id(new_member):
    """G6: an id of another member's event is no obstacle and tells nothing."""
    event_id = str(uuid4())
    for _ in range(2):
        bench = new_member(roles=EVERY_ROLE)
        await bench.run(log_analytics_event, event_type="a", event_data={}, event_id=event_id)
        async with bench.context() as ctx:
            assert await ctx.db.fetchval("select count(*) from pam_analytics_logs") == 1


async def test_only_services_note_events(member, admin):
    """R-S4: a member cannot fill the analytics."""
    for nobody in (member, admin):
        with pytest.raises(NotPermittedError):
            await nobody.run(log_analytics_event, event_type="a", event_data={})


async def test_events_are_bounded(somebody):
    """R-T3: sixteen kilobytes."""
    with pytest.raises(InvalidRequestError, match="event_data: it is 20,011 bytes; at most 16,384 are taken"):
        await somebody.run(log_analytics_event, event_type="a", event_data={"text": "x" * 20_000})


@pytest.mark.unit
@given(
    st.dictionaries(
        st.sampled_from(["feature", "success", "response_time_ms", "error_type", "x"]),
        st.integers() | st.text() | st.none() | st.booleans(),
    )
)
def test_data_of_any_kind_is_taken_and_what_is_wrong_in_it_not_counted(data):
    """R-T5: a service's mistake does not lose its event."""
    found = facts(data)
    assert found.response_time_ms is None or 0 <= found.response_time_ms <= 86_400_000
    assert found.feature is None or len(found.feature) <= 100


async def test_who_does_not_want_to_be_noted_is_not(somebody):
    """R-D7: by any way; and again when they change their mind."""
    await somebody.follow(privacy_changed, {"data_collection": False, "profile_visibility": "public"})
    reply = await somebody.run(log_analytics_event, event_type="a", event_data={})
    assert (reply.event_id, reply.is_empty) == (None, True)
    await somebody.follow(expense_recorded, {"amount": "5.00"})
    async with somebody.context() as ctx:
        assert await ctx.db.fetchval("select count(*) from pam_analytics_logs") == 0
    await somebody.follow(privacy_changed, {"data_collection": True})
    await somebody.follow(expense_recorded, {"amount": "5.00"})
    async with somebody.context() as ctx:
        rows = await ctx.db.fetch("select feature, event_data, success from pam_analytics_logs")
    assert [tuple(row) for row in rows] == [("expenses", {}, True)]


async def test_a_day_is_aggregated_over_all_members_and_again_in_place(new_member, admin, lone_day, administrator):
    """R-T1: counts, averages of what was measured, features, hours; a second run replaces the first."""
    first, second = (new_member(roles=EVERY_ROLE).at(lone_day.replace(hour=hour)) for hour in (9, 17))
    await note(first, times=3, success=True, response_time_ms=100)
    await note(second, "fuel", success=False, response_time_ms=500)
    await note(second, "fuel")
    day = str(lone_day.date())
    found = await admin.run(generate_daily_analytics, target_date=day)
    assert found.message == f"On {day} there were 5 events of 2 members."
    metrics = found.metrics
    assert (metrics.mean_response_ms, metrics.p95_response_ms, metrics.error_rate_percent) == (200, 440, 25.0)
    assert (metrics.popular_features, metrics.by_hour) == ({"plan_trip": 3, "fuel": 2}, {9: 3, 17: 2})
    assert metrics.events_per_user == 2.5
    await note(second, "fuel")
    assert (await admin.run(generate_daily_analytics, target_date=day)).metrics.events == 6
    rows = await administrator.fetch("select log_count from insight.analytics_daily where date = $1", lone_day.date())
    assert [row["log_count"] for row in rows] == [6]


async def test_a_day_on_which_nothing_happened_is_told_as_that(admin, lone_day):
    """R-T5: no average of nothing."""
    found = await admin.run(generate_daily_analytics, target_date=str(lone_day.date()))
    assert found.is_empty
    assert (found.metrics.mean_response_ms, found.metrics.error_rate_percent) == (None, None)
    with pytest.raises(InvalidRequestError, match="target_date"):
        await admin.run(generate_daily_analytics, target_date="2026-05-14")


async def test_a_range_counts_each_member_once(new_member, admin, lone_day):
    """R-T1: unique members of a week are not the sum of its days."""
    bench = new_member(roles=EVERY_ROLE)
    for days in (0, 1, 6, 7):
        await note(bench.at(lone_day + timedelta(days=days)))
    start, end = lone_day.date(), lone_day.date() + timedelta(days=6)
    await admin.run(generate_daily_analytics, target_date=str(start))
    found = await admin.run(generate_analytics_summary, start_date=str(start), end_date=str(end))
    assert (found.metrics.events, found.metrics.unique_users) == (3, 1)
    assert found.days_aggregated == {start: 1}
    again = await admin.run(generate_analytics_summary, start_date=str(start), end_date=str(end))
    assert again.metrics == found.metrics


@pytest.mark.parametrize(("start", "end"), [("2026-05-02", "2026-05-01"), ("2024-01-01", "2026-01-01")])
async def test_a_range_that_is_none_is_refused(admin, start, end):
    """R-T3: backwards, or years long."""
    with pytest.raises(InvalidRequestError, match="end_date"):
        await admin.run(generate_analytics_summary, start_date=start, end_date=end)


async def test_members_aggregate_nothing(member):
    """R-S4: figures of all members are operators'."""
    for tool, arguments in (
        (generate_daily_analytics, {}),
        (generate_analytics_summary, {"start_date": "2026-05-01", "end_date": "2026-05-02"}),
    ):
        with pytest.raises(NotPermittedError):
            await member.run(tool, **arguments)


async def test_members_see_their_own_use_and_nobody_elses(new_member, somebody):
    """G6, R-T6: others' ids are refused, whether there is such a member or not."""
    await note(somebody, times=4, success=True, response_time_ms=120)
    other = new_member(roles=EVERY_ROLE - {Role.ADMIN})
    await note(other, "fuel")
    for kind in ("general", "user", "performance", "trends"):
        found = await somebody.at(somebody.now + timedelta(seconds=1)).run(get_analytics_insights, insight_type=kind)
        assert found.insights
        assert "fuel" not in found.message
    own = await somebody.at(somebody.now + timedelta(seconds=1)).run(
        get_analytics_insights, user_id=str(somebody.identity.user)
    )
    assert own.insights == ["4 events of 1 member.", "Used most: plan trip (4)."]
    for user in (other.identity.user, uuid4()):
        with pytest.raises(NotPermittedError, match="user_id"):
            await somebody.run(get_analytics_insights, user_id=str(user))


async def test_admins_see_everybody_or_one(admin, new_member):
    """R-S4: by the caller's role alone."""
    one, two = (new_member(roles=EVERY_ROLE) for _ in range(2))
    await note(one, times=2)
    await note(two)
    later = admin.at(admin.now + timedelta(seconds=1))
    [about_one, _] = (await later.run(get_analytics_insights, user_id=str(one.identity.user))).insights
    assert about_one == "2 events of 1 member."
    everybody = (await later.run(get_analytics_insights)).insights[0]
    assert int(everybody.split()[0].replace(",", "")) >= 3
    assert (await later.run(get_analytics_insights, user_id=str(uuid4()))).is_empty


async def test_more_than_five_percent_of_failures_is_a_warning(somebody):
    """R-O7: the whole, and each feature."""
    await note(somebody, "fuel", times=19, success=True)
    await note(somebody, "fuel", success=False)
    later = somebody.at(somebody.now + timedelta(seconds=1))
    assert (await later.run(get_analytics_insights)).warnings == []
    await note(somebody, "fuel", success=False)
    assert (await later.run(get_analytics_insights)).warnings == [
        "9.5% of all calls failed, above the 5% that is tolerable.",
        "fuel failed in 9.5% of its calls (2 of 21).",
    ]


@pytest.mark.unit
@given(st.integers(0, 500), st.integers(0, 500))
def test_a_warning_is_given_exactly_above_five_percent(judged, errors):
    """R-O7: events that do not say how they went count neither way."""
    judged = max(judged, errors)
    found = warnings(Totals(judged + 10, 1, judged, errors, 0, None, None), [])
    assert bool(found) == bool(judged and round(errors / judged * 100, 1) > 5)
    assert error_rate(0, 0) is None


@pytest.mark.unit
def test_a_trend_compares_seven_whole_days_with_the_seven_before():
    """R-T5: today is not over and counts in neither."""
    today = date(2026, 5, 13)

    def days(first, last, each):
        return {today - timedelta(days=back): each for back in range(first, last + 1)}

    assert trends({today: 99, **days(1, 7, 3), **days(8, 14, 2)}, today) == [
        "21 events in the last seven days, 50% more than in the seven before (14)."
    ]
    assert trends({**days(1, 14, 2)}, today) == [
        "14 events in the last seven days, as many as in the seven before (14)."
    ]
    assert trends(days(1, 7, 1), today) == ["7 events in the last seven days; there is no week before to compare with."]


async def test_habits_are_learned_from_use_and_kept(new_member):
    """R-T1: the parts of the day are the member's own; learning again what is known changes nothing."""
    bench = new_member(roles=EVERY_ROLE, zone="America/Denver")
    await note(bench, "fuel", times=9, success=True)
    await note(bench, "camping", success=False)
    later = bench.at(bench.now + timedelta(minutes=1), "America/Denver")
    found = await later.run(optimize_user_experience)
    assert found.learned_preferences == {"favourite_features": ["fuel", "camping"], "active_part_of_day": "morning"}
    assert [(one.area, one.reason) for one in found.optimizations] == [
        ("features", "10 events in the last 90 days"),
        ("timing", "100% of your use is then"),
        ("reliability", "1 of 1 failed"),
    ]
    await later.run(optimize_user_experience)
    async with bench.context() as ctx:
        rows = await ctx.db.fetch("select detail from pam_learning_events where event_type = 'preferences_learned'")
    assert [row["detail"]["before"] for row in rows] == [{}]


async def test_too_little_use_teaches_nothing(somebody):
    """R-T5: too little data is said, not guessed."""
    await note(somebody, times=9)
    found = await somebody.at(somebody.now + timedelta(seconds=1)).run(optimize_user_experience)
    assert (found.is_empty, found.learned_preferences) == (True, {})
    assert "not done enough together yet" in found.message


async def test_feedback_is_learned_from_once_an_answer(somebody):
    """R-T1: who thinks again about an answer is counted with what they think now."""
    for message, thumb, rating in (
        ("a", True, None),
        ("a", False, None),
        ("b", None, 1),
        ("c", None, 5),
        ("d", None, None),
    ):
        told = {"message_id": message, "thumbs_up": thumb, "rating": rating, "feedback_text": "Hm."}
        await somebody.follow(feedback_recorded, told)
    found = await somebody.run(optimize_user_experience, focus_areas=["answers"])
    [one] = found.optimizations
    assert one.suggestion == "Answer shorter and ask back before acting."
    assert one.reason == "you liked 1 answer and disliked 2"
    with pytest.raises(InvalidRequestError, match="focus_areas"):
        await somebody.run(optimize_user_experience, focus_areas=["looks"])
