import signal
import threading
import time

import pytest

from tinytorch_lab.scaling.alarm import TooLong, limited

POSIX = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timer signals on Windows")


def endless() -> None:
    while True:
        pass


def stubborn() -> None:
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass


def in_thread(call):
    """What ``call`` returns or raises in another thread, where there are no signals."""
    found = []

    def run() -> None:
        try:
            found.append(call())
        except BaseException as error:
            found.append(type(error))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(20)
    return found


@POSIX
@pytest.mark.parametrize("work", [endless, stubborn, lambda: time.sleep(30)])
def test_python_code_and_sleeps_are_stopped(work) -> None:
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(TooLong):
        limited(0.05, work)
    assert signal.getsignal(signal.SIGALRM) is before


def test_a_thread_is_stopped_without_signals() -> None:
    assert in_thread(lambda: limited(0.05, endless)) == [TooLong]
    assert [t.name for t in threading.enumerate() if t.name.startswith("tinytorch-lab")] == []


def test_what_ends_in_time_gives_its_value_or_its_exception() -> None:
    assert limited(5, lambda: 7) == 7
    assert in_thread(lambda: limited(5, lambda: 7)) == [7]
    with pytest.raises(ZeroDivisionError):
        limited(5, lambda: 1 / 0)


def test_nothing_is_raised_afterwards() -> None:
    limited(0.01, lambda: None)
    in_thread(lambda: limited(0.01, lambda: None))
    end = time.monotonic() + 0.1
    while time.monotonic() < end:
        pass


@POSIX
def test_somebody_elses_timer_goes_on() -> None:
    rang = []
    before = signal.signal(signal.SIGALRM, lambda *_: rang.append(1))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        limited(5, lambda: None)
        assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= 0.2
        signal.pause()
        assert rang == [1]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
