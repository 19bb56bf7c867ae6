#!/bin/sh
# Every test: the tool workers' beside all others, since both wait for servers more than they reckon. What failed is told last.
set -u
cd "$(dirname "$0")/.."
uv=$(deploy/uv)
told=$(mktemp)
nice "$uv" run --no-sync pytest services/tools-*/tests >"$told" 2>&1 &
workers=$!
trap 'kill $workers 2>/dev/null; rm -f "$told"' EXIT
"$uv" run --no-sync pytest --ignore-glob='services/tools-*'
rest=$?
if wait $workers; then exit $rest; fi
cat "$told"
exit 1
