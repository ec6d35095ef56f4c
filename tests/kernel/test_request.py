"""What the front end says with a request or before it: modes, a clean time, which cell it is, settings."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kernels import Kernel, running_kernel

CLEAN: dict[str, Any] = {"tinytorch": {"rerun": "time"}}


def measured(kernel: Kernel, **wanted: Any) -> dict[str, Any]:
    return kernel.run("x = 1", {"tinytorch": {"measure": wanted}}).last


def test_metadata_may_give_a_mode_a_budget_and_repeats(kernel: Kernel) -> None:
    assert measured(kernel, mode="memory")["mode"] == "memory"
    assert measured(kernel, trace_budget=0)["traced"] is False
    assert len(measured(kernel, repeat=2)["runs"]) == 3
    assert len(measured(kernel, mode="repeat", repeat=3)["runs"]) == 4


@pytest.mark.parametrize("wrong", [{"trace_budget": -1}, {"trace_budget": "x"}, {"trace_budget": [1]}, {"mode": None}])
def test_metadata_that_is_not_understood_counts_as_not_given(kernel: Kernel, wrong: dict[str, Any]) -> None:
    figures = measured(kernel, **wrong)
    assert (figures["mode"], figures["traced"]) == ("default", True)


@pytest.mark.parametrize(
    "cell",
    ["x = 1", "%%measure\nx = 1", "%%measure --memory --frames 3 --lines\nx = 1", "%%measure --repeat 3\nx = 1"],
)
def test_a_clean_time_is_a_single_untraced_run(kernel: Kernel, cell: str) -> None:
    kernel.run("ran = 0")
    figures = kernel.run(cell + "\nran += 1", CLEAN).last
    assert (figures["mode"], figures["traced"], figures["lines"], figures["runs"]) == ("time", False, [], [])
    assert kernel.value("ran") == 1


@pytest.mark.parametrize(
    "cell", ["%%measure --memory -o m --label L\nx = 1", "%%time\n%%measure --memory -o m --label L\nx = 1"]
)
def test_a_clean_time_keeps_name_and_label(kernel: Kernel, cell: str) -> None:
    ran = kernel.run(cell, CLEAN)
    assert (ran.last["mode"], ran.last["label"]) == ("time", "L")
    assert kernel.value("m.mode") == "time"
    assert len({d["transient"]["display_id"] for d in ran.displays}) == 1


def test_a_clean_time_of_the_button_and_of_a_line_magic(kernel: Kernel) -> None:
    both = {"tinytorch": {"measure": {"mode": "memory"}, "rerun": "time"}}
    assert kernel.run("x = 1", both).last["mode"] == "time"
    kernel.run("%measure --quiet -o m 1 + 1", CLEAN)
    assert kernel.value("m.mode") == "time"


def test_a_clean_time_with_wrong_options_is_refused_as_ever(kernel: Kernel) -> None:
    assert kernel.run("%%measure --nope\n1", CLEAN).reply["ename"] == "UsageError"


def test_the_cell_is_known_by_id_and_text(kernel: Kernel) -> None:
    text = "y = 1\n\ny + 1"
    expected = hashlib.sha256(text.encode()).hexdigest()[:16]
    for cell, metadata in (
        (f"%%measure --time\n{text}\n", {"cellId": "abc"}),
        (f"\n{text}", {"cellId": "abc", "tinytorch": {"measure": True}}),
        (f"%%time\n%%measure\n{text}", {"cellId": "abc"}),
    ):
        assert kernel.run(cell, metadata).last["cell"] == {
            "notebook": None,
            "cell_id": "abc",
            "source_hash": expected,
        }


def test_a_block_is_known_by_label_and_place(kernel: Kernel) -> None:
    kernel.run("import tinytorch_lab")
    blocks = "for i in range(2):\n    with tinytorch_lab.measure('a'): pass\nwith tinytorch_lab.measure('a'): pass"
    first, again, other = [f["cell"]["source_hash"] for f in kernel.run(blocks).figures]
    assert first == again != other


def test_the_notebook_is_the_one_that_jupyter_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", "/home/me/notes.ipynb")
    with running_kernel(tmp_path) as kernel:
        assert kernel.run("%%measure\n1").last["cell"]["notebook"] == "/home/me/notes.ipynb"


@pytest.fixture
def front_end(kernel: Kernel) -> Iterator[Any]:
    """Sends settings as the front end does; they are as at the start afterwards."""

    def send(data: Any) -> None:
        content = {"comm_id": "c", "target_name": "tinytorch-lab:settings", "data": data}
        kernel.client.shell_channel.send(kernel.client.session.msg("comm_open", content))

    yield send
    send({"mode": "default", "trace_budget": 1.5, "sampling_s": 0.01, "live": True})


def test_settings_are_defaults_for_what_a_cell_does_not_give(kernel: Kernel, front_end: Any) -> None:
    front_end({"mode": "memory", "trace_budget": 0.25})
    assert kernel.run("%%measure\n1").last["mode"] == "memory"
    assert kernel.run("1", {"tinytorch": {"measure": True}}).last["mode"] == "memory"
    assert kernel.run("%%measure --time\n1").last["mode"] == "time"
    assert kernel.run("1", {"tinytorch": {"measure": {"mode": "time"}}}).last["mode"] == "time"
    front_end({"mode": "default"})
    assert "--trace-budget 0.25" in kernel.run("%%measure\nimport time; time.sleep(0.5)").last["notes"][0]


def test_what_speaks_of_tracing_goes_before_a_setting_against_it(kernel: Kernel, front_end: Any) -> None:
    front_end({"mode": "time"})
    assert kernel.run("%%measure\n1").last["mode"] == "time"
    assert kernel.run("%%measure --trace-budget 1\n1").last["mode"] == "default"
    assert kernel.run("%%measure --frames 3\n1").last["mode"] == "default"


def test_without_live_only_the_first_and_the_last_display_are_sent(kernel: Kernel, front_end: Any) -> None:
    front_end({"live": False, "sampling_s": 0.1})
    ran = kernel.run("%%measure\nimport time; time.sleep(0.6)")
    assert [f["state"] for f in ran.figures] == ["running", "done"]
    assert len(ran.last["timeline"]["t_s"]) <= 8


@pytest.mark.parametrize(
    "wrong", [{"mode": "repeat"}, {"trace_budget": -1}, {"sampling_s": 0}, {"live": 1}, {"x": 1}, [1], None]
)
def test_wrong_settings_change_nothing_and_are_not_the_users_trouble(
    kernel: Kernel, front_end: Any, wrong: Any
) -> None:
    front_end(wrong)
    ran = kernel.run("%%measure\nimport tinytorch_lab.kernel.settings as s\nprint(s.current == s.Settings())")
    assert (ran.status, ran.stream("stdout"), ran.stream("stderr")) == ("ok", "True\n", "")
