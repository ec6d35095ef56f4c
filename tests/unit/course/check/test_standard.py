"""The table of rules: in the documentation, in the code, and no rule without a check or a reader."""

import re
from pathlib import Path

from tinytorch_lab.course.check.mutation.mutants import OPERATORS
from tinytorch_lab.course.check.standard import STANDARD

DOCS = Path(__file__).resolve().parents[4] / "docs" / "lesson-checker.md"


def test_the_documentation_has_the_same_table() -> None:
    lines = DOCS.read_text(encoding="utf-8").splitlines()
    table = [line for line in lines if re.match(r"\| (?:[A-Z]\d{3}|size|prose) ", line)]
    rows = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in table]
    assert rows == [(rule.id, rule.machine, rule.reader or "-") for rule in STANDARD]


def test_every_rule_that_a_machine_checks_has_its_function_and_each_function_one_rule() -> None:
    checks = [check for rule in STANDARD for check in (*rule.text, *rule.run)]
    assert len(checks) == len(set(checks))
    for rule in STANDARD:
        assert bool(rule.machine) == bool(rule.text or rule.run or rule.mutants), rule.id


def test_rules_have_one_row_each() -> None:
    ids = [rule.id for rule in STANDARD]
    assert len(ids) == len(set(ids))


def test_the_documentation_names_every_operator() -> None:
    listed = re.findall(r"^\| `(\w+)` \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(OPERATORS)
