#!/bin/sh
# Builds iam-rs (MIT, the versions of Cargo.lock) below target/conformance and runs it as a program.
set -e
here=$(cd "$(dirname "$0")" && pwd)
work=${CONFORMANCE_DIR:-$here/../../../target/conformance}/iam-rs
unset CARGO_PROFILE_DEV_OPT_LEVEL CARGO_PROFILE_DEV_DEBUG
exec cargo run --quiet --locked --manifest-path "$here/Cargo.toml" --target-dir "$work"
