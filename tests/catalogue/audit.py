"""The security audit of the tools, made from their manifests: every tool, every role, every foreign id; then in SQL."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import asyncpg

from pam_shared.contracts.identity import Role
from pam_shared.contracts.tools import Outcome, ToolManifest, ToolReply
from pam_shared.tools.examples import id_fields
from tests.catalogue.acting import Actor

ROLES = {
    "member": frozenset({Role.MEMBER}),
    "admin": frozenset({Role.ADMIN}),
    "system": frozenset({Role.SYSTEM}),
    "none": frozenset[Role](),
}
UNKNOWN = {"token_missing", "token_invalid", "token_expired"}
REFUSED = {"forbidden", "not_found"}
PUBLIC = {
    "comments": "on public posts",
    "community_tips": "written for everybody",
    "hustle_ideas": "approved ones are for everybody",
    "meetups": "public ones",
    "shared_locations": "shared with everybody",
    "social_groups": "public ones",
    "social_posts": "public ones",
}
"""Tables some of whose rows every signed-in member sees, by their owner's choice, and which."""
WHOSE = ("user_id", "member_id")


@dataclass(frozen=True)
class Finding:
    """One line of the report: what was tried, what came of it, whether that is as it must be."""

    tried: str
    came: str
    good: bool


async def by_role(tool: ToolManifest, actors: dict[str, Actor]) -> list[Finding]:
    """Try a tool, without effect, as each role; and with no identity, a forged and an expired one."""
    found = []
    for role, actor in actors.items():
        reply = await actor.call(tool, {}, dry_run=True)
        let_in = not (reply.error and reply.error.code == "forbidden")
        found.append(Finding(f"{tool.name} as {role}", _came(reply), let_in == actor.may(tool)))
    member = actors["member"]
    genuine = member.person.token()
    tokens = {
        "nobody": "",
        "a forged signature": genuine[:-8] + "AAAAAAAA",
        "an expired token": member.person.token(lives=-60),
    }
    for name, token in tokens.items():
        reply = await member.call(tool, {}, token=token, dry_run=True)
        refused = bool(reply.error and reply.error.code in UNKNOWN)
        found.append(Finding(f"{tool.name} as {name}", _came(reply), refused))
    return found


async def with_foreign_ids(tool: ToolManifest, owner: Actor, thief: Actor) -> list[Finding]:
    """Call a tool with ids of what another member's calls made, and ids of other members: refused or empty."""
    found = []
    for name, wanted in id_fields(tool):
        maker = owner.tools[wanted.tool]
        if maker.effect == "read" or wanted.shared or not owner.may(maker):
            continue
        stolen = await owner.id_of(wanted)
        reply = await thief.call(tool, await thief.example(tool) | {name: stolen})
        found.append(Finding(f"{tool.name} with another's {name}", _came(reply), _nothing_came(reply)))
    for name in tool.input_schema.get("properties", {}):
        if name in WHOSE:
            reply = await thief.call(tool, await thief.example(tool) | {name: str(owner.user)})
            found.append(Finding(f"{tool.name} with another's {name}", _came(reply), _nothing_came(reply)))
    return found


async def in_sql(url: str, schema: str, owner: UUID) -> list[Finding]:
    """Look for a member's rows straight in SQL with a worker's own login, as another member and as nobody."""
    connection = await asyncpg.connect(url)
    try:
        found = [await _foreign_schemas(connection, schema)]
        for table in await _tables(connection, schema):
            found += [finding async for finding in _rows(connection, table, owner)]
    finally:
        await connection.close()
    return found


def report(findings: list[Finding]) -> Iterator[str]:
    """Return the report's lines, what is wrong first."""
    wrong = [finding for finding in findings if not finding.good]
    yield "# Security audit of the tools\n"
    yield f"{len(findings)} attempts, {len(wrong)} not as they must be.\n"
    yield "| attempt | outcome | |\n|---|---|---|"
    for finding in sorted(findings, key=lambda item: (item.good, item.tried)):
        yield f"| {finding.tried} | {finding.came} | {'as it must' if finding.good else '**WRONG**'} |"


def _came(reply: ToolReply) -> str:
    return reply.error.code if reply.error else reply.outcome.value


def _nothing_came(reply: ToolReply) -> bool:
    return reply.outcome is Outcome.NO_RESULTS or bool(reply.error and reply.error.code in REFUSED)


async def _tables(connection: asyncpg.Connection, schema: str) -> list[str]:
    rows = await connection.fetch(
        "select distinct c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid"
        " where c.relnamespace = $1::text::regnamespace and c.relkind in ('r', 'p', 'v') and a.attname = 'user_id'"
        " order by 1",
        schema,
    )
    return [row["relname"] for row in rows]


async def _foreign_schemas(connection: asyncpg.Connection, schema: str) -> Finding:
    rows = await connection.fetch(
        "select n.nspname from pg_namespace n where n.nspname !~ '^(pg_|information_schema)' and n.nspname <> $1"
        " and has_schema_privilege(n.oid, 'usage') and n.nspname <> 'public'",
        schema,
    )
    others = ", ".join(row["nspname"] for row in rows)
    return Finding(f"{schema}: use another schema", others or "no right", not others)


async def _rows(connection: asyncpg.Connection, table: str, owner: UUID):
    for whom, member in (("another member", str(uuid4())), ("nobody", "")):
        async with connection.transaction():
            await connection.execute("select set_config('pam.member', $1, true)", member)
            came = await _count(connection, table, owner)
        if member and table in PUBLIC and came != "0 rows":
            yield Finding(f"{table}: select another's rows as {whom}", f"{came}: {PUBLIC[table]}", good=True)
        else:
            yield Finding(f"{table}: select another's rows as {whom}", came, came in {"0 rows", "no right"})


async def _count(connection: asyncpg.Connection, table: str, owner: UUID) -> str:
    try:
        async with connection.transaction():
            count = await connection.fetchval(f'select count(*) from "{table}" where user_id = $1', owner)
    except asyncpg.InsufficientPrivilegeError:
        return "no right"
    return f"{count} rows"
