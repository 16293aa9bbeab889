#!/bin/sh
# archive.sh DIST TARGET PLATFORM: from the wheel in DIST the bare binary (for npm) and an archive of it with man pages and licences.
set -eu
dist=$1 target=$2 platform=$3
work=$(mktemp -d)
python3 - "$dist" "$work" << 'PYTHON'
import pathlib, sys, zipfile
dist, work = map(pathlib.Path, sys.argv[1:])
[wheel] = dist.glob("*.whl")
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        if "/scripts/ica-policy" in name:
            path = work / pathlib.PurePosixPath(name).name
            path.write_bytes(archive.read(name))
            path.chmod(0o755)
PYTHON
binary=$(ls "$work")
mkdir -p "$dist/bin/$platform" "$work/man"
cp "$work/$binary" "$dist/bin/$platform/$binary"
"$work/$binary" man --write "$work/man"
cp LICENSE-MIT LICENSE-APACHE NOTICE README.md "$work"
tar -czf "$dist/ica-policy-$target.tar.gz" -C "$work" .
rm -r "$work"
