#!/bin/sh
# Every test, in two halves of about the same length beside each other: all wait for servers more than they reckon. The simulation only
# reckons, and fills the gaps they leave. What failed is told last.
set -u
cd "$(dirname "$0")/.."
uv=$(deploy/uv)
told=$(mktemp -d)
"$uv" run --no-sync pytest services/tools-*/tests tests/faults services/gateway/tests services/persistence/tests deploy/pamctl/tests >"$told/half" 2>&1 &
half=$!
nice -n 10 "$uv" run --no-sync pytest tests/simulation >"$told/simulation" 2>&1 &
simulation=$!
trap 'kill $half $simulation 2>/dev/null; rm -rf "$told"' EXIT
"$uv" run --no-sync pytest shared/tests services/agent/tests tests --ignore=tests/faults --ignore=tests/simulation
failed=$?
wait $simulation || { failed=1; cat "$told/simulation"; }
wait $half || { failed=1; cat "$told/half"; }
[ $failed -eq 0 ] && tail -q -n 1 "$told/simulation" "$told/half"
exit $failed
