"""What is known of a member: profile, settings, privacy and vehicles, as stored, answered and told to others."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, Field

from pam_shared.measures import spoken_feet


class Theme(StrEnum):
    """How the app looks; auto follows the device."""

    LIGHT = "light"
    DARK = "dark"
    AUTO = "auto"


class ProfileVisibility(StrEnum):
    """Who sees a member's profile."""

    PUBLIC = "public"
    FRIENDS = "friends"
    PRIVATE = "private"


class AllowMessages(StrEnum):
    """Who may write to a member."""

    EVERYONE = "everyone"
    FRIENDS = "friends"
    NONE = "none"


class FinancialVisibility(StrEnum):
    """How much others see of a member's money."""

    NONE = "none"
    SUMMARY = "summary"
    DETAILED = "detailed"


class VehicleType(StrEnum):
    """What is driven or towed."""

    RV = "rv"
    MOTORHOME = "motorhome"
    TRAVEL_TRAILER = "travel_trailer"
    FIFTH_WHEEL = "fifth_wheel"
    TRUCK = "truck"
    CAR = "car"
    VAN = "van"
    MOTORCYCLE = "motorcycle"
    BOAT = "boat"


class FuelType(StrEnum):
    """What it runs on."""

    GASOLINE = "gasoline"
    DIESEL = "diesel"
    ELECTRIC = "electric"
    HYBRID = "hybrid"
    PROPANE = "propane"


class Profile(BaseModel):
    """How a member shows themselves; what they did not tell is null."""

    username: str | None = None
    bio: str | None = None
    avatar_url: str | None = None
    location: str | None = None
    rv_type: str | None = None
    rv_year: int | None = None


class Settings(BaseModel):
    """How PAM looks, speaks and reminds."""

    email_notifications: bool
    push_notifications: bool
    theme: Theme
    language: str = Field(description="ISO 639-1, with a country where it matters: en, fr-CA.")
    budget_alerts: bool
    trip_reminders: bool


class Privacy(BaseModel):
    """Who sees what of a member."""

    profile_visibility: ProfileVisibility
    location_sharing: bool | None = Field(
        description="Whether a place may be shared; null: never said, so only each place the member shares by word."
    )
    show_activity: bool
    allow_messages: AllowMessages
    data_collection: bool
    trip_sharing: bool
    financial_data_visibility: FinancialVisibility


class Membership(BaseModel):
    """Since when somebody is a member, and on which plan; without a subscription they have none."""

    member_since: datetime
    plan: str | None
    plan_status: str | None


class VehicleFacts(BaseModel):
    """What a member tells of a vehicle: feet and pounds."""

    name: str
    make: str | None
    model: str | None
    year: int | None
    vehicle_type: VehicleType
    fuel_type: FuelType
    height_ft: float | None
    weight_lbs: int | None
    length_ft: float | None


class Vehicle(VehicleFacts):
    """A member's vehicle; of their vehicles, one is the primary."""

    id: UUID
    is_primary: bool

    @property
    def built(self) -> str:
        """Year, make and model as far as they are known."""
        return " ".join(str(part) for part in (self.year, self.make, self.model) if part)

    @property
    def sizes(self) -> dict[str, str | None]:
        """Height, weight and length as they are said; None where the member did not tell."""
        return {
            "height": f"{spoken_feet(self.height_ft)} high" if self.height_ft is not None else None,
            "weight": f"{self.weight_lbs:,} pounds heavy" if self.weight_lbs is not None else None,
            "length": f"{spoken_feet(self.length_ft)} long" if self.length_ft is not None else None,
        }
