"""The row that every calculation with money leaves."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from pam_shared.tools import queries
from pam_shared.tools.context import ToolContext
from pam_shared.tools.following import EventContext

Figures = BaseModel | Mapping[str, Any]


async def log_calculation(ctx: ToolContext | EventContext, operation: str, inputs: Figures, result: Figures) -> None:
    """Note in the worker's ``financial_audit_log`` what was calculated, from what."""
    await queries.insert_calculation(ctx.db, ctx.user, operation, _plain(inputs), _plain(result))


def _plain(figures: Figures) -> dict[str, Any]:
    return figures.model_dump(mode="json") if isinstance(figures, BaseModel) else dict(figures)
