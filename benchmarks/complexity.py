"""How well ``%%complexity`` tells growth: cells with known answers, in a real kernel.

``python benchmarks/complexity.py [--budget S] [--load] [--only FAMILY_OR_ID ...]`` prints right, undecided and wrong, with
seconds, for our rule, and on the same points for three others: big_O's (least squares of seconds over its classes, simplest
within 1e-6 s^2), google/benchmark's (one coefficient, least normalised RMS) and the slope of all points in logarithms.
``--load`` keeps a second process busy meanwhile.

Right and wrong are decided answers; undecided has the truth among its candidates, missed has not. The thresholds were set by
hand while looking at these cells, so these figures are no hold-out. The lines "left out" are: for each family of cells, its
result with thresholds set on the other families alone (complexity_holdout.py).
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from complexity_cases import CASES, Case
from complexity_holdout import KEEP, Measured, data_of, leave_out
from overhead import kernel

FAMILIES = ("python", "builtins", "recursion", "numpy")
FIELDS = "{'best': g.best, 'decided': g.decided, 'candidates': g.candidates, 'confidence': g.confidence}"
ASK = f"""
def _answer(c):
    growths = {{w: None if g is None else {FIELDS} for w, g in (('time', c.time), ('memory', c.memory))}}
    return dict(growths, spent=c.progress.spent_s, points=[(p.size, p.time_s) for p in c.points], data=_listed(kept[-1]))
"""
OTHERS = {
    "big_O": {"1": 0, "n": 1, "n^2": 2, "n^3": 3, "log n": 0.1, "n log n": 1.1, "2^n": 9},
    "google": {"1": 0, "n": 1, "n^2": 2, "n^3": 3, "log n": 0.1, "n log n": 1.1},
}


def execute(client: Any, code: str, expression: str | None = None) -> Any:
    """Run a cell; the value of an expression after it, through JSON."""
    asked = {"v": f"__import__('json').dumps({expression})"} if expression else {}
    message = client.execute(code, user_expressions=asked)
    while True:
        reply = client.get_shell_msg(timeout=600)
        if reply["parent_header"].get("msg_id") == message:
            break
    if reply["content"]["status"] != "ok":
        raise RuntimeError(reply["content"])
    return json.loads(eval(reply["content"]["user_expressions"]["v"]["data"]["text/plain"])) if expression else None


def sweep(client: Any, case: Case, budget: float) -> dict[str, Any]:
    """The answer for one cell."""
    execute(client, f"{case.once or 'pass'}\n{ASK}\n{KEEP}")
    cell = f"{case.setup}\n# measure:\n{case.cell}" if case.setup else case.cell
    result: dict[str, Any] = execute(client, f"%%complexity n -o c --quiet --budget {budget}\n{cell}", "_answer(c)")
    return result


def verdict(growth: dict[str, Any] | None, truth: str) -> str:
    if growth is None:
        return "missed"
    if growth["decided"]:
        return "right" if growth["best"] == truth else "wrong"
    return "undecided" if truth in growth["candidates"] else "missed"


def column(name: str, n: np.ndarray) -> np.ndarray:
    if name == "2^n":
        return np.exp2(np.minimum(n, 500))
    log = np.log2(np.maximum(n, 2))
    return np.asarray({"1": n**0, "n": n, "n^2": n**2, "n^3": n**3, "log n": log, "n log n": n * log}[name])


def as_big_o(n: np.ndarray, t: np.ndarray) -> str:
    """a + b f by least squares of seconds; a simpler class wins if it is within 1e-6 s^2."""
    best, least = "1", math.inf
    for name in sorted(OTHERS["big_O"], key=OTHERS["big_O"].get):  # type: ignore[arg-type]
        columns = np.column_stack([np.ones_like(n), column(name, n)])
        error = float(((columns @ np.linalg.lstsq(columns, t, rcond=None)[0] - t) ** 2).sum())
        if error < least - 1e-6:
            best, least = name, error
    return best


def as_google(n: np.ndarray, t: np.ndarray) -> str:
    """One coefficient, the least RMS over the mean."""

    def error(name: str) -> float:
        own = column(name, n)
        return float(np.sqrt(np.mean((t - own * (t @ own) / (own @ own)) ** 2)) / t.mean())

    return min(OTHERS["google"], key=error)


def as_slope(n: np.ndarray, t: np.ndarray) -> str:
    """The class whose power is nearest to the slope of the logarithms."""
    slope = float(np.polyfit(np.log(n), np.log(t), 1)[0])
    powers = {
        "1": 0,
        "log n": 0.1,
        "sqrt n": 0.5,
        "n": 1,
        "n log n": 1.1,
        "n^2": 2,
        "n^2 log n": 2.15,
        "n^3": 3,
        "2^n": 6,
    }
    return min(powers, key=lambda name: abs(powers[name] - slope))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--budget", type=float, default=3.0)
    parser.add_argument("--load", action="store_true", help="keep a second process busy")
    parser.add_argument("--only", nargs="*", default=[], help="families or ids")
    given = parser.parse_args()
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"])] if given.load else []
    try:
        run([c for c in CASES if not given.only or {c.id, c.family} & set(given.only)], given.budget)
    finally:
        for process in busy:
            process.kill()


def run(cases: list[Case], budget: float) -> None:
    counts: dict[str, Counter[str]] = {
        name: Counter() for name in ("time", "memory", "big_O's rule", "google's rule", "slope")
    }
    families: dict[str, Counter[str]] = {family: Counter() for family in FAMILIES}
    longest, measured = 0.0, []
    for case in cases:
        with kernel() as client:
            answer = sweep(client, case, budget)
        measured.append(Measured(case, data_of(answer["data"])))
        longest = max(longest, answer["spent"])
        found = verdict(answer["time"], case.time)
        counts["time"][found] += 1
        families[case.family][found] += 1
        if case.memory is not None:
            counts["memory"][verdict(answer["memory"], case.memory)] += 1
        n, t = np.array(answer["points"], dtype=float).T
        for name, rule in (("big_O's rule", as_big_o), ("google's rule", as_google), ("slope", as_slope)):
            counts[name]["right" if rule(n, t) == case.time else "wrong"] += 1
        said = answer["time"] and f"{' or '.join(answer['time']['candidates'])} ({answer['time']['confidence']:.2f})"
        print(f"{case.id:24} {answer['spent']:5.1f} s  {found:10} {case.time:10} {said}", flush=True)
    for name, count in [*counts.items(), *((f"time, {family}", count) for family, count in families.items())]:
        print(f"{name:18}", ", ".join(f"{number} {what}" for what, number in sorted(count.items())))
    print(f"longest {longest:.1f} s")
    leave_out(measured)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    main()
