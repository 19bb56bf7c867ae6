"""The kinds of knowledge."""

from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field


class KnowledgeType(StrEnum):
    """What kind of fact it is."""

    LOCATION_TIP = "location_tip"
    TRAVEL_RULE = "travel_rule"
    SEASONAL_ADVICE = "seasonal_advice"
    GENERAL_KNOWLEDGE = "general_knowledge"
    POLICY = "policy"
    WARNING = "warning"


class KnowledgeCategory(StrEnum):
    """What it is about."""

    TRAVEL = "travel"
    BUDGET = "budget"
    SOCIAL = "social"
    SHOP = "shop"
    GENERAL = "general"


Tag = Annotated[
    str,
    BeforeValidator(lambda tag: tag.strip().lower() if isinstance(tag, str) else tag),
    Field(min_length=1, max_length=50),
]
