"""Spans and log lines as a process writes them. Both are set up once per process, so each test runs one of its own."""

import asyncio
import json
import logging
import sys
from uuid import UUID

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from pam_shared.telemetry import traces
from pam_shared.telemetry.logs import to_json

TRACE_ID, SPAN_ID = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
HEADERS = {"traceparent": f"00-{TRACE_ID}-{SPAN_ID}-01"}

WORK = """
import logging
from pathlib import Path
from pam_shared.telemetry.logs import bind, log, setup_logs
from pam_shared.telemetry.traces import inject, late_span, setup_traces, span, trace_id

setup_logs("probe", "info", "json")
provider = setup_traces("probe", TARGET)
HEADERS = {"traceparent": PARENT}
"""


async def run(tmp_path, body, target="none"):
    """Run a few lines in a process of their own and return what it printed, line by line."""
    script = WORK.replace("TARGET", repr(str(target))).replace("PARENT", repr(HEADERS["traceparent"])) + body
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, cwd=tmp_path
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return [json.loads(line) for line in out.decode().splitlines()]


@pytest.mark.unit
async def test_spans_are_written_as_lines_that_continue_the_messages_trace(tmp_path):
    """R-O3: one trace from the sender's header over our spans to the header we send."""
    [sent] = await run(
        tmp_path,
        """
import json
with span("tool create_expense", HEADERS, attributes={"pam.tool": "create_expense"}):
    with span("insert"):
        onward = {}
        inject(onward)
try:
    with span("broken", HEADERS):
        raise RuntimeError
except RuntimeError:
    pass
provider.shutdown()
print(json.dumps(onward))
""",
        tmp_path / "traces",
    )
    lines = (tmp_path / "traces" / "probe.jsonl").read_text().splitlines()
    inner, outer, broken = [json.loads(line) for line in lines]
    assert {span["trace_id"] for span in (inner, outer, broken)} == {TRACE_ID}
    assert (outer["name"], outer["parent_id"]) == ("tool create_expense", SPAN_ID)
    assert (inner["name"], inner["parent_id"]) == ("insert", outer["span_id"])
    assert (outer["service"], outer["attributes"]) == ("probe", {"pam.tool": "create_expense"})
    assert outer["duration_ms"] >= inner["duration_ms"] >= 0
    assert (outer["status"], broken["status"]) == ("UNSET", "ERROR")
    assert sent["traceparent"] == f"00-{TRACE_ID}-{inner['span_id']}-01"


@pytest.mark.unit
async def test_a_message_without_a_trace_begins_one(tmp_path):
    """R-O3: a header that is missing or broken costs nothing but the parent."""
    await run(
        tmp_path,
        """
with span("outer"):
    for headers in ({}, {"traceparent": "nonsense"}):
        with span("begun", headers):
            pass
with late_span("late", HEADERS, 1_000_000_000):
    pass
provider.shutdown()
""",
        tmp_path,
    )
    spans = [json.loads(line) for line in (tmp_path / "probe.jsonl").read_text().splitlines()]
    begun = [span for span in spans if span["name"] == "begun"]
    assert [span["parent_id"] for span in begun] == [None, None]
    assert len({span["trace_id"] for span in spans}) == 4
    assert (spans[-1]["name"], spans[-1]["parent_id"], spans[-1]["start_ns"]) == ("late", SPAN_ID, 1_000_000_000)


@pytest.mark.unit
async def test_log_lines_carry_bound_fields_and_the_trace(tmp_path):
    """R-O2: member, turn and trace are on every line of the block, and on none after it."""
    inside, foreign, outside = await run(
        tmp_path,
        """
with bind(member="ann", turn="7"), span("work", HEADERS):
    log.info("inside", amount=45)
    logging.getLogger("some.library").warning("it said %s", "no")
log.info("outside")
log.debug("not asked for")
logging.getLogger("httpx").info("chatter")
""",
        tmp_path,
    )
    assert {**inside, "timestamp": ""} == {
        "event": "inside",
        "amount": 45,
        "member": "ann",
        "turn": "7",
        "level": "info",
        "service": "probe",
        "timestamp": "",
        "trace_id": TRACE_ID,
    }
    assert (foreign["event"], foreign["level"], foreign["logger"]) == ("it said no", "warning", "some.library")
    assert (foreign["member"], foreign["service"], foreign["trace_id"]) == ("ann", "probe", TRACE_ID)
    assert outside.keys() == {"event", "level", "service", "timestamp"}
    assert inside["timestamp"].endswith("Z")


@pytest.mark.unit
async def test_a_stack_is_one_field_of_one_line(tmp_path):
    """R-O1, R-O2: everything goes to the log, and a line stays a line."""
    ours, theirs = await run(
        tmp_path,
        """
for tell in (log.exception, logging.getLogger("library").exception):
    try:
        raise RuntimeError("the inside")
    except RuntimeError:
        tell("it broke")
""",
        tmp_path,
    )
    for line in (ours, theirs):
        assert (line["event"], line["level"]) == ("it broke", "error")
        assert "RuntimeError: the inside" in line["exception"]


@pytest.mark.unit
@pytest.mark.parametrize(
    "value",
    [object(), b"\xff", {1, 2}, 2**70, {UUID(int=7): 1}, {1: 2}, "half a pair: \ud83d"],
    ids=["object", "bytes", "set", "large number", "uuid as key", "number as key", "lone surrogate"],
)
def test_what_json_does_not_know_is_written_all_the_same(value):
    """R-O2: a log line never breaks the work it tells of."""
    assert "value" in json.loads(to_json(None, "info", {"event": "e", "value": value}))


@pytest.fixture
def exporter(tmp_path):
    return traces.JsonLinesExporter(tmp_path / "deep" / "folder", "probe")


def _spans(exporter, names):
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    for name in names:
        provider.get_tracer("test").start_span(name).end()


@pytest.mark.unit
def test_a_full_file_is_put_aside_and_a_new_one_begun(exporter, tmp_path, monkeypatch):
    """R-O3: traces never fill the disk; the newest are kept."""
    monkeypatch.setattr(traces, "MAX_FILE_BYTES", 400)
    _spans(exporter, (f"span {number}" for number in range(20)))
    files = sorted(path.name for path in (tmp_path / "deep" / "folder").iterdir())
    assert files == ["probe.jsonl", "probe.jsonl.1"]
    newest = (tmp_path / "deep" / "folder" / "probe.jsonl").read_text().splitlines()
    assert json.loads(newest[-1])["name"] == "span 19"


@pytest.mark.unit
def test_a_disk_that_takes_nothing_costs_spans_and_not_the_service(exporter, tmp_path, caplog):
    """R-O3: telemetry is never the reason for an outage."""
    (tmp_path / "deep" / "folder" / "probe.jsonl").mkdir()
    with caplog.at_level(logging.WARNING):
        _spans(exporter, ["lost"])
    assert "spans were not written" in caplog.text


@pytest.mark.unit
def test_outside_of_any_trace_there_is_no_trace_id():
    """R-O2: no id is better than a made-up one."""
    assert traces.trace_id() == ""
