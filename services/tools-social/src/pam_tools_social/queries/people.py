"""Members: who they are, who follows whom, who is blocked."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pam_shared.errors import NotFoundError
from pam_shared.postgres.pool import Connection, Record
from pam_tools_social.rules import ProfileVisibility, as_id, as_name
from pam_tools_social.shapes import Traveller


@dataclass(frozen=True)
class Found:
    """A member who was looked up. ``sample``: made up, for trying things out."""

    traveller: Traveller
    sample: bool

    @property
    def spoken(self) -> str:
        """What they are called."""
        return self.traveller.spoken


@dataclass(frozen=True)
class Privacy:
    """What a member decided about being seen. ``location_sharing`` is None where they have said nothing."""

    profile_visibility: ProfileVisibility
    location_sharing: bool | None


async def find(db: Connection, who: str) -> Found:
    """Return the member of that id or username. Raises NotFoundError where the asker can know of none."""
    row = await db.fetchrow("select * from find_member($1, $2)", as_id(who), as_name(who))
    return _found(row, who)


async def find_blocked(db: Connection, who: str) -> Found:
    """Return the one of that id or username whom the member has blocked. Raises NotFoundError."""
    row = await db.fetchrow("select * from find_blocked($1, $2)", as_id(who), as_name(who))
    return _found(row, who)


async def privacy(db: Connection, user: UUID) -> Privacy:
    """Return what the member decided, or the defaults."""
    row = await db.fetchrow("select profile_visibility, location_sharing from members where user_id = $1", user)
    if row is None:
        return Privacy(ProfileVisibility.PUBLIC, None)
    return Privacy(ProfileVisibility(row["profile_visibility"]), row["location_sharing"])


async def follow(db: Connection, user: UUID, other: UUID) -> bool:
    """Follow someone; return whether that is new."""
    return await _changed(
        db, "insert into user_follows (user_id, following_id) values ($1, $2) on conflict do nothing", user, other
    )


async def unfollow(db: Connection, user: UUID, other: UUID) -> bool:
    """Follow someone no longer; return whether the member did."""
    return await _changed(db, "delete from user_follows where user_id = $1 and following_id = $2", user, other)


async def follows_back(db: Connection, other: UUID) -> bool:
    """Return whether someone follows the member."""
    answer: bool = await db.fetchval("select follows_me($1)", other)
    return answer


async def block(db: Connection, user: UUID, other: UUID) -> bool:
    """Block someone; return whether that is new."""
    return await _changed(
        db, "insert into blocked_members (user_id, blocked_id) values ($1, $2) on conflict do nothing", user, other
    )


async def unblock(db: Connection, user: UUID, other: UUID) -> bool:
    """Lift a block; return whether there was one."""
    return await _changed(db, "delete from blocked_members where user_id = $1 and blocked_id = $2", user, other)


async def put_profile(db: Connection, user: UUID, at: datetime, profile: dict[str, str | None]) -> None:
    """Keep a member's ``username`` (None: as it was) and ``avatar_url``, unless something newer is known."""
    await db.execute(
        "insert into members as m (user_id, username, avatar_url, profile_at) values ($1, $2, $3, $4)"
        " on conflict (user_id) do update set username = coalesce(excluded.username, m.username),"
        " avatar_url = case when $5 then excluded.avatar_url else m.avatar_url end, profile_at = excluded.profile_at"
        " where m.profile_at is null or m.profile_at <= excluded.profile_at",
        user,
        profile.get("username"),
        profile.get("avatar_url"),
        at,
        "avatar_url" in profile,
    )


async def put_privacy(db: Connection, user: UUID, at: datetime, settings: dict[str, Any]) -> None:
    """Keep a member's privacy settings (None: as it was), unless something newer is known."""
    await db.execute(
        "insert into members as m (user_id, profile_visibility, location_sharing, show_activity, allow_messages,"
        " privacy_at) values ($1, coalesce($2, 'public'), $3, coalesce($4, true), coalesce($5, 'everyone'), $6)"
        " on conflict (user_id) do update set profile_visibility = coalesce($2, m.profile_visibility),"
        " location_sharing = coalesce($3, m.location_sharing), show_activity = coalesce($4, m.show_activity),"
        " allow_messages = coalesce($5, m.allow_messages), privacy_at = excluded.privacy_at"
        " where m.privacy_at is null or m.privacy_at <= excluded.privacy_at",
        user,
        settings["profile_visibility"],
        settings["location_sharing"],
        settings["show_activity"],
        settings["allow_messages"],
        at,
    )


async def forget_mentions(db: Connection) -> None:
    """Hand the member's groups on, and delete what rows of others hold of the member."""
    await db.execute("select hand_groups_on(), forget_mentions()")


def _found(row: Record | None, who: str) -> Found:
    if row is None:
        raise NotFoundError(f"I know no traveller {who!r}. Names stand under posts, messages and in searches nearby.")
    return Found(Traveller(user_id=row["user_id"], username=row["username"]), row["sample"])


async def _changed(db: Connection, statement: str, *values: object) -> bool:
    """Run a statement about one row; return whether it changed one."""
    status: str = await db.execute(statement, *values)
    return status.endswith(" 1")
