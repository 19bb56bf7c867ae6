"""What side income may bring."""

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel

from pam_shared.contracts.tools import SourceKind
from pam_shared.money import Total, spoken
from pam_shared.tools.calculations import log_calculation
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_budget import rules
from pam_tools_budget.queries import hustles

LOOKED_BACK = 90


class Question(Arguments):
    """Nothing needs to be said."""


class Estimated(BaseModel):
    """One idea: what it brings a month, by what the member earned with it or else by its average."""

    title: str
    monthly: Total
    basis: Literal["own_earnings", "average_of_the_idea"]


class Estimate(Result):
    """What the member's approved ideas bring a month together."""

    estimated_monthly_income: Total
    ideas_count: int
    ideas: list[Estimated]

    @property
    def is_empty(self) -> bool:
        """Whether the member has no approved idea."""
        return not self.ideas


@tool(effect="read", timeout=4)
async def estimate_monthly_income(ctx: ToolContext, args: Question) -> Estimate:
    """Estimate what the member's approved side-income ideas, proposed or tried by them, bring a month."""
    window = rules.last_days(LOOKED_BACK, ctx.today)
    ideas = [_estimated(idea, ctx) for idea in await hustles.approved(ctx.db, ctx.user, window)]
    total = sum((idea.monthly for idea in ideas), Decimal(0))
    ctx.cite("approved ideas and your earnings of 90 days", ctx.now, SourceKind.ESTIMATE)
    result = Estimate(
        message=_sentence(ideas, total), estimated_monthly_income=total, ideas_count=len(ideas), ideas=ideas
    )
    await log_calculation(ctx, "estimate_monthly_income", args, result)
    return result


def _estimated(idea: hustles.Tried, ctx: ToolContext) -> Estimated:
    if idea.earnings is None or idea.first_day is None:
        return Estimated(title=idea.title, monthly=idea.avg_earnings, basis="average_of_the_idea")
    monthly = rules.monthly(idea.earnings, (ctx.today - idea.first_day).days + 1)
    return Estimated(title=idea.title, monthly=monthly, basis="own_earnings")


def _sentence(ideas: list[Estimated], total: Decimal) -> str:
    if not ideas:
        return "None of your side-income ideas is approved yet, and you have tried none that is. Shall I list them?"
    own = {"own_earnings": "by what you earned", "average_of_the_idea": "by its average"}
    parts = "; ".join(f"{spoken(idea.monthly)} from {idea.title}, {own[idea.basis]}" for idea in ideas)
    return f"Your approved ideas could bring about {spoken(total)} a month: {parts}."
