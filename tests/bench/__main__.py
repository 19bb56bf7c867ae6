"""``make bench``: print the comparison, CPU per turn and memory of this machine, this run."""

import argparse
import asyncio
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import orjson
import psutil
import uvloop

from tests.bench.large_tables import run as large_tables
from tests.bench.memory import idle_stack, per_connection, settle
from tests.bench.report import Timing, median, show
from tests.bench.tool_call import tool_calls
from tests.harness.stack import NO_CEILINGS, SKELETON, Stack, free_port, running_stack

LIMITS_OFF = {"PAM_RATE_LIMITS": "off", "PAM_LOG_LEVEL": "info"} | NO_CEILINGS
EXCHANGES = 50


@asynccontextmanager
async def scripted_model():
    """Run the scripted Messages API as its own process; yields its URL."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "pam_shared.testing.messages_api",
        "--port",
        str(port),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        await process.stdout.readline()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()


def cpu(stack: Stack) -> dict[str, float]:
    """Return the CPU seconds each process has used so far."""
    found = {}
    for name, state in stack.processes().items():
        process = psutil.Process(state["pid"])
        family = [process, *process.children(recursive=True)]
        found[name] = sum(sum(one.cpu_times()[:2]) for one in family)
    return found


async def child(module: str, *arguments: str, on_line=None) -> Timing:
    """Run a measurement as its own process and return what its last line says."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *arguments, stdout=asyncio.subprocess.PIPE
    )
    last = b""
    while line := await process.stdout.readline():
        last = line
        if on_line:
            on_line(line.decode().strip())
    assert await process.wait() == 0, f"{module} failed"
    return Timing.model_validate_json(last)


async def measure(given: argparse.Namespace) -> None:
    """Measure everything and print it."""
    async with scripted_model() as model:
        bare = await bare_turn(model, given)
        await everything(model, given, bare)
    await large_tables(given.rows)


async def bare_turn(model: str, given: argparse.Namespace) -> float:
    """Compare a turn with one tool, through what such a turn needs, with the SDK alone; return its p50."""
    counts = ("--alone", str(given.alone), "--together", str(given.together), "--in-flight", str(given.in_flight))
    with tempfile.TemporaryDirectory() as folder:
        async with stack_with(model, folder, PAM_SERVICES=SKELETON) as stack:
            await settle(stack.processes()["gateway"]["pid"])
            tools = Path(folder) / "tools.json"
            tools.write_bytes(orjson.dumps(await manifests(stack)))
            alone, whole, spent = [], [], []
            for number in range(given.runs):
                alone.append(await child("tests.bench.sdk_alone", "--url", model, "--tools", str(tools), *counts))
                marks: dict[str, dict[str, float]] = {}
                whole.append(
                    await child(
                        "tests.bench.whole_turn",
                        "--url",
                        stack.url,
                        *counts,
                        on_line=lambda line, marks=marks: marks.setdefault(line, cpu(stack)) if len(line) < 6 else None,
                    )
                )
                spent.append({name: marks["end"][name] - marks["begin"][name] for name in marks["end"]})
                print(f"run {number + 1} of {given.runs} done", file=sys.stderr)
    per_turn = {name: statistics.median(run[name] for run in spent) / given.together * 1000 for name in spent[0]}
    print(show(alone, whole, per_turn))
    return median(whole).p50


async def everything(model: str, given: argparse.Namespace, bare: float) -> None:
    """Measure with every service running: a turn in a long conversation, a tool call, memory."""
    with tempfile.TemporaryDirectory() as folder:
        async with stack_with(model, folder, PAM_SERVICES="") as stack:
            await settle(stack.processes()["gateway"]["pid"])
            idle = idle_stack(stack)
            offered = len(await manifests(stack))
            full = await child("tests.bench.long_talk", "--url", stack.url, "--exchanges", str(EXCHANGES))
            print(
                f"\nA turn after {EXCHANGES} exchanges, {offered} tools there: p50 {full.p50:.2f} ms,"
                f" {full.p50 / bare:.2f}x of the bare turn; aim <= 1.3x"
            )
            print(f"\n{await tool_calls(stack)}")
            total = sum(idle.values())
            parts = ", ".join(f"{name} {size:.0f}" for name, size in sorted(idle.items()))
            print(f"\nIdle stack, resident MiB (proportional): {total:.0f} ({parts}); aim <= 700")
            each = await per_connection(stack, given.connections)
            print(f"Gateway per idle connection at {given.connections}: {each:.1f} KiB; aim <= 40\n")


@asynccontextmanager
async def stack_with(model: str, folder: str, **settings: str) -> AsyncIterator[Stack]:
    """Run a PAM that asks the scripted model, without limits, as long as the block."""
    given = {"ANTHROPIC_API_KEY": "x", "ANTHROPIC_BASE_URL": model} | LIMITS_OFF | settings
    async with running_stack(Path(folder) / "home", **given) as stack:
        yield stack


async def manifests(stack: Stack) -> list[dict]:
    """Return the manifests of the tools the agent offers, with the fields callers know."""
    _, printed = await stack.pamctl("tools", "--json")
    return [row | {"name": row["tool"], "effect": row["effect"]} for row in orjson.loads(printed)]


def main() -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--alone", type=int, default=120, help="turns measured one at a time")
    parser.add_argument("--together", type=int, default=500, help="turns with many in flight")
    parser.add_argument("--in-flight", type=int, default=50)
    parser.add_argument("--connections", type=int, default=1000)
    parser.add_argument("--rows", type=int, default=1_000_000, help="in the large tables")
    uvloop.run(measure(parser.parse_args()))


if __name__ == "__main__":
    main()
