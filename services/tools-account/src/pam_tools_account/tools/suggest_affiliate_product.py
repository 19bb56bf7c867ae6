"""Suggest a product for a vehicle and region."""

from pydantic import Field

from pam_shared.money import spoken
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_account.goods import Good
from pam_tools_account.queries import products, vehicles
from pam_tools_account.sentences import SAMPLE_LINKS, listed

AT_MOST = 5
DISCLOSURE = "PAM may earn a commission if you buy through these links."


class Situation(Arguments):
    """What the member drives, and where."""

    vehicle_type: str | None = Field(
        None,
        max_length=50,
        description="Such as motorhome or travel_trailer; that of their primary vehicle if not given.",
    )
    region: str | None = Field(
        None, max_length=50, description="Part of the country: southwest, rockies, northwest, midwest, southeast ..."
    )


class Suggestion(Good):
    """Something a partner sells."""

    external_url: str


class Suggestions(Result):
    """Up to five products, the most particular first, and what the member must know of the links."""

    products: list[Suggestion]
    disclosure: str

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to suggest."""
        return not self.products


@tool(effect="read", timeout=4)
async def suggest_affiliate_product(ctx: ToolContext, args: Situation) -> Suggestions:
    """Suggest partners' products for the member's vehicle and region. Always tell the member the disclosure."""
    vehicle_type = _key(args.vehicle_type) or await _primary_type(ctx)
    found = await products.affiliate_products(ctx.db, ctx.user, vehicle_type, _key(args.region), AT_MOST)
    suggestions = [Suggestion.model_validate(product, from_attributes=True) for product in found]
    if found:
        ctx.cite("partners' catalogue", ctx.now, sample=any(product.sample for product in found))
    return Suggestions(message=_sentence(suggestions), products=suggestions, disclosure=DISCLOSURE)


def _key(said: str | None) -> str | None:
    return said.strip().lower().replace(" ", "_").replace("-", "_") if said else None


async def _primary_type(ctx: ToolContext) -> str | None:
    owned = await vehicles.vehicles(ctx.db, ctx.user)
    return owned[0].vehicle_type if owned else None


def _sentence(found: list[Suggestion]) -> str:
    if not found:
        return "I have nothing of our partners to suggest right now."
    names = listed([f"{product.name} ({spoken(product.price)})" for product in found])
    samples = f" {SAMPLE_LINKS}" if any(product.sample for product in found) else ""
    return f"Of our partners' products, these may suit you: {names}. {DISCLOSURE}{samples}"
