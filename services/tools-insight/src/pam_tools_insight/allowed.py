"""Which tables and columns operators' tools reach: everything else does not exist for them.

PostgreSQL holds the same line: operators' role is granted these tables and no others. Members' memories and recorded
speech are not among them.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from pam_tools_insight.advice import Priority
from pam_tools_insight.kinds import KnowledgeCategory, KnowledgeType, Tag
from pam_tools_insight.session_rules import ChatStatus, SessionType
from pam_tools_insight.sizes import JsonObject

Short = Annotated[str, Field(min_length=1, max_length=50)]
Line = Annotated[str, Field(min_length=1, max_length=200)]
Count = Annotated[int, Field(ge=0, le=2**31 - 1)]


class Written(StrEnum):
    """When a column may be given."""

    NEVER = "never"
    """By PostgreSQL or another tool alone."""
    ONCE = "once"
    """When its row is made, and needed then: it says which row it is."""
    NEEDED = "needed"
    """When its row is made, and needed then; it may be changed later."""
    FREELY = "freely"


@dataclass(frozen=True)
class Column:
    """What values a column takes, and when it may be given."""

    kind: Any
    written: Written = Written.NEVER
    nullable: bool = False


@dataclass(frozen=True)
class Table:
    """What may be done with a table. ``unique`` are the columns that name a row, for upserts."""

    columns: dict[str, Column]
    unique: tuple[str, ...] = ()
    creatable: bool = False
    deletable: bool = False


def kept(kind: Any, *, nullable: bool = False) -> Column:
    """Return a column that is only read."""
    return Column(kind, nullable=nullable)


def once(kind: Any) -> Column:
    """Return a column that is given when its row is made."""
    return Column(kind, Written.ONCE)


def needed(kind: Any) -> Column:
    """Return a column that every row has and that may change."""
    return Column(kind, Written.NEEDED)


def free(kind: Any, *, nullable: bool = False) -> Column:
    """Return a column that may be given."""
    return Column(kind, Written.FREELY, nullable=nullable)


ROW = {"id": kept(UUID), "created_at": kept(AwareDatetime)}
"""What every table has: pages are cut along these two."""

TABLES = {
    "admin_users": Table(
        {
            **ROW,
            "user_id": once(UUID),
            "email": needed(Annotated[str, Field(min_length=3, max_length=320)]),
            "role": needed(Literal["support", "editor", "owner"]),
            "permissions": free(JsonObject),
            "region": free(Line, nullable=True),
            "status": free(Literal["active", "suspended"]),
            "last_login": kept(AwareDatetime, nullable=True),
            "updated_at": kept(AwareDatetime),
        },
        unique=("user_id",),
        creatable=True,
        deletable=True,
    ),
    "pam_admin_knowledge": Table(
        {
            **ROW,
            "admin_user_id": once(UUID),
            "title": needed(Line),
            "content": needed(Annotated[str, Field(min_length=1, max_length=5000)]),
            "knowledge_type": needed(KnowledgeType),
            "category": needed(KnowledgeCategory),
            "location_context": free(Line, nullable=True),
            "date_context": free(Line, nullable=True),
            "priority": free(Annotated[int, Field(ge=1, le=10)]),
            "tags": free(Annotated[list[Tag], Field(max_length=20)]),
            "is_active": free(bool),
            "usage_count": kept(int),
            "last_used_at": kept(AwareDatetime, nullable=True),
            "updated_at": kept(AwareDatetime),
        },
        creatable=True,
        deletable=True,
    ),
    "pam_knowledge_usage_log": Table(
        {**ROW, "knowledge_id": kept(UUID), "user_id": kept(UUID), "conversation_context": kept(str)}
    ),
    "pam_recommendations": Table(
        {
            **ROW,
            "user_id": once(UUID),
            "type": needed(Short),
            "content": needed(Annotated[str, Field(min_length=1, max_length=2000)]),
            "priority_level": free(Priority),
            "savings_amount": free(Annotated[Decimal, Field(gt=0, lt=10**6, decimal_places=2)], nullable=True),
            "location": free(Line, nullable=True),
            "expires_at": free(AwareDatetime, nullable=True),
            "user_viewed": free(bool),
        },
        creatable=True,
        deletable=True,
    ),
    "pam_learning_events": Table(
        {**ROW, "user_id": kept(UUID), "event_type": kept(str), "about": kept(str, nullable=True), "detail": kept(dict)}
    ),
    "pam_analytics_logs": Table(
        {
            **ROW,
            "user_id": kept(UUID),
            "event_id": kept(UUID),
            "event_type": kept(str),
            "event_data": kept(dict),
            "session_id": kept(str, nullable=True),
            "feature": kept(str, nullable=True),
            "success": kept(bool, nullable=True),
            "response_time_ms": kept(int, nullable=True),
            "error_type": kept(str, nullable=True),
        },
        deletable=True,
    ),
    "analytics_daily": Table(
        {
            **ROW,
            "date": once(dt.date),
            "log_count": needed(Count),
            "unique_users": needed(Count),
            "metrics": needed(JsonObject),
            "generated_at": kept(AwareDatetime),
        },
        unique=("date",),
        creatable=True,
        deletable=True,
    ),
    "analytics_summary": Table(
        {
            **ROW,
            "summary_type": once(Literal["weekly", "monthly", "custom"]),
            "start_date": once(dt.date),
            "end_date": once(dt.date),
            "metrics": needed(JsonObject),
            "generated_at": kept(AwareDatetime),
        },
        unique=("summary_type", "start_date", "end_date"),
        creatable=True,
        deletable=True,
    ),
    "chat_sessions": Table(
        {
            **ROW,
            "user_id": once(UUID),
            "session_type": free(SessionType),
            "status": free(ChatStatus),
            "message_count": free(Count),
            "metadata": free(JsonObject),
            "last_activity": kept(AwareDatetime),
            "ended_at": free(AwareDatetime, nullable=True),
            "archived_at": free(AwareDatetime, nullable=True),
        },
        creatable=True,
        deletable=True,
    ),
    "user_active_sessions": Table(
        {
            **ROW,
            "user_id": kept(UUID),
            "device_info": kept(dict),
            "is_active": free(bool),
            "expires_at": free(AwareDatetime),
            "last_activity": kept(AwareDatetime),
        },
        deletable=True,
    ),
    "security_audit_log": Table(
        {**ROW, "operator_id": kept(UUID), "action": kept(str), "subject": kept(str), "detail": kept(dict)}
    ),
}

TableName = StrEnum("TableName", {name.upper(): name for name in TABLES})  # type: ignore[misc]
"""The tables there are, for the tools' schemas."""
