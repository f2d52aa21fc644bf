#!/usr/bin/env bash
# Everything CI checks: style, types, tests. Arguments are passed on to pytest.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup-env.sh .venv-test train,hls,rtl,board,plot,gen,root,search,trees,cluster,docs,dev
bin=.venv-test/bin
export OMP_NUM_THREADS=1 PATH="$PWD/$bin:$PATH"
"$bin/ruff" check .
"$bin/ruff" format --check .
# One process for a minute: beside the tests it costs half of that. What it finds is shown after them.
types=$(mktemp)
"$bin/mypy" >"$types" 2>&1 &
mypy=$!
trap 'kill "$mypy" 2>/dev/null || true; rm -f "$types"' EXIT
tests=0
"$bin/python" -m pytest -n 2 --durations=15 "$@" || tests=$?
found=0
wait "$mypy" || found=$?
cat "$types"
exit $((tests ? tests : found))
