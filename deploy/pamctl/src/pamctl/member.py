"""A member of this machine's PAM, as the command line knows one: an account by a short name, its tokens, its talk."""

import json
import secrets
import time
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
from pydantic import BaseModel

from pam_shared.embedded.processes import private_folder, write_private
from pam_shared.errors import PamError, UnavailableError
from pamctl.home import Home
from pamctl.settings import PamctlSettings

WITHIN = 30.0
GOOD_FOR = 120.0
"""Seconds a token must still be good for: an answer may take one."""
UNAUTHORISED = 401


class RefusedError(PamError):
    """The gateway said no, in its own words."""

    default_code = "refused"


class Kept(BaseModel):
    """What is kept of a member between commands."""

    email: str
    password: str
    access_token: str = ""
    expires_at: float = 0.0
    user: UUID | None = None
    conversation: UUID | None = None


class Member:
    """Signs in by itself; the first time it signs up."""

    def __init__(self, url: str, file: Path, name: str) -> None:
        self.url = url
        self.name = name
        self._file = file
        self._kept = _read(file) or Kept(email=f"{name}@example.com", password=secrets.token_urlsafe(16))
        self._given = False
        self._http = httpx.Client(base_url=url, timeout=WITHIN)

    @property
    def user(self) -> UUID:
        """The member's id, known after signing in."""
        if self._kept.user is None:
            self.sign_in()
        return self._kept.user or uuid4()

    @property
    def conversation(self) -> UUID:
        """The conversation that goes on from command to command."""
        if self._kept.conversation is None:
            self.start_conversation()
        return self._kept.conversation or uuid4()

    def start_conversation(self) -> None:
        """Begin another conversation."""
        self._keep(conversation=uuid4())

    def token(self) -> str:
        """Return an access token: the one that is kept while it is good for a while; asked again, a new one."""
        if self._given or self._kept.expires_at < time.time() + GOOD_FOR:
            self.sign_in()
        self._given = True
        return self._kept.access_token

    def sign_in(self) -> None:
        """Sign in, or up. Raises RefusedError, UnavailableError."""
        credentials = {"email": self._kept.email, "password": self._kept.password}
        response = self._send("POST", "/api/v1/auth/login", json=credentials)
        if response.status_code == UNAUTHORISED:
            response = self._send("POST", "/api/v1/auth/register", json=credentials | {"name": self.name})
        tokens = _answer(response)
        self._keep(
            access_token=tokens["access_token"],
            expires_at=time.time() + tokens["expires_in"],
            user=UUID(tokens["user"]["id"]),
        )

    def ask(self, method: str, path: str, **more: Any) -> Any:
        """Make a request as this member and return the answer's JSON. Raises RefusedError, UnavailableError."""
        for _ in range(2):
            if not self._kept.access_token:
                self.sign_in()
            own = {"Authorization": f"Bearer {self._kept.access_token}"}
            response = self._send(method, path, headers=own | more.pop("headers", {}), **more)
            if response.status_code != UNAUTHORISED:
                break
            self._keep(access_token="")
        return _answer(response)

    def _send(self, method: str, path: str, **more: Any) -> httpx.Response:
        try:
            return self._http.request(method, path, **more)
        except httpx.TransportError as error:
            raise UnavailableError(f"PAM does not answer at {self.url}: start it with `make run`.") from error

    def _keep(self, **changes: Any) -> None:
        self._kept = self._kept.model_copy(update=changes)
        private_folder(self._file.parent)
        write_private(self._file, self._kept.model_dump_json(indent=2))


def member_of(settings: PamctlSettings, name: str, url: str | None) -> Member:
    """Return the member of that name at the PAM of this home, or at ``url``."""
    home = Home(settings.home)
    address = url or f"http://127.0.0.1:{_gateway_port(home) or settings.port}"
    if not name.replace("-", "").replace("_", "").isalnum():
        raise RefusedError(f"{name!r} cannot be a member's name: use letters, digits, - and _.")
    return Member(address, home.path / "members" / f"{name}.json", name)


def _gateway_port(home: Home) -> int | None:
    return next((state.port for state in home.read_processes() if state.name == "gateway"), None)


def _read(file: Path) -> Kept | None:
    try:
        return Kept.model_validate_json(file.read_bytes())
    except (OSError, ValueError):
        return None


def _answer(response: httpx.Response) -> Any:
    if response.is_success:
        return response.json()
    try:
        detail = response.json().get("detail", response.text)
    except json.JSONDecodeError:
        detail = response.text
    raise RefusedError(f"PAM says: {detail}")
