"""Chat sessions and login sessions: their lives, whose they are, and what becomes of old ones."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from pam_shared.contracts.identity import Role
from pam_shared.errors import ConflictError, InvalidRequestError, NotFoundError, NotPermittedError
from pam_tools_insight.tools.clean_expired_sessions import clean_expired_sessions
from pam_tools_insight.tools.create_chat_session import create_chat_session
from pam_tools_insight.tools.get_session_analytics import get_session_analytics
from pam_tools_insight.tools.manage_user_session import manage_user_session
from pam_tools_insight.tools.update_chat_session import update_chat_session

EVERY_ROLE = frozenset(Role)


async def change(bench, session_id, **what):
    return (await bench.run(update_chat_session, session_id=str(session_id), **what)).session


async def manage(bench, action, session=None, **more):
    session_id = {"session_id": str(session.id)} if session else {}
    return (await bench.run(manage_user_session, action=action, **session_id, **more)).session


async def test_a_chat_session_lives_until_it_ends(system):
    """R-T1: status, metadata added key by key, messages counted; an ended session stays as it is."""
    opened = (await system.run(create_chat_session, session_type="planning", metadata={"a": 1, "b": 1})).session_id
    changed = await change(system, opened, metadata={"b": 2}, increment_messages=True)
    assert (changed.session_type, changed.status, changed.message_count) == ("planning", "active", 1)
    assert changed.metadata == {"a": 1, "b": 2}
    assert (await change(system, opened, status="paused")).ended_at is None
    ended = await change(system.at(system.now + timedelta(hours=1)), opened, status="ended")
    assert ended.ended_at - ended.created_at == timedelta(hours=1)
    with pytest.raises(ConflictError, match="has ended"):
        await change(system, opened, status="active")


async def test_messages_counted_at_the_same_time_are_all_counted(system):
    """R-D1: no update is lost."""
    opened = (await system.run(create_chat_session)).session_id
    await asyncio.gather(*(change(system, opened, increment_messages=True) for _ in range(25)))
    assert (await change(system, opened, increment_messages=True)).message_count == 26


async def test_another_members_sessions_are_not_there(system, new_member):
    """G6: not found, never not yours."""
    other = new_member(roles=EVERY_ROLE)
    chat = (await other.run(create_chat_session)).session_id
    login = await manage(other, "create")
    for session_id in (chat, uuid4()):
        with pytest.raises(NotFoundError, match="there is no such chat session"):
            await change(system, session_id, status="ended")
    for action in ("check", "refresh", "end"):
        with pytest.raises(NotFoundError, match="there is no such session"):
            await manage(system, action, login)
    assert (await manage(other, "check", login)).is_active


async def test_only_services_open_and_change_sessions(member, admin):
    """R-S4: a member cannot open a login session for themselves."""
    for nobody in (member, admin):
        for tool, arguments in (
            (create_chat_session, {}),
            (update_chat_session, {"session_id": str(uuid4()), "status": "ended"}),
            (manage_user_session, {"action": "create"}),
        ):
            with pytest.raises(NotPermittedError):
                await nobody.run(tool, **arguments)


@pytest.mark.parametrize(
    ("tool", "arguments", "named"),
    [
        (update_chat_session, {"session_id": str(uuid4())}, "nothing would change"),
        (update_chat_session, {"session_id": str(uuid4()), "status": "lost"}, "status"),
        (update_chat_session, {"session_id": "x", "status": "ended"}, "session_id"),
        (create_chat_session, {"session_type": "gossip"}, "session_type"),
        (create_chat_session, {"metadata": {"x": "y" * 20_000}}, "metadata"),
        (manage_user_session, {"action": "refresh"}, "session_id is needed"),
        (manage_user_session, {"action": "create", "session_id": str(uuid4())}, "session_id"),
        (manage_user_session, {"action": "extend"}, "action"),
        (get_session_analytics, {"days": 366}, "days"),
        (clean_expired_sessions, {"older_than_days": 0}, "older_than_days"),
    ],
)
async def test_what_makes_no_sense_is_refused_by_name(new_member, tool, arguments, named):
    """R-T3: the sentence says what to mend."""
    with pytest.raises(InvalidRequestError, match=named):
        await new_member(roles=EVERY_ROLE).run(tool, **arguments)


async def test_a_login_session_lives_half_an_hour_from_its_last_refresh(system):
    """R-S1: refreshed in time it goes on, too late it does not."""
    opened = await manage(system, "create", device_info={"browser": "Firefox"})
    assert (opened.is_active, opened.device_info) == (True, {"browser": "Firefox"})
    later = system.at(system.now + timedelta(minutes=29))
    refreshed = await manage(later, "refresh", opened)
    assert refreshed.expires_at - opened.expires_at == timedelta(minutes=29)
    much_later = system.at(later.now + timedelta(minutes=30))
    assert not (await manage(much_later, "check", opened)).is_active
    with pytest.raises(ConflictError, match="has ended"):
        await manage(much_later, "refresh", opened)


async def test_an_ended_login_session_stays_ended(system):
    """R-S1: ending it again is no error."""
    opened = await manage(system, "create")
    assert not (await manage(system, "end", opened)).is_active
    assert not (await manage(system, "end", opened)).is_active
    with pytest.raises(ConflictError):
        await manage(system, "refresh", opened)


async def test_session_numbers_are_the_members_own_for_members(new_member, admin):
    """R-T6: and one member's, or everybody's, for admins."""
    bench = new_member(roles=frozenset({Role.MEMBER, Role.SYSTEM}))
    assert (await bench.run(get_session_analytics)).message == "There were no chat sessions in the last 7 days."
    first = (await bench.run(create_chat_session)).session_id
    await bench.run(create_chat_session, session_type="support")
    later = bench.at(bench.now + timedelta(minutes=20))
    await change(later, first, increment_messages=True)
    await manage(bench, "create")
    other = new_member(roles=EVERY_ROLE)
    await other.run(create_chat_session)
    found = await later.run(get_session_analytics)
    assert (found.total_sessions, found.by_type) == (2, {"conversation": 1, "support": 1})
    assert (found.average_duration_minutes, found.messages_per_session) == (Decimal("10.0"), Decimal("0.5"))
    assert found.active_logins == 1
    assert found.message == ("2 chat sessions in the last 7 days, on average 10.0 minutes and 0.5 messages long.")
    by_admin = await admin.at(later.now).run(get_session_analytics, user_id=str(bench.identity.user))
    assert by_admin.total_sessions == 2
    assert (await admin.at(later.now).run(get_session_analytics)).total_sessions >= 3
    with pytest.raises(NotPermittedError, match="user_id"):
        await bench.run(get_session_analytics, user_id=str(other.identity.user))


async def test_old_sessions_are_closed_and_put_away_once(system, admin):
    """R-T1: of all members; what is in use stays."""
    old = (await system.at(system.now - timedelta(days=31)).run(create_chat_session)).session_id
    fresh = (await system.run(create_chat_session)).session_id
    expired = await manage(system.at(system.now - timedelta(minutes=31)), "create")
    alive = await manage(system, "create")
    cleaned = await admin.run(clean_expired_sessions)
    assert cleaned.archived_count >= 1
    assert cleaned.expired_count >= 1
    async with system.context() as ctx:
        chats = dict(await ctx.db.fetch("select id, archived_at is not null from chat_sessions"))
        logins = dict(await ctx.db.fetch("select id, is_active from user_active_sessions"))
    assert chats == {old: True, fresh: False}
    assert logins == {expired.id: False, alive.id: True}
    assert (await admin.run(clean_expired_sessions)).is_empty


async def test_members_clean_nothing(member):
    """R-S4: it concerns everybody's sessions."""
    with pytest.raises(NotPermittedError):
        await member.run(clean_expired_sessions)
