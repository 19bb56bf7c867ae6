"""What this service needs to know."""

from decimal import Decimal

from pydantic import Field

from pam_persistence.costs.periods import Ceilings
from pam_shared.contracts.costs import Ceiling
from pam_shared.identity import VerifyingSettings


class PersistenceSettings(VerifyingSettings):
    """Settings of persistence."""

    postgres_url: str = Field(description="Its own login: postgresql://pam_persistence:…@host:port/pam.")
    batch_size: int = Field(200, ge=1, le=1000, description="Most log entries written in one transaction.")
    linger: float = Field(0.2, gt=0, le=5, description="Seconds to wait for a batch to fill.")
    ceiling_member_day: Decimal = Field(
        Decimal(5), ge=0, description="Dollars the model may cost one member in a day of theirs."
    )
    ceiling_day: Decimal = Field(Decimal(200), ge=0, description="Dollars the model may cost in a day (UTC).")
    ceiling_month: Decimal = Field(Decimal(3000), ge=0, description="Dollars the model may cost in a month (UTC).")

    @property
    def ceilings(self) -> Ceilings:
        """What calls may cost, in dollars."""
        return {
            Ceiling.MEMBER_DAY: self.ceiling_member_day,
            Ceiling.DAY: self.ceiling_day,
            Ceiling.MONTH: self.ceiling_month,
        }
