"""``find_tools``: how a model asks for a tool it was not shown. The agent answers it itself."""

from pydantic import BaseModel, Field, ValidationError

from pam_agent.mind import Step
from pam_agent.selection import Selection
from pam_shared.contracts.identity import Role
from pam_shared.contracts.tools import Effect, Outcome, ToolManifest, ToolReply
from pam_shared.errors import InvalidRequestError

SHOWN = 6
"""Tools shown for one search."""


class Search(BaseModel):
    """What is looked for."""

    query: str = Field(min_length=2, max_length=200, description="What the tool should do, in a few words.")


class Found(BaseModel):
    """One tool that was found."""

    name: str
    description: str


FIND_TOOLS = ToolManifest(
    name="find_tools",
    domain="agent",
    title="Find tools",
    description=(
        "Find tools by what they do. You see only those that seem to fit; where none of them does what the member"
        " asks for, search here before you say that it cannot be done. What is found can be called in the next step."
    ),
    input_schema=Search.model_json_schema(),
    output_schema={"type": "object", "properties": {"tools": {"type": "array"}}},
    effect=Effect.READ,
    timeout=1.0,
    roles=frozenset({Role.MEMBER}),
)


def find_tools(selection: Selection, arguments: dict[str, object]) -> ToolReply:
    """Return the tools that fit a search best."""
    try:
        asked = Search.model_validate(arguments)
    except ValidationError:
        refused = InvalidRequestError("Say in `query` what the tool should do, in 2 to 200 characters.")
        return ToolReply.failure(refused.problem)
    found = [Found(name=tool.name, description=tool.description) for tool in selection.find(asked.query)[:SHOWN]]
    if not found:
        return ToolReply(outcome=Outcome.NO_RESULTS, message="No tool fits. Try other words.", data={"tools": []})
    return ToolReply(
        outcome=Outcome.OK,
        message=f"Found {', '.join(one.name for one in found)}.",
        data={"tools": [one.model_dump() for one in found]},
    )


def found_in(steps: list[Step]) -> set[str]:
    """Return the names of the tools a turn has found so far."""
    told = (
        returned.reply.data or {} for step in steps for returned in step.results if returned.tool == FIND_TOOLS.name
    )
    return {one["name"] for data in told for one in data.get("tools", [])}
