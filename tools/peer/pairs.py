#!/usr/bin/env python3
"""Lists pairs of policies, old and new, for comparison: one JSON line {"name", "old", "new", ..} a pair.

Everything comes from the corpus (see its README.md) and is only read; documents that stand inside of another form (the answer of
GetPolicyVersion) are written to the output folder, which is not committed: the licences of the corpus do not allow it.
"""
import argparse
import json
import re
from pathlib import Path

HERE = Path(__file__).resolve()
REPOSITORY = HERE.parents[2]
CORPUS = REPOSITORY.parent / "shared" / "corpus"

# quacky prints for "P1 => P2" what its solver says to "P1 allows and P2 does not": SAT is a counterexample. P1 is the original.
RELATION = {
    ("UNSAT", "UNSAT"): "equal",
    ("UNSAT", "SAT"): "new-allows-more",
    ("SAT", "UNSAT"): "new-allows-less",
    ("SAT", "SAT"): "incomparable",
}


def write_lines(path, pairs):
    with open(path, "w", encoding="utf-8") as file:
        for pair in pairs:
            file.write(json.dumps(pair) + "\n")
    print(f"{path}: {len(pairs)}")


def quacky(root, suffix):
    """The rows of results/icse21/raw_md/mutations/README_{ec2,iam,s3}{suffix}.md: 208 + 26 + 198 = 432 without suffix.

    The table stands before the list "Timed out", whose pairs have no verdict. A cell is a link [path](path), relative to a folder
    beside `samples`. The mutants have lost the Version of their originals, so `${..}` is text in them: those pairs are marked.
    """
    pairs = []
    for service in ["ec2", "iam", "s3"]:
        table = root / f"results/icse21/raw_md/mutations/README_{service}{suffix}.md"
        for line in table.read_text().splitlines():
            links = re.findall(r"\]\(\.\./(samples/[^)]*\.json)\)", line)
            if len(links) != 2:
                continue
            cells = line.strip("|").split("|")
            words = (cells[2], cells[9])
            old, new = (root / link for link in links)
            name = re.sub(r"samples/mutations/|exp_single/|\.json$", "", links[1])
            texts = [old.read_text(), new.read_text()]
            pair = {"name": name, "old": str(old), "new": str(new)}
            pair["published"] = {"relation": RELATION[words], "raw": {"P1 => P2": words[0], "P2 => P1": words[1]}}
            pair["version_lost"] = any("${" in text for text in texts) and '"Version"' in texts[0] and '"Version"' not in texts[1]
            pairs.append(pair)
    return pairs


def document_of(path):
    """The policy inside of an answer of GetPolicyVersion; None for the two empty files of mamip."""
    text = path.read_text(encoding="utf-8")
    return json.loads(text)["PolicyVersion"]["Document"] if text.strip() else None


def extracted(source, target):
    document = document_of(source)
    if document is not None:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(document, indent=1), encoding="utf-8")
    return document


def history(root, out):
    """Consecutive versions; the names begin with the date."""
    pairs = []
    for folder in sorted(path for path in root.iterdir() if path.is_dir()):
        versions = sorted(folder.glob("*.policy.json"))
        targets = [out / "documents/history" / folder.name / version.name.replace(".policy", "") for version in versions]
        for version, target in zip(versions, targets):
            extracted(version, target)
        for old, new in zip(targets, targets[1:]):
            pairs.append({"name": f"{folder.name}/{old.stem}..{new.stem}", "old": str(old), "new": str(new)})
    return pairs


def normal(node):
    """Without the order of lists and members, and with every scalar or lone statement in a list: what is left differs in words."""
    if isinstance(node, dict):
        return {key: normal(value if isinstance(value, (dict, list)) else [value]) for key, value in node.items()}
    if isinstance(node, list):
        return sorted((normal(item) for item in node), key=lambda item: json.dumps(item, sort_keys=True))
    return node


def without_sids(document):
    statements = document["Statement"] if isinstance(document["Statement"], list) else [document["Statement"]]
    return {**document, "Statement": [{k: v for k, v in statement.items() if k != "Sid"} for statement in statements]}


def twins(root, out):
    """mamip (old) against trackiam (new) by name. `differs`: in words, Sids apart."""
    pairs = []
    for theirs in sorted((root / "trackiam/policies").glob("*.json")):
        ours = root / "mamip/policies" / theirs.stem
        if not ours.exists():
            continue
        old, new = (out / "documents" / source / f"{theirs.stem}.json" for source in ["mamip", "trackiam"])
        documents = extracted(ours, old), extracted(theirs, new)
        if None not in documents:
            first, second = (normal(without_sids(document)) for document in documents)
            pairs.append({"name": theirs.stem, "old": str(old), "new": str(new), "differs": first != second})
    return pairs


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    parser.add_argument("--out", type=Path, default=REPOSITORY / "target" / "peer")
    args = parser.parse_args()
    corpus, out = args.corpus.resolve(), args.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    managed, edge = corpus / "01-aws-managed", corpus / "03-edge"
    write_lines(out / "quacky.jsonl", quacky(edge / "quacky", ""))
    write_lines(out / "quacky-shapes.jsonl", quacky(edge / "quacky", "_action_resource"))
    write_lines(out / "history.jsonl", history(managed / "mamip-findings-history", out))
    write_lines(out / "twins.jsonl", twins(managed, out))


if __name__ == "__main__":
    main()
