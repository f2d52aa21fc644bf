#!/usr/bin/env bash
# Everything CI checks: style, types, tests. Arguments are passed on to pytest.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup-env.sh .venv-test train,hls,rtl,board,plot,gen,root,search,trees,cluster,docs,dev
bin=.venv-test/bin
export OMP_NUM_THREADS=1 PATH="$PWD/$bin:$PATH"
"$bin/ruff" check .
"$bin/ruff" format --check .
"$bin/mypy"
exec "$bin/python" -m pytest -n 2 --durations=15 "$@"
