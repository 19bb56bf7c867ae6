"""What each hustle is worth."""

from decimal import Decimal

from pydantic import BaseModel

from pam_shared.money import Total, spoken
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_insight import hustles
from pam_tools_insight.asking import Part, gather
from pam_tools_insight.records import ZERO, Money
from pam_tools_insight.rules import last_days, yours

DAYS = 730


class Nothing(Arguments):
    """Nothing is asked."""


class HustleReturn(BaseModel):
    """What a hustle brought; the rate is null where no hours were noted."""

    title: str
    earnings: Total
    hours: Decimal
    hourly_rate: Total | None
    status: str | None


class Returns(Result):
    """Each hustle, the best rate first. ``best`` has enough hours behind it to be trusted."""

    hustles: list[HustleReturn]
    best: str | None
    recommendations: list[str]

    @property
    def is_empty(self) -> bool:
        """Whether none was tried."""
        return not self.hustles


@tool(effect="read", aliases=("pam_analyze_hustle_roi",))
async def analyze_hustle_roi(ctx: ToolContext, _: Nothing) -> Returns:
    """Compare what the member's hustles bring per hour, and say where the next hours are best spent."""
    found = await gather(ctx, last_days(DAYS, ctx.today), Part.MONEY)
    money = found.money or Money()
    returns = hustles.returns(money.hustles)
    top, told = hustles.best(returns), hustles.advice(returns)
    return Returns(
        message=found.said(_sentence(returns, top, told)),
        hustles=[HustleReturn(**vars(one)) for one in returns],
        best=top.title if top else None,
        recommendations=told,
    )


def _sentence(found: list[hustles.Return], top: hustles.Return | None, told: list[str]) -> str:
    """Say what they brought in all, and what to do."""
    if not found:
        return "You have not logged a hustle yet. Tell me what you tried, what it brought and how long it took."
    total = sum((one.earnings for one in found), ZERO)
    head = f"{yours(len(found), 'hustle').capitalize()} brought {spoken(total)} in all."
    if not top:
        return " ".join([head, "None has enough hours noted to compare them yet.", *told[:2]])
    return " ".join([head, *told[:3]])
