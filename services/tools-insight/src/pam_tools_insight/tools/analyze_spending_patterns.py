"""Spending by period, with trend, outliers and forecast."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel, Field

from pam_shared.contracts.tools import SourceKind
from pam_shared.money import Total
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_insight import spending
from pam_tools_insight.asking import Part, gather
from pam_tools_insight.records import Money
from pam_tools_insight.spending_sentences import sentence

MOST_OUTLIERS = 10


class Question(Arguments):
    """How long a period is, and whether to look ahead."""

    period: spending.Granularity = spending.Granularity.MONTHLY
    include_predictions: bool = True


class Pattern(BaseModel):
    """What one period cost; ``complete`` when it is over and nothing of it is left out."""

    start: dt.date
    end: dt.date
    total: Total
    count: int
    by_category: dict[str, Total]
    complete: bool


class PatternTrend(BaseModel):
    """Where spending is going, by complete periods."""

    direction: spending.Direction
    percent_per_period: Decimal | None
    periods: int


class Anomaly(BaseModel):
    """An expense far above what its category usually costs."""

    id: UUID
    date: dt.date
    amount: Total
    category: str
    description: str | None
    usual: Total


class Prediction(BaseModel):
    """What a whole period may cost, within one standard deviation."""

    expected: Total
    low: Total
    high: Total
    confidence: float = Field(description="0 to 1: from the number of periods and how far they differ.")
    periods: int


class Patterns(Result):
    """Periods, oldest first."""

    patterns: list[Pattern]
    trend: PatternTrend
    anomalies: list[Anomaly]
    predictions: Prediction | None = Field(None, description="Null when there are too few complete periods.")

    @property
    def is_empty(self) -> bool:
        """Whether nothing was spent."""
        return not self.patterns


@tool(effect="read", aliases=("pam_analyze_spending_patterns",))
async def analyze_spending_patterns(ctx: ToolContext, args: Question) -> Patterns:
    """Show the member's spending by month, quarter or year: its trend, unusual expenses, and what comes next."""
    found = await gather(ctx, args.period.window(ctx.today), Part.MONEY)
    money = found.money or Money()
    periods = spending.periods(money.expenses, args.period, ctx.today, cut=money.truncated)
    trend, odd = spending.trend(periods), spending.outliers(money.expenses)[:MOST_OUTLIERS]
    ahead = spending.forecast(periods) if args.include_predictions else None
    if ahead:
        ctx.confidence = ahead.confidence
        ctx.cite("a forecast from your expenses", ctx.now, SourceKind.ESTIMATE)
    return Patterns(
        message=found.said(sentence(args.period, periods, trend, odd, ahead)),
        patterns=[Pattern(**vars(one)) for one in periods],
        trend=PatternTrend(**vars(trend)),
        anomalies=[Anomaly(**one.expense.model_dump(exclude={"location"}), usual=one.usual) for one in odd],
        predictions=Prediction(**vars(ahead)) if ahead else None,
    )
