#!/usr/bin/env bash
# A newcomer's path, measured: from a fresh clone to the first report and the first own result. Prints minutes by step.
# Usage: scripts/newcomer.sh [DIRECTORY]     the directory must not exist; default: a temporary one, removed at the end
# Give it an idle machine and an empty pip cache: PIP_NO_CACHE_DIR=1 is set here.
set -euo pipefail
source=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:-$(mktemp -d)/clone}
[ -n "${1:-}" ] || trap 'rm -rf "$(dirname "$folder")"' EXIT
export PIP_NO_CACHE_DIR=1 OMP_NUM_THREADS=1

step() {  # step NAME COMMAND...
    local name=$1 begin end; shift
    begin=$(date +%s)
    "$@" >"$folder.log" 2>&1 || { cat "$folder.log" >&2; echo "failed: $name" >&2; exit 1; }
    end=$(date +%s)
    awk -v seconds=$((end - begin)) -v name="$name" 'BEGIN { printf "%5.1f min  %s\n", seconds / 60, name }'
}

step "git clone" git clone --quiet "$source" "$folder"
cd "$folder"
step "install: scripts/setup-env.sh .venv train,hls,rtl,plot" scripts/setup-env.sh .venv train,hls,rtl,plot
step "first report: scripts/demo.sh" scripts/demo.sh
test -s builds/npelican-xcvu9p/report.html
export PATH="$PWD/.venv/bin:$PATH"
step "first own result: tutorial 'Your own jets'" python scripts/run_tutorials.py tutorial/your-jets.md
step "own model: tutorial 'Your own model'" python scripts/run_tutorials.py tutorial/your-model.md
step "trigger: tutorial 'Into the trigger'" python scripts/run_tutorials.py tutorial/into-the-trigger.md
