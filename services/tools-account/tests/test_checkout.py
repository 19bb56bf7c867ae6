"""Buying and tracking: all or nothing, to the cent, once, and never more than there is."""

import asyncio
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pam_shared.errors import ConflictError, InvalidRequestError, NotFoundError
from pam_tools_account.events import OrderPlaced
from pam_tools_account.tools.add_to_cart import add_to_cart
from pam_tools_account.tools.checkout import checkout
from pam_tools_account.tools.get_cart import get_cart
from pam_tools_account.tools.search_products import search_products
from pam_tools_account.tools.track_order import track_order

AT_ONCE = 50
PRICES = st.decimals("0.01", "9999.99", places=2)


async def try_checkout(member):
    """The order, or None where there was not enough left."""
    try:
        return (await member.run(checkout, confirm=True)).order
    except ConflictError:
        return None


async def test_an_order_is_what_was_in_the_cart(member, new_product, stock, audited, administrator):
    """R-D4: lines, sums, stock, the audit row and the event agree."""
    first, second = await new_product("12.50", stock=10), await new_product("3.33", stock=5)
    await member.run(add_to_cart, product_id=first, quantity=2)
    await member.run(add_to_cart, product_id=second, quantity=3)
    cart = await member.run(get_cart)
    bought = await member.run(checkout, confirm=True, payment_method_id="card-1", shipping_address_id="home")
    order = bought.order
    assert (order.subtotal, order.tax, order.shipping) == (Decimal("34.99"), Decimal("2.80"), Decimal("9.95"))
    assert (order.total, order.total) == (cart.total, Decimal("47.74"))
    assert (order.status, order.payment_status, order.sample) == ("pending", "pending", False)
    assert bought.message == (
        f"Order {order.order_number} is placed: 5 items for $47.74."
        " Nothing has been charged yet: the payment is pending."
    )
    assert (await member.run(get_cart)).is_empty
    assert (await stock(first), await stock(second)) == (8, 2)
    lines = await administrator.fetch(
        "select quantity, price_at_purchase from account.order_items where order_id = $1 order by quantity", order.id
    )
    assert [tuple(line) for line in lines] == [(2, Decimal("12.50")), (3, Decimal("3.33"))]
    [event] = [event for event in member.events if isinstance(event, OrderPlaced)]
    assert (event.order_id, event.total, event.items, event.sample) == (order.id, Decimal("47.74"), 5, False)
    operation, inputs, result = (await audited(member))[-1]
    assert (operation, result["total"], len(inputs["lines"])) == ("checkout", "47.74", 2)


async def test_sample_goods_are_neither_charged_nor_shipped_and_the_order_says_so(member):
    """R-E2: a sample stays one through search, cart, order and tracking."""
    [product, *_] = (await member.run(search_products, query="wheel chocks")).products
    await member.run(add_to_cart, product_id=product.id)
    assert "sample goods" in (await member.run(get_cart)).message
    reply = await member.reply(checkout, confirm=True)
    assert reply.data["order"]["sample"]
    assert "nothing is charged and nothing is shipped" in reply.message
    tracked = await member.reply(track_order)
    assert "It is a sample order: nothing was charged, nothing is shipped" in tracked.message
    assert [source.sample for source in (*reply.sources, *tracked.sources)] == [True, True]


async def test_nothing_is_bought_without_the_members_word(member, new_product, stock):
    """R-S3: buying needs a yes, whatever the model wants."""
    product = await new_product(stock=3)
    await member.run(add_to_cart, product_id=product)
    with pytest.raises(InvalidRequestError, match="confirm: it must be true"):
        await member.run(checkout, confirm=False)
    assert checkout.effect == "destructive"
    assert ((await member.run(get_cart)).items_count, await stock(product)) == (1, 3)


async def test_an_empty_cart_buys_nothing(member):
    """R-T5: no order is made of nothing."""
    bought = await member.run(checkout, confirm=True)
    assert (bought.is_empty, bought.order, member.events) == (True, None, [])


async def test_an_order_is_placed_whole_or_not_at_all(member, new_product, stock, administrator):
    """R-D1: what is short is named, and cart and stock are as before."""
    plenty, short = await new_product(name="Plenty of pegs"), await new_product(name="Scarce stove", stock=2)
    await member.run(add_to_cart, product_id=plenty, quantity=5)
    await member.run(add_to_cart, product_id=short, quantity=2)
    await administrator.execute("update account.shop_products set inventory_count = 1 where id = $1", short)
    with pytest.raises(ConflictError, match=r"left of Scarce stove \(1 left, 2 in your cart\)\.$"):
        await member.run(checkout, confirm=True)
    assert (await stock(plenty), await stock(short), (await member.run(get_cart)).items_count) == (100, 1, 2)
    await administrator.execute("update account.shop_products set status = 'withdrawn' where id = $1", short)
    with pytest.raises(ConflictError, match=r"\(0 left, 2 in your cart\)"):
        await member.run(checkout, confirm=True)
    assert member.events == []


async def test_fifty_members_at_once_buy_no_more_than_there_is(new_member, new_product, stock):
    """R-T1: stock never goes below zero, and everything sold has one owner."""
    product = await new_product(stock=100)
    members = [new_member() for _ in range(AT_ONCE)]
    for member in members:
        await member.run(add_to_cart, product_id=product, quantity=3)
    orders = await asyncio.gather(*(try_checkout(member) for member in members))
    placed = [order for order in orders if order]
    assert (len(placed), await stock(product)) == (33, 1)
    assert len({order.order_number for order in placed}) == 33
    carts = [(await member.run(get_cart)).total_quantity for member in members]
    assert sorted(carts) == [0] * 33 + [3] * 17


async def test_members_who_buy_the_same_things_in_another_order_do_not_wait_for_each_other(
    new_member, new_product, stock
):
    """R-D1: products are locked in one order, so nobody deadlocks."""
    products = [await new_product(stock=AT_ONCE) for _ in range(4)]
    members = [new_member() for _ in range(AT_ONCE)]
    for number, member in enumerate(members):
        for product in products if number % 2 else reversed(products):
            await member.run(add_to_cart, product_id=product)
    orders = await asyncio.gather(*(try_checkout(member) for member in members))
    assert all(orders)
    assert [await stock(product) for product in products] == [0] * 4


async def test_a_cart_is_bought_once_however_often_it_is_sent(member, new_product, stock):
    """R-T1: of many checkouts at once under keys of their own, one finds the cart."""
    product = await new_product(stock=AT_ONCE)
    await member.run(add_to_cart, product_id=product)
    orders = await asyncio.gather(*(try_checkout(member) for _ in range(AT_ONCE)))
    assert (len([order for order in orders if order]), await stock(product)) == (1, AT_ONCE - 1)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(lines=st.lists(st.tuples(PRICES, st.integers(1, 20)), min_size=1, max_size=5))
async def test_an_orders_sums_are_its_lines_to_the_cent(new_member, new_product, lines):
    """R-D4: no cent is lost or made between cart, order and database."""
    member = new_member()
    for price, quantity in lines:
        await member.run(add_to_cart, product_id=await new_product(str(price)), quantity=quantity)
    cart = await member.run(get_cart)
    order = (await member.run(checkout, confirm=True)).order
    subtotal = sum(price * quantity for price, quantity in lines)
    tax = (subtotal * 8 / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
    shipping = 0 if subtotal >= 100 else Decimal("9.95")
    assert (order.subtotal, order.tax, order.shipping) == (subtotal, tax, shipping)
    assert order.total == cart.total == subtotal + tax + shipping


async def test_tracking_tells_the_newest_order_and_admits_that_no_carrier_has_it(member, new_product):
    """R-T5: no carrier, no number and no date are invented."""
    numbers = []
    for price in ("5.00", "7.00"):
        await member.run(add_to_cart, product_id=await new_product(price))
        numbers.append((await member.run(checkout, confirm=True)).order.order_number)
    newest = await member.run(track_order)
    assert newest.order.order_number == numbers[1]
    assert newest.message.endswith("is pending. There is no carrier information for it yet.")
    unknown = newest.tracking
    assert (unknown.carrier, unknown.tracking_number, unknown.estimated_delivery) == (None, None, None)
    older = await member.run(track_order, order_number=numbers[0].lower())
    assert (await member.run(track_order, order_id=older.order.id)).order.order_number == numbers[0]


async def test_tracking_tells_what_a_carrier_says(member, new_product, administrator):
    """R-T5: what is known is told."""
    await member.run(add_to_cart, product_id=await new_product())
    order = (await member.run(checkout, confirm=True)).order
    await administrator.execute(
        "update account.shop_orders set status = 'shipped', carrier = 'UPS', tracking_number = '1Z9',"
        " estimated_delivery = $2 where id = $1",
        order.id,
        date(2026, 5, 20),
    )
    tracked = await member.run(track_order)
    assert tracked.message.endswith(
        "over $20.75 is shipped. UPS has it, tracking number 1Z9. It should arrive on May 20, 2026."
    )


async def test_who_ordered_nothing_is_told_so_and_an_unknown_order_is_not_found(member):
    """R-T5: having none and asking for a wrong one are different."""
    assert (await member.run(track_order)).is_empty
    with pytest.raises(NotFoundError, match="order_id: you have no such order"):
        await member.run(track_order, order_id=uuid4())
    with pytest.raises(NotFoundError, match="order_number: you have no such order"):
        await member.run(track_order, order_number="PAM-000000")
