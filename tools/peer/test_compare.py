#!/usr/bin/env python3
"""Small pairs whose relation follows from the facts cited. Run: target/peer/venv/bin/python tools/peer/test_compare.py"""
import policy
from cvc5_compare import compare, relation

EQUAL, MORE, LESS, BOTH = "equal", "new-allows-more", "new-allows-less", "incomparable"


def allow(condition=None, resource="*", action="s3:*", **rest):
    return {"Effect": "Allow", "Action": action, "Resource": resource, "Condition": condition or {}, **rest}


def when(operator, key, values):
    return allow({operator: {key: values}})


def check(why, old, new, expected, resources="free", version="2012-10-17"):
    sides = [list(policy.statements({"Version": version, "Statement": side}, resources)) for side in (old, new)]
    found = relation(compare(*sides, 10_000, False))
    print("ok  " if found == expected else "FAIL", why, "" if found == expected else f": {found}, expected {expected}")
    return found == expected


CASES = [
    ("B3 actions fold case", allow(action="S3:GET*"), allow(action="s3:get*"), EQUAL),
    ("B5 resources do not", allow(resource="arn:aws:s3:::B"), allow(resource="arn:aws:s3:::b"), BOTH),
    ("D1 = one of two", when("StringEquals", "k", ["a", "b"]), when("StringEquals", "K", "a"), LESS),
    ("D1 missing key and negation", when("StringNotEquals", "k", "a"), [when("StringNotEqualsIfExists", "k", "a")], EQUAL),
    ("D1 IfExists adds absence", when("StringLike", "k", "a*"), when("StringLikeIfExists", "k", "a*"), MORE),
    ("D1 Null", [when("Null", "k", True), when("Null", "k", "false")], allow(), EQUAL),
    ("D1 Bool splits presence", [when("Bool", "k", True), when("Bool", "k", "FALSE"), when("Null", "k", True)], allow(), EQUAL),
    ("D1 StringEquals and Like on stars", when("StringEquals", "k", "a*"), when("StringLike", "k", "a*"), MORE),
    ("D1 ignore case", when("StringEqualsIgnoreCase", "k", "ab"), when("StringLike", "k", "?b"), BOTH),
    ("D1 numbers", when("NumericLessThan", "k", "1.5"), when("NumericLessThanEquals", "k", 1), LESS),
    ("D4 date forms", when("DateLessThan", "k", "1970-01-02T01:00:00+01:00"), when("DateLessThan", "k", "86400"), EQUAL),
    ("D4 host bits", when("IpAddress", "k", "10.1.2.3/8"), when("IpAddress", "k", ["10.0.0.0/9", "10.128.0.0/9"]), EQUAL),
    ("D4 IPv4 and IPv6", when("IpAddress", "k", "0.0.0.0/0"), when("IpAddress", "k", ["0.0.0.0/0", "::/0"]), MORE),
    ("D4 ARN stars keep to their part", when("ArnLike", "k", "arn:*:s3:::b"), when("StringLike", "k", "arn:*:s3:::b"), MORE),
    ("D4 the sixth takes the rest", when("ArnLike", "k", "arn:aws:s3:::*"), when("StringLike", "k", "arn:aws:s3:::*"), EQUAL),
    ("D3 all within, absent too", when("ForAllValues:StringEquals", "k", "a"), [when("ForAllValues:StringEquals", "k", ["a", "b"])], MORE),
    ("D3 any and all meet", when("ForAnyValue:StringEquals", "k", "a"),
     allow({"ForAnyValue:StringEquals": {"k": "a"}, "ForAllValues:StringEquals": {"k": ["a", "b"]}}), LESS),
    ("D3 all within a and b, met", allow({"ForAllValues:StringEquals": {"k": ["a", "b"]}, "Null": {"k": "false"}}),
     [allow({"ForAllValues:StringEquals": {"k": ["a", "b"]}, "ForAnyValue:StringEquals": {"k": v}}) for v in "ab"], EQUAL),
    ("D3 negation swaps", allow({"Null": {"k": "false"}}),
     [when("ForAnyValue:StringEquals", "k", "a"), allow({"ForAllValues:StringNotEquals": {"k": "a"}, "Null": {"k": "false"}})], EQUAL),
    ("D5 equality of keys", allow({"StringEquals": {"a": "${b}", "b": "x"}}), allow({"StringEquals": {"a": "x", "b": ["x"]}}), EQUAL),
    ("D5 inside of a text", allow({"StringEquals": {"v": "x"}}, resource="arn:aws:s3:::b/${v}/*"),
     allow({"StringEquals": {"v": "x"}}, resource="arn:aws:s3:::b/x/*"), EQUAL),
    # With a free `k` cvc5 gives up on this pattern, so these hold it to one value: the pattern fits it, or does not.
    ("D5 in a part", allow({"StringEquals": {"v": "1", "k": "arn:aws:x:q:1:r/z"}, "ArnLike": {"k": "arn:aws:x:*:${v}:r/*"}}),
     allow({"StringEquals": {"v": "1", "k": "arn:aws:x:q:1:r/z"}}), EQUAL),
    ("D5 in another part", allow({"StringEquals": {"v": "1", "k": "arn:aws:x:q:p:1:r/z"}, "ArnLike": {"k": "arn:aws:x:*:${v}:r/*"}}),
     allow({"StringEquals": {"v": "1", "k": "arn:aws:x:q:p:1:r/z"}}), MORE),
    ("D5 default", allow({"Null": {"v": "true"}, "StringEquals": {"k": "${v, 'd'}"}}),
     allow({"Null": {"v": "true"}, "StringEquals": {"k": "d"}}), EQUAL),
    ("D5 escape", when("StringLike", "k", "a${*}"), when("StringEquals", "k", "a*"), EQUAL),
    ("C deny wins", [allow(), {**allow(action="s3:Put*"), "Effect": "Deny"}], [allow(action="s3:Get*")], LESS),
    ("Not", {"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}, allow(action="*"), MORE),
]


def main():
    passed = [check(*case) for case in CASES]
    stars = allow(resource="arn:aws:s3:*:*:b"), allow(resource="arn:aws:s3:*:b")
    passed.append(check("free stars cross colons", *stars, MORE))
    passed.append(check("bound stars do not", *stars, BOTH, resources="bound"))
    passed.append(check("B4 without 2012", when("StringEquals", "k", "${v}"), when("StringLike", "k", "${?}"), MORE, version="2008-10-17"))
    raise SystemExit(not all(passed))


if __name__ == "__main__":
    main()
