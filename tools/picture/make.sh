#!/bin/sh
# Draws docs/check.svg: the first part of the real output of the example, with its colours. Needs Python 3 with pip.
set -eu
cd "$(dirname "$0")/../.."
python3 -m venv target/picture
target/picture/bin/pip install --quiet rich==14.1.0
cargo build --release --quiet
COLUMNS=112 ./target/release/ica-policy check --connection examples/seed-conflict/ica.toml --edition seed --color always |
    target/picture/bin/python tools/picture/draw.py > docs/check.svg
