"""What this worker reads from its environment."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal

from pydantic import Field

from pam_shared.tools.worker import WorkerSettings
from pam_tools_account.rules import Terms


class AccountSettings(WorkerSettings):
    """The worker's settings: what the shop adds to the price of goods, in dollars and percent."""

    shop_tax_percent: Decimal = Field(Decimal("8.00"), ge=0, le=50, description="Sales tax on goods, in percent.")
    shop_shipping: Decimal = Field(
        Decimal("9.95"), ge=0, le=1000, decimal_places=2, description="Shipping of an order."
    )
    shop_free_shipping_from: Decimal = Field(
        Decimal("100.00"), ge=0, description="The subtotal from which shipping is free."
    )


@asynccontextmanager
async def shop_terms(settings: AccountSettings) -> AsyncIterator[Terms]:
    """Hand the shop's terms to the tools."""
    yield Terms(settings.shop_tax_percent, settings.shop_shipping, settings.shop_free_shipping_from)
