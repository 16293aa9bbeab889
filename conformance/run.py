#!/usr/bin/env python3
"""Runs the conformance suite against evaluators of IAM policies. Needs Python 3.9 or newer and nothing else.

    run.py --adapter ica-policy            one evaluator: what it gets wrong, and a table by topic
    run.py --adapter ica-policy --show     also the cases that are not expressible
    run.py --all                           all adapters, and RESULTS.md
    run.py --check                         the form of every case, without an evaluator

An adapter is a file of adapters/: `NAME.py`, or a folder `NAME` with `start.sh`. It is started as a program, reads
a case on each line and answers with a line (README.md).
"""
import argparse
import collections
import datetime
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
DENIES = ("ExplicitlyDenied", "ImplicitlyDenied")
DECISIONS = ("Allowed",) + DENIES
LAYERS = ("identity", "resource", "boundary", "session", "scp", "rcp", "vpce")


def read_cases():
    """All cases, in the order of the files."""
    cases = []
    for file in sorted((HERE / "cases").glob("*.jsonl")):
        for number, text in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            case = json.loads(text)
            wrong = form(case, file.stem)
            if wrong:
                sys.exit(f"{file}:{number}: {wrong}")
            cases.append(case)
    names = collections.Counter(case["id"] for case in cases)
    twice = [name for name, times in names.items() if times > 1]
    if twice:
        sys.exit(f"these ids occur twice: {', '.join(twice)}")
    return cases


def form(case, topic):
    """What is wrong with the form of a case; case.schema.json says the same."""
    known = {"id", "topic", "title", "page", "says", "request", "policies", "expect", "readings"}
    if set(case) - known:
        return f"unknown members {set(case) - known}"
    if case.get("topic") != topic:
        return "the topic is the name of the file"
    if not all(isinstance(case.get(name), str) and case[name] for name in ("id", "title", "page", "says")):
        return "id, title, page and says are texts"
    if not case["page"].startswith("https://docs.aws.amazon.com/"):
        return "the page is one of AWS's"
    if ("expect" in case) == ("readings" in case):
        return "there is either expect or readings"
    if "expect" in case and case["expect"] not in DECISIONS:
        return f"expect is one of {DECISIONS}"
    readings = case.get("readings", [{"decision": "Allowed"}, {"decision": "ImplicitlyDenied"}])
    if len({reading["decision"] for reading in readings}) < 2 or any(reading["decision"] not in DECISIONS for reading in readings):
        return "readings have different decisions"
    if set(case["policies"]) - set(LAYERS):
        return f"unknown policies {set(case['policies']) - set(LAYERS)}"
    return None


def program(name):
    """How an adapter is started."""
    file = HERE / "adapters" / f"{name}.py"
    start = HERE / "adapters" / name / "start.sh"
    if file.is_file():
        return [sys.executable, str(file)]
    if start.is_file():
        return ["sh", str(start)]
    sys.exit(f"there is no adapter {name}")


def answers(name, cases):
    """The answers of an adapter, by id, and what it calls itself."""
    known = ("id", "request", "policies")
    lines = "".join(json.dumps({member: case[member] for member in known}) + "\n" for case in cases)
    run = subprocess.run(program(name), input=lines, stdout=subprocess.PIPE, text=True, encoding="utf-8", check=False)
    if run.returncode:
        sys.exit(f"the adapter {name} ended with {run.returncode}")
    found = [json.loads(line) for line in run.stdout.splitlines() if line.strip()]
    title = next((line["evaluator"] for line in found if "evaluator" in line), name)
    return {line["id"]: line for line in found if "id" in line}, title


def judge(case, answer):
    """passed, failed or not expressible."""
    decision = answer.get("decision") if answer else None
    if decision == "NotExpressible":
        return "not expressible"
    if decision == "Undetermined":
        return "passed" if "readings" in case else "failed"
    wanted = [reading["decision"] for reading in case.get("readings", [{"decision": case.get("expect")}])]
    # An evaluator may not say why it denies.
    fits = decision in wanted or decision == "Denied" and any(one in DENIES for one in wanted)
    return "passed" if fits else "failed"


def measure(name, cases, show):
    found, title = answers(name, cases)
    table = collections.defaultdict(collections.Counter)
    failed = []
    for case in cases:
        answer = found.get(case["id"])
        verdict = judge(case, answer)
        table[case["topic"]][verdict] += 1
        said = (answer or {}).get("decision", "no answer")
        why = (answer or {}).get("why", "")
        if verdict == "failed":
            wanted = case.get("expect") or " or ".join(reading["decision"] for reading in case["readings"])
            failed.append((case, f"{said}, expected {wanted}", why))
        elif verdict == "not expressible" and show:
            print(f"{case['id']}: not expressible: {why}")
    return title, table, failed


def print_table(title, table):
    print(f"{title}")
    total = collections.Counter()
    for topic, counts in sorted(table.items()):
        print(f"  {topic:30} {counts['passed']:4} passed {counts['failed']:4} failed {counts['not expressible']:4} not expressible")
        total.update(counts)
    print(f"  {'all':30} {total['passed']:4} passed {total['failed']:4} failed {total['not expressible']:4} not expressible")
    return total


def page(measured, cases):
    """RESULTS.md"""
    day = os.environ.get("CONFORMANCE_DATE") or datetime.date.today().isoformat()
    names = [title for title, _, _ in measured]
    lines = ["# Results", "", f"Made by `run.py --all` on {day} from {len(cases)} cases. Each cell: passed / failed / not expressible.", ""]
    lines += ["| topic | " + " | ".join(names) + " |", "|---|" + "---|" * len(names)]
    cell = lambda counts: f"{counts['passed']} / {counts['failed']} / {counts['not expressible']}"
    for topic in sorted({case["topic"] for case in cases}):
        lines.append(f"| {topic} | " + " | ".join(cell(table[topic]) for _, table, _ in measured) + " |")
    totals = [sum(table.values(), collections.Counter()) for _, table, _ in measured]
    lines.append("| **all** | " + " | ".join(cell(total) for total in totals) + " |")
    lines += ["", "An open case passes with the decision of any reading, or with `Undetermined`. A case is not expressible if the evaluator has no place for one of its policies or",
              "for its kind of caller; the adapters say why.", "", "## What failed", ""]
    for title, _, failed in measured:
        lines += [f"**{title}**: " + ("nothing" if not failed else ""), ""]
        lines += [f"- `{case['id']}` ({case['title']}): {said}" for case, said, _ in failed]
        lines += [""] if failed else []
    return "\n".join(lines).rstrip() + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--adapter", action="append", default=[], metavar="NAME")
    parser.add_argument("--all", action="store_true", help="all adapters, and write RESULTS.md")
    parser.add_argument("--check", action="store_true", help="only the form of the cases")
    parser.add_argument("--show", action="store_true", help="also what is not expressible, and reasons")
    given = parser.parse_args()
    cases = read_cases()
    if given.check or not (given.adapter or given.all):
        print(f"{len(cases)} cases")
        return 0
    names = given.adapter
    if given.all:
        adapters = (HERE / "adapters").iterdir()
        names = sorted({file.stem for file in adapters if file.suffix == ".py" or (file / "start.sh").is_file()})
        names.sort(key=lambda name: (name != "ica-policy", name))
    measured = [measure(name, cases, given.show) for name in names]
    failures = 0
    for title, table, failed in measured:
        for case, said, why in failed if not given.all or given.show else []:
            print(f"{case['id']}: {said}\n    {case['says']} {case['page']}" + (f"\n    {why}" if given.show and why else ""))
        failures += print_table(title, table)["failed"]
    if given.all:
        (HERE / "RESULTS.md").write_text(page(measured, cases), encoding="utf-8")
        return 0
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
