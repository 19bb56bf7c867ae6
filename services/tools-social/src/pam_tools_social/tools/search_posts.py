"""Search posts."""

from pydantic import Field

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_social.paging import NEWEST, moment
from pam_tools_social.queries import feed
from pam_tools_social.shapes import Post, spoken_list
from pam_tools_social.words import Place, Search, Tags, counted, quoted


class Question(Arguments):
    """What is looked for."""

    query: Search = Field(
        description='Words; "in quotes" for a phrase, or for either, - before a word that must not be there.',
        examples=["boondocking Quartzsite"],
    )
    tags: Tags = Field([], max_length=10, description="Tags a post must all have.")
    location: Place | None = Field(None, description="A place, or part of its name.")
    limit: int = Field(20, ge=1, le=100)
    cursor: str | None = Field(None, description="The next_cursor of the page before.")


class FoundPosts(Result):
    """A page of posts, the newest first."""

    posts: list[Post]
    posts_count: int = Field(description="How many are on this page.")
    next_cursor: str | None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found."""
        return not self.posts


@tool(effect="read", timeout=4, records="members' posts")
async def search_posts(ctx: ToolContext, args: Question) -> FoundPosts:
    """Search the posts the member may see, by words, tags and place."""
    after = moment(args.cursor, "created_at", NEWEST)
    page = await feed.search(ctx.db, args.query, args.tags, args.location, after, args.limit)
    return FoundPosts(
        message=_sentence(args, page.rows),
        posts=page.rows,
        posts_count=len(page.rows),
        next_cursor=page.next_cursor,
    )


def _sentence(args: Question, found: list[Post]) -> str:
    """Say what was found."""
    tags = "".join(f" #{tag}" for tag in args.tags)
    what = f"{quoted(args.query)}{tags}{f' from {args.location}' if args.location else ''}"
    if not found:
        return f"I found no {'more posts' if args.cursor else 'posts'} with {what}. Fewer or other words may find some."
    said = spoken_list([post.spoken for post in found], len(found))
    return f"{counted(len(found), 'post')} with {what}: {said}"
