"""The row that every calculation with money leaves."""

from typing import Any

from pydantic import BaseModel

from pam_shared.tools.context import ToolContext
from pam_tools_budget.queries import calculations


async def log_calculation(
    ctx: ToolContext, operation: str, args: BaseModel, outcome: BaseModel | dict[str, Any]
) -> None:
    """Note what a tool was given and what it made of it."""
    result = outcome if isinstance(outcome, dict) else outcome.model_dump(mode="json")
    await calculations.insert(ctx.db, ctx.user, operation, args.model_dump(mode="json"), result)
