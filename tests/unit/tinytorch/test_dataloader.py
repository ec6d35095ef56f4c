"""The loader: batches as PyTorch's, epochs by seed, a thread that loses no error and leaves nothing behind, mapped files."""

import gc
import signal
import subprocess
import sys
import threading
import time
import traceback
import tracemalloc
import weakref
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tinytorch
from tinytorch import (
    SGD,
    Adam,
    Compose,
    CosineSchedule,
    CrossEntropyLoss,
    DataLoader,
    Dataset,
    Linear,
    MSELoss,
    RandomCrop,
    RandomHorizontalFlip,
    ReLU,
    Sequential,
    Tensor,
    TensorDataset,
    Trainer,
    manual_seed,
    no_grad,
)
from tinytorch.core.dataloader import collate, crop_images, prefetched
from tinytorch.data import digits

rng = np.random.default_rng(23)
IDS = np.arange(23)
X = rng.standard_normal((23, 2, 3)).astype(np.float32)


def epochs(loader: DataLoader, times: int = 2) -> list[list[np.ndarray]]:
    """The arrays of each batch of each epoch, one after the other."""
    return [[part.data for batch in loader for part in batch] for _ in range(times)]


def assert_same(got: list[list[np.ndarray]], expected: list[list[np.ndarray]]) -> None:
    assert [len(epoch) for epoch in got] == [len(epoch) for epoch in expected]
    for one, other in zip(chain.from_iterable(got), chain.from_iterable(expected), strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)


@pytest.fixture(autouse=True)
def no_thread_stays() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


# Batches


@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize("batch_size", [1, 4, 22, 23, 24])
@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "int32", "uint8", "bool"])
def test_batches_are_pytorchs(torch: ModuleType, dtype: str, batch_size: int, drop_last: bool) -> None:
    x = np.abs(X * 9).astype(dtype)
    theirs = torch.utils.data.DataLoader(
        torch.utils.data.TensorDataset(torch.from_numpy(x), torch.from_numpy(IDS)), batch_size, drop_last=drop_last
    )
    ours = DataLoader(TensorDataset(Tensor(x, dtype=dtype), IDS), batch_size, drop_last=drop_last)
    assert len(ours) == len(theirs)
    for mine, other in zip(ours, theirs, strict=True):
        for part, its in zip(mine, other, strict=True):
            assert isinstance(part, Tensor)
            assert part.dtype == its.numpy().dtype
            np.testing.assert_array_equal(part.data, its.numpy())


@pytest.mark.parametrize("key", [0, 22, -1, -23, slice(3, 9), slice(None, None, -5), np.array([4, -2, 4]), IDS > 20])
def test_rows_of_a_dataset_are_pytorchs(torch: ModuleType, key: Any) -> None:
    ours = TensorDataset(Tensor(X), IDS)[key]
    pairs = torch.utils.data.TensorDataset(torch.from_numpy(X), torch.from_numpy(IDS))
    if isinstance(key, slice) and key.step is not None:
        expected: Any = (X[key], IDS[key])  # PyTorch has no negative steps
    else:
        expected = [part.numpy() for part in pairs[torch.from_numpy(key) if isinstance(key, np.ndarray) else key]]
    for part, its in zip(ours, expected, strict=True):
        np.testing.assert_array_equal(part.data, its)


@pytest.mark.parametrize(
    "samples",
    [
        [1, -2, 3],
        [True, False],
        [(X[0], 3), (X[1], 4)],
        [(X[0], (1, True)), (X[1], (2, False))],
        [np.int32(3), np.int32(4)],
        [np.uint8([1, 2]), np.uint8([3, 4])],
        [X[0]],
        [np.zeros((0, 2), np.float32)] * 3,
    ],
)
def test_collated_samples_are_pytorchs(torch: ModuleType, samples: list[Any]) -> None:
    def same(ours: Any, theirs: Any) -> None:
        if isinstance(ours, tuple):
            assert len(ours) == len(theirs)
            for one, other in zip(ours, theirs, strict=True):
                same(one, other)
        else:
            assert ours.dtype == theirs.numpy().dtype
            np.testing.assert_array_equal(ours.data, theirs.numpy())

    same(collate(samples), torch.utils.data.default_collate(samples))


def test_floats_of_python_become_float32_and_tensors_keep_float64() -> None:
    assert collate([1.5, 2.5]).dtype == np.float32
    assert collate([Tensor(X[0], dtype=np.float64)] * 2).dtype == np.float64
    assert collate([Tensor(X[0], dtype=np.float64), Tensor(X[0])]).dtype == np.float64


def test_class_ids_beyond_the_digits_of_float32_stay() -> None:
    large = np.array([16_777_217, 2**53 + 1])
    ((ids,),) = DataLoader(TensorDataset(large), 2)
    assert ids.dtype == np.int64
    assert ids.data.tolist() == large.tolist()


def test_a_batch_is_a_copy_and_the_data_are_shared() -> None:
    x = X.copy()
    data = TensorDataset(x)
    (batch,) = next(iter(DataLoader(data, 4)))
    batch.data[:] = 0
    np.testing.assert_array_equal(x, X)
    x[0] = 7
    assert (data[0][0].data == 7).all()


@pytest.mark.parametrize("shuffle", [False, True])
def test_no_rows_make_no_batches_and_one_row_makes_one(shuffle: bool) -> None:
    empty = DataLoader(TensorDataset(X[:0]), 4, shuffle=shuffle)
    assert (len(empty), list(empty)) == (0, [])
    one = DataLoader(TensorDataset(X[:1]), 4, shuffle=shuffle)
    assert [batch.shape for (batch,) in one] == [(1, 2, 3)]
    assert list(DataLoader(TensorDataset(X[:1]), 4, drop_last=True)) == []


@pytest.mark.parametrize(
    "view", [X[::-1], X[:, ::-1, ::2], X.T, np.asfortranarray(X), np.broadcast_to(X[:1], (5, 2, 3))]
)
def test_arrays_need_not_be_contiguous(view: np.ndarray) -> None:
    batches = [batch.data for (batch,) in DataLoader(TensorDataset(view), 2)]
    np.testing.assert_array_equal(np.concatenate(batches), view)


def test_any_sequence_of_samples_is_a_data_set() -> None:
    pairs = [(X[i], i) for i in range(5)]
    x, ids = next(iter(DataLoader(pairs, 3)))
    np.testing.assert_array_equal(x.data, X[:3])
    assert ids.data.tolist() == [0, 1, 2]
    doubled = DataLoader([X[i] for i in range(5)], 5, transform=lambda x: x * 2)
    (batch,) = list(doubled)
    np.testing.assert_array_equal(batch.data, X[:5] * 2)


def test_a_subclass_is_asked_for_each_sample_once() -> None:
    asked = []

    class Squares(Dataset):
        def __len__(self) -> int:
            return 5

        def __getitem__(self, i: int) -> int:
            asked.append(i)
            return i * i

    assert [batch.data.tolist() for batch in DataLoader(Squares(), 2)] == [[0, 1], [4, 9], [16]]
    assert asked == [0, 1, 2, 3, 4]
    assert all(type(i) is int for i in asked)


# Epochs


def test_the_second_epoch_differs_and_the_same_seed_gives_both_again() -> None:
    data = TensorDataset(X, IDS)
    first, second = epochs(DataLoader(data, 4, shuffle=True, seed=5))
    assert_same(epochs(DataLoader(data, 4, shuffle=True, seed=5)), [first, second])
    orders = [np.concatenate(epoch[1::2]).tolist() for epoch in (first, second)]
    assert sorted(orders[0]) == sorted(orders[1]) == IDS.tolist()
    assert orders[0] != orders[1]
    other = epochs(DataLoader(data, 4, shuffle=True, seed=6))
    assert np.concatenate(other[0][1::2]).tolist() not in orders
    for epoch in (first, second):
        for x, ids in zip(epoch[::2], epoch[1::2], strict=True):
            np.testing.assert_array_equal(x, X[ids])


def test_without_a_seed_each_loader_has_its_own_and_says_it() -> None:
    data = TensorDataset(np.arange(100))
    one, other = DataLoader(data, 100, shuffle=True), DataLoader(data, 100, shuffle=True)
    first = epochs(one)
    assert not np.array_equal(first[0][0], epochs(other)[0][0])
    assert_same(epochs(DataLoader(data, 100, shuffle=True, seed=one.seed)), first)


def test_the_global_random_numbers_of_numpy_are_not_touched() -> None:
    np.random.seed(1)
    expected = np.random.random(3)
    np.random.seed(1)
    epochs(DataLoader(TensorDataset(X[:, None]), 4, shuffle=True, prefetch=2, transform=RandomCrop(2)))
    np.testing.assert_array_equal(np.random.random(3), expected)


@pytest.mark.parametrize("prefetch", [0, 1, 3, 50])
def test_a_thread_an_abandoned_loop_and_a_resumed_run_change_nothing(prefetch: int) -> None:
    data = TensorDataset(rng.standard_normal((23, 1, 5, 5)), IDS)

    def loader(prefetch: int) -> DataLoader:
        changes = Compose([RandomCrop(5, padding=2), RandomHorizontalFlip()])
        return DataLoader(data, 4, shuffle=True, seed=1, prefetch=prefetch, transform=changes)

    expected = epochs(loader(0), 3)
    assert_same(epochs(loader(prefetch), 3), expected)
    abandoned = loader(prefetch)
    for _ in abandoned:
        break
    assert_same(epochs(abandoned, 2), expected[1:])
    resumed = loader(prefetch)
    resumed.epoch = 2
    assert_same(epochs(resumed, 1), expected[2:])


@pytest.mark.parametrize("prefetch", [0, 2])
def test_two_passes_at_once_are_two_epochs(prefetch: int) -> None:
    data = TensorDataset(IDS)
    expected = epochs(DataLoader(data, 4, shuffle=True, seed=3))
    loader = DataLoader(data, 4, shuffle=True, seed=3, prefetch=prefetch)
    both = list(zip(loader, loader, strict=True))
    assert_same([[pair[k][0].data for pair in both] for k in (0, 1)], expected)


def test_every_row_comes_first_equally_often() -> None:
    loader = DataLoader(TensorDataset(np.arange(5)), 1, shuffle=True, seed=0)
    led = np.bincount([next(iter(loader))[0].item() for _ in range(1000)], minlength=5)
    assert led.min() > 140  # 200 expected, standard deviation 13


# The thread


class Broken(Exception):
    """What a data set raises at sample 9."""


class Samples(Dataset):
    """Twelve numbers; at 9 something happens."""

    def __init__(self, happens: Callable[[], Any]) -> None:
        self.happens = happens

    def __len__(self) -> int:
        return 12

    def __getitem__(self, i: int) -> int:
        if i == 9:
            self.happens()
        return i


def fail(error: BaseException) -> Callable[[], None]:
    def a_line_of_the_data_set() -> None:
        raise error

    return a_line_of_the_data_set


@pytest.mark.parametrize("prefetch", [0, 1, 2, 9])
@pytest.mark.parametrize("kind", [Broken, KeyError, SystemExit, KeyboardInterrupt, GeneratorExit, MemoryError])
def test_an_error_is_raised_at_its_batch_with_its_traceback(kind: type[BaseException], prefetch: int) -> None:
    error, got = kind("sample 9"), []
    with pytest.raises(kind) as caught:
        got.extend(batch.data.tolist() for batch in DataLoader(Samples(fail(error)), 2, prefetch=prefetch))
    assert got == [[0, 1], [2, 3], [4, 5], [6, 7]]
    assert caught.value is error
    names = [frame.name for frame in traceback.extract_tb(error.__traceback__)]
    assert names[-1] == "a_line_of_the_data_set"


@pytest.mark.parametrize("prefetch", [0, 2])
def test_a_stop_iteration_of_the_data_set_is_no_end_of_the_epoch(prefetch: int) -> None:
    with pytest.raises(RuntimeError, match="StopIteration"):
        list(DataLoader(Samples(fail(StopIteration())), 2, prefetch=prefetch))


@pytest.mark.parametrize("prefetch", [0, 2])
def test_an_index_error_of_the_data_set_is_no_end_of_the_epoch(prefetch: int) -> None:
    with pytest.raises(IndexError, match="sample 9"):
        list(DataLoader(Samples(fail(IndexError("sample 9"))), 2, prefetch=prefetch))


@pytest.mark.parametrize("leave", ["break", "error", "close", "forget", "return"])
def test_leaving_early_ends_the_thread_and_frees_the_batches(leave: str) -> None:
    made: list[weakref.ref[np.ndarray]] = []

    def numbers() -> Iterator[np.ndarray]:
        for _ in range(100):
            array = np.zeros(3)
            made.append(weakref.ref(array))
            yield array

    def first(batches: Iterator[np.ndarray]) -> None:
        for _ in batches:
            return

    batches, before = prefetched(numbers(), 3), threading.active_count()
    gc.disable()
    try:
        if leave == "break":
            for _ in batches:
                assert threading.active_count() == before + 1
                break
            del batches, _
        elif leave == "error":
            with suppress(Broken):
                for _ in batches:
                    raise Broken
            del batches, _
        elif leave == "close":
            next(batches)
            batches.close()  # type: ignore[attr-defined]
        elif leave == "forget":
            next(batches)
            del batches
        else:
            first(batches)
            del batches
        assert threading.active_count() == before
        assert 1 <= len(made) <= 5
        assert not [array for array in made if array() is not None]
    finally:
        gc.enable()


def test_an_error_is_freed_without_the_garbage_collector() -> None:
    seen = []

    class Seen(Exception):
        def __init__(self) -> None:
            seen.append(weakref.ref(self))

    def broken() -> None:
        raise Seen

    loader = DataLoader(Samples(broken), 2, prefetch=2)
    gc.disable()
    try:
        with suppress(Seen):
            list(loader)
        assert [error() for error in seen] == [None]
    finally:
        gc.enable()


def test_garbage_that_the_thread_itself_collects_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A forgotten loop in a cycle ends where the collector runs: in its own thread, which cannot wait for itself."""
    unraisable: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda event: unraisable.append(event.exc_value))
    forgotten, worker = threading.Event(), []

    def numbers() -> Iterator[int]:
        yield 0
        worker.append(threading.current_thread())
        forgotten.wait(5)
        gc.collect()
        yield 1

    class Holder:
        def __init__(self) -> None:
            self.batches, self.itself = prefetched(numbers(), 1), self

    gc.disable()
    try:
        next(Holder().batches)
        while not worker:
            time.sleep(0.001)
        forgotten.set()
        worker[0].join(5)
        assert not worker[0].is_alive()
    finally:
        gc.enable()
    assert unraisable == []


def test_a_thread_that_cannot_begin_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def cannot(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", cannot)
    with pytest.raises(RuntimeError, match="can't start new thread"):
        next(prefetched(iter([1]), 1))


def test_an_iterator_that_nobody_asks_starts_no_thread() -> None:
    before = threading.active_count()
    waiting = iter(DataLoader(TensorDataset(X), 2, prefetch=2))
    assert threading.active_count() == before
    del waiting


@pytest.mark.parametrize("ahead", [1, 2, 5])
def test_at_most_so_many_batches_are_made_in_advance(ahead: int) -> None:
    made: list[int] = []

    def numbers() -> Iterator[int]:
        for k in range(20):
            made.append(k)
            yield k

    most = 0
    for k in prefetched(numbers(), ahead):
        end = time.monotonic() + 5
        while len(made) < min(20, k + 1 + ahead) and time.monotonic() < end:
            time.sleep(0.0005)
        most = max(most, len(made) - k - 1)
    assert most == ahead


@pytest.mark.skipif(sys.platform == "win32", reason="signals to a thread are POSIX")
def test_an_interrupt_while_waiting_ends_the_thread() -> None:
    def interrupt() -> None:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        time.sleep(0.1)

    got = []
    with pytest.raises(KeyboardInterrupt):
        got.extend(batch.data.tolist() for batch in DataLoader(Samples(interrupt), 1, prefetch=1))
    assert got == [[i] for i in range(9)][: len(got)]
    assert not [thread for thread in threading.enumerate() if "work" in thread.name]


def test_a_program_may_end_with_a_loop_half_done() -> None:
    code = (
        "import numpy as np; from tinytorch import DataLoader, TensorDataset; "
        "batches = iter(DataLoader(TensorDataset(np.arange(9)), 2, prefetch=2)); print(next(batches)[0].data)"
    )
    ran = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=60)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "[0 1]\n", "")


# Mapped files


@pytest.fixture
def sparse(tmp_path: Path) -> Path:
    """A file of 1 GiB that takes no room: 1024 rows of 1 MiB, the number of the row (modulo 251) at its beginning."""
    path = tmp_path / "rows.npy"
    with path.open("wb") as file:
        header = {"descr": "|u1", "fortran_order": False, "shape": (1024, 2**20)}
        np.lib.format.write_array_header_1_0(file, header)
        begin = file.tell()
        for row in range(1024):
            file.seek(begin + row * 2**20)
            file.write(bytes([row % 251]))
        file.truncate(begin + 2**30)
    return path


@pytest.mark.parametrize("prefetch", [0, 1])
def test_a_mapped_file_is_read_by_the_batch(sparse: Path, prefetch: int) -> None:
    tracemalloc.start()
    data = TensorDataset(np.load(sparse, mmap_mode="r"), np.arange(1024))
    loader = DataLoader(data, 2, shuffle=True, seed=0, prefetch=prefetch)
    for _, (x, ids) in zip(range(5), loader, strict=False):
        assert x.dtype == np.uint8
        assert x.data[:, 0].tolist() == (ids.data % 251).tolist()
        assert x.data.flags.writeable
        assert type(x.data) is np.ndarray
        assert x.data.flags.owndata
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 * 2**20


def test_a_mapped_file_of_float64_is_converted_by_the_batch(tmp_path: Path) -> None:
    path = tmp_path / "rows.npy"
    rows = np.lib.format.open_memmap(path, "w+", np.float64, (64, 2**17), fortran_order=True)
    rows[:, 0] = np.arange(64)
    rows.flush()
    tracemalloc.start()
    (batch,) = next(iter(DataLoader(TensorDataset(np.load(path, mmap_mode="r")), 2)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert batch.dtype == np.float32
    assert batch.data[:, 0].tolist() == [0, 1]
    assert peak < 8 * 2**20  # the file has 64 MiB


# Pictures


def moved(image: np.ndarray, top: int, left: int, size: tuple[int, int], padding: int) -> np.ndarray:
    """A piece of a framed picture, pixel by pixel."""
    out = np.zeros((image.shape[0], *size), image.dtype)
    for c, i, j in np.ndindex(out.shape):
        row, column = top + i - padding, left + j - padding
        if 0 <= row < image.shape[1] and 0 <= column < image.shape[2]:
            out[c, i, j] = image[c, row, column]
    return out


@pytest.mark.parametrize("dtype", ["float32", "float64", "uint8", "int64", "bool"])
@pytest.mark.parametrize(
    ("shape", "size", "padding"),
    [
        ((5, 3, 4, 6), (4, 6), 2),
        ((4, 1, 5, 5), 3, 0),
        ((3, 2, 4, 4), 6, 1),
        ((2, 1, 1, 1), 1, 1),
        ((6, 2, 3, 7), (2, 5), 4),
    ],
)
def test_a_crop_is_a_piece_of_the_framed_picture(shape: Any, size: Any, padding: int, dtype: str) -> None:
    images = (rng.standard_normal(shape) * 50).astype(dtype)
    before = images.copy()
    height, width = (size, size) if isinstance(size, int) else size
    got = RandomCrop(size, padding)(images, np.random.default_rng(4))
    assert got.dtype == images.dtype
    assert got.flags.c_contiguous
    assert not np.shares_memory(got, images)
    np.testing.assert_array_equal(images, before)
    pieces = [
        [moved(image, top, left, (height, width), padding) for top in range(99) for left in range(99)
         if top <= shape[2] + 2 * padding - height and left <= shape[3] + 2 * padding - width]
        for image in images
    ]  # fmt: skip
    for k, piece in enumerate(got):
        assert any(np.array_equal(piece, possible) for possible in pieces[k])


def test_the_size_of_a_crop_may_be_an_integer_of_numpy() -> None:
    side: Any = np.int64(3)
    assert RandomCrop(side, padding=1)(np.zeros((2, 1, 4, 5))).shape == (2, 1, 3, 3)


def test_crops_come_from_all_places_equally_often_and_each_on_its_own() -> None:
    images = np.zeros((9000, 1, 3, 3), np.uint8)
    images[:, 0, 1, 1] = 1
    got = RandomCrop(3, padding=1, seed=0)(images)[:, 0]
    places = np.bincount(got.reshape(9000, 9).argmax(axis=1), minlength=9)
    assert got.sum() == 9000
    assert places.min() > 850  # 1000 expected, standard deviation 30
    pairs = np.bincount(
        got.reshape(9000, 9).argmax(axis=1)[:-1] * 9 + got.reshape(9000, 9).argmax(axis=1)[1:], minlength=81
    )
    assert pairs.min() > 60  # neighbours have nothing to do with each other: 111 expected


@pytest.mark.parametrize(("p", "low", "high"), [(0.0, 0, 0), (1.0, 2000, 2000), (0.25, 420, 580)])
def test_flips_happen_with_their_probability(p: float, low: int, high: int) -> None:
    images = np.tile(np.arange(6, dtype=np.float32).reshape(1, 1, 2, 3), (2000, 1, 1, 1))
    got = RandomHorizontalFlip(p, seed=1)(images)
    mirrored = (got == images[..., ::-1]).all(axis=(1, 2, 3))
    assert low <= mirrored.sum() <= high
    np.testing.assert_array_equal(got[~mirrored], images[~mirrored])
    assert (images[:, 0, 0, 0] == 0).all()


@pytest.mark.parametrize("transform", [RandomHorizontalFlip, lambda seed: RandomCrop((4, 5), 3, seed=seed)])
def test_a_seed_fixes_a_transform_and_its_calls_differ(transform: Any) -> None:
    images = rng.standard_normal((40, 2, 4, 5)).astype(np.float32)
    one, same, other = transform(seed=3), transform(seed=3), transform(seed=4)
    first, second = one(images), one(images)
    np.testing.assert_array_equal(same(images), first)
    np.testing.assert_array_equal(same(images), second)
    assert not np.array_equal(first, second)
    assert not np.array_equal(other(images), first)
    np.testing.assert_array_equal(one(images, np.random.default_rng(8)), other(images, np.random.default_rng(8)))


@pytest.mark.parametrize(
    "transform", [RandomHorizontalFlip(1.0), RandomCrop(4, 0), Compose([RandomHorizontalFlip(1.0)])]
)
def test_tensors_give_tensors_and_a_single_picture_a_single_one(transform: Any) -> None:
    image = rng.standard_normal((2, 4, 4))
    alone, batch = transform(image, np.random.default_rng(0)), transform(image[None], np.random.default_rng(0))
    np.testing.assert_array_equal(alone, batch[0])
    for dtype in (np.float32, np.float64):
        got = transform(Tensor(image, dtype=dtype), np.random.default_rng(0))
        assert isinstance(got, Tensor)
        assert (got.dtype, got.shape) == (dtype, (2, 4, 4))
        np.testing.assert_array_equal(got.data, alone.astype(dtype))
    assert transform(np.zeros((0, 2, 4, 4))).shape == (0, 2, 4, 4)


@pytest.mark.parametrize("view", [np.s_[::-1], np.s_[:, :, ::-1, ::-1], np.s_[:, ::2]])
def test_pictures_need_not_be_contiguous(view: Any) -> None:
    images = rng.standard_normal((5, 4, 6, 6))
    for transform in (RandomHorizontalFlip(), RandomCrop(6, 2)):
        got = transform(images[view], np.random.default_rng(2))
        np.testing.assert_array_equal(got, transform(images[view].copy(), np.random.default_rng(2)))


def test_padding_and_cutting_are_pytorchs(torch: ModuleType) -> None:
    images = rng.standard_normal((6, 3, 5, 7)).astype(np.float32)
    tops, lefts = rng.integers(0, 5, 6), rng.integers(0, 5, 6)
    framed = torch.nn.functional.pad(torch.from_numpy(images), (2, 2, 2, 2))
    expected = [framed[k, :, tops[k] : tops[k] + 5, lefts[k] : lefts[k] + 7].numpy() for k in range(6)]
    got = crop_images(np.pad(images, ((0, 0), (0, 0), (2, 2), (2, 2))), tops, lefts, (5, 7))
    np.testing.assert_array_equal(got, np.stack(expected))


def test_composed_changes_run_in_order_with_one_generator() -> None:
    images = rng.standard_normal((8, 1, 4, 4)).astype(np.float32)
    flip, crop = RandomHorizontalFlip(), RandomCrop(4, 1)
    whole = Compose([flip, lambda x: x + 1, Compose([crop])])
    throws = np.random.default_rng(6)
    expected = crop(flip(images, throws) + 1, throws)
    np.testing.assert_array_equal(whole(images, np.random.default_rng(6)), expected)
    assert Compose([])(images) is images


@pytest.mark.parametrize("prefetch", [0, 2])
def test_a_function_of_the_pictures_may_convert_them(prefetch: int) -> None:
    images = rng.integers(0, 256, (10, 1, 4, 4), dtype=np.uint8)
    loader = DataLoader(TensorDataset(images, np.arange(10)), 4, prefetch=prefetch, transform=lambda x: x / 255)
    for x, ids in loader:
        assert x.dtype == np.float32
        np.testing.assert_allclose(x.data, images[ids.data] / 255, rtol=1e-6)


# Refusals


@pytest.mark.parametrize(
    ("error", "match", "wrong"),
    [
        (ValueError, r"same number of rows, got shapes \[\(23, 2, 3\), \(22,\)\]", lambda: TensorDataset(X, IDS[1:])),
        (ValueError, "one or more tensors", lambda: TensorDataset()),
        (ValueError, r"got shapes \[\(\)\]", lambda: TensorDataset(Tensor(3.0))),
        (TypeError, "tensors and NumPy arrays, got .*'list'", lambda: TensorDataset(X, [1, 2])),
        (TypeError, "holds numbers", lambda: TensorDataset(np.array(["a", "b"]))),
        (IndexError, "23 rows, but index 23", lambda: TensorDataset(X)[23]),
        (IndexError, "23 rows, but index -24", lambda: TensorDataset(X)[-24]),
        (IndexError, "23 rows, but index 99", lambda: TensorDataset(X).batch(np.array([1, 99]))),
        (ValueError, "batch_size must be a whole number of 1 or more, got 0", lambda: DataLoader(IDS, 0)),
        (ValueError, "batch_size .* got -3", lambda: DataLoader(IDS, -3)),
        (ValueError, "batch_size .* got 2.5", lambda: DataLoader(IDS, 2.5)),  # type: ignore[arg-type]
        (ValueError, "prefetch must be a whole number of 0 or more, got -1", lambda: DataLoader(IDS, prefetch=-1)),
        (ValueError, "seed must be a whole number of 0 or more, got -1", lambda: DataLoader(IDS, seed=-1)),
        (ValueError, r"one shape, got \[\(2,\), \(3,\)\]", lambda: collate([np.zeros(2), np.zeros(3)])),
        (ValueError, r"equally many parts, got \[2, 1\]", lambda: collate([(1, 2), (1,)])),
        (ValueError, "probability is from 0 to 1, got 1.5", lambda: RandomHorizontalFlip(1.5)),
        (ValueError, "size of 1 or more and a padding of 0 or more, got 3 and -1", lambda: RandomCrop(3, -1)),
        (ValueError, "size of 1 or more", lambda: RandomCrop((0, 3))),
        (ValueError, r"got 2.5 and 4: whole numbers", lambda: RandomCrop(2.5)),  # type: ignore[arg-type]
        (ValueError, r"got \(3,\) and 4: .* one or two", lambda: RandomCrop((3,))),  # type: ignore[arg-type]
        (
            ValueError,
            r"\(5, 5\) does not fit into pictures of \(4, 4\) with padding 0",
            lambda: RandomCrop(5, 0)(np.zeros((1, 4, 4))),
        ),
        (ValueError, r"RandomCrop takes \(C, H, W\) or \(B, C, H, W\), got \(2, 3\)", lambda: RandomCrop(2)(X[0])),
        (NotImplementedError, "Dataset needs a method __len__", lambda: len(Dataset())),
        (NotImplementedError, "Dataset needs a method __getitem__", lambda: Dataset()[0]),
    ],
)
def test_refusals_are_sentences(error: type[Exception], match: str, wrong: Callable[[], Any]) -> None:
    with pytest.raises(error, match=match):
        wrong()


# Training


def trainer(seed: int = 2) -> Trainer:
    manual_seed(seed)
    model = Sequential(Linear(6, 8), ReLU(), Linear(8, 3))
    return Trainer(model, Adam(model.parameters(), 0.01), CrossEntropyLoss(), CosineSchedule(0.1, 0.01, 6), 1.0)


def rows(prefetch: int = 0) -> DataLoader:
    return DataLoader(TensorDataset(X.reshape(23, 6), IDS % 3), 5, shuffle=True, seed=9, prefetch=prefetch)


@pytest.mark.parametrize("steps", [1, 2, 9])
def test_a_trainer_takes_a_loader_as_it_takes_lists(steps: int) -> None:
    mine, other = trainer(), trainer()
    loader = rows(prefetch=2)
    for epoch in lists(3):
        assert mine.train_epoch(loader, accumulation_steps=steps) == other.train_epoch(epoch, accumulation_steps=steps)
    assert mine.evaluate(loader)[1] == pytest.approx(other.evaluate(rows())[1])
    assert mine.optimizer.steps == 3 * -(-5 // steps)


def lists(epochs: int) -> list[list[Any]]:
    loader = rows()
    return [list(loader) for _ in range(epochs)]


def test_a_run_that_was_interrupted_goes_on_bit_for_bit(tmp_path: Path) -> None:
    whole, loader = trainer(), rows()
    losses = [whole.train_epoch(loader) for _ in range(4)]
    first, loader = trainer(), rows()
    assert [first.train_epoch(loader) for _ in range(2)] == losses[:2]
    first.save_checkpoint(tmp_path / "run.npz")
    second, loader = trainer(seed=7), rows(prefetch=1)
    second.load_checkpoint(tmp_path / "run.npz")
    loader.epoch = second.epoch
    assert [second.train_epoch(loader) for _ in range(2)] == losses[2:]
    for one, other in zip(whole.model.parameters(), second.model.parameters(), strict=True):
        np.testing.assert_array_equal(one.data, other.data)


def test_a_trainer_hears_of_an_error_in_the_thread() -> None:
    model = Linear(1, 1)
    loader = DataLoader(Samples(fail(Broken())), 2, prefetch=2, transform=lambda x: x.reshape(-1, 1))
    with pytest.raises(Broken):
        Trainer(model, SGD(model.parameters(), 0.1), MSELoss()).train_epoch((x * 1.0, x * 1.0) for x in loader)


@pytest.mark.parametrize("seed", range(5))
def test_the_digits_of_milestone_3_are_read_as_well_through_the_loader(seed: int) -> None:
    x, labels, unseen, unseen_labels = digits(mixed=True)
    manual_seed(seed)
    model = Sequential(Linear(64, 32), ReLU(), Linear(32, 10))
    prepared = TensorDataset(x.reshape(-1, 64) / np.float32(16), labels)
    loader = DataLoader(prepared, 32, shuffle=True, seed=seed, prefetch=seed % 2)
    run = Trainer(model, SGD(model.parameters(), lr=0.2), CrossEntropyLoss())
    for _ in range(30):
        run.train_epoch(loader)
    judged = DataLoader(TensorDataset(unseen.reshape(-1, 64) / np.float32(16), unseen_labels), 360)
    _, accuracy = run.evaluate(judged)
    with no_grad():
        assert accuracy == np.mean(model(judged.dataset[:][0]).data.argmax(axis=1) == unseen_labels)
    assert accuracy >= 0.95


# Faces


@pytest.mark.parametrize(
    "name", ["Compose", "DataLoader", "Dataset", "RandomCrop", "RandomHorizontalFlip", "TensorDataset"]
)
def test_the_loader_is_the_one_of_its_lesson_under_every_name(name: str) -> None:
    import tinytorch.data.loader as loader

    own = getattr(sys.modules["tinytorch.core.dataloader"], name)
    for face in (tinytorch, tinytorch.data, loader):
        assert getattr(face, name) is own
        assert name in face.__all__
        assert name in dir(face)


def test_the_faces_of_data_load_no_lesson(tmp_path: Path) -> None:
    code = "import sys, tinytorch.data.loader; print([n for n in sys.modules if n.startswith('tinytorch.core')])"
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "[]\n"
