#!/bin/sh
# Installs iam-simulate (AGPL-3.0, the version of package-lock.json) below target/conformance and runs it as a program.
set -e
here=$(cd "$(dirname "$0")" && pwd)
work=${CONFORMANCE_DIR:-$here/../../../target/conformance}/iam-simulate
mkdir -p "$work"
cp "$here/package.json" "$here/package-lock.json" "$here/adapter.mjs" "$work"
cd "$work"
npm ci --silent --no-audit --no-fund --ignore-scripts >&2
exec node adapter.mjs
