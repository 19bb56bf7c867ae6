"""How much a member has done here."""

from pam_shared.postgres.pool import Connection

COUNTS = """
select (select count(*) from social_posts where user_id = current_member()) as posts_count,
    (select count(*) from user_follows where following_id = current_member()) as followers_count,
    (select count(*) from user_follows where user_id = current_member()) as following_count,
    (select count(*) from comments where user_id = current_member()) as comments_count,
    (select count(*) from group_memberships where user_id = current_member()) as groups_count,
    (select count(*) from messages where user_id = current_member()) as messages_sent
"""


async def counts(db: Connection) -> dict[str, int]:
    """Return the member's numbers, by name."""
    return dict(await db.fetchrow(COUNTS))
