"""Policies as plain data: documents to statements, texts to tokens. Knows nothing of any solver.

Sources: docs/sources.md B3 (case), B4 (versions), B5 (wildcards), D1 (operators), D5 (variables).
"""
import base64
import ipaddress
import re
from dataclasses import dataclass
from datetime import datetime, timezone
from fractions import Fraction

V6 = 2**32  # an address is one whole number: IPv4 below 2^32, IPv6 from there on, so that no block of one holds an address of the other
TOKEN = re.compile(r"\$\{(?P<inside>[^}]*)\}|(?P<wild>[*?])|(?P<text>[^$*?]+|\$)")
VARIABLE = re.compile(r"([^\s,${]+)(?:, '(.*)')?$")
OPERATOR = re.compile(r"(ForAllValues:|ForAnyValue:)?([A-Za-z]+?)(IfExists)?$")
FAMILIES = {"String": "text", "Arn": "text", "Numeric": "number", "Date": "number", "Bool": "bool", "Binary": "text", "IpAddress": "ip",
            "NotIpAddress": "ip", "Null": None}


class Unsupported(Exception):
    """What this program leaves undecided, in words."""


@dataclass(frozen=True)
class Token:
    """kind: text, any, one, or variable. `bound`: it stands before the fifth colon of an ARN and matches no colon."""
    kind: str
    value: str = ""
    bound: bool = False
    default: str | None = None


@dataclass(frozen=True)
class Atom:
    """One operator with one key, without negation of the whole. Equal atoms of both policies become one term."""
    key: str
    base: str
    quantifier: str
    if_exists: bool
    values: tuple


@dataclass(frozen=True)
class Statement:
    allow: bool
    principal: tuple | None  # (negated, patterns), like the next two
    action: tuple | None
    resource: tuple | None
    conditions: tuple


def many(value):
    return value if isinstance(value, list) else [value]


def statements(document, resources="free", version=None):
    """`resources`: whether wildcards of a Resource stay in their segment ("bound"). `version` overrides that of the document."""
    variables = (version or document.get("Version")) == "2012-10-17"

    def element(statement, name, read):
        for negated, spelling in [(False, name), (True, "Not" + name)]:
            if spelling in statement:
                return negated, tuple(read(value) for value in values_of(statement[spelling]))
        return None

    def values_of(value):
        if isinstance(value, dict):  # principals: the kind is dropped, see README
            return [text for kind in value.values() for text in many(kind)]
        return many(value)

    def resource(text):
        return (Token("any"),) if text == "*" else tokens(text, variables=variables, bound=resources == "bound")

    for statement in many(document["Statement"]):
        yield Statement(
            statement["Effect"] == "Allow",
            element(statement, "Principal", tokens),
            element(statement, "Action", lambda text: tokens(text.lower())),
            element(statement, "Resource", resource),
            tuple(atoms(statement.get("Condition", {}), variables)),
        )


def atoms(block, variables):
    for operator, keys in block.items():
        quantifier, base, if_exists = OPERATOR.match(operator).groups()
        for key, values in keys.items():
            read = tuple(sorted({condition_value(base, scalar(value), variables) for value in many(values)}, key=repr))
            yield Atom(key.lower(), base, quantifier or "", bool(if_exists), read)


def scalar(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


def family(base):
    """What values a key has that is used with this operator; None: any."""
    for prefix, name in FAMILIES.items():
        if base == prefix or (prefix in ("String", "Arn", "Numeric", "Date", "Binary") and base.startswith(prefix)):
            return name
    raise Unsupported(f"operator {base}")


def is_negated(base):
    return "Not" in base


def condition_value(base, text, variables):
    kind = family(base)
    if base.startswith("Binary"):
        return (Token("text", base64.b64decode(text, validate=True).decode("latin-1")),)
    if kind == "text":
        return tokens(text, wildcards="Like" in base or base.startswith("Arn"), variables=variables, bound=base.startswith("Arn"))
    if base in ("Bool", "Null"):
        if text.lower() not in ("true", "false"):
            raise Unsupported(f"{base} {text}")
        return text.lower() == "true"
    if base.startswith("Numeric"):
        return Fraction(text)
    if base.startswith("Date"):
        return date(text)
    return block(text)


def date(text):
    if re.fullmatch(r"-?\d+(\.\d+)?", text) and len(text) != 4:
        return Fraction(text)
    try:
        moment = datetime.fromisoformat(text + "-01" if len(text) == 7 else text)
    except ValueError:
        raise Unsupported(f"date {text}") from None
    return Fraction(str((moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()))


def block(text):
    """First and last address."""
    net = ipaddress.ip_network(text, strict=False)
    shift = V6 if net.version == 6 else 0
    return int(net.network_address) + shift, int(net.broadcast_address) + shift


def tokens(text, wildcards=True, variables=False, bound=False):
    """A pattern as tokens; neighbouring texts are joined."""
    result, colons = [], 0
    for match in TOKEN.finditer(text):
        inside, wild, plain = match["inside"], match["wild"], match["text"]
        variable = VARIABLE.match(inside) if inside and variables else None
        if wild and wildcards:
            result.append(Token("any" if wild == "*" else "one", bound=bound and colons < 5))
        elif variable and inside not in ("*", "?", "$"):
            result.append(Token("variable", variable[1].lower(), bound and colons < 5, variable[2]))
        elif inside is not None and not variables and wildcards:  # `${*}` without variables: the star is one
            result += [Token("text", "${"), *tokens(inside + "}", bound=bound and colons < 5)]
        else:
            plain = inside if inside in ("*", "?", "$") and variables else match[0] if plain is None else plain
            colons += plain.count(":")
            result.append(Token("text", plain))
    return tuple(joined(result))


def joined(parts):
    text = ""
    for part in parts:
        if part.kind == "text":
            text += part.value
            continue
        if text:
            yield Token("text", text)
            text = ""
        yield part
    if text:
        yield Token("text", text)
