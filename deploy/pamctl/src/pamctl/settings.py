"""What pamctl reads from the environment."""

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from pam_shared.errors import PamError

_PORT = ("PAM_PORT", "PORT")


class SettingError(PamError):
    """An operator must act: a setting names what is not there."""

    default_code = "setting"


class Nodes(StrEnum):
    """How many NATS servers there can be: two would stop with either of them."""

    ONE = "1"
    THREE = "3"


class PamctlSettings(BaseSettings):
    """Settings of pamctl. A URL that is set is used instead of starting a server of our own."""

    model_config = SettingsConfigDict(env_prefix="PAM_", frozen=True, extra="ignore", env_ignore_empty=True)

    home: Path = Field(Path(".pam"), description="Folder of data, secrets and logs.")
    host: str = Field("127.0.0.1", description="Where the gateway listens.")
    port: int = Field(8000, ge=1, le=65535, validation_alias=AliasChoices(*_PORT), description="Port of the gateway.")
    nats_url: str | None = Field(
        None, description="NATS with JetStream: nats://user:password@host:port; of a cluster, several with commas."
    )
    nats_replicas: int = Field(1, ge=1, le=5, description="Copies of each stream at PAM_NATS_URL: 3 in a cluster.")
    nats_nodes: Nodes = Field(Nodes.ONE, description="How many NATS servers to start.")
    nats_sync: Literal["default", "always"] = Field(
        "default", description="always: a message is on the disk before it is acknowledged; default: two minutes later."
    )
    nats_store_max: int | None = Field(None, gt=0, description="Bytes each NATS server may use on the disk.")
    postgres_url: str | None = Field(None, description="A PostgreSQL, as its administrator.")
    redis_url: str | None = Field(None, description="A Redis or Valkey.")
    external: Literal["samples", "live"] = Field(
        "samples", description="The world outside: samples from a server of our own, or the live services."
    )
    services: str = Field("", description="Which services `up` starts, separated by commas; all, if empty.")
    passwords: dict[str, str] = Field(
        {}, description="JSON: PostgreSQL passwords of services, instead of made-up ones."
    )
    identity_private_key: str | None = Field(
        None, description="Ed25519 private key (PEM) of the gateway, to replay members' messages elsewhere."
    )
    anthropic_api_key: str | None = Field(None, validation_alias="ANTHROPIC_API_KEY")


def load_settings() -> PamctlSettings:
    """Return the settings, or end the process with exit code 2 and a sentence for each fault."""
    try:
        return PamctlSettings()
    except ValidationError as error:
        for fault in error.errors():
            print(_sentence(str(fault["loc"][0]), fault["msg"]), file=sys.stderr)
        raise SystemExit(2) from None


def _sentence(field: str, message: str) -> str:
    if field in {"port", *_PORT}:
        variable = next((name for name in _PORT if os.environ.get(name)), "PORT")
        given = os.environ.get(variable, "")
        return f"{variable} must be a number from 1 to 65535, not {given!r}: start with {variable}=8000, for example."
    return f"PAM_{field.upper()} is wrong: {message}. Correct it, or unset it."
