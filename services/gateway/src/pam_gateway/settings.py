"""What the gateway needs to know."""

from typing import Literal

from pydantic import Field, field_validator

from pam_shared.identity import VerifyingSettings, private_key_of


class GatewaySettings(VerifyingSettings):
    """Settings of the gateway. Times in seconds, sizes in bytes."""

    postgres_url: str = Field(description="Its own login: postgresql://pam_gateway:…@host:port/pam.")
    redis_url: str = Field("", description="Rate windows; without it each gateway counts for itself.")
    identity_private_key: str = Field(description="Ed25519 private key (PEM) that members' tokens are signed with.")
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=1, le=65535)
    allowed_origins: list[str] = Field(
        [], description="Origins browsers may connect from, besides this gateway's own, as a JSON list."
    )
    rate_limits: Literal["on", "off"] = "on"

    access_token_for: int = Field(900, gt=0)
    refresh_token_for: int = Field(30 * 86_400, gt=0)
    call_token_for: int = Field(3600, gt=0, description="How long a message's own token opens the tools for its turn.")

    unanswered_max: int = Field(20, ge=1, description="How many messages of a conversation may wait for an answer.")
    frame_max: int = 65_536
    context_max: int = 16_384
    body_max: int = 32_768
    frames_per_second: float = 10
    frames_burst: int = 20
    sockets_per_member: int = 5
    open_conversations: int = 16
    queue_frames: int = 512
    queue_bytes: int = 1_048_576
    write_within: float = 20
    hello_within: float = 10
    idle_after: float = 300
    ping_interval: float = 25
    ping_timeout: float = 8
    answer_within: float = Field(25, description="How long POST pam/chat waits for the answer.")
    drain_for: float = 10

    @field_validator("identity_private_key")
    @classmethod
    def _can_sign(cls, pem: str) -> str:
        private_key_of(pem)
        return pem

    @property
    def origins(self) -> frozenset[str]:
        """Every origin a browser may connect from."""
        own = (f"http://{name}:{self.port}" for name in (self.host, "127.0.0.1", "localhost"))
        return frozenset([*own, *self.allowed_origins])
