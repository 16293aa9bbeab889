#!/usr/bin/env python3
"""Puts every request that the two decide differently into a bucket with its source. Exit code 1 if one is in none."""
import argparse
import collections
import json

OWN = "111122223333"


def service(line):
    return line["action"].split(":")[0]


def is_other(line):
    return line["principal"].startswith("arn:") and f":{OWN}:" not in line["principal"]


def is_federated(line):
    return ":federated-user/" in line["principal"]


def is_root(line):
    return line["principal"].endswith(":root")


def denied_by(answer):
    return {place["layer"] for place in answer.get("by", [])}


# name, who is right, source, whether a difference is of the kind: (line, peer's decision, our answer)
BUCKETS = [
    ("rcp-of-a-service-without-rcps", "ours", "ORG:orgs_manage_policies_rcps: SNS and Lambda are not among the services",
     lambda line, peer, ours: peer == "ExplicitlyDenied" and "rcps" in line and service(line) in ("sns", "lambda") and "rcp" not in denied_by(ours)),
    ("root-repairs-the-bucket-policy", "ours", "BC s3 PutBucketPolicy; S3:troubleshoot-403-errors",
     lambda line, peer, ours: is_root(line) and not is_other(line) and line["action"] == "s3:GetBucketPolicy" and peer == "ExplicitlyDenied"),
    ("federated-session-calls-sts", "ours", "IAM:id_credentials_sts-comparison: no operation of STS but GetCallerIdentity",
     lambda line, peer, ours: is_federated(line) and service(line) == "sts" and ours["decision"] == "ImplicitlyDenied"),
    ("who-can-assume-a-role", "ours", "IAM:id_credentials_sts-comparison: AssumeRole is called by a user or a role",
     lambda line, peer, ours: line["action"] == "sts:AssumeRole" and (is_root(line) or line["principal"] == "*") and ours["decision"] == "ImplicitlyDenied"),
    ("role-without-a-trust-policy", "ours", "IAM:reference_policies_evaluation-logic_policy-eval-denyallow: a trust policy must allow; a role always has one",
     lambda line, peer, ours: line["action"] == "sts:AssumeRole" and "resource_policy" not in line and peer == "Allowed"),
    ("never-across-accounts", "ours", "SQS:sqs-limitations-of-custom-policies: DeleteQueue",
     lambda line, peer, ours: line["action"] == "sqs:DeleteQueue" and is_other(line) and peer == "Allowed" and ours["decision"] == "ImplicitlyDenied"),
    ("federated-session-without-session-policy", "ours", "IAM:id_credentials_temp_control-access_getfederationtoken: no permissions",
     lambda line, peer, ours: is_federated(line) and "session_policies" not in line and peer == "Allowed" and "session" in denied_by(ours)),
    ("session-named-directly", "ours", "IAM:access_policies, session policies: a grant to the session's ARN is not limited by them",
     lambda line, peer, ours: "session_issuer" in line and peer == "ImplicitlyDenied" and ours["decision"] == "Allowed" and "resource" in denied_by(ours)
     and {"session_policies", "permissions_boundary"} & set(line) and line["principal"] in json.dumps(line["resource_policy"])),
]


def bucket(line, peer, ours):
    for name, right, source, fits in BUCKETS:
        if fits(line, peer, ours):
            return name, right, source
    readings = ours.get("readings", [])
    if any(reading["decision"] == peer for reading in readings):
        names = ",".join(sorted({reading["id"] for reading in readings}))
        return f"open: {names}", "open", "the table of readings, docs/settings.md"
    return None


def read(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lines")
    parser.add_argument("ours")
    parser.add_argument("peer")
    arguments = parser.parse_args()
    lines, all_ours, all_peer = read(arguments.lines), read(arguments.ours), read(arguments.peer)
    assert len(lines) == len(all_ours) == len(all_peer), "an answer is missing"
    counts, left = collections.Counter(), []
    for line, ours, peer in zip(lines, all_ours, all_peer):
        if "decision" not in ours or "decision" not in peer:
            left.append((line, ours, peer))
        elif ours["decision"] != peer["decision"]:
            found = bucket(line, peer["decision"], ours)
            if found:
                counts[found] += 1
            else:
                left.append((line, ours, peer))
    print(f"{len(lines)} requests, {sum(counts.values()) + len(left)} decided differently")
    for (name, right, source), number in counts.most_common():
        print(f"{number:6} {name} ({right}): {source}")
    for line, ours, peer in left[:20]:
        print("in no bucket:", json.dumps({"line": line, "ours": ours, "peer": peer}))
    print(f"{len(left)} in no bucket")
    raise SystemExit(1 if left else 0)


if __name__ == "__main__":
    main()
