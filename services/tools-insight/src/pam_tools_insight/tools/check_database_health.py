"""Whether the database is well."""

import time
from enum import StrEnum

from pydantic import BaseModel

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import OPERATORS, Arguments, Result, tool
from pam_tools_insight.inventory import EXPECTED
from pam_tools_insight.queries import catalogue
from pam_tools_insight.rules import counted, listed

SLOW_MS = 100.0
NEARLY_FULL = 0.95


class Nothing(Arguments):
    """Nothing is asked."""


class Status(StrEnum):
    """How the database is."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"


class Pool(BaseModel):
    """Connections of this worker's login: open ones, and how many it may have."""

    used: int
    max: int


class Health(Result):
    """How the database is, and what is wrong with it."""

    status: Status
    latency_ms: float
    tables_ok: int
    tables_missing: list[str]
    pool: Pool


@tool(effect="read", timeout=4, roles=OPERATORS, visibility="admin", aliases=("pam_check_database_health",))
async def check_database_health(ctx: ToolContext, _: Nothing) -> Health:
    """Check the database: how fast it answers, whether all tables are there, how full the pool is. For operators."""
    started = time.perf_counter()
    await catalogue.answer(ctx.db)
    latency = round((time.perf_counter() - started) * 1000, 2)
    there, pool = await catalogue.table_names(ctx.db), await catalogue.connections(ctx.db)
    missing = sorted(EXPECTED - there)
    faults = _faults(latency, missing, pool)
    told = "; ".join(faults) if faults else f"it answers in {latency} ms and all {len(EXPECTED)} tables are there"
    return Health(
        message=f"The database is {'degraded' if faults else 'healthy'}: {told}.",
        status=Status.DEGRADED if faults else Status.HEALTHY,
        latency_ms=latency,
        tables_ok=len(EXPECTED) - len(missing),
        tables_missing=missing,
        pool=Pool(used=pool.used, max=pool.most),
    )


def _faults(latency: float, missing: list[str], pool: catalogue.Connections) -> list[str]:
    """Return what is wrong."""
    found = [f"{counted(len(missing), 'table')} missing: {listed(missing)}"] if missing else []
    found += [f"it takes {latency} ms to answer"] if latency > SLOW_MS else []
    found += [f"{pool.used} of {pool.most} connections are open"] if pool.used > pool.most * NEARLY_FULL else []
    return found
