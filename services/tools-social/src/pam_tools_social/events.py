"""What this worker tells others: who did what, never the words."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from pam_shared.contracts.events import DomainEvent
from pam_tools_social.rules import Circle, Visibility


class PostCreated(DomainEvent):
    """A member published a post."""

    domain: ClassVar[str] = "social"
    name: ClassVar[str] = "post_created"

    post_id: UUID
    visibility: Visibility
    group_id: UUID | None


class PostCommented(DomainEvent):
    """A member commented on a post of ``author_id``."""

    domain: ClassVar[str] = "social"
    name: ClassVar[str] = "post_commented"

    comment_id: UUID
    post_id: UUID
    author_id: UUID


class PostLiked(DomainEvent):
    """A member began to like a post of ``author_id``."""

    domain: ClassVar[str] = "social"
    name: ClassVar[str] = "post_liked"

    post_id: UUID
    author_id: UUID


class MessageSent(DomainEvent):
    """A member wrote to another."""

    domain: ClassVar[str] = "social"
    name: ClassVar[str] = "message_sent"

    message_id: UUID
    recipient_id: UUID


class MemberFollowed(DomainEvent):
    """A member began to follow another."""

    domain: ClassVar[str] = "social"
    name: ClassVar[str] = "member_followed"

    following_id: UUID
    friends: bool


class LocationShared(DomainEvent):
    """A member shared where they are, for a time: with a circle, or with one recipient alone."""

    domain: ClassVar[str] = "social"
    name: ClassVar[str] = "location_shared"

    share_with: Circle
    recipient_id: UUID | None = None
    expires_at: datetime


class MeetupCreated(DomainEvent):
    """A member invites to a meet-up."""

    domain: ClassVar[str] = "social"
    name: ClassVar[str] = "meetup_created"

    meetup_id: UUID
    event_date: datetime
    is_public: bool


class SeatTaken(DomainEvent):
    """A member is coming to a meet-up of ``host_id``."""

    domain: ClassVar[str] = "social"
    name: ClassVar[str] = "seat_taken"

    meetup_id: UUID
    host_id: UUID


class GroupJoined(DomainEvent):
    """A member joined a group."""

    domain: ClassVar[str] = "social"
    name: ClassVar[str] = "group_joined"

    group_id: UUID
