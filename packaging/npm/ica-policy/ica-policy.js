#!/usr/bin/env node
// Runs the binary of the package for this platform, which npm installed as an optional dependency.
const { spawnSync } = require("node:child_process");
const { constants } = require("node:os");

const platform = `${process.platform}-${process.arch}`;
const binary = process.platform === "win32" ? "ica-policy.exe" : "ica-policy";

let path;
try {
  path = require.resolve(`@ica-policy/${platform}/${binary}`);
} catch {
  console.error(`error: there is no binary of ica-policy for ${platform}, or npm was told to omit optional dependencies`);
  process.exit(4);
}
const { status, signal, error } = spawnSync(path, process.argv.slice(2), { stdio: "inherit" });
if (error) {
  console.error(`error: ${path}: ${error.message}`);
}
process.exit(status ?? (signal ? 128 + constants.signals[signal] : 4));
