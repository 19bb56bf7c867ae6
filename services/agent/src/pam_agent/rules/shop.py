"""How members ask for what tools-account does in the shop."""

import re

from pam_agent.rules.account import stars
from pam_agent.rules.reading import Slot
from pam_agent.rules.rigs import RIGS
from pam_agent.rules.rule import Rule
from pam_agent.rules.stance import Stance
from pam_agent.rules.stays import price_limit
from pam_agent.rules.texts import goods_in


def _quantity(slot: Slot) -> int | None:
    found = re.search(r"(?<![\w$.])(\d{1,2})(?! ?(?:\$|dollars|gal|ft|feet|amp))\b", slot.digits)
    if found:
        return int(found[1])
    return 1 if re.search(r"\b(?:one|another|an?) (?:of|more|one)\b", slot.text, re.IGNORECASE) else None


def _order_number(text: str) -> str | None:
    found = re.search(r"\b(?:ORD|PAM)-\w+", text)
    return found[0] if found else None


def _region(text: str) -> str | None:
    found = re.search(_REGION, text, re.IGNORECASE)
    return found["region"].lower() if found else None


_REGION = (
    r"\b(?:in|for) the (?P<region>(?:pacific |great |deep )?(?:north|south)?(?:west|east|north|south|desert|rockies"
    r"|midwest|plains|mountains|coast)\w*)"
)

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
        slots={"query": lambda slot: goods_in(slot.digits), "max_price": price_limit, "min_rating": stars},
        unless="spend @miles session about_to_buy cart hustle checkout",
        asks={"query": "What are you looking for?"},
    ),
)
