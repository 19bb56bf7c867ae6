"""What the facts a member states are about."""

from enum import StrEnum


class Kind(StrEnum):
    """What a fact is about."""

    ABOUT_ME = "about_me"
    RIG = "rig"
    PET = "pet"
    DIET = "diet"
    HEALTH = "health"
    MONEY = "money"
    PERSON = "person"
    PLACE = "place"
    DATE = "date"
    PLAN = "plan"
    PREFERENCE = "preference"

    @property
    def spoken(self) -> str:
        """The kind as the member is told of it."""
        return _SPOKEN[self]


_SPOKEN = {
    Kind.ABOUT_ME: "yourself",
    Kind.RIG: "your rig",
    Kind.PET: "your pets",
    Kind.DIET: "what you eat",
    Kind.HEALTH: "your health",
    Kind.MONEY: "your money",
    Kind.PERSON: "your people",
    Kind.PLACE: "your places",
    Kind.DATE: "your dates",
    Kind.PLAN: "your plans",
    Kind.PREFERENCE: "what you like",
}
