#!/bin/sh
# Every test, in two halves of about the same length beside each other: all wait for servers more than they reckon. What failed is told last.
set -u
cd "$(dirname "$0")/.."
uv=$(deploy/uv)
told=$(mktemp)
"$uv" run --no-sync pytest services/tools-*/tests tests/faults services/gateway/tests services/persistence/tests deploy/pamctl/tests >"$told" 2>&1 &
beside=$!
trap 'kill $beside 2>/dev/null; rm -f "$told"' EXIT
"$uv" run --no-sync pytest shared/tests services/agent/tests tests --ignore=tests/faults
rest=$?
if wait $beside; then
  [ $rest -eq 0 ] && tail -n 1 "$told"
  exit $rest
fi
cat "$told"
exit 1
