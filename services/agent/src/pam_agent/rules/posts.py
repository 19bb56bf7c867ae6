"""How members ask for what tools-social does with posts."""

import re
from typing import Any

from pam_agent.rules.numerals import measured
from pam_agent.rules.people import quoted_in
from pam_agent.rules.reading import Slot
from pam_agent.rules.rule import Rule
from pam_agent.rules.stance import Stance
from pam_agent.rules.texts import after, behind_colon, tags_in, topic_in

_POST = (
    r"\b(?:(?:tell|let) (?:everyone|everybody|the (?:community|world)|(?:all )?(?:of )?(?:my|our)"
    r" (?:friends|followers|people|folks|buddies))(?: know)?"
    r"|share (?:this )?with (?:everyone|everybody|all|the community|(?:my|our) (?:friends|followers))"
    r"|share (?:an update|a post)|(?:put|send) out an? (?:post|update)|post(?: up| out)?|publish"
    r"|announce|(?:write|say|put)(?: it)? (?:up )?on (?:my|the|our) (?:feed|wall|timeline|page))\b(?: to (?:everyone"
    r"|everybody|the community|my followers|all))?(?: (?:a post"
    r"|an update))?(?: (?:saying|that|about))?"
)


def said(words: str) -> Any:
    """Return a reader of a switch that is on where the words, a regular expression, are said."""
    return lambda slot: True if re.search(words, slot.text, re.IGNORECASE) else None


def _post(slot: Slot) -> str | None:
    told = quoted_in(slot.text) or behind_colon(slot.text)
    if told:
        return told
    rest = after(slot.text, _POST)
    return None if rest is None or re.fullmatch(r"(?:a |an |something|my |the )?\s*(?:post|update)?\W*", rest) else rest


def _seen_by(slot: Slot) -> str | None:
    """Return who sees a post, where the words before it say so."""
    told = slot.text.replace(_post(slot) or "", " ", 1)
    kinds = {
        "public": r"\bpublic(?:ly)?\b",
        "friends": r"\bfriends[- ]only\b|\b(?:only|just) (?:for |to )?(?:my )?friends\b",
    }
    return next((kind for kind, words in kinds.items() if re.search(words, told, re.IGNORECASE)), None)


def _comment(slot: Slot) -> str | None:
    return (
        quoted_in(slot.text)
        or after(slot.text, r"\b(?:saying|that says|to say|and say)\b")
        or after(slot.text, r"\b(?:post|pic|picture|photo|update|video|story|status|thread)s? that\b")
        or _under(slot.text)
    )


def _under(text: str) -> str | None:
    """Return what is said to a post: behind a colon, or between the verb and the post."""
    found = re.search(
        r"\b(?:comment|reply|write|say|put|add|leave) (?P<said>(?!(?:an?|the|on|to|under)\b).+?) "
        r"(?:on|under|to|below|beneath)"
        r" (?:\S+ ){0,3}(?:post|pic|picture|photo|update|video|story|status|thread)s?\W*$",
        text,
        re.IGNORECASE,
    )
    return behind_colon(text) or (found["said"] if found else None)


def _people(slot: Slot) -> str | None:
    circles = {
        "following": r"\bi follow|i'm following|following",
        "friends": r"\bfriends?|buddies",
        "popular": r"\bpopular|trending|\bhot|\btop\b",
        "recent": r"\brecent|latest|newest",
    }
    return next((circle for circle, words in circles.items() if re.search(words, slot.text, re.IGNORECASE)), None)


def _posts(slot: Slot) -> int | None:
    found = measured(slot.digits, r"(?:most )?(?:recent |latest |newest |popular |top )*posts?") or measured(
        slot.digits, r"(?:latest|newest|most recent)"
    )
    return int(found) if found else None


def _tag(slot: Slot) -> list[str] | None:
    found = re.findall(r"\btagged (?:with |as )?#?(\w+)", slot.text) or tags_in(slot.text)
    return found or None


def _query(slot: Slot) -> str | None:
    tagged = _tag(slot)
    return tagged[0] if tagged else topic_in(slot.text)


def _where(slot: Slot) -> str | None:
    found = re.search(r"\b(?:in|near|around) (?P<name>[A-Z][\w' ]+)", slot.text)
    return found["name"].strip() if found else None


_WHICH_POST = {"post_id": "Which post do you mean?"}

RULES = (
    Rule(
        "create_post",
        "!opens_post",
        Stance.ASKED,
        {"content": _post, "tags": _tag, "visibility": _seen_by},
        keeps_text=True,
        unless="tip",
        asks={"content": "What shall I post?"},
    ),
    Rule(
        "comment_on_post",
        "!opens_comment | !opens_tell @quoted post_noun | comment post_noun | comment @quoted | comment log post_noun",
        Stance.ASKED,
        {"comment": _comment},
        keeps_text=True,
        asks={"post_id": "Which post do you mean?", "comment": "What shall I write?"},
    ),
    Rule(
        "read_comments",
        "comment show post_noun | comment read post_noun | comment show",
        asks=_WHICH_POST,
        unless="@quoted",
    ),
    Rule(
        "like_post",
        "like_verb post_noun | !unlike | unlike post_noun | like_verb add post_noun | like_verb unlike post_noun",
        Stance.ASKED,
        {
            "unlike": said(
                r"\bunlike|take (?:back|(?:my|the|that) \w+(?: up)? (?:off|back|away))|(?:take|put) (?:my|the"
                r"|that) like"
                r"|remove|undo|withdraw|unheart"
            )
        },
        asks=_WHICH_POST,
        unless="answer hustle want @question",
    ),
    Rule(
        "get_feed",
        "feed | follow saying show | follow saying @question | feed show | feed friends | feed people | feed follow "
        "| post_noun friends show "
        "| feed post_noun | feed post_noun follow | feed post_noun find",
        slots={"filter_type": _people, "limit": _posts},
        unless="submit @quoted event opens_post @handle",
    ),
    Rule(
        "search_posts",
        "search post_noun about | people saying about | people saying | saying about | search post_noun "
        "| post_verb about @question | people about post_verb | search saying about"
        " | search post_noun about community | search post_noun about feed @place",
        slots={"query": _query, "tags": _tag, "location": _where},
        unless="comment tip knowledge feed",
    ),
)
