"""What callers of the tools rely on: a change that would break them fails here, with what to do."""

import json
from pathlib import Path

import jsoncompat
import pytest

from pamctl.catalogue import installed_workers
from pamctl.contracts import broken, differences, snapshot, write

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[3]
WORKERS = installed_workers()


def comparable(schema):
    """A schema as jsoncompat reads it, which knows no steps smaller than one."""
    if isinstance(schema, list):
        return [comparable(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {name: comparable(value) for name, value in schema.items() if name != "multipleOf"}


def fits(old, new, role) -> bool:
    return jsoncompat.check_compat(json.dumps(comparable(old)), json.dumps(comparable(new)), role)


@pytest.mark.parametrize("worker", WORKERS, ids=lambda worker: worker.name)
def test_no_tool_differs_from_what_its_callers_know(worker):
    """R-T7: schema changes that break callers fail in CI; others ask for a fresh snapshot."""
    found = differences(ROOT / "services" / worker.name / "contracts", worker)
    assert not found, "\n" + "\n".join(str(difference) for difference in found)


@pytest.mark.parametrize("worker", WORKERS, ids=lambda worker: worker.name)
def test_a_second_opinion_finds_no_break_either(worker):
    """R-T7: jsoncompat, which was written by somebody else, reads the same snapshots."""
    for tool in worker.tools:
        file = ROOT / "services" / worker.name / "contracts" / f"{tool.name}.json"
        if file.exists() and tool.version == 1:
            old, new = json.loads(file.read_text()), snapshot(tool)
            assert fits(old["input"], new["input"], "deserializer"), file
            assert fits(old["output"], new["output"], "serializer"), file


@pytest.mark.parametrize("worker", WORKERS, ids=lambda worker: worker.name)
def test_a_snapshot_written_now_agrees_with_its_tool(worker, tmp_path):
    """Every schema of every tool can be compared, with itself at least."""
    assert write(tmp_path, worker) == []
    assert differences(tmp_path, worker) == []
    assert len(list(tmp_path.iterdir())) == len(worker.tools)
    assert all(broken(snapshot(tool), snapshot(tool)) == [] for tool in worker.tools)
