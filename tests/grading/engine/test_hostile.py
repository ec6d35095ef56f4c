"""No hostile submission harms anything but itself, and each layer is what stops what it is said to stop."""

from __future__ import annotations

import ctypes
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hostile_cases import ATTACKS, CHEATS, SCORED, Attack
from small_module import QUICK, solved, with_code

from tinytorch_lab.course.grading.engine.layers import LAYERS, standing
from tinytorch_lab.course.grading.engine.run import grade_one
from tinytorch_lab.course.grading.engine.servers import Servers
from tinytorch_lab.course.grading.model import DIED, OUT_OF_MEMORY, TIMED_OUT, Graded

IPC_CREATE, IPC_REMOVE, MODE = 0o1000, 0, 0o666
OFF = [name for name in LAYERS if name != "fork"]
MASKED = ("core.tensor",)
HURRIED = replace(QUICK, cell_cpu_s=0.3, memory_bytes=64 * 2**20)
ROOT_ONLY = "uses the rights of root"

pytestmark = pytest.mark.skipif(bool(standing().missing), reason=f"layers are missing here: {standing().missing}")


@dataclass
class Stage:
    """What attacks aim at, and how to see whether it was hit."""

    place: Path
    tcp: int
    key: int
    victim: subprocess.Popen[bytes]
    mark: str = field(default_factory=lambda: f"{300 + os.getpid() / 1e7:.7f}")

    def prepare(self, attack: Attack) -> str:
        """The attack's code for this stage, which is made whole again."""
        for name, text in (("victim", "x"), ("source.ipynb", "solution"), ("gradebook.db", "grades")):
            (self.place / name).write_text(text)
            (self.place / name).chmod(0o666)
        if self.victim.poll() is not None:
            self.victim = sleeper()
        names = {"place": self.place, "tcp": self.tcp, "key": self.key, "victim": self.victim.pid, "mark": self.mark}
        code = attack.code
        for name, value in names.items():
            code = code.replace("{" + name + "}", str(value))
        return code

    def left_behind(self) -> list[str]:
        """Processes with the mark in their command line."""
        lines = []
        for file in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                lines.append(file.read_bytes().decode(errors="replace"))
            except OSError:  # it has ended
                continue
        return [line for line in lines if self.mark in line and "/bin/sleep" in line]


def sleeper() -> subprocess.Popen[bytes]:
    return subprocess.Popen(["/bin/sleep", "600"])


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    place = Path(tempfile.mkdtemp(prefix="class-"))  # not pytest's, which only its own user may enter
    place.chmod(0o777)
    libc = ctypes.CDLL(None)
    key = 0x7474 + os.getpid()
    segment = libc.shmget(key, 4096, IPC_CREATE | MODE)
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as local:
        local.bind(str(place / "socket"))
        local.listen(100)
        (place / "socket").chmod(0o666)
        made = Stage(place, server.getsockname()[1], key, sleeper())
        yield made
        made.victim.kill()
        made.victim.wait()
    libc.shmctl(segment, IPC_REMOVE, None)
    shutil.rmtree(place)


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    made = Servers()
    yield made
    made.close()


def play(attack: Attack, stage: Stage, servers: Servers, off: frozenset[str] = frozenset()) -> tuple[Graded, bool]:
    """Grade the submission; whether it did harm."""
    code = stage.prepare(attack)
    limits = replace(HURRIED, cell_cpu_s=attack.cell_cpu_s)
    graded = grade_one(with_code(code, masked=MASKED, limits=limits), off, servers)
    assert graded.state in (SCORED, TIMED_OUT, OUT_OF_MEMORY, DIED), graded.reason
    outputs = [output for cell in (graded.notebook or {"cells": []})["cells"] for output in cell.get("outputs", ())]
    said = any("HARM" in str(output.get("text", "")) for output in outputs)
    return graded, said or bool(stage.left_behind())


def fits(attack: Attack) -> bool:
    return attack.name != ROOT_ONLY or os.getuid() == 0


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_a_hostile_submission_harms_nothing_and_the_next_one_gets_its_points(
    attack: Attack, stage: Stage, servers: Servers
) -> None:
    graded, harmed = play(attack, stage, servers)
    assert (graded.state, harmed) == (attack.state, False), graded.reason
    assert set(graded.isolation) == set(LAYERS)
    neighbour = grade_one(solved(masked=MASKED, limits=HURRIED), servers=servers)
    assert (neighbour.score, neighbour.notes) == (20.0, ()), neighbour.reason


@pytest.mark.parametrize("off", OFF)
def test_with_one_layer_off_only_what_it_alone_stops_gets_through(off: str, stage: Stage, servers: Servers) -> None:
    without = standing().without(frozenset({off}))
    gone = frozenset(LAYERS) - without
    through = {attack.name for attack in ATTACKS if fits(attack) and play(attack, stage, servers, frozenset({off}))[1]}
    assert through == {
        attack.name for attack in ATTACKS if fits(attack) and attack.layers and gone >= set(attack.layers)
    }


@pytest.mark.parametrize("attack", [one for one in ATTACKS if one.layers and fits(one)], ids=lambda attack: attack.name)
def test_without_the_layers_that_stop_it_an_attack_does_harm(attack: Attack, stage: Stage, servers: Servers) -> None:
    other_user = {"user"} if standing().uid is not None else set()  # by itself it keeps from root's files and processes
    assert play(attack, stage, servers, frozenset(attack.layers) | other_user)[1]


@pytest.mark.parametrize("attack", CHEATS, ids=lambda attack: attack.name)
def test_a_cheat_gains_points_only_where_the_table_says_so(attack: Attack, stage: Stage, servers: Servers) -> None:
    def gained(off: frozenset[str]) -> bool:
        graded = grade_one(with_code(attack.code, attack.aims, masked=MASKED, limits=HURRIED), off, servers)
        return next(cell.score for cell in graded.cells if cell.grade_id == f"{attack.aims}-test") == 5.0

    assert gained(frozenset()) == bool(attack.gains)
    assert gained(frozenset({"guard"}))


def test_the_table_of_the_docs_is_this_one() -> None:
    docs = Path(__file__).parents[3] / "docs" / "grading-engine.md"
    rows = [line for line in docs.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    assert [row for row in (attack.row() for attack in [*ATTACKS, *CHEATS]) if row not in rows] == []
    layers = [f"| `{name}` | {what} |" for name, what in LAYERS.items()]
    assert [row for row in layers if row not in rows] == []
