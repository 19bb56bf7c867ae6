"""Names of the headers PAM puts on NATS messages."""

MESSAGE_ID = "Nats-Msg-Id"
EXPECTED_SEQUENCE = "Nats-Expected-Last-Subject-Sequence"
EXPECTED_SUBJECT = "Nats-Expected-Last-Subject-Sequence-Subject"

IDENTITY = "Pam-Identity"
"""The member's signed, short-lived identity (see :mod:`pam_shared.identity`)."""

IDEMPOTENCY_KEY = "Pam-Idempotency-Key"
"""``<turn>:<tool_use_id>`` or a client's own key: the same key never has a second effect."""

DEADLINE = "Pam-Deadline"
"""Unix time in milliseconds after which nobody waits for the answer."""

TIME_ZONE = "Pam-Time-Zone"
"""IANA name of the zone the member is in; absent means UTC."""

LOCATION = "Pam-Location"
"""Where the member's device says they are, a ``Fix`` as JSON; absent when it does not say."""

REQUEST_ID = "Pam-Request-Id"
TRACEPARENT = "traceparent"

NEW_CONVERSATION = "Pam-New-Conversation"
"""On a message: nothing of its conversation is on record, so an empty log is all there is."""
