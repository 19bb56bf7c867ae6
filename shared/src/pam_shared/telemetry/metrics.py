"""Prometheus metrics. Labels are bounded sets: services, tools, outcomes, subject shapes; never a member."""

from prometheus_client import Counter, Gauge, Histogram, start_http_server

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25)

BUS_ERRORS = Counter("pam_bus_errors_total", "Errors of the NATS connection, by kind.", ["kind"])
BUS_RECONNECTS = Counter("pam_bus_reconnects_total", "Times the NATS connection was made again.")
HANDLED = Counter("pam_messages_total", "Messages handled, by subject shape and outcome.", ["subject", "outcome"])
HANDLED_SECONDS = Histogram("pam_message_seconds", "Time in a handler.", ["subject"], buckets=_SECONDS)
DEAD_LETTERED = Counter("pam_dead_letters_total", "Messages given up.", ["stream", "consumer"])

TOOL_CALLS = Counter("pam_tool_calls_total", "Tool calls as the worker saw them.", ["tool", "outcome"])
TOOL_SECONDS = Histogram("pam_tool_seconds", "Time of a tool in its worker.", ["tool"], buckets=_SECONDS)
OUTBOX_RELAYED = Counter("pam_outbox_relayed_total", "Domain events published from the outbox.")

TURNS = Counter("pam_turns_total", "Turns ended, by status and mind.", ["status", "mode"])
TURN_SECONDS = Histogram("pam_turn_seconds", "Time of a turn in the agent.", ["mode"], buckets=_SECONDS)
TURNS_RUNNING = Gauge("pam_turns_running", "Turns running now.")
TURNS_WAITING = Gauge("pam_turns_waiting", "Deliveries that wait for an earlier message of their conversation.")
TAKEOVERS = Counter("pam_takeovers_total", "Turns taken over from another attempt.")
FENCED = Counter("pam_fenced_total", "Turns dropped because another agent owns them now.")
MODEL_TOKENS = Counter("pam_model_tokens_total", "Tokens used, by mind and kind.", ["mode", "kind"])
MODEL_COST = Counter("pam_model_cost_dollars_total", "What model calls cost, in dollars, by model.", ["model"])
CEILING_TAKEN = Gauge(
    "pam_cost_ceiling_share", "Share of a total's ceiling spent and reserved, at its last call.", ["ceiling"]
)

SOCKETS = Gauge("pam_sockets", "Open WebSockets, event streams and polls.")
FRAMES = Counter("pam_frames_total", "Frames received from clients.", ["type"])
SLOW_CLIENTS = Counter("pam_slow_clients_total", "Sockets closed because their reader was too slow.")

RECORDED = Counter("pam_recorded_total", "Rows recorded by persistence, by stream.", ["stream"])


def serve_metrics(host: str, port: int) -> None:
    """Serve /metrics on a thread of its own. Port 0 serves nothing."""
    if port:
        start_http_server(port, addr=host)
