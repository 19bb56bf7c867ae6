"""What this service needs to know."""

from pydantic import Field

from pam_shared.identity import VerifyingSettings


class PersistenceSettings(VerifyingSettings):
    """Settings of persistence."""

    postgres_url: str = Field(description="Its own login: postgresql://pam_persistence:…@host:port/pam.")
    batch_size: int = Field(200, ge=1, le=1000, description="Most log entries written in one transaction.")
    linger: float = Field(0.2, gt=0, le=5, description="Seconds to wait for a batch to fill.")
