"""Settings: read once from the environment, frozen, passed down. A service stops at once with a list of all faults."""

import os
import re
import sys
from typing import Literal, TypeVar

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError


class ServiceSettings(BaseSettings):
    """What every service needs to know. Names in the environment carry the prefix ``PAM_``."""

    model_config = SettingsConfigDict(env_prefix="PAM_", frozen=True, extra="ignore")

    nats_url: str = Field(
        "nats://127.0.0.1:4222",
        description="Server and credentials, nats://user:password@host:port; nodes of a cluster separated by commas.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] = "json"
    traces: str = Field("none", description="none, otlp (see OTEL_EXPORTER_OTLP_ENDPOINT), or a folder for JSON lines.")
    metrics_port: int = Field(0, ge=0, le=65535, description="Loopback port of /metrics; 0 keeps it closed.")
    metrics_host: str = "127.0.0.1"


Settings = TypeVar("Settings", bound=BaseSettings)


def load(kind: type[Settings]) -> Settings:
    """Return the settings, or end the process with exit code 2 and every fault named as its variable."""
    try:
        return kind()
    except ValidationError as error:
        sys.stderr.write(describe_faults(kind, error))
    except SettingsError as error:
        sys.stderr.write(f'Settings are wrong:\n  {_variable_in(kind, str(error))}: it must be JSON, such as ["a"]\n')
    raise SystemExit(2)


def describe_faults(kind: type[BaseSettings], error: ValidationError) -> str:
    """Return one line per bad setting: the variable, what is wrong and what it holds."""
    lines = []
    for fault in error.errors():
        variable = _variable(kind, str(fault["loc"][0]) if fault["loc"] else "")
        given = os.environ.get(variable)
        lines.append(f"{variable}: {fault['msg']}" + ("" if given is None else f" (it is {shown(variable, given)})"))
    return "Settings are wrong:\n" + "".join(f"  {line}\n" for line in lines)


def _variable(kind: type[BaseSettings], field: str) -> str:
    """Return the variable a field, or its alias, is read from."""
    if field not in kind.model_fields:
        return field.upper()
    alias = kind.model_fields[field].validation_alias
    return alias if isinstance(alias, str) else f"{kind.model_config.get('env_prefix', '')}{field}".upper()


def _variable_in(kind: type[BaseSettings], message: str) -> str:
    """Return the variable of the field that a message of pydantic-settings is about."""
    named = re.search(r'field "(\w+)"', message)
    return _variable(kind, named[1]) if named else message


def shown(variable: str, value: str) -> str:
    """Return a setting's value as it may be printed: secrets and URLs with credentials stay hidden."""
    secret = any(word in variable for word in ("KEY", "PASSWORD", "SECRET", "TOKEN")) or "@" in value
    return "hidden" if secret else repr(value)
