"""The SQL of profiles, settings and privacy: a row each for a member, made when it is first asked for."""

from typing import Any
from uuid import UUID

from pam_shared.postgres.pool import Connection
from pam_tools_account.members import Membership, Privacy, Profile, Settings


async def hold_member(db: Connection, user: UUID) -> None:
    """Make the member's profile if there is none, and keep it locked: what must happen one at a time begins so."""
    await db.execute(
        "insert into profiles (user_id) values ($1) on conflict (user_id) do update set user_id = excluded.user_id",
        user,
    )


async def claim_username(db: Connection, user: UUID, wanted: str) -> bool:
    """Give the member a username; return False where another member has it, in capitals or not."""
    await hold_member(db, user)
    claimed: bool = await db.fetchval("select claim_username($1)", wanted)
    return claimed


async def change_profile(db: Connection, user: UUID, changes: dict[str, Any]) -> Profile:
    """Change the fields of ``changes``, None empties one, and return the profile as it is now."""
    await hold_member(db, user)
    row = await db.fetchrow(
        "update profiles as old set (bio, avatar_url, location, rv_type, rv_year) ="
        " (select bio, avatar_url, location, rv_type, rv_year from jsonb_populate_record(old, $2)),"
        " updated_at = now() where user_id = $1"
        " returning username, bio, avatar_url, location, rv_type, rv_year",
        user,
        changes,
    )
    return Profile(**row)


async def change_settings(db: Connection, user: UUID, changes: dict[str, Any]) -> Settings:
    """Change the fields of ``changes`` and return the settings as they are now."""
    await db.execute("insert into user_settings (user_id) values ($1) on conflict do nothing", user)
    row = await db.fetchrow(
        "update user_settings as old set (email_notifications, push_notifications, theme, language, budget_alerts,"
        " trip_reminders) = (select email_notifications, push_notifications, theme, language, budget_alerts,"
        " trip_reminders from jsonb_populate_record(old, $2)), updated_at = now() where user_id = $1 returning *",
        user,
        changes,
    )
    return Settings(**row)


async def change_privacy(db: Connection, user: UUID, changes: dict[str, Any]) -> Privacy:
    """Change the fields of ``changes`` and return who sees what now."""
    await db.execute("insert into privacy_settings (user_id) values ($1) on conflict do nothing", user)
    row = await db.fetchrow(
        "update privacy_settings as old set (profile_visibility, location_sharing, show_activity, allow_messages,"
        " data_collection, trip_sharing, financial_data_visibility) = (select profile_visibility, location_sharing,"
        " show_activity, allow_messages, data_collection, trip_sharing, financial_data_visibility"
        " from jsonb_populate_record(old, $2)), updated_at = now() where user_id = $1 returning *",
        user,
        changes,
    )
    return Privacy(**row)


async def profile(db: Connection, user: UUID) -> Profile:
    """Return the member's profile."""
    await db.execute("insert into profiles (user_id) values ($1) on conflict do nothing", user)
    return Profile(**await db.fetchrow("select * from profiles where user_id = $1", user))


async def settings(db: Connection, user: UUID) -> Settings:
    """Return the member's settings."""
    await db.execute("insert into user_settings (user_id) values ($1) on conflict do nothing", user)
    return Settings(**await db.fetchrow("select * from user_settings where user_id = $1", user))


async def privacy(db: Connection, user: UUID) -> Privacy:
    """Return who sees what of the member."""
    await db.execute("insert into privacy_settings (user_id) values ($1) on conflict do nothing", user)
    return Privacy(**await db.fetchrow("select * from privacy_settings where user_id = $1", user))


async def membership(db: Connection, user: UUID) -> Membership:
    """Return since when and on which plan somebody is a member."""
    await db.execute("insert into profiles (user_id) values ($1) on conflict do nothing", user)
    row = await db.fetchrow(
        "select p.created_at as member_since, s.plan_type as plan, s.status as plan_status from profiles p"
        " left join user_subscriptions s using (user_id) where user_id = $1",
        user,
    )
    return Membership(**row)
