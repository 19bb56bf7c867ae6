"""Arguments several tools take."""

from typing import Annotated

from pydantic import Field

PlaceText = Annotated[str, Field(min_length=1, max_length=500)]
StopTexts = Annotated[list[PlaceText], Field(max_length=20)]
LOCATION = 'A town with its state, an address, a park, coordinates, or "here".'
