#!/usr/bin/env bash
# Exports what the image installs from uv.lock: exact versions, with a hash for each file.
set -euo pipefail
cd "$(dirname "$0")/../.."
uv export --quiet --frozen --no-default-groups --group beam --no-emit-project --format requirements-txt \
  --output-file deploy/dataflow/requirements.txt
