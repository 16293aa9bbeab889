#!/bin/sh
# Both engines on the same pairs, one behind the other on this machine: cvc5 first, then benches/compare.rs, which prints both and the
# ratio of medians. Usage: tools/peer/bench.sh [seconds a question of cvc5]
set -e
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
pairs=$root/target/peer
export PEER_RESULTS="${PEER_RESULTS:-$pairs/results}"
limit=${1:-10}
cargo bench --no-run --locked --manifest-path "$root/Cargo.toml" --bench compare
mkdir -p "$pairs" "$PEER_RESULTS"
[ -d "$pairs/venv" ] || python3 -m venv "$pairs/venv"
python=$pairs/venv/bin/python
"$python" -m pip install --quiet cvc5==1.4.2
"$python" "$here/pairs.py" --out "$pairs"
compare() { "$python" "$here/cvc5_compare.py" --limit "$limit" "$@"; }
compare "$pairs/quacky.jsonl" "$PEER_RESULTS/quacky.jsonl"
compare "$pairs/history.jsonl" "$PEER_RESULTS/history.jsonl"
compare "$pairs/twins.jsonl" "$PEER_RESULTS/twins.jsonl" --differing
cargo bench --locked --manifest-path "$root/Cargo.toml" --bench compare
