"""How members ask for what tools-account does in the shop."""

import re

from pam_agent.rules.account import stars
from pam_agent.rules.numerals import number
from pam_agent.rules.places import is_no_place
from pam_agent.rules.reading import Slot
from pam_agent.rules.rigs import RIGS
from pam_agent.rules.rule import Rule
from pam_agent.rules.stance import Stance
from pam_agent.rules.stays import price_limit
from pam_agent.rules.texts import goods_in

_COUNTED = {r"half a dozen": 6, r"\ba dozen": 12, r"\ba (?:pair|couple)\b": 2}


def _most(slot: Slot) -> int | float | None:
    between = re.search(r"\bbetween [$€£]?\d[\d.,]* and [$€£]?(?P<most>\d[\d,]*(?:\.\d+)?)", slot.digits, re.IGNORECASE)
    return number(between["most"]) if between else price_limit(slot)


def _quantity(slot: Slot) -> int | None:
    if counted := next((count for words, count in _COUNTED.items() if re.search(words, slot.text, re.IGNORECASE)), 0):
        return counted
    found = re.search(r"(?<![\w$.])(\d{1,2})(?! ?(?:\$|dollars|gal|ft|feet|amp))\b", slot.digits)
    if found:
        return int(found[1])
    return (
        1
        if re.search(
            r"\b(?:(?:one|another|an?) (?:of|more|one)|(?:add|put|throw|toss|stick|drop|place|take|grab|get) one)\b",
            slot.text,
            re.IGNORECASE,
        )
        else None
    )


def _order_number(text: str) -> str | None:
    found = re.search(r"\b(?:ORD|PAM)-\w+", text)
    return found[0] if found else None


def _region(text: str) -> str | None:
    """Return the part of the country a sentence names, else the state or town in it."""
    found = re.search(_REGION, text, re.IGNORECASE)
    named = re.search(r"\b(?:in|around|through|for|across) (?P<name>[A-Z][a-z]+(?: [A-Z][a-z]+)*)", text)
    return found["region"].lower() if found else named["name"] if named and not is_no_place(named["name"]) else None


_REGION = (
    r"\b(?:in|for|around|through|across) the (?:desert (?=south))?(?P<region>(?:pacific |great |deep )?(?:north"
    r"|south)?(?:west|east|north|south|desert|rockies"
    r"|midwest|plains|mountains|coast)\w*)"
)

_OUT = re.compile(r"\b(?:remove|delete|take|drop|get rid of|scratch|toss out|kick out|pull)\b", re.IGNORECASE)


def _in_cart(slot: Slot) -> int | None:
    """Return how many of a product there should be: a number that is said, none where it is to be taken out."""
    found = re.search(
        r"\b(?:to|just|only|make it|of)?\s*(?P<count>\d{1,2})\b(?!\s?(?:amp|a|ft|feet|foot|gal|in)\b)", slot.digits
    )
    is_out = _OUT.search(slot.text)
    return int(found["count"]) if found and not is_out else 0 if is_out else None


RULES = (
    Rule(
        "checkout",
        "checkout | checkout cart | checkout order",
        Stance.ASKED,
        {"confirm": lambda _: True},
        unless="@question calendar event should sights",
    ),
    Rule(
        "add_to_cart",
        "add cart | want cart | add cart gear | want cart add",
        Stance.ASKED,
        {"quantity": _quantity},
        unless="about_to_buy",
        asks={"product_id": "Which product do you mean?"},
    ),
    Rule(
        "update_cart",
        "delete cart | cart_less cart | set cart @claim",
        Stance.ASKED,
        {"quantity": _in_cart},
        unless="checkout add shop",
        asks={
            "product_id": "Which of the things in your cart do you mean?",
            "quantity": "How many of it shall be in your cart?",
        },
    ),
    Rule("get_cart", "cart | cart show | !about_to_buy | cart how_much | cart left", unless="checkout"),
    Rule(
        "track_order",
        "order shipped | @order | order shipped @question | @order order shipped",
        slots={"order_number": lambda slot: _order_number(slot.text)},
        unless="cart checkout route",
    ),
    Rule(
        "suggest_affiliate_product",
        "suggest gear | gear rig suggest | suggest gear rig | gear rig find",
        asks={},
        slots={
            "vehicle_type": lambda slot: next(
                (kind for kind, words in RIGS.items() if re.search(words, slot.text, re.IGNORECASE)), None
            ),
            "region": lambda slot: _region(slot.text),
        },
    ),
    Rule(
        "search_products",
        "shop find | shop search | shop @amount | shop show | shop @stars | find @amount -trip -park -fuel "
        "| find gear | shop @question",
        slots={"query": lambda slot: goods_in(slot.digits), "max_price": _most, "min_rating": stars},
        unless="spend @miles session about_to_buy cart hustle checkout",
        asks={"query": "What are you looking for?"},
    ),
)
