"""Members who leave, and looking for what is left of them."""

from uuid import uuid4

import httpx

from pam_shared.bus.log_reader import LogReader
from pam_shared.contracts import subjects, topology
from pam_shared.contracts.events import EventEnvelope, MemberDeleted
from tests.harness.client import Person
from tests.harness.waiting import eventually

PASSWORD = "a long enough one"


class Member(Person):
    """Somebody with an account and something in it."""

    @classmethod
    async def of(cls, url, email=None):
        credentials = {"email": email or f"somebody-{uuid4().hex[:8]}@example.com", "password": PASSWORD}
        async with httpx.AsyncClient(base_url=url) as http:
            answer = await http.post("/api/v1/auth/register", json=credentials)
        assert answer.status_code == 201, answer.text
        return cls(url, answer.json())

    async def live(self, administrator):
        """Spend something and say something; wait until both are on record."""
        arguments = {"amount": 45, "category": "gas", "description": "a secret of mine"}

        async def spent():
            order = {"tool": "create_expense", "arguments": arguments}
            return (await self.ask("POST", "/api/v1/pam/tools/execute", json=order)).status_code == 200

        await eventually(spent)
        said = {"id": str(uuid4()), "text": "I spent $45 on gas"}
        assert (await self.ask("POST", f"/api/v1/conversations/{uuid4()}/messages", json=said)).status_code == 202
        await eventually(lambda: self.is_on_record(administrator))

    async def is_on_record(self, administrator):
        found = await traces(administrator, self.user)
        wanted = {"accounts", "sessions", "refresh_tokens", "expenses", "pam_messages", "pam_conversations"}
        sql = "select count(*) from persistence.security_audit_log where user_id = $1 and parameters::text like $2"
        audited = await administrator.fetchval(sql, self.user, "%secret of mine%")
        return wanted <= {table for _, table in found} and audited

    async def leave(self, password=PASSWORD):
        return await self.ask("DELETE", "/api/v1/me", json={"password": password})

    async def log_in(self):
        async with httpx.AsyncClient(base_url=self.url) as http:
            return await http.post("/api/v1/auth/login", json={"email": self.email, "password": PASSWORD})

    async def refresh(self):
        async with httpx.AsyncClient(base_url=self.url) as http:
            return await http.post("/api/v1/auth/refresh", json={"refresh_token": self.refresh_token})


async def traces(administrator, text):
    """Return every table of every schema in which some row holds this text, in whatever column, and how many do."""
    tables = await administrator.fetch(
        "select table_schema, table_name from information_schema.tables"
        " where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')"
    )
    found = {}
    for schema, table in tables:
        sql = f'select count(*) from "{schema}"."{table}" as t where position($1 in t::text) > 0'
        if count := await administrator.fetchval(sql, str(text)):
            found[schema, table] = count
    return found


async def read(bus, stream, subject):
    reader = LogReader(bus, stream)
    await reader.start()
    try:
        return await reader.read(subject)
    finally:
        await reader.stop()


async def logged(bus, user):
    """Return what the conversation log holds of a member."""
    return await read(bus, topology.CONVERSATIONS, subjects.conversations_of_member(user))


async def leavings(bus, user):
    """Return the events that say that a member left."""
    entries = await read(bus, topology.EVENTS, subjects.event(MemberDeleted.domain, MemberDeleted.name))
    events = [EventEnvelope.model_validate_json(entry.body) for entry in entries]
    return [event for event in events if str(event.user) == str(user)]
