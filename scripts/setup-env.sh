#!/usr/bin/env bash
# Create an isolated environment and install fpgajet with pinned dependencies.
# Usage: scripts/setup-env.sh ENVIRONMENT [EXTRAS]     e.g. scripts/setup-env.sh .venv train,hls,rtl
# Without EXTRAS: what estimate, budgets, parts, data and report need, about 200 MB and no torch.
set -euo pipefail
cd "$(dirname "$0")/.."

environment=${1:?usage: scripts/setup-env.sh ENVIRONMENT [EXTRAS]}
extras=${2:-}
python=${PYTHON:-python3}

"$python" - <<'PY' || { echo "error: fpgajet needs Python 3.11 or newer with venv; set PYTHON=/path/to/python3.11 (Debian, Ubuntu: apt-get install python3-venv)." >&2; exit 5; }
import ensurepip, sys, venv
sys.exit(sys.version_info < (3, 11))
PY
command -v g++ >/dev/null || { echo "error: g++ is not on PATH (Debian, Ubuntu: apt-get install g++; Alma, Rocky: dnf install gcc-c++)." >&2; exit 5; }

[ -x "$environment/bin/python" ] || "$python" -m venv "$environment"
# Nothing to do if this very project was installed here with the same pins and extras.
stamp="$environment/.fpgajet-installed"
wanted="$(cat pyproject.toml constraints.txt | cksum) $extras $PWD"
if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
    echo "installing fpgajet and its pinned dependencies into $environment ..." >&2
    "$environment/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
        --constraint constraints.txt --editable ".${extras:+[$extras]}"
    # pip compiles with one process. What cannot be compiled (templates among the packages) is not imported either, nor
    # are the packages' own tests, a fifth of all: Python compiles those of them that it meets.
    "$environment/bin/python" -W ignore -m compileall -qq -j 0 -x '/(tests?|testing)/' \
        "$environment"/lib/python3*/site-packages || true
    echo "$wanted" >"$stamp"
fi
