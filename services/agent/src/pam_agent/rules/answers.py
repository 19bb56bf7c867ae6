"""What the tools returned, said by a companion. Each result carries its own sentence; this joins them."""

from pam_shared.contracts.tools import ToolReply

_FAILED = "The rest did not work:"


def told(replies: list[ToolReply]) -> str:
    """Return the sentences of all replies: what was done or found first, then honestly what was not."""
    good = [reply.message for reply in replies if reply.success and reply.message]
    bad = [reply.message for reply in replies if not reply.success and reply.message]
    if good and bad:
        return " ".join([*good, _FAILED, *dict.fromkeys(bad)])
    return " ".join(good or dict.fromkeys(bad)) or "That is done."
