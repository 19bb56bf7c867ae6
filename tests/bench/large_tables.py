"""Two tools over a million rows each: what a thousand members spent, and what they posted."""

import argparse
import tempfile
import time
from pathlib import Path
from random import Random
from uuid import UUID, uuid4

import asyncpg
import uvloop

from pam_shared.contracts.identity import Identity, Role
from pam_shared.embedded.postgres import start_postgres
from pam_shared.postgres.pool import open_pool
from pam_shared.service import installed_services
from pam_shared.testing.tool_bench import ToolBench
from pam_shared.tools.declaration import Tool
from pam_tools_budget.tools.get_spending_summary import get_spending_summary
from pam_tools_social.tools.get_feed import get_feed
from pamctl.provisioning import provision_postgres
from tests.bench.report import Timing, measured

MEMBERS = 1_000
CALLS = 400
AIM = 20.0

FOLLOWS = """
insert into social.user_follows (user_id, following_id)
select a.id, b.id from unnest($1::uuid[]) with ordinality a (id, n), unnest($1::uuid[]) with ordinality b (id, n)
where a.n <> b.n and (a.n + b.n) % 20 = 0
"""
EXPENSES = """
insert into budget.expenses (user_id, amount, category, date)
select ($1::uuid[])[1 + n % $2], 1 + n % 300,
       (array['gas', 'groceries', 'rv_park', 'repair'])[1 + n / $2 % 4],
       current_date - (n / $2 % 365)
from generate_series(0, $3 - 1) n
"""
POSTS = """
insert into social.social_posts (user_id, content, visibility, created_at)
select ($1::uuid[])[1 + n % $2], 'Day ' || n || ' on the road', case when n % 3 = 0 then 'public' else 'friends' end,
       now() - n * interval '20 seconds'
from generate_series(0, $3 - 1) n
"""


async def run(rows: int) -> None:
    """Fill a database of its own, call both tools for members at random, and print the table."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        server = await start_postgres(Path(folder))
        try:
            services = [spec for spec in installed_services() if spec.name in {"tools-budget", "tools-social"}]
            urls = await provision_postgres(server.url, services, {spec.name: "bench" for spec in services})
            members = [uuid4() for _ in range(MEMBERS)]
            await fill(server.url, members, rows)
            print(f"{rows:,} rows of {MEMBERS:,} members{'':12}{'p50 ms':>9}{'p99 ms':>9}   aim p50 < {AIM:.0f} ms")
            for tool, name in ((get_spending_summary, "tools-budget"), (get_feed, "tools-social")):
                timing = await timed(tool, urls[name], members)
                print(f"{tool.name:38}{timing.p50:9.2f}{timing.p99:9.2f}")
        finally:
            await server.stop()


async def fill(url: str, members: list[UUID], rows: int) -> None:
    """Write what the members spent and posted, a third of it for everybody, and whom they follow."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("set statement_timeout = 0; set synchronous_commit = off")
        await connection.execute(FOLLOWS, members)
        for statement in (EXPENSES, POSTS):
            await connection.execute(statement, members, len(members), rows)
        await connection.execute("vacuum analyze")
    finally:
        await connection.close()


async def timed(tool: Tool, url: str, members: list[UUID]) -> Timing:
    """Call a tool for one member after the other, each another one."""
    pool = await open_pool(url, "bench", 1)
    random, latencies = Random(1), []
    for number in range(CALLS + 50):
        user = random.choice(members)
        identity = Identity(user=user, roles=frozenset({Role.MEMBER}), session=uuid4(), expires_at=2**31)
        started = time.perf_counter()
        assert (await ToolBench(pool, identity).run(tool)).message
        if number >= 50:
            latencies.append(time.perf_counter() - started)
    await pool.close()
    return measured(latencies, CALLS, sum(latencies))


def main() -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    uvloop.run(run(parser.parse_args().rows))


if __name__ == "__main__":
    main()
