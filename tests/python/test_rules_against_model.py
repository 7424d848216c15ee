"""The field rules of the API against the service model inside the vendor's client.

A member, limit or pattern that the model has and we do not (or the other way round) fails here, so that a drift is
noticed when the client is updated. Where we differ on purpose, `DIFFERENCES` says why.
"""

import json
import pathlib
import random
import re
import subprocess

import botocore.session
import pytest

ROOT = pathlib.Path(__file__).parents[2]

# (path, what) -> why the rule is not the model's.
DIFFERENCES = {
    ("Cidrs", "max"): "the guide allows ten, the model states no limit",
    ("Cidrs.member", "pattern"): "addresses are parsed; the model's expression takes `s` for white space and `d` for a digit",
}


def run(*arguments, text=None):
    command = ["cargo", "run", "--quiet", "--package", "cairn-labeling", "--example", "api_rules", "--", *arguments]
    return subprocess.run(command, cwd=ROOT, input=text, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def rules():
    return json.loads(run())


@pytest.fixture(scope="module")
def model():
    return botocore.session.get_session().get_service_model("sagemaker")


def of_model(shape):
    """A shape of the model in the words of our table."""
    rule = {"type": shape.type_name}
    if shape.type_name == "structure":
        rule["required"] = sorted(shape.required_members)
        rule["members"] = {name: of_model(member) for name, member in shape.members.items()}
    elif shape.type_name == "list":
        rule["member"] = of_model(shape.member)
    elif shape.type_name == "map":
        rule["key"], rule["value"] = of_model(shape.key), of_model(shape.value)
    for key in ("min", "max", "pattern", "enum", "sensitive"):
        if shape.metadata.get(key):
            rule[key] = shape.metadata[key]
    return rule


def compare(path, ours, theirs):
    """Yields a line for each difference."""
    if ours is None or theirs is None:
        yield f"{path}: {'we do' if theirs is None else 'the model does'}, the other does not"
        return
    for key in ("type", "min", "max", "pattern", "enum", "sensitive", "required"):
        left, right = ours.get(key) or None, theirs.get(key) or None
        if isinstance(left, list):
            left, right = sorted(left), sorted(right or [])
        short = ".".join(path.split(".")[-2:]) if path.endswith(".member") else path.split(".")[-1]
        if left != right and (short, key) not in DIFFERENCES:
            yield f"{path}: {key} is {left!r} with us, {right!r} in the model"
    for key in ("member", "key", "value"):
        if key in ours or key in theirs:
            yield from compare(f"{path}.{key}", ours.get(key), theirs.get(key))
    members = {**ours.get("members", {}), **theirs.get("members", {})}
    for name in members:
        left, right = ours.get("members", {}).get(name), theirs.get("members", {}).get(name)
        yield from compare(f"{path}.{name}", left, right)


def test_rules_are_those_of_the_model(rules, model):
    assert len(rules) == 25
    differences = []
    for operation, ours in rules.items():
        theirs = of_model(model.operation_model(operation).input_shape)
        differences += compare(operation, ours, theirs)
    assert differences == []


def patterns_of(rule):
    """All patterns below a rule."""
    if rule.get("pattern"):
        yield rule["pattern"]
    for key in ("member", "key", "value"):
        if key in rule:
            yield from patterns_of(rule[key])
    for member in rule.get("members", {}).values():
        yield from patterns_of(member)


PIECES = """a B 0 - -- _ . / : = + @ , ~ " \\ ! [ ] 猫 \t \n \u2028 \ud7ff \ufffd \U0001f600 arn: arn:aws: arn:aws-cn: sagemaker: sns: iam:
iam:: lambda: us-east-1: 123456789012: 12345678901: role role/ function: function:x workteam/ workteam/x model/ human-task-ui/
s3:// https:// http:// b /k vpc- sg- subnet- x_1""".split(" ")


def texts(pattern, generator):
    """Texts that match the pattern now and then: a good one, mutilated; and loose pieces."""
    good = {
        "arn": ["arn:aws", "-cn", ":", "sagemaker", ":", "us-east-1", ":", "123456789012", ":", "workteam/", "private"],
        "s3": ["s3", "://", "bucket", "/", "key", "/"],
    }
    for kind in ("sns", "lambda", "iam"):
        good[kind] = [kind if piece == "sagemaker" else piece for piece in good["arn"]]
    for _ in range(400):
        yield "".join(generator.choices(PIECES, k=generator.randrange(6)))
        pieces = list(generator.choice(list(good.values())))
        for tail in ("workteam/", "human-task-ui/", "model/", "function:", "role", "role/", "t"):
            if generator.random() < 0.2:
                pieces[-2] = tail
        if generator.random() < 0.3 and len(pieces) > 6:
            pieces[5] = ""
        if generator.random() < 0.5:
            pieces[generator.randrange(len(pieces))] = generator.choice(PIECES)
        yield "".join(pieces)


def test_matchers_agree_with_the_patterns_they_stand_for(rules):
    # Python's expressions know no categories (\p{…}), and what `.` and `\w` take is narrower in the service.
    patterns = {found for rule in rules.values() for found in patterns_of(rule)}
    compared = sorted(found for found in patterns if r"\p" not in found and not found.startswith("<"))
    assert len(compared) >= 25
    generator = random.Random(1)
    cases = [(pattern, text) for pattern in compared for text in texts(pattern, generator)]
    answers = run("match", text="".join(json.dumps(case) + "\n" for case in cases)).splitlines()
    matched = set()
    for (pattern, text), answer in zip(cases, answers, strict=True):
        narrow = re.sub(r"(?<!\\)\.(?![^\[]*\])", r"[^\\n\\r\\u0085\\u2028\\u2029]", pattern)
        expected = re.fullmatch(narrow, text, re.ASCII) is not None
        if r"\S" in pattern and any(character.isspace() for character in text):
            continue
        assert answer == str(expected).lower(), (pattern, text)
        matched.add((pattern, expected))
    for pattern in compared:
        assert (pattern, True) in matched or "vpc" in pattern or "_[0-9a-zA-Z]+" in pattern, f"no text matched {pattern}"
