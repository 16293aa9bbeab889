#!/usr/bin/env python3
"""Decides with the SMT solver cvc5, for pairs of policies, whether the new one allows a request that the old one does not, and the
reverse. The peer of the project's own engine, which does without a solver. README.md states the semantics.

Reads lines {"name", "old", "new"}, writes {"name", "new_allows_more", "old_allows_more", "ms_forward", "ms_backward"} and how much of
that time was the solver's (`solver_ms_..`; the rest is encoding in Python).
"""
import argparse
import json
import statistics
import sys
import time
from collections import Counter, defaultdict
from fractions import Fraction

import cvc5
from cvc5 import Kind

import policy
from policy import V6, Token, Unsupported

ADDRESSES = V6 + 2**128
BORDERS = 5  # colons between the six parts of an ARN


class Question:
    """One solver with the variables of a request; `holds(statement)` and the like are formulas over them."""

    def __init__(self, atoms, limit_ms, models=False):
        self.tm = tm = cvc5.TermManager()
        self.solver = cvc5.Solver(tm)
        self.solver.setLogic("ALL")
        self.solver.setOption("strings-exp", "true")  # indexof, substr and to_lower need it
        self.solver.setOption("produce-models", str(models).lower())  # they cost a little
        self.solver.setOption("tlimit-per", str(limit_ms))
        self.text, self.flag = tm.getStringSort(), tm.getBooleanSort()
        self.everything = tm.mkTerm(Kind.REGEXP_ALL)
        self.char = tm.mkTerm(Kind.REGEXP_ALLCHAR)
        self.no_colon = tm.mkTerm(Kind.REGEXP_DIFF, self.char, self.exactly(":"))
        self.no_colons = tm.mkTerm(Kind.REGEXP_STAR, self.no_colon)
        border = tm.mkTerm(Kind.REGEXP_CONCAT, self.no_colons, self.exactly(":"))
        self.arn = tm.mkTerm(Kind.REGEXP_CONCAT, *[border] * BORDERS, self.everything)
        # No constraint keeps the action in lower case: patterns are, so a character that none of them names stands for any capital.
        self.principal, self.action, self.resource = (tm.mkConst(self.text, name) for name in ["principal", "action", "resource"])
        self.keys, self.parts = {}, {}
        self.declare_keys(atoms)

    # --- terms ---------------------------------------------------------------------------------------------------------------------

    def string(self, text):
        return self.tm.mkString(text)

    def exactly(self, text):
        return self.tm.mkTerm(Kind.STRING_TO_REGEXP, self.string(text))

    def flat(self, kind, terms, empty):
        terms = list(terms)
        return empty if not terms else terms[0] if len(terms) == 1 else self.tm.mkTerm(kind, *terms)

    def all(self, terms):
        return self.flat(Kind.AND, terms, self.tm.mkTrue())

    def any(self, terms):
        return self.flat(Kind.OR, terms, self.tm.mkFalse())

    def no(self, term):
        return self.tm.mkTerm(Kind.NOT, term)

    def same(self, first, second):
        return self.tm.mkTerm(Kind.EQUAL, first, second)

    # --- condition keys ------------------------------------------------------------------------------------------------------------

    def declare_keys(self, atoms):
        """A key has one sort of values; a variable in a pattern needs a text. A key under a set operator is a set."""
        families, sets = defaultdict(set), defaultdict(list)
        for atom in atoms:
            families[atom.key].add(policy.family(atom.base))
            for name in variables_of(atom.values):
                families[name].add("text")
            if atom.quantifier and atom.base != "Null":
                sets[atom.key].append(atom)
        for key, found in families.items():
            found.discard(None)
            if found == {"text", "bool"}:
                found.remove("bool")  # then "true" and "false" are words
            if len(found) > 1:
                raise Unsupported(f"{key} is used as {' and '.join(sorted(found))}")
            self.keys[key] = Key(self, key, next(iter(found), "text"))
        for key, set_atoms in sets.items():
            self.keys[key].make_set(dict.fromkeys(set_atoms))

    def key(self, name):
        if name not in self.keys:
            self.keys[name] = Key(self, name, "text")
        return self.keys[name]

    def condition(self, atom):
        key = self.key(atom.key)
        absent = self.no(key.present)
        if atom.base == "Null":  # always or never true under a set operator (D3)
            if atom.quantifier:
                return self.tm.mkBoolean(atom.quantifier == "ForAllValues:")
            return self.any(absent if wanted else key.present for wanted in atom.values)
        if not atom.values and not atom.quantifier and not atom.if_exists:
            return self.tm.mkFalse()  # B6: an empty list never matches
        if atom.quantifier:
            found = key.exists[as_existence(atom)]
            forall = atom.quantifier == "ForAllValues:"
            found = self.no(found) if forall else found
            without = atom.if_exists or forall
        else:
            found = self.one(atom, key.value)
            if key.several is not None:  # a set without set operator: matches only with a single value
                found = self.all([self.no(key.several), found])
            without = atom.if_exists or policy.is_negated(atom.base)
        return self.any([absent, found]) if without else self.all([key.present, found])

    def one(self, atom, value):
        """Whether one value of the request satisfies the operator (D2: with a negated one no value of the policy may fit)."""
        found = self.any(self.fits(atom.base, wanted, value) for wanted in atom.values)
        return self.no(found) if policy.is_negated(atom.base) else found

    def fits(self, base, wanted, value):
        kind = policy.family(base)
        if base.endswith("IgnoreCase"):
            return self.ignoring_case(wanted, value)
        if kind == "text":
            return self.matches(wanted, value, arn=base.startswith("Arn"))
        if kind == "bool":
            if value.getSort() == self.text:
                return self.ignoring_case((Token("text", str(wanted).lower()),), value)
            return value if wanted else self.no(value)
        if kind == "ip":
            first, last = (self.tm.mkInteger(str(border)) for border in wanted)
            return self.all([self.tm.mkTerm(Kind.GEQ, value, first), self.tm.mkTerm(Kind.LEQ, value, last)])
        relation = base.removeprefix("Numeric").removeprefix("Date")
        compare = {"LessThan": Kind.LT, "LessThanEquals": Kind.LEQ, "GreaterThan": Kind.GT, "GreaterThanEquals": Kind.GEQ}
        return self.tm.mkTerm(compare.get(relation, Kind.EQUAL), value, self.tm.mkReal(str(Fraction(wanted))))

    # --- patterns ------------------------------------------------------------------------------------------------------------------

    def regex(self, pattern):
        def part(token):
            if token.kind == "text":
                return self.exactly(token.value)
            if token.kind == "any":
                return self.no_colons if token.bound else self.everything
            return self.no_colon if token.bound else self.char

        return self.flat(Kind.REGEXP_CONCAT, map(part, pattern), self.exactly(""))

    def matches(self, pattern, value, arn=False):
        """ARN operators demand six parts of the value (D4). Patterns with five plain colons have them by themselves."""
        if any(token.kind == "variable" for token in pattern):
            return self.with_variables(pattern, value, arn)
        if all(token.kind == "text" for token in pattern):
            literal = "".join(token.value for token in pattern)
            return self.same(value, self.string(literal)) if not arn or literal.count(":") >= BORDERS else self.tm.mkFalse()
        colons = sum(token.value.count(":") for token in pattern)
        if arn and colons < BORDERS:
            return self.tm.mkFalse()
        return self.tm.mkTerm(Kind.STRING_IN_REGEXP, value, self.regex(pattern))

    def with_variables(self, pattern, value, arn):
        """The value of a variable is literal text; without value and default the pattern matches nothing (D5)."""
        present = [self.single(token.value) for token in pattern if token.kind == "variable" and token.default is None]
        if not any(token.bound and token.kind != "text" for token in pattern):
            if arn:
                present.append(self.tm.mkTerm(Kind.STRING_IN_REGEXP, value, self.arn))
            return self.all([*present, self.pieces(pattern, value)])
        # Part by part. Values of variables before the fifth colon are taken to hold no colon themselves.
        segments = split(pattern)
        if len(segments) <= BORDERS:
            return self.tm.mkFalse()
        is_arn, parts = self.split_value(value)
        return self.all([*present, is_arn, *(self.pieces(segment, part) for segment, part in zip(segments, parts))])

    def single(self, name):
        key = self.key(name)
        return key.present if key.several is None else self.all([key.present, self.no(key.several)])

    def split_value(self, value):
        """Six fresh constants for the parts of a value. The split is unique, so it may be asserted once for both polarities."""
        if value not in self.parts:
            is_arn = self.tm.mkTerm(Kind.STRING_IN_REGEXP, value, self.arn)
            parts = [self.tm.mkConst(self.text, f"part{len(self.parts)}.{number}") for number in range(BORDERS + 1)]
            glued = [parts[0]] + [term for part in parts[1:] for term in (self.string(":"), part)]
            plain = [self.tm.mkTerm(Kind.STRING_IN_REGEXP, part, self.no_colons) for part in parts[:BORDERS]]
            right = self.all([self.same(value, self.tm.mkTerm(Kind.STRING_CONCAT, *glued)), *plain])
            self.solver.assertFormula(self.tm.mkTerm(Kind.IMPLIES, is_arn, right))
            self.parts[value] = is_arn, parts
        return self.parts[value]

    def pieces(self, pattern, value):
        """Literal pieces between stars, each found as early as possible: earliest is best, so no quantifier is needed."""
        tm = self.tm
        if not any(token.kind == "variable" for token in pattern):
            return self.matches(pattern, value)
        if any(token.kind == "one" for token in pattern):
            raise Unsupported("`?` beside a variable")
        pieces = [[]]
        for token in pattern:
            if token.kind == "any":
                pieces.append([])
            else:
                pieces[-1].append(self.term_of(token))
        pieces = [self.flat(Kind.STRING_CONCAT, piece, self.string("")) for piece in pieces]
        if len(pieces) == 1:
            return self.same(value, pieces[0])
        first, *middle, last = pieces
        conditions = [tm.mkTerm(Kind.STRING_PREFIX, first, value), tm.mkTerm(Kind.STRING_SUFFIX, last, value)]
        at = tm.mkTerm(Kind.STRING_LENGTH, first)
        for piece in middle:
            found = tm.mkTerm(Kind.STRING_INDEXOF, value, piece, at)
            conditions.append(tm.mkTerm(Kind.GEQ, found, tm.mkInteger(0)))
            at = tm.mkTerm(Kind.ADD, found, tm.mkTerm(Kind.STRING_LENGTH, piece))
        end = tm.mkTerm(Kind.ADD, at, tm.mkTerm(Kind.STRING_LENGTH, last))
        conditions.append(tm.mkTerm(Kind.LEQ, end, tm.mkTerm(Kind.STRING_LENGTH, value)))
        return self.all(conditions)

    def term_of(self, token):
        if token.kind == "text":
            return self.string(token.value)
        key = self.key(token.value)
        if token.default is None:
            return key.value
        return self.tm.mkTerm(Kind.ITE, self.single(token.value), key.value, self.string(token.default))

    def ignoring_case(self, pattern, value):
        if any(token.kind == "variable" for token in pattern):
            text = self.flat(Kind.STRING_CONCAT, map(self.term_of, pattern), self.string(""))
            present = [self.single(token.value) for token in pattern if token.kind == "variable" and token.default is None]
            lower = [self.tm.mkTerm(Kind.STRING_TO_LOWER, term) for term in (text, value)]
            return self.all([*present, self.same(*lower)])

        def either(c):
            forms = dict.fromkeys([c, c.lower(), c.upper()])
            return self.flat(Kind.REGEXP_UNION, map(self.exactly, forms), None)

        text = "".join(token.value for token in pattern)
        return self.tm.mkTerm(Kind.STRING_IN_REGEXP, value, self.flat(Kind.REGEXP_CONCAT, map(either, text), self.exactly("")))

    # --- policies ------------------------------------------------------------------------------------------------------------------

    def element(self, element, value):
        if element is None:
            return self.tm.mkTrue()
        negated, patterns = element
        found = self.any(self.matches(pattern, value) for pattern in patterns)
        return self.no(found) if negated else found

    def applies(self, statement):
        elements = [(statement.principal, self.principal), (statement.action, self.action), (statement.resource, self.resource)]
        conditions = (self.condition(atom) for atom in statement.conditions)
        return self.all([*(self.element(element, value) for element, value in elements), *conditions])

    def allows(self, statements):
        allowed = self.any(self.applies(statement) for statement in statements if statement.allow)
        denied = self.any(self.applies(statement) for statement in statements if not statement.allow)
        return self.all([allowed, self.no(denied)])

    def ask(self, formula):
        self.solver.assertFormula(formula)
        answer = self.solver.checkSat()
        return "sat" if answer.isSat() else "unsat" if answer.isUnsat() else "unknown"

    def witness(self):
        """A request of the kind that was asked for; only keys that are present."""
        value = lambda term: str(self.solver.getValue(term))
        keys = {name: value(key.value) for name, key in self.keys.items() if value(key.present) == "true"}
        return {"principal": value(self.principal), "action": value(self.action), "resource": value(self.resource), "keys": keys}


class Key:
    """A condition key: whether it is there, and its value; a set as `make_set` says."""

    def __init__(self, question, name, kind):
        self.question, self.name, self.several, self.exists = question, name, None, {}
        tm = question.tm
        self.sort = {"text": question.text, "bool": question.flag, "number": tm.getRealSort(), "ip": tm.getIntegerSort()}[kind]
        self.present = tm.mkConst(question.flag, f"{name}?")
        self.value = self.element(0)

    def element(self, number):
        tm = self.question.tm
        term = tm.mkConst(self.sort, f"{self.name}#{number}")
        if self.sort == tm.getIntegerSort():
            borders = [tm.mkTerm(Kind.GEQ, term, tm.mkInteger(0)), tm.mkTerm(Kind.LT, term, tm.mkInteger(str(ADDRESSES)))]
            self.question.solver.assertFormula(self.question.all(borders))
        return term

    def make_set(self, atoms):
        """A set is known by which tests some element of it passes ("all pass" is "none fails"). One element for each passed test is
        enough, so the set is: `value`, a second one if there are several, and a witness for each test that is passed. What is not
        passed must fail for all of them. Exact, without quantifiers and without power sets."""
        q, tm = self.question, self.question.tm
        self.several = tm.mkConst(q.flag, f"{self.name}+")
        second = self.element(1)
        tests = {as_existence(atom): atom for atom in atoms}
        self.exists = {test: tm.mkConst(q.flag, f"{self.name}!{number}") for number, test in enumerate(tests)}
        members = [(tm.mkTrue(), self.value), (self.several, second)]
        members += [(exists, self.element(number + 2)) for number, exists in enumerate(self.exists.values())]
        rules = [tm.mkTerm(Kind.IMPLIES, self.several, q.no(q.same(self.value, second)))]
        for active, member in members[2:]:
            alone = q.any([self.several, q.same(member, self.value)])
            rules.append(tm.mkTerm(Kind.IMPLIES, active, alone))
        if self.sort == q.text:  # an empty text is no element (D3)
            rules += [q.no(q.same(member, q.string(""))) for _, member in members]
        for (test, atom), (_, witness) in zip(tests.items(), members[2:]):
            exists = self.exists[test]
            passes = lambda member: q.no(q.one(atom, member)) if test[0] else q.one(atom, member)
            rules.append(tm.mkTerm(Kind.IMPLIES, exists, passes(witness)))
            for active, member in members:
                rules.append(tm.mkTerm(Kind.IMPLIES, q.all([active, q.no(exists)]), q.no(passes(member))))
        q.solver.assertFormula(q.all(rules))


def as_existence(atom):
    """ForAllValues is that no element fails; ForAnyValue that one passes."""
    return atom.quantifier == "ForAllValues:", atom.base, atom.values


def variables_of(patterns):
    return [token.value for pattern in patterns if isinstance(pattern, tuple)
            for token in pattern if isinstance(token, Token) and token.kind == "variable"]


def split(pattern):
    """The tokens of the first five parts and of the rest."""
    segments = [[]]
    for token in pattern:
        if token.kind != "text":
            segments[-1].append(token)
            continue
        first, *others = token.value.split(":", BORDERS + 1 - len(segments))
        segments[-1].append(Token("text", first))
        segments += [[Token("text", other)] for other in others]
    return segments


def compare(old, new, limit_ms, with_witness):
    """Both questions, each with a solver of its own; the time is that of encoding and solving."""
    result = {}
    for words, time_name, first, second in [("new_allows_more", "ms_forward", new, old), ("old_allows_more", "ms_backward", old, new)]:
        start = time.perf_counter()
        try:
            question = Question([atom for statement in [*old, *new] for atom in statement.conditions], limit_ms, with_witness)
            formula = question.all([question.allows(first), question.no(question.allows(second))])
            encoded = time.perf_counter()
            result[words] = question.ask(formula)
            result[time_name.replace("ms", "solver_ms")] = round((time.perf_counter() - encoded) * 1000, 3)
        except Unsupported as reason:
            result[words], result["reason"] = "unknown", f"unsupported: {reason}"
        result[time_name] = round((time.perf_counter() - start) * 1000, 3)
        if with_witness and result[words] == "sat":
            result[f"witness_{time_name[3:]}"] = question.witness()
    return result


def read(path, args):
    with open(path, encoding="utf-8") as file:
        return list(policy.statements(json.load(file), args.resources, args.version))


def relation(result):
    answers = result["new_allows_more"], result["old_allows_more"]
    if "unknown" in answers:
        return "unknown"
    return {("unsat", "unsat"): "equal", ("sat", "unsat"): "new-allows-more", ("unsat", "sat"): "new-allows-less"}.get(answers, "incomparable")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs")
    parser.add_argument("out")
    parser.add_argument("--limit", type=float, default=10, help="seconds a question")
    parser.add_argument("--resources", choices=["free", "bound"], default="free", help="wildcards of a Resource stay in their part: bound")
    parser.add_argument("--version", help="read every document as of this Version")
    parser.add_argument("--differing", action="store_true", help="only pairs that are marked as such")
    parser.add_argument("--witness", action="store_true", help="add a request that the one allows and the other does not")
    args = parser.parse_args()
    with open(args.pairs, encoding="utf-8") as file:
        pairs = [json.loads(line) for line in file]
    pairs = [pair for pair in pairs if pair.get("differs", True) or not args.differing]
    counts, times, against = Counter(), [], Counter()
    with open(args.out, "w", encoding="utf-8") as out:
        for pair in pairs:
            result = {"name": pair["name"]}
            try:
                old, new = (read(pair[side], args) for side in ["old", "new"])
                result |= compare(old, new, int(args.limit * 1000), args.witness)
                times.append(result["ms_forward"] + result["ms_backward"])
            except Unsupported as reason:
                result |= {"new_allows_more": "unknown", "old_allows_more": "unknown", "reason": f"unsupported: {reason}"}
                result |= {"ms_forward": 0.0, "ms_backward": 0.0}
            counts[relation(result)] += 1
            if "published" in pair:
                agrees = pair["published"]["relation"] == relation(result)
                against["agrees" if agrees else "disagrees"] += 1
                if not agrees:
                    print(f"{pair['name']}: published {pair['published']['relation']}, cvc5 {relation(result)}", file=sys.stderr)
            out.write(json.dumps(result) + "\n")
            out.flush()
    print(f"{args.pairs}: {len(pairs)} pairs, {dict(counts)} {dict(against)}")
    print(f"  both questions of a pair: median {statistics.median(times):.2f} ms, max {max(times):.1f} ms, sum {sum(times) / 1000:.1f} s")


if __name__ == "__main__":
    main()
