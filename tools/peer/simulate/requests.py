#!/usr/bin/env python3
"""Random requests, as lines of `ica-policy simulate --batch`. The same seed gives the same lines."""
import argparse
import json
import random

OWN, OTHER = "111122223333", "444455556666"
CALLERS = [
    {"principal": f"arn:aws:iam::{OWN}:user/ana"},
    {"principal": f"arn:aws:iam::{OTHER}:user/eve"},
    {"principal": f"arn:aws:sts::{OWN}:assumed-role/job/run", "session_issuer": f"arn:aws:iam::{OWN}:role/job"},
    {"principal": f"arn:aws:sts::{OTHER}:assumed-role/job/run", "session_issuer": f"arn:aws:iam::{OTHER}:role/job"},
    {"principal": f"arn:aws:sts::{OWN}:federated-user/ana", "session_issuer": f"arn:aws:iam::{OWN}:user/ana"},
    {"principal": f"arn:aws:iam::{OWN}:root"},
    {"principal": f"arn:aws:iam::{OTHER}:root"},
    {"principal": "*"},
    {"principal": "logging.s3.amazonaws.com"},
]
TARGETS = [
    ("s3:GetObject", "arn:aws:s3:::bucket/a/k"),
    ("s3:PutObject", "arn:aws:s3:::bucket/a/k"),
    ("s3:ListBucket", "arn:aws:s3:::bucket"),
    ("s3:GetBucketPolicy", "arn:aws:s3:::bucket"),
    ("sqs:SendMessage", f"arn:aws:sqs:us-east-1:{OWN}:queue"),
    ("sqs:DeleteQueue", f"arn:aws:sqs:us-east-1:{OWN}:queue"),
    ("kms:Decrypt", f"arn:aws:kms:us-east-1:{OWN}:key/1234abcd-12ab-34cd-56ef-1234567890ab"),
    ("sts:AssumeRole", f"arn:aws:iam::{OWN}:role/goal"),
    ("sns:Publish", f"arn:aws:sns:us-east-1:{OWN}:topic"),
    ("lambda:InvokeFunction", f"arn:aws:lambda:us-east-1:{OWN}:function:f"),
]
CONDITIONS = [
    ("StringEquals", "aws:PrincipalAccount", [OWN, OTHER]),
    ("StringNotEquals", "aws:PrincipalAccount", [OWN, OTHER]),
    ("ArnLike", "aws:PrincipalArn", [f"arn:aws:iam::{OWN}:user/*", f"arn:aws:iam::{OWN}:role/job", "arn:aws:iam::*:root"]),
    ("ArnNotLike", "aws:PrincipalArn", [f"arn:aws:iam::{OWN}:user/ana", f"arn:aws:sts::{OWN}:federated-user/*"]),
    ("StringLike", "aws:userid", ["AIDA*", "*:run", f"{OWN}:ana", OWN]),
    ("StringNotEqualsIfExists", "aws:SourceVpc", ["vpc-11111111"]),
    ("StringEquals", "aws:SourceVpce", ["vpce-1a2b3c4d"]),
    ("IpAddress", "aws:SourceIp", ["203.0.113.0/24", "198.51.100.7", "2001:db8::/32"]),
    ("NotIpAddress", "aws:SourceIp", ["203.0.113.0/24"]),
    ("Bool", "aws:SecureTransport", ["true", "false"]),
    ("BoolIfExists", "aws:MultiFactorAuthPresent", ["true", "false"]),
    ("DateGreaterThan", "aws:CurrentTime", ["2026-01-01T00:00:00Z"]),
    ("Null", "aws:PrincipalTag/team", ["true", "false"]),
    ("StringEquals", "aws:PrincipalTag/team", ["red", "blue"]),
    ("StringNotLike", "aws:UserAgent", ["curl*", "*"]),
    ("ForAllValues:StringEquals", "aws:CalledVia", ["athena.amazonaws.com"]),
    ("ForAnyValue:StringLike", "aws:CalledVia", ["athena*"]),
    ("StringEqualsIgnoreCase", "aws:PrincipalType", ["user", "assumedrole"]),
]


class Lines:
    """Makes the lines."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def some(self, values, most=2):
        return self.random.sample(values, self.random.randint(1, min(most, len(values))))

    def chance(self, part):
        return self.random.random() < part

    def actions(self, action):
        service, name = action.split(":")
        forms = [action, action.lower(), f"{service}:*", f"{service}:{name[:3]}*", "*", f"{service}:?{name[1:]}", "ec2:*"]
        return self.some(forms)

    def resources(self, resource):
        head, tail = resource[:-2], resource.rsplit("/", 1)[0]
        return self.some([resource, "*", f"{head}*", f"{tail}*", f"{head}??", "arn:aws:s3:::other/*"])

    def principals(self):
        names = ["*", OWN, OTHER, f"arn:aws:iam::{OWN}:root"]
        names += [caller["principal"] for caller in CALLERS if caller["principal"].startswith("arn:") and "root" not in caller["principal"]]
        names += [f"arn:aws:iam::{account}:role/job" for account in (OWN, OTHER)]
        if self.chance(0.15):
            return "*"
        if self.chance(0.1):
            return {"Service": "logging.s3.amazonaws.com"}
        return {"AWS": self.some(names)}

    def condition(self):
        block = {}
        for operator, key, values in self.some(CONDITIONS):
            block.setdefault(operator, {})[key] = self.some(values)
        return block

    def statement(self, action, resource, *, principal=False, trust=False, effect=None, star=False):
        statement = {"Effect": effect or self.random.choice(["Allow", "Allow", "Allow", "Deny"])}
        if principal:
            statement["Principal"] = self.principals()
        statement["NotAction" if self.chance(0.07) else "Action"] = self.actions(action)
        if star:
            statement["Action"] = [f"{action.split(':')[0]}:*"]
            statement.pop("NotAction", None)
            statement["Principal"] = "*"
        if not trust:
            statement["NotResource" if self.chance(0.07) else "Resource"] = self.resources(resource)
        if self.chance(0.4):
            statement["Condition"] = self.condition()
        return statement

    def policy(self, *args, **how):
        return {"Version": "2012-10-17", "Statement": [self.statement(*args, **how) for _ in range(self.random.randint(1, 3))]}

    def context(self, caller):
        keys = {"aws:CurrentTime": "2026-06-01T00:00:00Z", "aws:UserAgent": self.random.choice(["curl/8", "aws-cli/2"])}
        keys["aws:SecureTransport"] = self.random.choice(["true", "true", "false"])
        is_service = caller["principal"].endswith(".com")
        if self.chance(0.5) and not is_service:
            keys["aws:SourceIp"] = self.random.choice(["203.0.113.9", "198.51.100.7", "2001:db8::1"])
        elif not is_service:
            keys.update({"aws:SourceVpce": "vpce-1a2b3c4d", "aws:SourceVpc": self.random.choice(["vpc-11111111", "vpc-22222222"])})
        is_tagged = "user/" in caller["principal"] or "role/" in caller["principal"]
        if is_tagged and self.chance(0.5):
            keys["aws:PrincipalTag/team"] = self.random.choice(["red", "green"])
        if is_tagged and self.chance(0.2):
            keys["aws:CalledVia"] = ["athena.amazonaws.com"]
        if "assumed-role" in caller["principal"]:
            keys["aws:userid"] = "AROAEXAMPLE1234567890:run"
            keys["aws:TokenIssueTime"] = "2026-05-31T00:00:00Z"
        if ":user/" in caller["principal"]:
            keys["aws:userid"] = "AIDAEXAMPLE1234567890"
        return keys

    def line(self, number):
        caller = self.random.choice(CALLERS)
        action, resource = self.random.choice(TARGETS)
        line = {"id": number, **caller, "action": action, "resource": resource, "resource_account": OWN, "context": self.context(caller)}
        has_identity = caller.get("session_issuer") or ":user/" in caller["principal"]
        is_session = "session_issuer" in caller
        trust = action == "sts:AssumeRole"
        if has_identity:
            line["identity_policies"] = [self.policy(action, resource) for _ in range(self.random.randint(0, 2))]
            if self.chance(0.25):
                line["permissions_boundary"] = self.policy(action, resource)
        if is_session and self.chance(0.5):
            line["session_policies"] = [self.policy(action, resource)]
        if self.chance(0.7):
            line["resource_policy"] = self.policy(action, resource, principal=True, trust=trust)
        if has_identity and self.chance(0.2):
            line["scps"] = [[self.policy(action, resource)] for _ in range(self.random.randint(1, 2))]
        if self.chance(0.15):
            line["rcps"] = [[self.policy(action, resource, effect="Deny", star=True)]]
        if "aws:SourceVpce" in line["context"] and self.chance(0.3):
            policy = self.policy(action, resource, principal=True)
            for statement in policy["Statement"]:
                statement["Principal"] = "*"
            line["vpce_policies"] = [policy]
        return line


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("number", type=int)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    lines = Lines(arguments.seed)
    for number in range(arguments.number):
        print(json.dumps(lines.line(number)))


if __name__ == "__main__":
    main()
