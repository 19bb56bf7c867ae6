"""What is counted of the outside world. Labels are our own names of services and outcomes."""

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter("pam_external_requests_total", "Requests to outside services, by outcome.", ["service", "outcome"])
SECONDS = Histogram(
    "pam_external_seconds",
    "Time of a request to an outside service, connect to end.",
    ["service"],
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 4, 5, 10, 30),
)
UP = Gauge("pam_external_up", "Whether the last health check of an outside service was good.", ["service"])
OPEN = Gauge("pam_external_circuit_open", "Whether an outside service is left alone after failures.", ["service"])
