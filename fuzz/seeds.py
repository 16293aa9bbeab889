#!/usr/bin/env python3
"""Writes the seeds of the fuzz targets: fuzz/corpus/TARGET, a file for each, and fuzz/words.dict. The same texts as in tests/fuzz.rs."""

import json
import pathlib
import re
import tomllib

here = pathlib.Path(__file__).parent
root = here.parent


def policies():
    texts = [path.read_text() for path in sorted((root / "examples").rglob("*.json"))]
    for path in sorted((root / "corpus/ica").rglob("*.toml")):
        files = tomllib.loads(path.read_text()).get("files", {})
        texts += [text for text in files.values() if isinstance(text, str)]
    return texts


def lines(texts):
    for text in texts:
        try:
            policy = json.loads(text)
        except ValueError:
            continue
        yield json.dumps({
            "id": 1, "principal": "arn:aws:iam::111122223333:user/x", "action": "s3:GetObject",
            "resource": "arn:aws:s3:::acme-genomics/ica/a", "identity_policies": [policy], "resource_policy": policy})


def words():
    parts = re.search(r"const PARTS[^=]*= \[(.*?)\n\];", (root / "tests/fuzz.rs").read_text(), re.S).group(1)
    for part in re.findall(r'^    "(.*)",$', parts, re.M):
        text = re.sub(r"\\u\{([0-9a-f]+)\}", lambda found: chr(int(found[1], 16)), part)
        text = text.replace('\\"', '"').replace("\\0", "\0").replace("\\\\", "\\")
        yield "".join(chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\x{byte:02X}" for byte in text.encode())


texts = policies()
pairs = [one + "\0" + other for one, other in zip(texts, texts[1:] + texts[:1])]
seeds = {"text": texts, "line": list(lines(texts)), "compare": pairs, "check": pairs, "repair": pairs}
for target, all_seeds in seeds.items():
    folder = here / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    for number, text in enumerate(all_seeds):
        (folder / f"seed-{number:04}").write_text(text)
    print(target, len(all_seeds), "seeds")
(here / "words.dict").write_text("".join(f'"{word}"\n' for word in words()))
