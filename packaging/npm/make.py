#!/usr/bin/env python3
"""Writes the npm packages of a version: one for each platform with its binary, and the one that people install.

    make.py OUT VERSION linux-x64=BINARY [darwin-arm64=BINARY ..]
"""

import json
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).parent
PROJECT = HERE.parent.parent
LICENSES = ["LICENSE-MIT", "LICENSE-APACHE", "NOTICE"]


def write(folder: Path, package: dict) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text(json.dumps(package, indent=2) + "\n")
    for name in LICENSES:
        shutil.copy(PROJECT / name, folder)


def main(out: Path, version: str, platforms: dict[str, Path]) -> None:
    main_package = json.loads((HERE / "ica-policy" / "package.json").read_text())
    for platform, binary in platforms.items():
        system, processor = platform.split("-")
        name = "ica-policy.exe" if system == "win32" else "ica-policy"
        folder = out / platform
        write(
            folder,
            {
                "name": f"@ica-policy/{platform}",
                "version": version,
                "description": f"The binary of ica-policy for {platform}",
                "license": main_package["license"],
                "os": [system],
                "cpu": [processor],
                "files": [name, *LICENSES],
            },
        )
        shutil.copy(binary, folder / name)
        (folder / name).chmod(0o755)
    main_package["version"] = version
    main_package["files"] += LICENSES
    main_package["optionalDependencies"] = {f"@ica-policy/{platform}": version for platform in platforms}
    write(out / "ica-policy", main_package)
    shutil.copy(HERE / "ica-policy" / "ica-policy.js", out / "ica-policy")
    shutil.copy(PROJECT / "README.md", out / "ica-policy")


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    _, to, of, *pairs = sys.argv
    main(Path(to), of, {platform: Path(path) for platform, path in (pair.split("=", 1) for pair in pairs)})
