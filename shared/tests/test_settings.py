"""Settings: read once, and every fault named before anything starts."""

import pytest
from pydantic import Field, ValidationError

from pam_shared.config import ServiceSettings, load, shown

pytestmark = pytest.mark.unit


class ShopSettings(ServiceSettings):
    postgres_url: str
    api_key: str | None = Field(None, validation_alias="SHOP_KEY", min_length=20)
    signing_secret: str = Field("x" * 20, min_length=20)
    password: int = 0
    within: float = Field(1.0, gt=0)
    origins: list[str] = Field([])


@pytest.fixture
def faults(monkeypatch, capsys):
    """The lines a service stops with when its environment is so."""

    def faults(**environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit) as stopped:
            load(ShopSettings)
        assert stopped.value.code == 2
        written = capsys.readouterr()
        assert written.out == ""
        return written.err.splitlines()

    return faults


@pytest.fixture(autouse=True)
def clean(monkeypatch):
    import os

    for name in [*os.environ]:
        if name.startswith("PAM_"):
            monkeypatch.delenv(name)


def test_every_bad_setting_is_named_with_its_variable_and_what_it_holds(faults):
    """R-Q1: all faults at once, in the operator's words."""
    head, *lines = faults(PAM_METRICS_PORT="http", PAM_LOG_LEVEL="loud", PAM_WITHIN="0")
    assert head == "Settings are wrong:"
    assert {line.split(":")[0].strip() for line in lines} == {
        "PAM_METRICS_PORT",
        "PAM_LOG_LEVEL",
        "PAM_WITHIN",
        "PAM_POSTGRES_URL",
    }
    text = "\n".join(lines)
    for said in ("(it is 'http')", "(it is 'loud')", "(it is '0')", "PAM_POSTGRES_URL: Field required\n"):
        assert said in text + "\n"


def test_a_setting_with_a_name_of_its_own_is_named_by_it(faults):
    """R-Q1: the variable that must be changed is the one that is told."""
    lines = faults(PAM_POSTGRES_URL="postgresql://localhost/pam", SHOP_KEY="too short")
    assert [line.split(":")[0].strip() for line in lines[1:]] == ["SHOP_KEY"]


def test_no_secret_is_printed(faults):
    """R-S9: a wrong secret may still be somebody's secret."""
    text = "\n".join(
        faults(
            PAM_SIGNING_SECRET="hunter2",
            PAM_PASSWORD="letmein",
            PAM_WITHIN="nats://pam:swordfish@host",
        )
    )
    assert text.count("(it is hidden)") == 3
    for secret in ("hunter2", "letmein", "swordfish"):
        assert secret not in text


def test_a_list_that_is_none_is_named_like_every_other_fault(faults):
    """R-Q1: a list is written as JSON; who writes it otherwise is told so, not shown a traceback."""
    lines = faults(PAM_POSTGRES_URL="postgresql://localhost/pam", PAM_ORIGINS="https://pam.example")
    assert [line.split(":")[0].strip() for line in lines[1:]] == ["PAM_ORIGINS"]


def test_good_settings_are_read_once_and_stay(monkeypatch):
    """R-Q1: passed down, not looked up again, not changed on the way."""
    monkeypatch.setenv("PAM_POSTGRES_URL", "postgresql://localhost/pam")
    monkeypatch.setenv("PAM_METRICS_PORT", "9100")
    monkeypatch.setenv("PAM_ORIGINS", '["https://a.example", "https://b.example"]')
    monkeypatch.setenv("PAM_SOMETHING_OF_ANOTHER_SERVICE", "1")
    settings = load(ShopSettings)
    assert (settings.metrics_port, settings.origins) == (9100, ["https://a.example", "https://b.example"])
    assert (settings.log_level, settings.traces) == ("info", "none")
    with pytest.raises(ValidationError):
        settings.metrics_port = 1


@pytest.mark.parametrize(
    ("variable", "value", "printed"),
    [
        ("PAM_LOG_LEVEL", "loud", "'loud'"),
        ("PAM_NATS_URL", "nats://localhost:4222", "'nats://localhost:4222'"),
        ("PAM_NATS_URL", "nats://agent:pw@localhost", "hidden"),
        ("PAM_IDENTITY_PUBLIC_KEY", "x", "hidden"),
        ("SOME_TOKEN", "x", "hidden"),
        ("PAM_DB_PASSWORD", "x", "hidden"),
        ("CLIENT_SECRET", "x", "hidden"),
    ],
)
def test_values_are_shown_unless_they_are_secret(variable, value, printed):
    """R-S9: secrets and URLs with credentials stay hidden."""
    assert shown(variable, value) == printed
