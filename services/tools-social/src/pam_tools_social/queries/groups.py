"""Groups and who is in them."""

from dataclasses import dataclass
from uuid import UUID

from pam_shared.errors import NotFoundError
from pam_shared.postgres.pool import Connection
from pam_tools_social.rules import Visibility
from pam_tools_social.shapes import Group


@dataclass(frozen=True)
class NewGroup:
    """A group to be founded."""

    name: str
    description: str | None
    location: str | None
    privacy: Visibility


async def insert(db: Connection, user: UUID, group: NewGroup) -> UUID | None:
    """Found a group with the member as its owner; return its id, or None where the name is taken."""
    group_id: UUID | None = await db.fetchval(
        "insert into social_groups (owner_id, name, description, location, privacy) values ($1, $2, $3, $4, $5)"
        " on conflict (lower(name)) do nothing returning id",
        user,
        group.name,
        group.description,
        group.location,
        group.privacy,
    )
    if group_id is not None:
        await db.execute(
            "insert into group_memberships (user_id, group_id, role) values ($1, $2, 'owner')", user, group_id
        )
    return group_id


async def get(db: Connection, group_id: UUID) -> Group:
    """Return a group. Raises NotFoundError where the member sees none of that id."""
    row = await db.fetchrow(
        "select id, name, description, location, member_count from social_groups where id = $1", group_id
    )
    if row is None:
        raise NotFoundError("group_id: I see no such group; ask me to suggest some.")
    return Group(**row)


async def is_member(db: Connection, group_id: UUID) -> bool:
    """Return whether the member is in a group."""
    answer: bool = await db.fetchval("select is_in_group($1)", group_id)
    return answer


async def is_owner(db: Connection, user: UUID, group_id: UUID) -> bool:
    """Return whether a group is the member's."""
    answer: bool = await db.fetchval(
        "select exists (select from social_groups where id = $2 and owner_id = $1)", user, group_id
    )
    return answer


async def join(db: Connection, user: UUID, group_id: UUID) -> bool:
    """Join a group; return whether that is new."""
    new = await db.fetchval(
        "insert into group_memberships (user_id, group_id) values ($1, $2) on conflict do nothing returning true",
        user,
        group_id,
    )
    return new is not None


async def leave(db: Connection, user: UUID, group_id: UUID) -> None:
    """Leave a group."""
    await db.execute("delete from group_memberships where user_id = $1 and group_id = $2", user, group_id)


async def suggest(db: Connection, location: str | None, limit: int) -> list[Group]:
    """Return groups the member is not in, there if a place is given: first PAM's own, the largest first."""
    rows = await db.fetch(
        "(select id, name, description, location, member_count, null as url, 1 as kind from social_groups"
        " where ($1::text is null or position(lower($1) in lower(location)) > 0) and not is_in_group(id)"
        " order by member_count desc, id desc limit $2) union all"
        " (select id, group_name, description, location, member_count, group_url, 2 from facebook_groups"
        " where ($1::text is null or position(lower($1) in lower(location)) > 0)"
        " order by member_count desc nulls last, id desc limit $2)"
        " order by kind, member_count desc nulls last, id desc limit $2",
        location,
        limit,
    )
    return [Group(**{name: row[name] for name in Group.model_fields}) for row in rows]
