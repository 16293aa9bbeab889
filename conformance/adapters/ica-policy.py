"""ica-policy: its `simulate --batch` reads and writes lines. ICA_POLICY names the program; usually `ica-policy` of the PATH."""
import json
import os
import subprocess
import sys

PROGRAM = os.environ.get("ICA_POLICY", "ica-policy")
MEMBERS = {
    "identity": "identity_policies",
    "resource": "resource_policy",
    "session": "session_policies",
    "scp": "scps",
    "rcp": "rcps",
    "vpce": "vpce_policies",
}


def line(case):
    policies = case["policies"]
    found = {"id": case["id"], **case["request"]}
    found.update({member: policies[name] for name, member in MEMBERS.items() if name in policies})
    if "boundary" in policies:
        found["permissions_boundary"] = policies["boundary"]
    return json.dumps(found)


def main():
    version = subprocess.run([PROGRAM, "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    print(json.dumps({"evaluator": version}))
    lines = "".join(line(json.loads(text)) + "\n" for text in sys.stdin)
    run = subprocess.run([PROGRAM, "simulate", "--batch"], input=lines, stdout=subprocess.PIPE, text=True, check=False)
    for text in run.stdout.splitlines():
        answer = json.loads(text)
        error = answer.get("error")
        if error:
            print(json.dumps({"id": answer.get("id"), "decision": "Error", "why": error.get("message", "")}))
        else:
            print(json.dumps({"id": answer["id"], "decision": answer["decision"], "why": answer.get("why", "")}))


main()
