"""What tools return of members and their doings."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from pam_tools_social import rules
from pam_tools_social.words import counted, quoted

SPOKEN = 5
"""How many of many are said one by one."""


class Traveller(BaseModel):
    """A member as others see them. No ``username``: one who has none yet, or whose profile is closed to the asker."""

    user_id: UUID
    username: str | None
    avatar_url: str | None = None

    @property
    def spoken(self) -> str:
        """What they are called."""
        return self.username or rules.UNNAMED


class Post(BaseModel):
    """A post, with how it is liked; ``liked``: by the member who asks."""

    id: UUID
    author: Traveller
    title: str | None
    content: str
    location: str | None
    image_url: str | None
    tags: list[str]
    group_id: UUID | None
    visibility: rules.Visibility
    likes_count: int
    comments_count: int
    liked: bool
    created_at: datetime

    @property
    def spoken(self) -> str:
        """The post in short."""
        place = f" from {self.location}" if self.location else ""
        return (
            f"{self.author.spoken}{place}: {quoted(self.title or self.content)} ({counted(self.likes_count, 'like')})"
        )


class Comment(BaseModel):
    """What somebody said to a post."""

    id: UUID
    post_id: UUID
    author: Traveller
    comment: str
    created_at: datetime


class Letter(BaseModel):
    """A direct message; ``mine``: the member who asks has written it to ``other``, else ``other`` to them."""

    id: UUID
    other: Traveller
    mine: bool
    text: str
    created_at: datetime

    @property
    def spoken(self) -> str:
        """The message in short."""
        return (
            f"you to {self.other.spoken}: {quoted(self.text)}"
            if self.mine
            else f"{self.other.spoken}: {quoted(self.text)}"
        )


class Meetup(BaseModel):
    """A meet-up. ``friends_going``: those who show what they do; ``going``: the member who asks has a seat."""

    id: UUID
    host: Traveller
    title: str
    description: str | None
    event_date: datetime
    location: str
    latitude: float | None
    longitude: float | None
    max_attendees: int | None
    attendee_count: int
    is_public: bool
    going: bool
    friends_going: list[str]


class Nearby(BaseModel):
    """A traveller who shares where they are. No ``last_seen``: they do not show what they do."""

    user_id: UUID
    username: str | None
    avatar_url: str | None
    location_name: str
    description: str | None
    distance_miles: float
    last_seen: datetime | None


class Group(BaseModel):
    """A group of travellers. With ``url``: one on Facebook, which is joined there."""

    id: UUID
    name: str
    description: str | None
    location: str | None
    member_count: int | None
    url: str | None = None

    @property
    def size(self) -> str:
        """How many are in it."""
        return "size unknown" if self.member_count is None else counted(self.member_count, "member")


class Tip(BaseModel):
    """A tip from a traveller to all others."""

    id: UUID
    author: Traveller
    title: str
    content: str
    category: rules.TipCategory
    location_name: str | None
    tags: list[str]
    created_at: datetime


def spoken_list(said: list[str], total: int) -> str:
    """Say the first of many, one after the other, and how many more there are."""
    first = "; ".join(said[:SPOKEN])
    return f"{first}." if total <= SPOKEN else f"{first}; and {total - SPOKEN} more."
