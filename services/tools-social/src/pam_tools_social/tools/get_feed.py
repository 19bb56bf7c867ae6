"""The feed."""

from datetime import timedelta

from pydantic import Field

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_social.paging import HOTTEST, NEWEST, OLDEST, Page, moment, score
from pam_tools_social.queries import feed
from pam_tools_social.rules import Feed
from pam_tools_social.shapes import Post, spoken_list
from pam_tools_social.words import counted

RECENT = timedelta(days=7)
NOTHING = {
    Feed.ALL: "There is nothing in your feed yet. Follow somebody, or write the first post.",
    Feed.FRIENDS: "Your friends have posted nothing yet. Friends are those who follow you back.",
    Feed.FOLLOWING: "Nobody you follow has posted anything yet. Follow somebody whose posts you like.",
    Feed.POPULAR: "There are no public posts yet.",
    Feed.RECENT: "There is nothing new from the last seven days.",
}


class Question(Arguments):
    """Whose posts."""

    filter_type: Feed = Field(
        Feed.ALL,
        description="all: everything the member may see; recent: of that, the last seven days; friends: those who"
        " follow each other; following: whoever the member follows; popular: public posts with most reactions lately.",
    )
    limit: int = Field(20, ge=1, le=100)
    cursor: str | None = Field(None, description="The next_cursor of the page before.")


class Posts(Result):
    """A page of the feed: the newest first, or the most popular."""

    posts: list[Post]
    posts_count: int = Field(description="How many are on this page.")
    has_more: bool
    next_cursor: str | None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to see."""
        return not self.posts


@tool(effect="read", timeout=4, records="members' posts")
async def get_feed(ctx: ToolContext, args: Question) -> Posts:
    """Read the feed: posts of others and the member's own, a page at a time."""
    page = await _page(ctx, args)
    return Posts(
        message=_sentence(args, page.rows),
        posts=page.rows,
        posts_count=len(page.rows),
        has_more=page.next_cursor is not None,
        next_cursor=page.next_cursor,
    )


async def _page(ctx: ToolContext, args: Question) -> Page[Post]:
    if args.filter_type is Feed.POPULAR:
        return await feed.popular(ctx.db, score(args.cursor, "heat", HOTTEST), args.limit)
    after = moment(args.cursor, "created_at", NEWEST)
    if args.filter_type in {Feed.FRIENDS, Feed.FOLLOWING}:
        friends_only = args.filter_type is Feed.FRIENDS
        return await feed.of_followed(ctx.db, after, args.limit, friends_only=friends_only)
    since = ctx.now - RECENT if args.filter_type is Feed.RECENT else OLDEST.position
    return await feed.latest(ctx.db, after, since, args.limit)


def _sentence(args: Question, posts: list[Post]) -> str:
    """Say the first of the page."""
    if not posts:
        return "That was all." if args.cursor else NOTHING[args.filter_type]
    return f"{counted(len(posts), 'post')}: {spoken_list([post.spoken for post in posts], len(posts))}"
