"""What the agent needs to know."""

from pydantic import Field

from pam_agent.costs.settings import CostSettings


class AgentSettings(CostSettings):
    """Settings of the agent. Times in seconds."""

    anthropic_api_key: str | None = Field(
        None, validation_alias="ANTHROPIC_API_KEY", description="Without it the rules answer."
    )
    anthropic_base_url: str | None = Field(None, validation_alias="ANTHROPIC_BASE_URL")
    model: str = "claude-sonnet-5-5"
    second_model: str = "claude-haiku-5-5"
    max_tokens: int = Field(2048, ge=1)
    first_token_within: float = Field(10.0, gt=0, description="How long a model may be silent before it begins.")
    turn_within: float = Field(60.0, gt=0, description="How long a turn may take in all.")
    steps_max: int = Field(8, ge=1, description="How many times the model may ask for tools in one turn.")
    history_turns: int = Field(30, ge=1, description="How many earlier turns the model sees.")
    slots: int = Field(128, ge=1, description="Turns at once.")
    parked_max: int = Field(1000, ge=1, description="Deliveries that may wait here for their predecessors.")
