"""Search the shop."""

from pydantic import Field

from pam_shared.money import Amount, spoken
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_account.goods import Good
from pam_tools_account.queries import products
from pam_tools_account.sentences import SAMPLE_GOODS, listed

SAID = 3


class Wanted(Arguments):
    """What is looked for."""

    query: str = Field(
        min_length=1, max_length=200, description="What it is, in a few words.", examples=["surge protector"]
    )
    category: str | None = Field(None, max_length=50, description="Such as power, water, sewer, leveling or safety.")
    max_price: Amount | None = Field(None, description="The most it may cost, in US dollars.")
    min_rating: float | None = Field(
        None, ge=1, le=5, description="The least rating, 1 to 5; leaves out what has none."
    )
    limit: int = Field(20, ge=1, le=100, description="How many at most.")


class OnSale(Good):
    """One of the shop's goods."""

    in_stock: bool


class Found(Result):
    """The best matches first; ``closest`` where nothing matched all that was asked for."""

    products: list[OnSale]
    products_count: int
    closest: bool

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found."""
        return not self.products


@tool(effect="read", timeout=4)
async def search_products(ctx: ToolContext, args: Wanted) -> Found:
    """Search the shop for RV goods by words, category, price and rating."""
    wanted = products.Search(**args.model_dump())
    exact = await products.search(ctx.db, wanted, every_word=True)
    found = exact or await products.search(ctx.db, wanted, every_word=False)
    sample = any(product.sample for product in found)
    if found:
        ctx.cite("shop catalogue", ctx.now, sample=sample)
    return Found(
        message=_sentence(found, exact) if found else await _nothing(ctx, args),
        products=[_on_sale(product) for product in found],
        products_count=len(found),
        closest=bool(found) and not exact,
    )


def _on_sale(product: products.Product) -> OnSale:
    return OnSale(**Good.of(product).model_dump(), in_stock=product.inventory_count > 0)


def _sentence(found: list[products.Product], exact: list[products.Product]) -> str:
    names = [_named(product) for product in found[:SAID]]
    more = f" and {len(found) - SAID} more" if len(found) > SAID else ""
    said = ", ".join(names) + more if more else listed(names)
    verb = "is" if len(found) == 1 else "are"
    head = "I found" if exact else f"Nothing matches all of that; the closest {verb}"
    samples = f" {SAMPLE_GOODS}" if any(product.sample for product in found) else ""
    return f"{head} {said}.{samples}"


def _named(product: products.Product) -> str:
    sold_out = "" if product.inventory_count else ", sold out"
    return f"{product.name} ({spoken(product.price)}{sold_out})"


async def _nothing(ctx: ToolContext, args: Wanted) -> str:
    known = await products.categories(ctx.db)
    if not known:
        return "The shop has nothing on sale right now."
    if args.max_price is not None:
        return f"I found nothing like “{args.query}” for {spoken(args.max_price)} or less."
    return f"I found nothing like “{args.query}” in the shop. It has goods for {listed(known)}; try other words."
