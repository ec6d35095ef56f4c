from datetime import UTC, datetime, timedelta

import pytest

from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.grading.grades_csv import in_words
from tinytorch_lab.course.grading.late import LatePolicy, read_policy

POLICY = """
version = 1
[due]
01_pair = 2026-05-04T14:00:00+02:00
[late]
percent_per_day = 10
cap_percent = 25
[extensions.ada]
01_pair = 2026-05-06T12:00:00Z
"""
DUE = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def policy(tmp_path) -> LatePolicy:
    (tmp_path / "grading.toml").write_text(POLICY)
    return read_policy(tmp_path / "grading.toml")


@pytest.mark.parametrize(
    ("after", "penalty"),
    [
        (timedelta(0), 0),
        (timedelta(seconds=1), 8),  # a day that has begun counts
        (timedelta(days=1), 8),
        (timedelta(days=1, seconds=1), 16),
        (timedelta(days=9), 20),  # the cap
    ],
)
def test_lateness_costs_a_share_of_the_points_up_to_the_cap(policy, after, penalty) -> None:
    late_by = policy.late_by("alan", "01_pair", DUE + after)
    assert late_by == after
    assert policy.penalty(80.0, late_by) == pytest.approx(penalty)


def test_an_extension_is_for_one_student_and_one_module(policy) -> None:
    at = DUE + timedelta(days=1)
    assert policy.late_by("ada", "01_pair", at) == timedelta(0)
    assert policy.extension("ada", "01_pair") == timedelta(days=2)
    assert policy.late_by("alan", "01_pair", at) == timedelta(days=1)
    assert policy.late_by("alan", "02_next", at) == timedelta(0)


def test_the_limit_of_a_cell_can_be_set(tmp_path) -> None:
    (tmp_path / "grading.toml").write_text("version = 1\n[limits]\ncell_cpu_s = 90")
    assert read_policy(tmp_path / "grading.toml").limits.cell_cpu_s == 90
    assert LatePolicy().limits.cell_cpu_s == 20


def test_without_a_policy_nothing_is_late(tmp_path) -> None:
    policy = read_policy(tmp_path / "grading.toml")
    assert policy.late_by("ada", "01_pair", DUE + timedelta(days=99)) == timedelta(0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version = 2", "version is 2"),
        ("version = 1\n[due", "not valid TOML"),
        ("version = 1\n[fines]\nx = 1", "has 'fines'"),
        ("version = 1\n[due]\npair = 2026-05-04T14:00:00Z", "names 'pair', which is no module"),
        ("version = 1\n[due]\n01_pair = 2026-05-04", "write date, time and distance from UTC"),
        ("version = 1\n[due]\n01_pair = 2026-05-04T14:00:00", "write date, time and distance from UTC"),
        ("version = 1\ndue = 3", "`due` is 3"),
        ("version = 1\n[late]\npercent_per_day = 101", "a number from 0 to 100"),
        ("version = 1\n[late]\npercent_per_day = true", "a number from 0 to 100"),
        ("version = 1\n[late]\nper_day = 1", "[late] has 'per_day'"),
        ("version = 1\n[extensions.ada]\n01_pair = 2026-05-04T14:00:00Z", "which has no date in [due]"),
        (POLICY.replace("2026-05-06", "2026-05-01"), "ends before the module is due"),
        ("version = 1\n[limits]\ncell_s = 9", "[limits] has 'cell_s'"),
        ("version = 1\n[limits]\ncell_cpu_s = 0", "a number of seconds from 1 to 3600"),
    ],
)
def test_a_wrong_policy_is_a_sentence_with_the_place(tmp_path, text: str, said: str) -> None:
    (tmp_path / "grading.toml").write_text(text)
    with pytest.raises(CourseError) as caught:
        read_policy(tmp_path / "grading.toml")
    assert "grading.toml" in str(caught.value)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("late_by", "words"),
    [(timedelta(0), ""), (timedelta(seconds=5), "00:01"), (timedelta(days=1, hours=2, minutes=30), "1 d 02:30")],
)
def test_lateness_reads_as_days_hours_and_minutes(late_by, words) -> None:
    assert in_words(late_by) == words
