# ruff: noqa: E501
"""Each operator on a small function, by the changes that are expected of it."""

from collections.abc import Callable

import pytest

from tinytorch_lab.course.check.lesson import Lesson
from tinytorch_lab.course.check.mutation.mutants import OPERATORS, Mutant, mutants

FUNCTION = '''def scaled(x, factor):
    """The numbers of ``x`` times ``factor``."""
    # TODO: multiply.
    # APPROACH: 1. the operator.
    # HINTS: an asterisk.
    ### BEGIN SOLUTION
    return x * factor
    ### END SOLUTION
'''
Plant = Callable[..., list[Mutant]]


@pytest.fixture
def plant(write: Callable[..., Lesson], good: str) -> Plant:
    """The mutants of a function whose region holds ``body``."""

    def plant(body: str, signature: str = "def scaled(x, factor):") -> list[Mutant]:
        lines = "".join(f"    {line}\n" for line in body.split("\n"))
        made = FUNCTION.replace("    return x * factor\n", lines).replace("def scaled(x, factor):", signature)
        assert FUNCTION in good
        return mutants(write(good.replace(FUNCTION, made), exported=False))

    return plant


@pytest.mark.parametrize(
    ("operator", "body", "changes"),
    [
        ("arithmetic", "return x + factor", ["x + factor -> x - factor", "x + factor -> x * factor"]),
        ("arithmetic", "return x % factor", ["x % factor -> x // factor"]),
        ("drop", "return 1 + x / factor", ["1 + x / factor -> 1", "1 + x / factor -> x / factor", "x / factor -> x", "x / factor -> factor"]),
        ("drop", "return np.exp(x - x.max())", ["x - x.max() -> x", "x - x.max() -> x.max()"]),
        ("drop", "return x ** 2", ["x ** 2 -> x"]),
        ("swap", "return x - factor", ["x - factor -> factor - x"]),
        ("swap", "return x * factor + factor", []),
        ("swap", "return [x] + factor", ["[x] + factor -> factor + [x]"]),
        ("sign", "return -x", ["-x -> x"]),
        ("sign", "return np.exp(x)", ["np.exp(x) -> -np.exp(x)"]),
        ("constant", "return x + 2", ["2 -> 3", "2 -> 1"]),
        ("constant", "return x + 1e-05", ["1e-05 -> 2e-05", "1e-05 -> 0.0"]),
        ("constant", "return (x, True)", ["True -> False"]),
        ("compare", "return x <= factor", ["x <= factor -> x < factor", "x <= factor -> x > factor"]),
        ("compare", "return x is factor", ["x is factor -> x is not factor"]),
        (
            "condition",
            "return x and factor",
            ["x and factor -> x or factor", "x and factor -> factor", "x and factor -> x"],
        ),
        ("condition", "return not x", ["not x -> x"]),
        (
            "condition",
            "return x if factor else 1",
            ["x if factor else 1 -> x", "x if factor else 1 -> 1", "x if factor else 1 -> 1 if factor else x"],
        ),
        ("arguments", "return f(x, factor)", ["f(x, factor) -> f(factor, x)"]),
        ("arguments", "return f(x, initial=0)", ["f(x, initial=0) -> f(x)"]),
        ("arguments", "return np.maximum(x, 0)", []),
        ("arguments", "return np.swapaxes(x, 0, 1)", ["np.swapaxes(x, 0, 1) -> np.swapaxes(0, x, 1)"]),
        ("compare", "return x == factor", ["x == factor -> x != factor"]),
        ("axis", "return x.sum(axis=0)", ["x.sum(axis=0) -> x.sum(axis=1)", "x.sum(axis=0) -> x.sum()"]),
        ("axis", "return x.sum(axis=-1)", ["x.sum(axis=-1) -> x.sum(axis=0)", "x.sum(axis=-1) -> x.sum()"]),
        ("keepdims", "return x.sum(axis=0, keepdims=True)", ["x.sum(axis=0, keepdims=True) -> x.sum(axis=0)"]),
        ("reduction", "return x.mean()", ["x.mean() -> x.sum()"]),
        ("reduction", "return math.prod(x)", ["math.prod(x) -> sum(x)"]),
        ("reduction", "return np.max(x)", ["np.max(x) -> np.min(x)"]),
        ("unwrap", "return np.sqrt(x)", ["np.sqrt(x) -> x"]),
        ("unwrap", "return x.sum()", ["x.sum() -> x"]),
        ("transpose", "return x.T", ["x.T -> x"]),
        ("transpose", "return x.transpose(1, 0)", ["x.transpose(1, 0) -> x"]),
        ("transpose", "return x @ factor", ["x @ factor -> x.T @ factor", "x @ factor -> x @ factor.T"]),
        ("copy", "return x.copy()", ["x.copy() -> x"]),
        ("copy", "return np.array(x)", ["np.array(x) -> np.asarray(x)"]),
        ("copied", "return x.reshape(2, 3)", ["return x.reshape(2, 3) -> return x.reshape(2, 3).copy()"]),
        ("copied", "return x.astype(int, copy=False)", ["return x.astype(int, copy=False) -> return x.astype(int, copy=False).copy()"]),
        ("copy", "return x.astype(int, copy=False)", ["x.astype(int, copy=False) -> x.astype(int)"]),
        ("dtype", "return np.zeros(3, dtype=x.dtype)", ["np.zeros(3, dtype=x.dtype) -> np.zeros(3)"]),
        ("dtype", "return x.astype(np.float32)", ["x.astype(np.float32) -> x", "np.float32 -> np.float64"]),
        ("offbyone", "return range(factor)", ["range(factor) -> range(factor - 1)", "range(factor) -> range(1, factor)"]),
        ("offbyone", "return x[2:]", ["2: -> 3:", "2: -> 1:", "2: -> :"]),
        ("offbyone", "return x[::-1]", ["::-1 -> :"]),
        ("indices", "return x[0, 1]", ["x[0, 1] -> x[1, 0]"]),
        ("variable", "return x * factor", ["x -> factor", "factor -> x"]),
        ("variable", "a = x\nb = factor\nreturn b", ["x -> factor", "factor -> x", "b -> a"]),
        ("statement", "x = x + 1\nreturn x", ["x = x + 1 -> pass", "return x -> pass"]),
        (
            "branch",
            "if x: factor = 1\nelse: factor = 2\nreturn factor",
            ["if x: factor = 1 ... -> factor = 1", "if x: factor = 1 ... -> if not x: factor = 1 ...", "if x: factor = 1 ... -> factor = 2"],
        ),
        ("augment", "x += 1\nreturn x", ["x += 1 -> x = 1", "x += 1 -> x -= 1"]),
        ("augment", "x[0] = 1\nreturn x", ["x[0] = 1 -> x[0] += 1"]),
        ("inplace", "y = x - factor\nreturn y", ["y = x - factor -> x -= factor y = x"]),
        ("inplace", "x[:] = factor\nreturn x", ["x[:] = factor -> x = factor"]),
        ("early", "for i in x: factor += i\nreturn factor", ["for i in x: factor += i -> for i in x: factor += i ..."]),
        ("exception", "raise ValueError('no')", ["raise ValueError('no') -> raise TypeError('no')"]),
        ("body", "return x * factor", ["the whole region -> pass"]),
        ("body", "return x + 2 * factor", ["the whole region -> pass", "the whole region -> return factor"]),
    ],
)  # fmt: skip
def test_an_operator_plants_these_changes(plant: Plant, operator: str, body: str, changes: list[str]) -> None:
    assert [mutant.change for mutant in plant(body) if mutant.operator == operator] == changes


def test_every_operator_is_tested_above() -> None:
    marks = test_an_operator_plants_these_changes.pytestmark  # type: ignore[attr-defined]
    tested = {case[0] for mark in marks for case in mark.args[1]}
    assert set(OPERATORS) - tested == {"attribute"}


def test_attributes_of_self_are_mixed_up_in_methods(write: Callable[..., Lesson], good: str) -> None:
    method = '''class scaled:
    """A pair."""

    def __call__(self, x):
        """Product."""
        # TODO: multiply.
        # APPROACH: 1. the operator.
        # HINTS: an asterisk.
        ### BEGIN SOLUTION
        return self.a * x + self.b
        ### END SOLUTION
'''
    made = mutants(write(good.replace(FUNCTION, method), exported=False))
    assert [m.change for m in made if m.operator == "attribute"] == ["self.a -> self.b", "self.b -> self.a"]
    assert made[0].id.startswith("02:scaled.__call__:")


def test_messages_docstrings_and_given_code_are_left_alone(plant: Plant) -> None:
    made = plant('if x > 1:\n    raise ValueError(f"{x + 3} is more than {4}")\nreturn "a" + str(5)')
    inside = [mutant.change for mutant in made if mutant.operator in ("constant", "arithmetic", "unwrap")]
    assert inside == ["1 -> 2", "1 -> 0", "'a' + str(5) -> 'a' - str(5)", "'a' + str(5) -> 'a' * str(5)", "str(5) -> 5", "5 -> 6", "5 -> 4"]  # fmt: skip


def test_mutants_have_unique_ids_compile_and_change_only_the_region(plant: Plant) -> None:
    made = plant("if x > factor:\n    return x - 1\nreturn -x * factor")
    assert len({m.id for m in made}) == len({m.code for m in made}) == len(made) > 20
    for mutant in made:
        compile(mutant.code, "mutant", "exec")
        before, after = mutant.code.split("    ### BEGIN SOLUTION")[0], mutant.code.split("### END SOLUTION")[1]
        assert before.endswith("# HINTS: an asterisk.\n")
        assert after == ""


def test_the_same_lesson_makes_the_same_mutants(plant: Plant) -> None:
    assert plant("return x * factor") == plant("return x * factor")
    assert [m.id for m in plant("return x * 2 * factor") if m.operator == "drop"] == [
        f"02:scaled:drop:{number}" for number in (1, 2, 3, 4)
    ]


def test_a_diff_shows_the_line_and_its_place_is_that_of_the_file(plant: Plant, good: str) -> None:
    mutant = next(m for m in plant("return x * factor") if m.change == "x * factor -> x")
    assert mutant.diff.split("\n") == [
        "     ### BEGIN SOLUTION",
        "-    return x * factor",
        "+    return x",
        "     ### END SOLUTION",
    ]
    assert good.split("\n")[mutant.line - 1] == "    return x * factor"


def test_text_before_the_change_may_be_wider_than_ascii(plant: Plant) -> None:
    (mutant,) = [m for m in plant('"µσ"; y = x - factor; "ω"\nreturn y') if m.operator == "swap"]
    assert '"µσ"; y = factor - x; "ω"' in mutant.code
