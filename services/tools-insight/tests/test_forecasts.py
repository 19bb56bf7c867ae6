"""The rules that look ahead or back: spending, maintenance, trips, hustles, health. Figures by hand."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pam_tools_insight import advice, health, hustles, maintenance, spending, trips
from pam_tools_insight.advice import Priority
from pam_tools_insight.records import Budget, Expense, FuelStop, HustleAttempt, Income, Maintenance, Money, Travel, Trip
from pam_tools_insight.rules import confidence, counted, listed, months_after, spread, yours
from pam_tools_insight.spending import Direction, Granularity

pytestmark = pytest.mark.unit

TODAY = date(2026, 5, 13)
DAYS = st.dates(date(2024, 1, 1), TODAY)
AMOUNTS = st.decimals("0.01", "9999.99", places=2)


def spent(amount, day, category="gas", **more):
    return Expense(id=uuid4(), amount=Decimal(str(amount)), category=category, date=day, **more)


def done(task, day, **more):
    return Maintenance(id=uuid4(), task=task, date=day, **more)


def monthly(*totals):
    """One expense in each of the last complete months, the newest last, and one today."""
    first = date(2026, 5, 1)
    expenses = [spent(total, months_after(first, -back)) for back, total in enumerate(reversed(totals), 1)]
    return [*expenses, spent(1, TODAY)]


@given(
    st.lists(st.builds(spent, AMOUNTS, DAYS, st.sampled_from(["gas", "food"])), max_size=40),
    st.sampled_from(Granularity),
)
def test_every_expense_is_in_exactly_one_period(expenses, size):
    """R-D4: totals add up, periods follow each other, and the last holds today."""
    found = spending.periods(expenses, size, TODAY, cut=False)
    assert sum(period.total for period in found) == sum(expense.amount for expense in expenses)
    assert sum(period.count for period in found) == len(expenses)
    assert all(sum(period.by_category.values()) == period.total for period in found)
    starts = [period.start for period in found]
    assert starts[1:] == [period.end + timedelta(days=1) for period in found][:-1]
    assert all(period.complete == (period.end < TODAY) for period in found)
    assert not found or found[-1].start <= TODAY <= found[-1].end


def test_the_oldest_period_is_not_complete_when_expenses_were_left_out():
    """R-T5: what is not all there makes no trend."""
    found = spending.periods(monthly(10, 10, 10), Granularity.MONTHLY, TODAY, cut=True)
    assert [period.complete for period in found] == [False, True, True, False]


@pytest.mark.parametrize(
    ("totals", "direction", "percent"),
    [
        ((100, 100), Direction.UNKNOWN, None),
        ((100, 100, 100), Direction.STEADY, "0.0"),
        ((100, 102, 104), Direction.STEADY, "2.0"),
        ((100, 200, 300), Direction.RISING, "50.0"),
        ((300, 200, 100), Direction.FALLING, "-50.0"),
    ],
)
def test_a_trend_needs_three_complete_periods(totals, direction, percent):
    """R-T5: a straight line through them, against their mean."""
    found = spending.trend(spending.periods(monthly(*totals), Granularity.MONTHLY, TODAY, cut=False))
    assert (found.direction, found.periods) == (direction, len(totals))
    assert found.percent_per_period == (percent and Decimal(percent))


def test_a_forecast_says_how_sure_it_is_and_from_what():
    """R-T5: equal months are surer than scattered ones; two are none."""

    def ahead(*totals):
        return spending.forecast(spending.periods(monthly(*totals), Granularity.MONTHLY, TODAY, cut=False))

    assert ahead(100, 100) is None
    even, uneven = ahead(100, 100, 100), ahead(50, 100, 150)
    assert (even.expected, even.low, even.high, even.confidence) == (100, 100, 100, 0.6)
    assert (uneven.expected, uneven.periods) == (100, 3)
    assert uneven.low < 100 < uneven.high
    assert uneven.confidence < even.confidence < ahead(100, 100, 100, 100, 100, 100).confidence


@given(st.integers(0, 1000), st.floats(0, 100))
def test_confidence_lies_between_nothing_and_certainty_and_falls_with_spread(count, scattered):
    """R-T5: and grows with the number of data points."""
    assert 0 <= confidence(count, scattered) <= 1
    assert confidence(count, scattered) <= confidence(count, 0) <= confidence(count + 1, 0)


@given(st.lists(AMOUNTS, min_size=1, max_size=20))
def test_values_that_are_all_equal_have_no_spread(amounts):
    """R-T5: and no values have a negative one."""
    assert spread(amounts) >= 0
    assert spread([amounts[0]] * 5) < 1e-9


def test_an_expense_far_above_what_is_usual_stands_out():
    """R-T5: by medians, so that it does not hide itself; five of a kind are needed."""
    usual = [spent(amount, TODAY - timedelta(days=day)) for day, amount in enumerate((40, 42, 38, 41, 40))]
    odd = spent(400, TODAY)
    [found] = spending.outliers([*usual, odd, spent(900, TODAY, "repair")])
    assert (found.expense, found.usual) == (odd, Decimal("40.50"))
    assert not spending.outliers(usual)


def test_the_date_a_member_noted_comes_before_any_rhythm():
    """R-T5: and is the surest."""
    records = [done("oil", date(2025, 5, 1)), done("Oil", date(2025, 11, 1), next_due_date=date(2026, 7, 1))]
    [due] = maintenance.upcoming(records, [])
    assert (due.task, due.date, due.basis) == ("oil", date(2026, 7, 1), "the due date you noted")
    assert due.every == timedelta(days=184)


def test_a_mileage_becomes_a_date_by_how_far_the_member_drives():
    """R-T5: from odometer readings at least two weeks apart."""
    fuel = [
        FuelStop(id=uuid4(), date=date(2026, 4, 1), odometer=50_000),
        FuelStop(id=uuid4(), date=date(2026, 5, 1), odometer=51_500),
    ]
    assert maintenance.miles_per_day(fuel) == 50
    assert maintenance.miles_per_day(fuel[:1]) is None
    record = done("tires", date(2026, 5, 1), mileage=51_500, next_due_mileage=53_000)
    [due] = maintenance.upcoming([record], fuel)
    assert due.date == date(2026, 5, 31)
    assert maintenance.upcoming([record], []) == []


def test_what_was_done_once_cannot_be_foreseen():
    """R-T5: too little data is said, not guessed."""
    assert maintenance.upcoming([done("awning", date(2026, 1, 1), cost=Decimal(300))], []) == []


def test_a_rhythm_repeats_within_the_horizon_and_bills_give_the_cost():
    """R-D4: the mean of bills, to the cent; what is overdue is due today."""
    records = [
        done("oil", TODAY - timedelta(days=300), cost=Decimal("80.00")),
        done("oil change", TODAY, cost=Decimal("10.00")),
        done("OIL", TODAY - timedelta(days=200), cost=Decimal("90.01")),
        done("oil", TODAY - timedelta(days=110)),
    ]
    tasks = maintenance.by_task(records)
    due = maintenance.next_due("oil", tasks["oil"], None)
    cost = maintenance.expected_cost(tasks["oil"])
    assert (due.every, cost.expected) == (timedelta(days=95), Decimal("85.01"))
    found = list(maintenance.predictions(due, cost, TODAY, TODAY + timedelta(days=190)))
    assert [(one.due_date, one.overdue) for one in found] == [
        (TODAY, True),
        (TODAY + timedelta(days=95), False),
        (TODAY + timedelta(days=190), False),
    ]
    assert all(one.estimated_cost == Decimal("85.01") and 0 < one.confidence < 1 for one in found)


def test_an_expense_belongs_to_one_trip_at_most():
    """R-D4: of two trips on a day, to the one whose place it names, else to the one begun last."""
    long = Trip(
        id=uuid4(), title="Long", start_date=date(2026, 5, 1), end_date=date(2026, 5, 10), destination="Moab, UT"
    )
    side = Trip(id=uuid4(), title="Side", start_date=date(2026, 5, 3), end_date=date(2026, 5, 4))
    expenses = [
        spent(10, date(2026, 5, 3), location="City Market, Moab"),
        spent(20, date(2026, 5, 3)),
        spent(30, date(2026, 5, 1)),
        spent(40, date(2026, 4, 30)),
    ]
    found = {one.trip.title: one for one in trips.correlate([long, side], expenses, [], TODAY)}
    assert (found["Long"].total, found["Long"].days, found["Long"].cost_per_day) == (40, 10, 4)
    assert (found["Side"].total, found["Side"].days) == (20, 2)


@given(st.lists(st.builds(spent, AMOUNTS, DAYS), max_size=30), st.lists(st.tuples(DAYS, DAYS), max_size=5))
def test_no_expense_is_counted_twice(expenses, spans):
    """R-D4: however trips overlap."""
    planned = [Trip(id=uuid4(), title="T", start_date=min(span), end_date=max(span)) for span in spans]
    found = trips.correlate(planned, expenses, [], TODAY)
    ids = [expense.id for one in found for expense in one.expenses]
    assert len(ids) == len(set(ids))
    inside = [one for one in expenses if any(min(span) <= one.date <= max(span) for span in spans)]
    assert sum(one.total for one in found) == sum(one.amount for one in inside)


@pytest.mark.parametrize(
    ("about", "days"),
    [
        ({"start_date": date(2026, 5, 10)}, 4),
        ({"start_date": date(2026, 5, 10), "end_date": date(2026, 6, 1)}, 4),
        ({"start_date": date(2026, 5, 10), "status": "completed"}, 1),
        ({"start_date": date(2026, 5, 14)}, None),
        ({"start_date": date(2026, 5, 1), "status": "cancelled"}, None),
        ({}, None),
    ],
)
def test_a_trip_lasts_from_its_start_to_its_end_or_today(about, days):
    """R-T5: what has not begun has no days."""
    found = trips.days_of(Trip(id=uuid4(), title="T", **about), TODAY)
    assert (found and (found[1] - found[0]).days + 1) == days


def test_insights_about_a_trip_compare_it_with_its_estimate_and_its_miles():
    """R-D4: figures to the cent."""
    trip = Trip(
        id=uuid4(),
        title="Moab",
        start_date=date(2026, 5, 1),
        end_date=date(2026, 5, 2),
        status="completed",
        estimated_total=Decimal(100),
        distance_miles=Decimal(300),
    )
    expenses = [spent(90, date(2026, 5, 1)), spent(60, date(2026, 5, 2), "rv_park")]
    assert trips.insights(trips.correlate([trip], expenses, [], TODAY)) == [
        "On Moab most went on gas: $90.00, 60% of it.",
        "Moab cost $50.00 more than its estimate of $100.00.",
        "Moab came to $0.50 a mile over 300 miles.",
    ]


def attempt(title, earnings, hours, hustle=None):
    return HustleAttempt(
        hustle_id=hustle or uuid4(), title=title, earnings=earnings, hours_spent=hours, status="active"
    )


def test_hustles_are_compared_by_the_hour_and_attempts_at_one_taken_together():
    """R-D4: the rate is earnings through hours, half up; luck in the first hours is not the best."""
    repair = uuid4()
    found = hustles.returns(
        [
            attempt("Repairs", 200, 8, repair),
            attempt("Repairs", 100, 2, repair),
            attempt("Blog", 10, 20),
            attempt("Lucky", 500, 1),
            attempt("Market", 80, None),
        ]
    )
    assert [(one.title, one.hourly_rate) for one in found] == [
        ("Lucky", 500),
        ("Repairs", 30),
        ("Blog", Decimal("0.50")),
        ("Market", None),
    ]
    assert hustles.best(found).title == "Repairs"
    assert hustles.advice(found) == [
        "Put your next free hours into Repairs: it pays $30.00 an hour.",
        "Blog pays less than half of that; think about doing less of it.",
        "Note your hours for Market, so that I can tell what it pays.",
        "Lucky has few hours so far; a few more will show what it pays.",
    ]


def scored(money=None, travel=None):
    return {score.name: score for score in health.scores(money, travel, TODAY)}


def test_no_score_is_made_from_nothing():
    """R-T5: nothing invented."""
    assert scored(Money(), Travel()) == {}
    assert health.overall([]) is None


def test_scores_say_why_and_from_what():
    """R-A9: each with its reason and inputs."""
    money = Money(
        expenses=[spent(150, TODAY), spent(50, TODAY, "food")],
        budgets=[Budget(category="gas", amount=Decimal(100)), Budget(category="food", amount=Decimal(100))],
        income=[Income(amount=Decimal(200), date=TODAY)],
    )
    travel = Travel(
        maintenance=[
            done("oil", date(2026, 1, 1), next_due_date=date(2026, 5, 1)),
            done("tires", date(2026, 1, 1), next_due_date=date(2026, 6, 1)),
        ],
        trips=[Trip(id=uuid4(), title="Moab", start_date=date(2026, 5, 20), end_date=date(2026, 5, 25))],
    )
    found = scored(money, travel)
    assert (found["budgets"].score, found["budgets"].reason) == (75, "gas went over budget")
    assert found["budgets"].inputs == {"gas_percent_used": 150, "food_percent_used": 50}
    assert (found["cash_flow"].score, found["cash_flow"].inputs) == (50, {"earned": 200, "spent": 200})
    assert (found["vehicle"].score, found["vehicle"].reason) == (65, "oil overdue and tires due within 30 days")
    assert found["next_trip"].score == 50
    assert found["next_trip"].reason == "Moab begins in 7 days: oil due before it ends and it has no cost estimate"
    assert health.overall(list(found.values())) == 60


@given(st.lists(st.builds(spent, AMOUNTS, DAYS), max_size=20), AMOUNTS, AMOUNTS)
def test_a_score_lies_between_none_and_a_hundred(expenses, budget, income):
    """R-T5: whatever the figures."""
    money = Money(
        expenses=expenses,
        budgets=[Budget(category="gas", amount=budget)],
        income=[Income(amount=income, date=TODAY)],
    )
    assert all(0 <= score.score <= 100 for score in health.scores(money, None, TODAY))


def test_recommendations_are_ranked_by_what_matters():
    """R-T1: priority, then money at stake; each with its reason and records."""
    money = Money(
        expenses=[spent(150, TODAY), spent(90, TODAY, "food"), spent(300, TODAY, "repair")],
        budgets=[Budget(category="gas", amount=Decimal(100)), Budget(category="food", amount=Decimal(100))],
    )
    travel = Travel(maintenance=[done("oil", date(2026, 1, 1), next_due_date=date(2026, 6, 1))])
    found = advice.recommendations(money, travel, TODAY)
    assert [(one.title, one.priority) for one in found] == [
        ("Over your gas budget", Priority.HIGH),
        ("Close to your food budget", Priority.MEDIUM),
        ("Oil is due soon", Priority.MEDIUM),
        ("Set a budget for repair", Priority.LOW),
    ]
    assert found[0].reason == "$150.00 of your monthly gas budget of $100.00 is used"
    assert all(one.sources and one.reason for one in found)
    assert advice.recommendations(Money(), Travel(), TODAY) == []


def test_names_and_counts_are_said_as_people_say_them():
    """R-T5: sentences for members."""
    assert [listed(names) for names in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]
    assert (counted(1, "trip"), counted(0, "trip"), counted(1200, "trip")) == ("1 trip", "0 trips", "1,200 trips")
    assert (yours(1, "trip"), yours(2, "trip")) == ("your trip", "your 2 trips")
