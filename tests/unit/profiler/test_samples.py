from hypothesis import given
from hypothesis import strategies as st

from tinytorch_lab.profiler.samples import Samples

LIMITS = st.integers(2, 50)


@given(st.lists(st.none() | st.integers(0, 10**12), min_size=1, max_size=400), LIMITS)
def test_the_buffer_never_grows_and_keeps_order_and_the_last_point(values: list[int | None], limit: int) -> None:
    samples = Samples(capacity=64)
    for i, value in enumerate(values):
        samples.add(float(i), value, None)
    timeline = samples.timeline(limit)
    assert 1 <= len(timeline.t_s) <= limit
    assert timeline.t_s == sorted(timeline.t_s)
    assert timeline.t_s[-1] >= len(values) - 2  # halving keeps the higher of two neighbours
    assert [values[int(t)] for t in timeline.t_s] == timeline.rss_bytes
    assert set(timeline.traced_bytes) == {None}


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=400))
def test_halving_keeps_the_highest_resident_memory(values: list[int]) -> None:
    samples = Samples(capacity=16)
    for i, value in enumerate(values):
        samples.add(float(i), value, i)
    assert max(v for v in samples.timeline().rss_bytes if v is not None) == max(values)


def test_zero_and_negative_values_are_not_unknown() -> None:
    samples = Samples()
    samples.add(0.0, 0, -5)
    assert (samples.timeline().rss_bytes, samples.timeline().traced_bytes) == ([0], [-5])


def test_the_longest_gap_is_known() -> None:
    samples = Samples(capacity=4)
    for t in (0.0, 0.1, 0.9, 1.0, 1.1, 1.2):
        samples.add(t, 1, None)
    assert round(samples.timeline(3).longest_gap_s, 6) == 0.8
