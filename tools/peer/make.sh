#!/bin/sh
# Makes a virtual environment with cvc5, lists the pairs and compares them all. Usage: tools/peer/make.sh [results folder]
set -e
here=$(cd "$(dirname "$0")" && pwd)
pairs=$here/../../target/peer
results=${1:-$pairs/results}
mkdir -p "$pairs" "$results"
[ -d "$pairs/venv" ] || python3 -m venv "$pairs/venv"
python=$pairs/venv/bin/python
"$python" -m pip install --quiet cvc5==1.4.2
"$python" "$here/pairs.py" --out "$pairs"
compare() { "$python" "$here/cvc5_compare.py" --limit 10 "$@"; }
compare "$pairs/quacky.jsonl" "$results/quacky.jsonl"
compare "$pairs/quacky.jsonl" "$results/quacky-2012.jsonl" --version 2012-10-17
compare "$pairs/history.jsonl" "$results/history.jsonl"
compare "$pairs/twins.jsonl" "$results/twins.jsonl" --differing
