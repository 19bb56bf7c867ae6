"""What the budget worker reads from its environment."""

from decimal import Decimal

from pydantic import Field

from pam_shared.tools.worker import WorkerSettings


class BudgetSettings(WorkerSettings):
    """A worker's settings, and the savings guarantee."""

    savings_guarantee_threshold: Decimal = Field(
        Decimal("10.00"),
        gt=0,
        le=Decimal("999999.99"),
        decimal_places=2,
        description="What PAM saves a member in a month, or the month is free; also the price of a month.",
    )
