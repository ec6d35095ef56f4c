import pytest

from tinytorch_lab.profiler import Measurement
from tinytorch_lab.profiler.notes import Circumstances, notes_on
from tinytorch_lab.profiler.records import Timeline

NOTHING = Circumstances(1.5, False, False, 0, None, None)
PLAIN = {"wall_s": 1.0, "rss_peak_bytes": 1, "rss_exact": True}
TRACED = {**PLAIN, "traced": True, "traced_s": 1.0, "trace_complete": True, "peak_bytes": 1}

CASES = {
    "largest sample": ({**PLAIN, "rss_exact": False}, {}),
    "No sample for 2.0 s": ({**PLAIN, "timeline": Timeline(longest_gap_s=2.0)}, {}),
    "Tracing ended after 1.0 s (--trace-budget 1.5)": ({**TRACED, "trace_complete": False}, {}),
    "was on already": (TRACED, {"foreign_tracing": True}),
    "are not known": ({**TRACED, "peak_bytes": None, "trace_complete": False}, {"tracing_lost": True}),
    "was switched on while": ({**PLAIN, "traced": True}, {}),
    "includes 3 MiB": (TRACED, {"tracer_bytes": 3 << 20}),
    "Sampling stopped early (x)": (PLAIN, {"sampling_failure": "x"}),
    "live display stopped early (y)": (PLAIN, {"live_failure": "y"}),
    "So many blocks": (TRACED, {"sites_left_out": True}),
    "Somebody traces": (PLAIN, {"line_problem": "Somebody traces."}),
    "about 0.25 µs for each line": (PLAIN, {"seconds_per_line": 2.5e-7}),
    "could not be read (z)": (PLAIN, {"counting_failure": "z"}),
    "took 6% of the cell's time": (PLAIN, {"counting_s": 0.06}),
}


@pytest.mark.parametrize("figures", [PLAIN, TRACED])
def test_nothing_is_said_where_nothing_is_to_be_said(figures: dict[str, object]) -> None:
    assert notes_on(Measurement(**figures), NOTHING) == []  # type: ignore[arg-type]


@pytest.mark.parametrize("words", CASES)
def test_each_note_speaks_alone(words: str) -> None:
    figures, circumstances = CASES[words]
    notes = notes_on(Measurement(**figures), Circumstances(**{**vars(NOTHING), **circumstances}))  # type: ignore[arg-type]
    assert len(notes) == 1
    assert words in notes[0]
    assert notes[0].endswith(".")
