#!/bin/sh
# Decides random requests with ica-policy and with iam-simulate, and puts every difference into a bucket.
# Usage: tools/peer/simulate/run.sh [number] [seed]. Needs node, npm and the registry of npm. Exit code 1: a difference is in no bucket.
set -e
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../../..
work=${PEER_DIR:-$root/target/peer/simulate}
mkdir -p "$work"
cp "$here/package.json" "$here/package-lock.json" "$here/peer.mjs" "$work"
(cd "$work" && npm ci --silent --no-audit --no-fund --ignore-scripts)
binary=${ICA_POLICY:-$root/target/release/ica-policy}
[ -x "$binary" ] || (cd "$root" && cargo build --quiet --release)
python3 "$here/requests.py" "${1:-20000}" --seed "${2:-1}" > "$work/lines.jsonl"
"$binary" simulate --batch < "$work/lines.jsonl" > "$work/ours.jsonl"
(cd "$work" && node peer.mjs < lines.jsonl > peer.jsonl)
python3 "$here/differences.py" "$work/lines.jsonl" "$work/ours.jsonl" "$work/peer.jsonl"
