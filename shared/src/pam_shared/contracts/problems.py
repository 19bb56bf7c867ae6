"""What went wrong, told so that the reader knows who must act."""

from enum import StrEnum

from pydantic import BaseModel


class Category(StrEnum):
    """Whose trouble it is, as the member is told."""

    USER = "user"
    SYSTEM = "system"
    EXTERNAL = "external"
    UNKNOWN = "unknown"


class Advice(StrEnum):
    """What the model (or a client) should do next."""

    CORRECT_ARGUMENTS = "correct_arguments"
    TRY_LATER = "try_later"
    ASK_MEMBER = "ask_member"
    GIVE_UP = "give_up"


class Problem(BaseModel):
    """An error as it travels. ``message`` is safe to show; ``retry_after`` is in seconds."""

    code: str
    category: Category
    message: str
    advice: Advice = Advice.GIVE_UP
    retry_after: float | None = None

    @property
    def temporary(self) -> bool:
        """Whether the same request may succeed later."""
        return self.advice is Advice.TRY_LATER
