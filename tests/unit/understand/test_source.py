import pytest

from tinytorch_lab.profiler.records import Statement
from tinytorch_lab.understand import source
from tinytorch_lab.understand.moves import move_of


def statement(text: str) -> Statement:
    return Statement(1, 1, text)


@pytest.mark.parametrize(
    ("text", "base", "may_be_view"),
    [
        ("b = a.T", "a", True),
        ("b = a[::2]", "a", True),
        ("b = a[:, 0, 1:3].T", "a", True),
        ("b = a.reshape(2, -1).transpose(1, 0)", "a", True),
        ("b = np.broadcast_to(a, (3, n))", "a", True),
        ("b = x.data.T", "x", True),
        ("b = a[:9].reshape(3, 3)", "a", False),
        ("b = a[rows]", "a", False),
        ("b = a[a > 0]", "a", False),
        ("b = a[0]", "a", False),
        ("b = a.T.copy()", "a", False),
        ("b = np.ascontiguousarray(a.T)", "a", False),
    ],
)
def test_statements_that_only_move_data(text: str, base: str, may_be_view: bool) -> None:
    move = move_of(statement(text))
    assert move is not None
    assert (move.base, move.may_be_view) == (base, may_be_view)


@pytest.mark.parametrize(
    "text",
    [
        "b = a",
        "b = a + 1",
        "b = a[::2].sum()",
        "b = f(a).T",
        "b = [a][0]",
        "a.T",
        "b = np.copy()",
        "b = (",
        "b = open(p).read()",
        "",
    ],
)
def test_statements_that_do_more_are_left_alone(text: str) -> None:
    assert move_of(statement(text)) is None


@pytest.mark.parametrize(
    ("text", "name"), [("x = 1", "x"), ("x += 1", None), ("x = y = 1", None), ("x, y = z", None), ("f(", None)]
)
def test_the_variable_of_an_assignment(text: str, name: str | None) -> None:
    assert source.target(statement(text)) == name


@pytest.mark.parametrize(
    ("text", "loops"),
    [("for i in x:", True), ("while True:", True), ("y = [i for i in x]", True), ("y = sum(i for i in x)", True),
     ("y = a @ b", False), ("def f(x):", False), ("y = [", False)],
)  # fmt: skip
def test_loops(text: str, loops: bool) -> None:
    assert source.loops(statement(text)) is loops


@pytest.mark.parametrize(
    ("text", "operations"),
    [("y = a * b + c * d", 3), ("y = -a > 0", 2), ("y = f(a)", 0), ("for i in a + b * c:", 0), ("y = (", 0)],
)
def test_operations_are_counted_where_they_are_all_seen(text: str, operations: int) -> None:
    assert source.operations(statement(text)) == operations


def test_arrays_that_are_not_written_to() -> None:
    assert source.reserves(statement("x = [np.zeros(9) for _ in range(3)]"))
    assert not source.reserves(statement("x = np.ones(9)"))
    assert not source.reserves(statement("x = np.zeros_like(y)"))  # this one writes its zeros
