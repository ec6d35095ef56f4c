from tinytorch_lab.profiler.stopwatch import Stopwatch


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_only_the_time_between_resume_and_pause_counts() -> None:
    wall, cpu = Clock(), Clock()
    watch = Stopwatch(wall, cpu)
    for step in (2.0, 3.0):
        watch.resume()
        wall.now += step
        cpu.now += step / 2
        watch.pause()
        wall.now += 100
        cpu.now += 100
    assert watch.read() == (5.0, 2.5)


def test_it_can_be_read_while_it_runs() -> None:
    wall, cpu = Clock(), Clock()
    watch = Stopwatch(wall, cpu)
    assert watch.read() == (0, 0)
    watch.resume()
    wall.now, cpu.now = 1.5, 1.0
    assert watch.read() == (1.5, 1.0)
    assert watch.running


def test_a_second_pause_changes_nothing() -> None:
    wall = Clock()
    watch = Stopwatch(wall, Clock())
    watch.resume()
    wall.now = 1
    watch.pause()
    wall.now = 9
    watch.pause()
    assert watch.read() == (1, 0)
    assert not watch.running
