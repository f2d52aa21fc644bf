#!/usr/bin/env bash
# The main job on shipped data: set everything up, then build the default tagger for a VU9P.
# Arguments are passed on to `fpgajet build`.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup-env.sh .venv train,hls,rtl,plot
exec .venv/bin/fpgajet build --model npelican --part xcvu9p "$@"
