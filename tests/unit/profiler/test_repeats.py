"""Several runs joined to one measurement."""

from tinytorch_lab.profiler import CellError, Measurement, Statement
from tinytorch_lab.profiler.records import Process, Site
from tinytorch_lab.profiler.repeats import Repeats


def run(wall: float, *, traced: bool = False, statements: int = 2, **more: object) -> Measurement:
    return Measurement(
        state="done",
        mode="memory" if traced else "time",
        wall_s=wall,
        cpu_s=wall * 2,
        traced=traced,
        trace_complete=traced,
        statements=[Statement(i + 1, i + 1, "x", wall * (i + 1), wall, done=True) for i in range(statements)],
        **more,  # type: ignore[arg-type]
    )


def repeats(*walls: float) -> Repeats:
    made = Repeats(len(walls))
    made.untraced = [run(wall) for wall in walls]
    return made


def test_times_are_medians_and_memory_is_the_traced_runs() -> None:
    site = Site("cell", 1, "x", 1, "Python", 5, 1)
    last = run(9.0, traced=True, peak_bytes=70, net_bytes=50, sites=[site])
    last.statements[0].peak_bytes = 70
    joined = repeats(3.0, 1.0, 2.0, 10.0).joined(last)
    assert (joined.mode, joined.wall_s, joined.cpu_s, joined.traced) == ("repeat", 2.5, 5.0, False)
    assert (joined.peak_bytes, joined.net_bytes, joined.trace_complete, joined.sites) == (70, 50, True, [site])
    assert [(s.wall_s, s.cpu_s, s.peak_bytes) for s in joined.statements] == [(2.5, 2.5, 70), (5.0, 2.5, None)]
    assert [(r.wall_s, r.traced) for r in joined.runs] == [(3, False), (1, False), (2, False), (10, False), (9, True)]


def test_resident_memory_is_from_the_first_start_to_the_highest_peak() -> None:
    made = repeats(1.0, 1.0)
    made.untraced[0].rss_start_bytes, made.untraced[0].rss_peak_bytes = 10, 40
    made.untraced[1].rss_start_bytes, made.untraced[1].rss_peak_bytes = 20, 90
    last = run(2.0, traced=True, rss_start_bytes=25, rss_peak_bytes=60, rss_exact=True)
    joined = made.joined(last)
    assert (joined.rss_start_bytes, joined.rss_peak_bytes, joined.rss_exact) == (10, 90, False)


def test_the_process_is_that_of_the_run_in_the_middle() -> None:
    made = repeats(5.0, 1.0, 3.0)
    for i, each in enumerate(made.untraced):
        each.process = Process(minor_faults=i, child_processes=i)
    joined = made.joined(run(9.0, traced=True, process=Process(minor_faults=99, child_processes=1, tracer_bytes=7)))
    assert (joined.process.minor_faults, joined.process.child_processes, joined.process.tracer_bytes) == (2, 2, 7)
    assert made.untraced[2].process.tracer_bytes is None


def test_a_run_that_raised_leaves_the_median_of_those_before_it() -> None:
    last = run(9.0, statements=1, error=CellError("ValueError", "v", 1))
    last.state = "error"
    made = repeats(1.0, 2.0, 3.0)
    made.count = 5
    joined = made.joined(last)
    assert (joined.state, joined.wall_s, len(joined.runs), len(joined.statements)) == ("error", 2.0, 4, 1)
    assert joined.notes == ["Run 4 of 6 raised: the times are the median of the 3 before it."]


def test_the_first_run_that_is_stopped_is_all_there_is() -> None:
    last = run(4.0)
    last.state = "interrupted"
    joined = Repeats(3).joined(last)
    assert (joined.wall_s, joined.peak_bytes, len(joined.runs)) == (4.0, None, 1)
    assert joined.notes == ["Run 1 of 4 was stopped: the times are its own."]


def test_the_traced_run_comes_last() -> None:
    made = Repeats(2)
    assert (made.mode, made.last) == ("time", False)
    made.untraced = [run(1.0), run(2.0)]
    assert (made.mode, made.last) == ("memory", True)
    assert made.running(Measurement()).notes == ["Run 3 of 3 (traced, for the memory)."]
