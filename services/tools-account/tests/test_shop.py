"""Searching, the cart and partners' goods: what is on sale, what it costs, and how many there are."""

import asyncio
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from pam_shared.errors import ConflictError, InvalidRequestError, NotFoundError
from pam_tools_account.tools.add_to_cart import add_to_cart
from pam_tools_account.tools.create_vehicle import create_vehicle
from pam_tools_account.tools.get_cart import get_cart
from pam_tools_account.tools.search_products import search_products
from pam_tools_account.tools.suggest_affiliate_product import DISCLOSURE, suggest_affiliate_product
from pam_tools_account.tools.update_cart import update_cart


async def test_a_search_finds_words_in_any_form_and_says_that_the_goods_are_samples(member):
    """R-E2: what was made up is marked, in the data, in the source and in the sentence."""
    reply = await member.reply(search_products, query="protectors for surges")
    assert [product["name"] for product in reply.data["products"]] == ["Surge protector 50 A", "Surge protector 30 A"]
    assert (reply.data["products_count"], reply.data["closest"]) == (2, False)
    assert all(product["sample"] and product["in_stock"] for product in reply.data["products"])
    assert reply.data["products"][0]["price"] == "289.00"
    assert [(source.name, source.sample) for source in reply.sources] == [("shop catalogue", True)]
    assert reply.message == (
        "I found Surge protector 50 A ($289.00) and Surge protector 30 A ($189.00). These are sample goods for trying"
        " PAM out: nothing is charged and nothing is shipped."
    )


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({"query": "water hose"}, {"Drinking water hose 25 ft", "Heated water hose 25 ft"}),
        ({"query": "water hose", "max_price": "27.95"}, {"Drinking water hose 25 ft"}),
        ({"query": "hose", "max_price": "27.94"}, set()),
        ({"query": "water hose", "min_rating": 4.5}, {"Drinking water hose 25 ft"}),
        ({"query": "hose", "category": "Sewer"}, {"Sewer hose kit 20 ft", "Sewer hose support 15 ft"}),
        ({"query": "hose", "category": "boats"}, set()),
        ({"query": "hookup", "limit": 1}, {"Surge protector 50 A"}),
    ],
)
async def test_a_search_keeps_to_its_bounds(member, asked, names):
    """R-T5: price and rating bounds include their ends."""
    found = await member.run(search_products, **asked)
    assert {product.name for product in found.products} == names
    assert found.is_empty == (not names)


async def test_a_search_that_matches_only_in_part_says_so(member):
    """R-T5: the closest is not sold as what was asked for."""
    found = await member.run(search_products, query="anchovy blocks")
    assert found.closest
    assert found.products[0].name == "Leveling blocks 10-pack"
    assert found.message.startswith("Nothing matches all of that; the closest is Leveling blocks 10-pack ($39.95).")


@pytest.mark.parametrize("query", ["unicorn", "the", "'", "%", "& | ! (", "навес"])
async def test_a_search_that_finds_nothing_says_what_there_is(member, query):
    """R-T5: no results is an answer, whatever was asked."""
    reply = await member.reply(search_products, query=query)
    assert (reply.outcome, reply.data["products"], reply.sources) == ("no_results", [], [])
    assert "It has goods for comfort, kitchen, leveling," in reply.message


async def test_goods_without_ratings_are_found_unless_a_rating_is_asked_for(member, new_product):
    """R-T5: a rating that is not there is null, and no rating is invented."""
    await new_product(name="Quixotic gizmo", rating=None)
    assert (await member.run(search_products, query="quixotic")).products[0].rating is None
    assert (await member.run(search_products, query="quixotic", min_rating=1)).is_empty


async def test_sold_out_and_withdrawn_goods_are_told_apart(member, new_product):
    """R-T5: what is sold out is shown as such, what is withdrawn is gone."""
    await new_product(name="Zeppelin anchor", stock=0)
    await new_product(name="Zeppelin rope", status="withdrawn")
    found = await member.run(search_products, query="zeppelin")
    assert found.message == "I found Zeppelin anchor ($10.00, sold out)."
    assert [product.in_stock for product in found.products] == [False]


async def test_a_cart_adds_up_with_tax_and_shipping(member, new_product, audited):
    """R-D4: money to the cent, and a row for each calculation."""
    first, second = await new_product("10.01"), await new_product("0.99")
    added = await member.run(add_to_cart, product_id=first, quantity=2)
    assert (added.action, added.cart_item.quantity, added.cart_item.line_total) == ("added", 2, Decimal("20.02"))
    again = await member.run(add_to_cart, product_id=first)
    assert (again.action, again.cart_item.line_total) == ("updated", Decimal("30.03"))
    await member.run(add_to_cart, product_id=second)
    cart = await member.run(get_cart)
    assert (cart.items_count, cart.total_quantity) == (2, 4)
    assert (cart.subtotal, cart.tax, cart.shipping) == (Decimal("31.02"), Decimal("2.48"), Decimal("9.95"))
    assert cart.total == Decimal("43.45")
    assert cart.message.endswith(": $43.45 with $2.48 tax and $9.95 shipping.")
    assert [row[0] for row in await audited(member)] == ["add_to_cart"] * 3 + ["get_cart"]


async def test_shipping_is_free_from_the_stated_subtotal_on(member, new_product):
    """R-D4: the threshold holds to the cent."""
    await member.run(add_to_cart, product_id=await new_product("99.99"))
    assert (await member.run(get_cart)).shipping == Decimal("9.95")
    await member.run(add_to_cart, product_id=await new_product("0.01"))
    cart = await member.run(get_cart)
    assert (cart.shipping, cart.total) == (0, Decimal("108.00"))
    assert cart.message.endswith("with $8.00 tax and free shipping.")


async def test_a_line_of_the_cart_is_changed_and_taken_out(member, new_product, audited):
    """R-T5: what was put in can be had otherwise, or not at all; the rest stays."""
    first, second = await new_product("10.01"), await new_product("1.00")
    await member.run(add_to_cart, product_id=first, quantity=3)
    await member.run(add_to_cart, product_id=second)
    less = await member.run(update_cart, product_id=first, quantity=2)
    assert (less.cart_item.quantity, less.cart_item.line_total) == (2, Decimal("20.02"))
    out = await member.run(update_cart, product_id=first, quantity=0)
    assert out.cart_item is None
    assert "is no longer in your cart." in out.message
    assert [item.product_id for item in (await member.run(get_cart)).items] == [second]
    assert [row[0] for row in await audited(member)][2:4] == ["update_cart", "update_cart"]


async def test_a_cart_is_changed_only_to_what_there_is(member, new_member, new_product, administrator):
    """R-T5: not beyond the stock, and nobody else's; what was withdrawn can still be taken out."""
    product = await new_product("5.00", 2)
    await member.run(add_to_cart, product_id=product)
    with pytest.raises(ConflictError, match="only 2 x"):
        await member.run(update_cart, product_id=product, quantity=3)
    await new_member().run(update_cart, product_id=product, quantity=0)
    assert [item.quantity for item in (await member.run(get_cart)).items] == [1]
    await administrator.execute("update account.shop_products set status = 'withdrawn' where id = $1", product)
    with pytest.raises(NotFoundError, match="no such product"):
        await member.run(update_cart, product_id=product, quantity=2)
    assert (await member.run(update_cart, product_id=product, quantity=0)).cart_item is None
    assert (await member.run(get_cart)).is_empty


async def test_an_empty_cart_is_no_failure(member):
    """R-T5: nothing costs nothing, shipping included."""
    cart = await member.run(get_cart)
    assert (cart.is_empty, cart.total, cart.shipping) == (True, 0, 0)
    assert cart.message == "Your cart is empty. Tell me what you need and I will look in the shop."


async def test_a_cart_tells_what_has_run_out_since(member, new_product, administrator):
    """R-T5: the cart speaks of today's shelf."""
    product = await new_product(name="Last lantern")
    await member.run(add_to_cart, product_id=product, quantity=3)
    await administrator.execute("update account.shop_products set inventory_count = 2 where id = $1", product)
    cart = await member.run(get_cart)
    assert [item.in_stock for item in cart.items] == [False]
    assert "There is not enough of Last lantern left." in cart.message


async def test_additions_at_the_same_time_are_all_in_the_cart(member, new_product):
    """R-D4: no update is lost between calls that run together."""
    product = await new_product()
    await asyncio.gather(*(member.run(add_to_cart, product_id=product) for _ in range(50)))
    assert (await member.run(get_cart)).total_quantity == 50


@pytest.mark.parametrize(
    ("stock", "quantities", "error", "sentence"),
    [
        (0, [1], ConflictError, "is sold out"),
        (2, [2, 1], ConflictError, "only 2 x"),
        (500, [60, 60], InvalidRequestError, "100 is the most"),
    ],
)
async def test_a_cart_does_not_hold_what_cannot_be_had(member, new_product, stock, quantities, error, sentence):
    """R-T5: what is refused changes nothing."""
    product = await new_product(stock=stock)
    *before, last = quantities
    for quantity in before:
        await member.run(add_to_cart, product_id=product, quantity=quantity)
    with pytest.raises(error, match=sentence):
        await member.run(add_to_cart, product_id=product, quantity=last)
    assert (await member.run(get_cart)).total_quantity == sum(before)


async def test_only_what_the_shop_sells_goes_into_the_cart(member, new_product):
    """R-T5: a partner's product and an unknown one are no products of the shop."""
    partners = await new_product(type="affiliate", external_url="https://partner.example/thing")
    for product in (partners, uuid4(), await new_product(status="withdrawn")):
        with pytest.raises(NotFoundError, match=r"product_id: .* search_products"):
            await member.run(add_to_cart, product_id=product)


async def test_suggestions_carry_the_disclosure_and_are_marked_as_samples(member):
    """R-E2: the member knows who earns, and what was made up."""
    reply = await member.reply(suggest_affiliate_product, vehicle_type="Travel Trailer", region="Southwest")
    names = [product["name"] for product in reply.data["products"]]
    assert names[0] == "Rooftop soft start kit"
    assert "Weight distribution hitch" in names
    assert "Fifth wheel hitch 20K" not in names
    assert "Heated tank pads 3-pack" not in names
    assert reply.data["disclosure"] == DISCLOSURE
    assert DISCLOSURE in reply.message
    assert reply.message.endswith("These are sample products for trying PAM out: the links lead nowhere.")
    assert all(product["external_url"].startswith("https://") for product in reply.data["products"])
    assert [source.sample for source in reply.sources] == [True]


async def test_suggestions_are_for_the_primary_vehicle_unless_another_is_named(member):
    """R-T5: what PAM knows need not be said."""
    nothing_known = await member.run(suggest_affiliate_product)
    assert {product.name for product in nothing_known.products} == {"Cellular and satellite internet kit"}
    await member.run(create_vehicle, name="Vanessa", vehicle_type="van")
    found = await member.run(suggest_affiliate_product)
    assert [product.name for product in found.products][0] == "Van awning 8 ft"


async def test_what_a_member_has_bought_is_not_suggested_again(member, new_member, administrator):
    """R-T5: only the member's own purchases count."""
    await administrator.execute(
        "insert into account.affiliate_sales (user_id, product_id, sale_amount, commission_rate, commission_amount,"
        " sale_date) select $1, id, price, 0.05, 29.95, $2 from account.shop_products where name like 'Cellular%'",
        member.identity.user,
        date(2026, 5, 1),
    )
    assert (await member.run(suggest_affiliate_product)).is_empty
    assert not (await new_member().run(suggest_affiliate_product)).is_empty
