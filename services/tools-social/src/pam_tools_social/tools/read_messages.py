"""Read direct messages."""

from pydantic import Field

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_social.paging import NEWEST, Page, moment
from pam_tools_social.queries import letters, people
from pam_tools_social.shapes import Letter, spoken_list
from pam_tools_social.who import Who
from pam_tools_social.words import counted


class Question(Arguments):
    """With whom."""

    person: Who | None = Field(None, description="A member's username or id; all the member's messages if not given.")
    limit: int = Field(20, ge=1, le=100)
    cursor: str | None = Field(None, description="The next_cursor of the page before.")


class Messages(Result):
    """A page of messages, the newest first."""

    messages: list[Letter]
    next_cursor: str | None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to read."""
        return not self.messages


@tool(effect="read", timeout=4, records="your messages")
async def read_messages(ctx: ToolContext, args: Question) -> Messages:
    """Read the direct messages between the member and others, or one person, the newest first."""
    page = await _page(ctx, args)
    return Messages(message=_sentence(args, page.rows), messages=page.rows, next_cursor=page.next_cursor)


async def _page(ctx: ToolContext, args: Question) -> Page[Letter]:
    after = moment(args.cursor, "created_at", NEWEST)
    if args.person is None:
        return await letters.all_of(ctx.db, after, args.limit)
    other = (await people.find(ctx.db, args.person)).traveller
    return await letters.between(ctx.db, other.user_id, after, args.limit)


def _sentence(args: Question, found: list[Letter]) -> str:
    """Say the newest."""
    if not found:
        if args.cursor:
            return "That was all."
        return f"You and {args.person} have not written to each other." if args.person else "You have no messages."
    said = spoken_list([letter.spoken for letter in found], len(found))
    return f"{counted(len(found), 'message')}, the newest first: {said}"
