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
    model_within: float = Field(
        25.0,
        gt=0,
        description="How long the models may take in one turn, tried again or not; tools take their own time.",
    )
    turn_within: float = Field(60.0, gt=0, description="How long a turn may take in all.")
    steps_max: int = Field(8, ge=1, description="How many times the model may ask for tools in one turn.")
    history_turns: int = Field(50, ge=1, description="With more earlier turns than this, the first become a summary.")
    verbatim_turns: int = Field(10, ge=1, description="How many of the newest turns no summary takes in.")
    tokens_told: int = Field(150_000, ge=1, description="Tokens of a request above which the member is told.")
    tokens_max: int = Field(180_000, ge=1, description="Tokens of a request above which history is summarised first.")
    slots: int = Field(128, ge=1, description="Turns at once.")
    parked_max: int = Field(1000, ge=1, description="Deliveries that may wait here for their predecessors.")
