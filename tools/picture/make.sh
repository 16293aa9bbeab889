#!/bin/sh
# Draws docs/check.svg, and with Chromium (Debian's package `chromium`) docs/report.png: the first part of the real output of the example, with its colours. Needs Python 3 with pip.
set -eu
cd "$(dirname "$0")/../.."
python3 -m venv target/picture
target/picture/bin/pip install --quiet rich==14.1.0
cargo build --release --quiet
COLUMNS=112 ./target/release/ica-policy check --connection examples/seed-conflict/ica.toml --edition seed --color always |
    target/picture/bin/python tools/picture/draw.py > docs/check.svg
if command -v chromium > /dev/null; then
    # The exit code says that operations are blocked.
    cargo run --quiet --release -- check --connection examples/seed-conflict/ica.toml --format html > target/picture/report.html || true
    chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --window-size=1000,1180 --screenshot=docs/report.png \
        "file://$PWD/target/picture/report.html"
fi
