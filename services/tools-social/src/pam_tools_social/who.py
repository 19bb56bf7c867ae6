"""How tools are told whom they are about, and what they add about somebody who is made up."""

from typing import Annotated

from pydantic import Field, StringConstraints

from pam_shared.tools.context import ToolContext
from pam_tools_social.queries.people import Found

Who = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100),
    Field(description="A member's username or id.", examples=["sample_sam"]),
]


def caveat(ctx: ToolContext, found: Found) -> str:
    """Return what is said of a sample member, marking the reply; of anybody else nothing."""
    if not found.sample:
        return ""
    ctx.cite("sample member", ctx.now, sample=True)
    return f" {found.spoken} is made up, for trying PAM out: nobody will answer."
