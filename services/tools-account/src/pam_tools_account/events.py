"""What this worker tells others: the state as it is now, not only what changed."""

from typing import ClassVar
from uuid import UUID

from pam_shared.contracts.events import DomainEvent
from pam_shared.money import Total
from pam_tools_account.members import Privacy, Profile, Settings, Vehicle


class ProfileUpdated(DomainEvent, Profile):
    """A member changed their profile."""

    domain: ClassVar[str] = "account"
    name: ClassVar[str] = "profile_updated"


class SettingsChanged(DomainEvent, Settings):
    """A member changed their settings."""

    domain: ClassVar[str] = "account"
    name: ClassVar[str] = "settings_changed"


class PrivacyChanged(DomainEvent, Privacy):
    """A member changed who sees what of them."""

    domain: ClassVar[str] = "account"
    name: ClassVar[str] = "privacy_changed"


class VehicleAdded(DomainEvent):
    """A member has another vehicle."""

    domain: ClassVar[str] = "account"
    name: ClassVar[str] = "vehicle_added"

    vehicle: Vehicle


class VehicleChanged(DomainEvent):
    """A member said more of a vehicle, or put it right."""

    domain: ClassVar[str] = "account"
    name: ClassVar[str] = "vehicle_changed"

    vehicle: Vehicle


class OrderPlaced(DomainEvent):
    """A member bought what was in their cart; ``sample`` goods are neither charged nor shipped."""

    domain: ClassVar[str] = "account"
    name: ClassVar[str] = "order_placed"

    order_id: UUID
    order_number: str
    total: Total
    items: int
    sample: bool


class FeedbackRecorded(DomainEvent):
    """A member said what they think of an answer."""

    domain: ClassVar[str] = "account"
    name: ClassVar[str] = "feedback_recorded"

    message_id: str
    thumbs_up: bool | None
    rating: int | None
    feedback_text: str | None
