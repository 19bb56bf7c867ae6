"""What the sample server reads from its environment."""

from pydantic import Field

from pam_shared.config import ServiceSettings


class SamplesSettings(ServiceSettings):
    """Where the sample server listens. It can be told to misbehave by anybody who reaches it, so: on loopback."""

    samples_host: str = "127.0.0.1"
    samples_port: int = Field(8099, ge=1, le=65535)
