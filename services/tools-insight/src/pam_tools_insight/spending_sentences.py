"""How spending over time is said. Pure."""

from collections.abc import Sequence

from pam_shared.clock import spoken_day
from pam_shared.money import spoken
from pam_tools_insight.rules import counted
from pam_tools_insight.spending import Direction, Forecast, Granularity, Outlier, PeriodSpending, Trend


def sentence(
    size: Granularity,
    periods: Sequence[PeriodSpending],
    trend: Trend,
    odd: Sequence[Outlier],
    ahead: Forecast | None,
) -> str:
    """Say this period, where it is going, what comes next and what stands out."""
    if not periods:
        return "I have no expenses to look at yet. Tell me what you spend, and patterns will show."
    told = [f"This {size.spoken} you have spent {spoken(periods[-1].total)} so far.", _trend(size, trend)]
    told += [_forecast(size, ahead)] if ahead else []
    return " ".join([*told, *map(_outlier, odd[:1])])


def _trend(size: Granularity, trend: Trend) -> str:
    many = counted(trend.periods, size.spoken)
    if trend.percent_per_period is None:
        known = counted(trend.periods, f"complete {size.spoken}")
        return f"With {known} it is too early to speak of a trend."
    if trend.direction is Direction.STEADY:
        return f"Over {many} it is steady."
    return f"Over {many} it is {trend.direction} by {abs(trend.percent_per_period)}% a {size.spoken}."


def _forecast(size: Granularity, ahead: Forecast) -> str:
    between = f"between {spoken(ahead.low)} and {spoken(ahead.high)}"
    sure = f"{round(ahead.confidence * 100)}% sure, from {counted(ahead.periods, size.spoken)}"
    return f"A {size.spoken} may cost about {spoken(ahead.expected)}, {between} ({sure})."


def _outlier(one: Outlier) -> str:
    cost, name = spoken(one.expense.amount), one.expense.category.replace("_", " ")
    return f"Unusual: {cost} for {name} on {spoken_day(one.expense.date)}, where {spoken(one.usual)} is usual."
