# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Module 08: DataLoader
# **You build** the way of data from where it lies to the batch that a step takes: stacking samples, gathering rows at once, a new order for each
# epoch, pictures that are shifted each on its own, a thread that works ahead. Given classes put it together, from `TensorDataset` to `DataLoader`.
#
# **You measure** rows per second by batch size; how a batch grows (`%%complexity`); what a mapped file takes (`%%measure`); when a thread helps.
#
# **Prerequisites:** 01 Tensor. **Unlocks:** data larger than memory; the networks on pictures of the next modules.
# %% [markdown]
# ## Part 1: Foundations
# A step of training waits until its batch is there. B rows of s bytes, memory that moves $\beta$ bytes a second, a cost c of one Python call; n batches an
# epoch, each read in r and used in u seconds:
#
# | way | seconds |
# |---|---|
# | B samples, one by one, then stacked | $B c + 2 B s / \beta$ |
# | B rows in one call | $c + 2 B s / \beta$ |
# | read and use in turns | $n (r + u)$ |
# | read ahead in another thread | $r + (n - 1) \max(r, u) + u$ |
#
# The first two differ by Python alone: the same bytes move. The last two differ only if reading and using can go on at once. Python runs one thread at a
# time (one lock, the GIL); who waits for a disk, or works inside NumPy on large arrays, gives the lock away.
# %%
#| default_exp core.dataloader
#| export
"""Data on its way to a step: data sets, batches in an order that a seed fixes, a thread that reads ahead, changed pictures."""

from collections.abc import Callable, Iterator, Sequence
from queue import SimpleQueue
from sys import is_finalizing
from threading import Event, Semaphore, Thread, current_thread
from typing import Any

import numpy as np

from tinytorch.core.tensor import Array, Tensor, as_array

Size = tuple[int, int]  # height and width

# %% nbgrader={"grade": false, "grade_id": "08-helpers", "locked": true, "schema_version": 3, "solution": false, "task": false}
import threading
import time
import traceback
from pathlib import Path
from tempfile import TemporaryDirectory

rng = np.random.default_rng(8)

def same(got, expected, what):
    """Fail unless ``got`` has the values, the shape and the kind of numbers of ``expected``."""
    got, expected = np.asarray(got), np.asarray(expected)
    assert got.shape == expected.shape, f"{what}: expected shape {expected.shape}, got {got.shape}"
    assert got.dtype.kind == expected.dtype.kind, f"{what}: expected {expected.dtype}, got {got.dtype}"
    assert np.array_equal(got, expected), f"{what}: expected\n{expected}\ngot\n{got}"

def outcome(function, *args, **params):
    """The result of ``function``, or the error that it raises; a wait without end is a failed test."""
    results = []
    def run():
        try:
            results.append(function(*args, **params))
        except BaseException as error:
            results.append(error)
    caller = threading.Thread(target=run, daemon=True, name="caller")
    caller.start(), caller.join(5)
    assert results, f"{function} waits for something that never comes"
    return results[0]

def tried(function, *args, **params):
    """The result of ``function``; an error is a failed test."""
    assert not isinstance(result := outcome(function, *args, **params), BaseException), f"{function} raised {result!r}"
    return result

def refuses(error, words, function, *args):
    """Fail unless ``function`` raises ``error`` with all ``words`` in its message."""
    named = isinstance(got := outcome(function, *args), error) and all(word in str(got) for word in words)
    assert named, f"expected {error.__name__} with {words}, got {got!r}"

# %% [markdown]
# ### 1.1 One by one
# A sample is what a data set gives for one index: an array, a number, or several of them in a tuple, such as a picture and its class. A batch has the
# same parts with one axis more, in front. Class ids stay integers: as float32, 16,777,217 would become 16,777,216.
# %% nbgrader={"grade": false, "grade_id": "08-collate", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def collate(samples: Sequence[Any]) -> Any:
    """The samples as one batch: tensors, arrays and numbers of one shape are stacked to a Tensor, tuples part by part to a tuple of Tensors.

    Integers stay integers; tensors keep their dtype, other floats become float32. ValueError for samples of different shapes or numbers of parts.
    """
    # TODO: stack the samples, part by part if they are tuples.
    # APPROACH: 1. tuples or lists: refuse unequal lengths; collate the first parts, the second parts ... into a tuple. 2. else an array of each
    # sample; refuse unequal shapes; stack along a new first axis, make a Tensor.
    # HINTS: zip(*samples) gives the parts; np.asarray takes tensors too; Tensor(..., dtype=None) decides by itself: give it one only for Tensors.
    ### BEGIN SOLUTION
    first = samples[0]
    if isinstance(first, (tuple, list)):
        if any(len(sample) != len(first) for sample in samples):
            raise ValueError(f"The samples of a batch must have equally many parts, got {[len(sample) for sample in samples]}.")
        return tuple(collate(part) for part in zip(*samples, strict=True))
    arrays = [np.asarray(sample) for sample in samples]
    if any(array.shape != arrays[0].shape for array in arrays):
        raise ValueError(f"The samples of a batch must have one shape, got {[array.shape for array in arrays]}.")
    batch = np.stack(arrays)
    return Tensor(batch, dtype=batch.dtype if isinstance(first, Tensor) else None)
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "08-collate-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
def test_collate():
    x, y = rng.standard_normal((3, 2, 4)).astype(np.float32), [16_777_217, 5, 7]
    batch = tried(collate, list(zip(x, y, strict=True)))
    assert isinstance(batch, tuple) and [type(part) for part in batch] == [Tensor, Tensor], f"two parts make a tuple of two tensors, got {batch}"
    same(batch[0], x, "the first parts"), same(batch[1], y, "class ids")
    ### BEGIN HIDDEN TESTS
    same(tried(collate, [3, 4]), [3, 4], "plain numbers"), same(tried(collate, [x[0]]), x[:1], "a single sample")
    numbers, (floats, flags) = tried(collate, [[1, (2.5, True)], [4, (5.5, False)]])
    same(numbers, [1, 4], "lists"), same(flags, [True, False], "tuples inside of lists"), same(floats, [2.5, 5.5], "floats")
    wide = Tensor(x, dtype=np.float64)
    assert floats.dtype == np.float32 and tried(collate, [wide[0], wide[1]]).dtype == np.float64, "only tensors keep their dtype"
    refuses(ValueError, ["parts", "2, 3"], collate, [(1, 2), (1, 2), (1, 2, 3)])
    refuses(ValueError, ["shape", "(2,), (3,)"], collate, [np.zeros(2), np.zeros(2), np.zeros(3)])
    ### END HIDDEN TESTS
test_collate()

# %% [markdown]
# ### 1.2 All at once
# Where all rows lie in one array, an array of row numbers picks a whole batch: NumPy copies each row with no Python between them. The batch is a
# copy, so nobody who changes it changes the data.
# %% nbgrader={"grade": false, "grade_id": "08-gather", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def gather(arrays: Sequence[Array], rows: Any) -> tuple[Array, ...]:
    """Of each array the ``rows``: (N, ...) becomes (B, ...), copied; one number gives that row. Negative ones count from the end. IndexError if one is not there."""
    # TODO: index each array once; say what went wrong.
    # APPROACH: 1. a tuple of array[rows]. 2. NumPy raises IndexError for rows that are not there: raise one that says how many there are.
    # HINTS: try ... except IndexError as error: raise IndexError(f"...") from None; len(arrays[0]).
    ### BEGIN SOLUTION
    try:
        return tuple(array[rows] for array in arrays)
    except IndexError as error:
        raise IndexError(f"The data set has {len(arrays[0])} rows, but {error}.") from None
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "08-gather-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
def test_gather():
    x, y = rng.standard_normal((5, 2, 3)), np.arange(10, 15)
    picked = tried(gather, [x, y], np.array([3, 0, 3]))
    assert isinstance(picked, tuple) and len(picked) == 2, f"a tuple with a batch of each array, got {picked}"
    same(picked[0], np.stack([x[3], x[0], x[3]]), "rows 3, 0 and 3"), same(picked[1], [13, 10, 13], "their class ids")
    ### BEGIN HIDDEN TESTS
    picked[0][:] = 0
    assert x.all(), "a batch is a copy: who changes it must not change the data"
    same(tried(gather, [y, x.T[:2]], np.array([-1]))[1], x.T[1:2], "from the end of arrays that are not contiguous"), same(tried(gather, [y], 2), [12], "one")
    refuses(IndexError, ["5 rows", "7"], gather, [x, y], np.array([0, 7])), refuses(IndexError, ["5 rows", "-6"], gather, [x], -6)
    ### END HIDDEN TESTS
test_gather()
# %% [markdown]
# Given: what a data set is. A subclass says how many samples there are and gives one of them; if it can do better than one by one, it says so in `batch`.
# A `TensorDataset` does: it gathers. It keeps the arrays that it got, unread and unconverted: that matters if they are larger than memory (2.3).
# %%
#| export
class Dataset:
    """Samples by index. A subclass has ``__len__`` and ``__getitem__(i)``, and ``batch`` if it knows a faster way to many."""
    def __len__(self) -> int: raise NotImplementedError(f"{type(self).__name__} needs a method __len__().")
    def __getitem__(self, i: Any) -> Any: raise NotImplementedError(f"{type(self).__name__} needs a method __getitem__(i).")
    def batch(self, rows: Array) -> Any:
        """The samples of ``rows`` as one batch."""
        return collate([self[i] for i in rows.tolist()])

class TensorDataset(Dataset):
    """Rows of tensors or ndarrays of one length; sample i is a tuple with row i of each.

    Arrays are shared, not copied or converted: ``TensorDataset(np.load(path, mmap_mode="r"), labels)`` reads from the file what a batch needs.
    Integers and the floats of tensors keep their dtype; other floats become float32 in the batch. Gradients do not come back to the rows.
    """
    def __init__(self, *tensors: Tensor | Array) -> None:
        """ValueError for none, for numbers without rows and for unequal lengths; TypeError for anything but tensors and ndarrays of numbers."""
        if any(not isinstance(tensor, (Tensor, np.ndarray)) for tensor in tensors):
            raise TypeError(f"TensorDataset takes tensors and NumPy arrays, got {[type(tensor).__name__ for tensor in tensors]}.")
        shapes = [tensor.shape for tensor in tensors]
        if not shapes or () in shapes or len({shape[0] for shape in shapes}) > 1:
            raise ValueError(f"TensorDataset takes one or more tensors with the same number of rows, got shapes {shapes}.")
        self.arrays = [tensor.data if isinstance(tensor, Tensor) else np.asarray(tensor) for tensor in tensors]
        self.dtypes = [tensor.dtype if isinstance(tensor, Tensor) else as_array(tensor[:0]).dtype for tensor in tensors]
    def __len__(self) -> int: return len(self.arrays[0])
    def batch(self, rows: Array) -> tuple[Tensor, ...]: return self[rows]
    def __getitem__(self, i: Any) -> tuple[Tensor, ...]:
        return tuple(Tensor(part, dtype=dtype) for part, dtype in zip(gather(self.arrays, i), self.dtypes, strict=True))

def generator(seed: int, *place: int) -> np.random.Generator:
    """Random numbers of their own for each place (epoch, or epoch and batch): the same seed and place give the same."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=place))

# %% [markdown]
# ### 1.3 The rows of an epoch
# Shuffled batches do not repeat each other's mistakes; so each epoch has an order of its own, and the same one when a run is repeated or resumed: it follows
# from the seed **and** the number of the epoch, and from nothing that happened before. The given `generator` makes random numbers of such a place. A step over
# the three rows that are left counts as much as one over 64, so `drop_last` leaves them out: with shuffling, others each time.
# %% nbgrader={"grade": false, "grade_id": "08-rows", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def epoch_rows(length: int, batch_size: int, shuffle: bool, drop_last: bool, seed: int, epoch: int) -> list[Array]:
    """The rows 0 to ``length - 1`` in pieces of ``batch_size``: ascending, or by seed and epoch if ``shuffle``. The last has what is left; ``drop_last`` drops
    it if that is not a whole batch."""
    # TODO: an order, and slices of it.
    # APPROACH: 1. ascending, or permuted by the generator of seed and epoch. 2. the end: the length, or the last multiple of batch_size. 3. slices.
    # HINTS: np.arange, Generator.permutation; length % batch_size rows are left over; range(0, end, batch_size).
    ### BEGIN SOLUTION
    order = generator(seed, epoch).permutation(length) if shuffle else np.arange(length)
    end = length - length % batch_size if drop_last else length
    return [order[start : start + batch_size] for start in range(0, end, batch_size)]
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "08-rows-test", "locked": true, "points": 12, "schema_version": 3, "solution": false, "task": false}
def test_epoch_rows():
    def pieces(length, size, drop_last=False, shuffle=False, seed=3, epoch=0):
        return [piece.tolist() for piece in tried(epoch_rows, length, size, shuffle, drop_last, seed, epoch)]
    def order(seed, epoch):
        return tuple(sum(pieces(50, 8, shuffle=True, seed=seed, epoch=epoch), []))
    assert pieces(5, 2) == [[0, 1], [2, 3], [4]], f"5 rows by 2 are 2, 2 and 1, got {pieces(5, 2)}"
    assert pieces(5, 2, drop_last=True) == [[0, 1], [2, 3]], f"with drop_last only whole batches, got {pieces(5, 2, True)}"
    assert sorted(order(3, 0)) == list(range(50)), "shuffled: every row once"
    assert order(3, 0) == order(3, 0) != order(3, 1), "the same seed and epoch give the same order, another epoch gives another"
    ### BEGIN HIDDEN TESTS
    assert pieces(3, 3, True) == pieces(3, 3) == pieces(3, 9) == [[0, 1, 2]] and pieces(3, 4, True) == pieces(0, 4) == []
    assert pieces(4, 2, True) == [[0, 1], [2, 3]] and pieces(2, 1, True) == [[0], [1]], "a last batch that is whole stays"
    several = {order(seed, epoch) for seed in range(3) for epoch in range(3)} | {tuple(range(50))}
    assert len(several) == 10 and order(0, 1) == tuple(generator(0, 1).permutation(50)), "each seed and each epoch has its own order: (0, 1) is not (1, 0)"
    ### END HIDDEN TESTS
test_epoch_rows()

# %% [markdown]
# ### 1.4 Pictures, shifted
# A cat that stands elsewhere is a cat: a random change that keeps the class makes new samples of old ones (augmentation). Each picture of a batch needs
# its **own** throw of the dice. To shift one: a frame of zeros around it, and a piece of the old size cut out anywhere. Given, picture by picture:
# %%
def crop_by_loop(images, tops, lefts, size):
    pieces = np.empty((*images.shape[:2], *size), images.dtype)
    for k, (top, left) in enumerate(zip(tops, lefts, strict=True)):
        pieces[k] = images[k, :, top : top + size[0], left : left + size[1]]
    return pieces
# %% [markdown]
# Without the loop: `sliding_window_view` shows an array's pieces, all of them, as a view with two axes more, (B, C, H - h + 1, W - w + 1, h, w):
# strides that overlap, no copy. Of these, one index picks the piece at its top and left of each picture.
# %% nbgrader={"grade": false, "grade_id": "08-crop", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def crop_images(images: Array, tops: Array, lefts: Array, size: Size) -> Array:
    """From each of ``images`` (B, C, H, W) the piece of ``size`` = (h, w) at its own top and left (B,): (B, C, h, w), copied."""
    # TODO: the same without a loop.
    # APPROACH: 1. the view of all pieces of this size over the axes 2 and 3. 2. one index: picture k with top k and left k.
    # HINTS: np.lib.stride_tricks.sliding_window_view(images, size, axis=(2, 3)); np.arange(B), tops, lefts go together, `:` for the channels between.
    ### BEGIN SOLUTION
    pieces = np.lib.stride_tricks.sliding_window_view(images, size, axis=(2, 3))
    return pieces[np.arange(len(images)), :, tops, lefts]
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "08-crop-test", "locked": true, "points": 14, "schema_version": 3, "solution": false, "task": false}
def test_crop_images():
    got = tried(crop_images, np.arange(24).reshape(2, 1, 3, 4), np.array([0, 1]), np.array([2, 1]), (2, 2))
    same(got, [[[[2, 3], [6, 7]]], [[[17, 18], [21, 22]]]], "2 by 2 at (0, 2) of the first, at (1, 1) of the second")
    ### BEGIN HIDDEN TESTS
    images, tops, lefts = rng.integers(0, 256, (7, 3, 6, 9), dtype=np.uint8), rng.integers(0, 3, 7), rng.integers(0, 7, 7)
    before, got = images.copy(), tried(crop_images, images, tops, lefts, (4, 3))
    same(got, crop_by_loop(images, tops, lefts, (4, 3)), "as by the loop")
    assert got.dtype == np.uint8 and np.array_equal(before, images) and not np.shares_memory(got, images), "a copy, of the same dtype"
    taken = []
    class Counted(np.ndarray):
        def __getitem__(self, key):
            taken.append(key)
            return super().__getitem__(key)
    tried(crop_images, np.zeros((200, 1, 4, 4)).view(Counted), np.zeros(200, int), np.zeros(200, int), (3, 3))
    assert len(taken) < 20, f"200 pictures were indexed {len(taken)} times: that is a loop"
    ### END HIDDEN TESTS
test_crop_images()

# %% [markdown]
# **Predict, then run:** 512 pictures of one channel and of 16 channels. Where does the loop cost most, and why does it matter less for the second?
# %%
thin, thick = (rng.standard_normal((512, channels, 36, 36), dtype=np.float32) for channels in (1, 16))
starts = rng.integers(0, 9, (2, 512))
# %%
# %%measure --repeat 5 -o crops
thin_loop = crop_by_loop(thin, *starts, (28, 28))
thin_view = crop_images(thin, *starts, (28, 28))
thick_loop = crop_by_loop(thick, *starts, (28, 28))
thick_view = crop_images(thick, *starts, (28, 28))
# %% [markdown]
# Given: the dice. A transform has a generator of its own, which a seed fixes; who passes another one (`rng`) gets what that one throws.
# %%
#| export
class Transform:
    """A random change of pictures (C, H, W) or (B, C, H, W), tensor or ndarray, of each on its own: by ``rng`` if given, else by a generator from ``seed``."""
    def __init__(self, seed: int | None = None) -> None:
        self.rng = np.random.default_rng(seed)
    def __call__(self, images: Any, rng: np.random.Generator | None = None) -> Any:
        """ValueError unless ``images`` have 3 or 4 axes."""
        array = images.data if isinstance(images, Tensor) else np.asarray(images)
        if array.ndim not in (3, 4):
            raise ValueError(f"{type(self).__name__} takes (C, H, W) or (B, C, H, W), got {array.shape}: grey pictures need an axis of one channel.")
        changed = self.change(array if array.ndim == 4 else array[None], self.rng if rng is None else rng)
        changed = changed if array.ndim == 4 else changed[0]
        return Tensor(changed, dtype=changed.dtype) if isinstance(images, Tensor) else changed
    def change(self, images: Array, rng: np.random.Generator) -> Array:
        """The changed ``images`` (B, C, H, W); a subclass says how."""
        raise NotImplementedError(f"{type(self).__name__} needs a method change(images, rng).")

class RandomHorizontalFlip(Transform):
    """Mirrors each picture left to right with probability ``p``."""
    def __init__(self, p: float = 0.5, seed: int | None = None) -> None:
        super().__init__(seed)
        self.p = p
        if not 0 <= p <= 1:
            raise ValueError(f"A probability is from 0 to 1, got {p}.")
    def change(self, images: Array, rng: np.random.Generator) -> Array:
        chosen, flipped = rng.random(len(images)) < self.p, images.copy()
        flipped[chosen] = images[chosen][..., ::-1]
        return flipped

class RandomCrop(Transform):
    """Cuts ``size`` (a number, or height and width) out of each picture at a random place, after a frame of ``padding`` zeros on all sides."""
    def __init__(self, size: int | Size, padding: int = 4, seed: int | None = None) -> None:
        super().__init__(seed)
        self.size: Any = tuple(size) if isinstance(size, (tuple, list)) else (size, size)
        self.padding = padding
        if len(self.size) != 2 or not all(isinstance(n, (int, np.integer)) for n in (*self.size, padding)) or min(*self.size, padding + 1) < 1:
            raise ValueError(f"RandomCrop needs a size of 1 or more and a padding of 0 or more, got {size} and {padding}: whole numbers, the size one or two.")
    def change(self, images: Array, rng: np.random.Generator) -> Array:
        framed = np.pad(images, ((0, 0), (0, 0), (self.padding,) * 2, (self.padding,) * 2))
        most = framed.shape[2] - self.size[0], framed.shape[3] - self.size[1]
        if min(most) < 0:
            raise ValueError(f"A piece of {self.size} does not fit into pictures of {images.shape[2:]} with padding {self.padding}.")
        tops, lefts = (rng.integers(0, last + 1, len(images)) for last in most)
        return crop_images(framed, tops, lefts, self.size)

class Compose:
    """Several changes one after the other: transforms, which get ``rng`` if it is given, and functions of the pictures alone."""
    def __init__(self, transforms: Sequence[Callable[..., Any]]) -> None:
        self.transforms = list(transforms)
    def __call__(self, images: Any, rng: np.random.Generator | None = None) -> Any:
        for transform in self.transforms:
            images = transform(images, rng) if isinstance(transform, (Transform, Compose)) else transform(images)
        return images

# %% [markdown]
# ### 1.5 Work ahead
# One thread makes batches while the step uses them. What goes wrong in practice: it runs ahead until memory is full; it fails and nobody hears of it, or the
# batches made before are lost; the loop is left early and it waits forever. So it needs room for each batch, hands over what ends it, and is told to stop:
# by a `Semaphore`, a number of places (`acquire` takes one, waiting until there is one; `release` adds one), a `SimpleQueue` (`put`; `get` waits until
# something is there) and an `Event`, a flag that both threads see (`set`, `is_set`).
# %% nbgrader={"grade": false, "grade_id": "08-prefetched", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def wait_for(thread: Thread) -> None:
    """Return when ``thread`` has ended; at once if that never comes: it did not begin, it is the caller (collecting garbage), or Python itself ends."""
    if thread.is_alive() and thread is not current_thread() and not is_finalizing():
        thread.join()

def prefetched(batches: Iterator[Any], ahead: int) -> Iterator[Any]:
    """The same batches in the same order, made by one background thread that is at most ``ahead`` of them in front.

    What goes wrong while a batch is made is raised where that batch would have come, with its own traceback. The thread begins with the first batch;
    when the loop ends, is left or is interrupted, it stops after the batch that it is making.
    """
    # TODO: a thread that makes, a loop that yields, and an end for both.
    # APPROACH: 1. work(): while there is room and nobody has left, put (None, next batch); whatever is raised, StopIteration too, put (it, None). 2. start
    # the thread; forever: get, return at StopIteration, raise any other error, make room, yield. 3. finally: leave, make room, wait_for the thread.
    # HINTS: Semaphore(ahead); catch BaseException, or some errors get lost. `finally` also runs when a generator is left early. An error and the frame that
    # raises it hold each other until garbage is collected: error = None cuts that.
    ### BEGIN SOLUTION
    ready: SimpleQueue[tuple[BaseException | None, Any]] = SimpleQueue()
    room, left = Semaphore(ahead), Event()
    def work() -> None:
        try:
            while room.acquire() and not left.is_set():
                ready.put((None, next(batches)))
        except BaseException as error:
            ready.put((error, None))
    thread = Thread(target=work, daemon=True)
    try:
        thread.start()
        while True:
            error, batch = ready.get()
            if isinstance(error, StopIteration):
                return
            if error is not None:
                raise error
            room.release()
            yield batch
    finally:
        error = None
        left.set()
        room.release()
        wait_for(thread)
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "08-prefetched-test", "locked": true, "points": 18, "schema_version": 3, "solution": false, "task": false}
def test_prefetched():
    made, threads = [], []
    def source(n, broken=None):
        threads.append(threading.current_thread())
        for k in range(n):
            if broken is not None and k == 3:
                raise broken
            made.append(k)
            yield k
    def comes(number):  # the thread makes as many, and stays there
        end = time.monotonic() + 3
        while len(made) < number and time.monotonic() < end:
            time.sleep(0.001)
        return not time.sleep(0.01) and len(made) == number
    got = tried(list, prefetched(source(5), 2))
    assert got == [0, 1, 2, 3, 4], f"the same batches in the same order, got {got}"
    assert len(threads) == 1 and threads[0].name != "caller", "another thread makes them"
    for broken in (KeyError("of batch 3"), SystemExit(3)):
        error = outcome((got := []).extend, prefetched(source(5, broken), 2))
        assert got == [0, 1, 2] and error is broken, f"three batches, then {broken!r}: got {got}, then {error!r}"
        assert "in source" in "".join(traceback.format_exception(error)), "the error must show where it was raised"
    ### BEGIN HIDDEN TESTS
    assert next(prefetched(source(1), 1)) == 0 and threads[-1].daemon, "a program may end before the thread does: daemon=True"
    assert not any(thread.is_alive() for thread in threads), "at the end and after an error the thread is over"
    for ahead in (1, 3):
        made.clear(), threads.clear()
        batches = prefetched(source(9), ahead)
        assert not threads, "before the first batch is asked for there is no thread"
        assert tried(next, batches) == 0 and comes(1 + ahead), f"one batch taken, {ahead} ahead: {1 + ahead} made, got {made}"
        assert tried(next, batches) == 1 and comes(2 + ahead), f"each batch that is taken makes room for one, got {made}"
        assert tried(batches.close) or not threads[0].is_alive() and len(made) == 2 + ahead, "left early, the thread stops"
    ### END HIDDEN TESTS
test_prefetched()

# %% [markdown]
# ### 1.6 The loader
# Given: all of it together. Each pass over a loader is the next epoch. Order and transform take their throws from places (epoch) and (epoch, batch), so that
# a thread, a loop that was left early or a resumed run change nothing of what comes.
# %%
#| export
class DataLoader:
    """Batches of a data set, once through per epoch: ``for inputs, targets in DataLoader(dataset, 64, shuffle=True, seed=0)``.

    ``dataset`` has a length and samples by index. ``shuffle`` gives each epoch another order; the same ``seed`` gives the same epochs (None: a new
    seed). ``drop_last`` leaves out a last batch that is not whole. ``prefetch`` is how many batches a background thread may make in advance, 0 for no
    thread. ``transform`` changes the first part of each batch, in that thread too. ``epoch`` is the number of the next pass: set it to resume.
    """
    def __init__(self, dataset: Any, batch_size: int = 1, shuffle: bool = False, drop_last: bool = False, seed: int | None = None,
                 prefetch: int = 0, transform: Callable[..., Any] | None = None) -> None:
        """ValueError unless ``batch_size`` is 1 or more, ``prefetch`` and ``seed`` 0 or more, all whole."""
        for name, value, least in (("batch_size", batch_size, 1), ("prefetch", prefetch, 0), ("seed", 0 if seed is None else seed, 0)):
            if not isinstance(value, (int, np.integer)) or value < least:
                raise ValueError(f"{name} must be a whole number of {least} or more, got {value!r}.")
        self.dataset, self.batch_size, self.shuffle, self.drop_last, self.prefetch = dataset, batch_size, shuffle, drop_last, prefetch
        self.seed = int(np.random.default_rng().integers(2**32)) if seed is None else int(seed)
        self.transform, self.epoch = None if transform is None else Compose([transform]), 0
    def __len__(self) -> int:
        whole, left = divmod(len(self.dataset), self.batch_size)
        return whole + (left > 0 and not self.drop_last)
    def __iter__(self) -> Iterator[Any]:
        batches = self._batches(self.epoch)
        self.epoch += 1
        return prefetched(batches, self.prefetch) if self.prefetch else batches
    def _batches(self, epoch: int) -> Iterator[Any]:
        for k, rows in enumerate(epoch_rows(len(self.dataset), self.batch_size, self.shuffle, self.drop_last, self.seed, epoch)):
            batch = self.dataset.batch(rows) if isinstance(self.dataset, Dataset) else Dataset.batch(self.dataset, rows)
            if self.transform is not None:
                first = Tensor(self.transform(batch[0] if isinstance(batch, tuple) else batch, generator(self.seed, epoch, k)))
                batch = (first, *batch[1:]) if isinstance(batch, tuple) else first
            yield batch

# %% [markdown]
# ## Part 2: Systems analysis
# ### 2.1 Rows per second
# The same data twice: gathered, and by a data set that only gives one sample at a time. By the table of Part 1, which of both becomes faster with larger
# batches, and from where on no more? **Predict** the two largest of these eight numbers, then run.
# %%
class ByItem(TensorDataset):
    batch = Dataset.batch  # one by one
def rows_per_second(data, batch_size):
    started = time.perf_counter()
    return sum(len(inputs) for inputs, _ in DataLoader(data, batch_size, shuffle=True)) / (time.perf_counter() - started)

x, y = rng.standard_normal((4096, 784), dtype=np.float32), rng.integers(0, 10, 4096)
dataset, batch = TensorDataset(x, y), 64
print("batch   one by one     gathered   rows per second")
for size in (1, 64, 512, 4096):
    print(f"{size:5} {rows_per_second(ByItem(x, y), size):12,.0f} {rows_per_second(dataset, size):12,.0f}")

# %% [markdown]
# ### 2.2 A batch grows
# **Predict** the exponents of time and memory in the number of rows, and from which batch on the bytes cost more than the calls. Then run.
# %%
# %%complexity batch=1..1024 -o growth
rows = np.random.default_rng(0).permutation(4096)[:batch]
# measure:
picked = dataset.batch(rows)

# %% [markdown]
# ### 2.3 A file that is not read
# A mapped file looks like an array; the system fetches a page of it when somebody touches it. **Predict, then run:** the peak of each of the three
# statements below, for a file of 32 MiB (`whole.nbytes`).
# %%
folder = TemporaryDirectory(ignore_cleanup_errors=True)  # Windows keeps what is mapped
np.save(path := Path(folder.name) / "pictures.npy", rng.integers(0, 256, (8192, 4096), dtype=np.uint8))
# %%
# %%measure -o mapped
whole = np.load(path)
pages = np.load(path, mmap_mode="r")
(first,) = next(iter(DataLoader(TensorDataset(pages), 64, shuffle=True, seed=0)))

# %% [markdown]
# ### 2.4 When a thread helps
# Two readers: one waits, as for a disk, the other computes in Python. The step computes in Python too. By the formula of Part 1 a thread turns
# n (r + u) into about n max(r, u). **Predict, then run:** in which of the two cases?
# %%
def work(): return sum(range(100_000))
def wait(): time.sleep(0.003)
def epoch(read, ahead):
    """20 batches, each made by ``read()``, and a step of work with each."""
    batches = (read() for _ in range(20))
    return [work() for _ in (prefetched(batches, ahead) if ahead else batches)]
# %%
# %%measure --time -o overlap
waiting = epoch(wait, 0)
waiting_ahead = epoch(wait, 2)
computing = epoch(work, 0)
computing_ahead = epoch(work, 2)

# %% [markdown]
# ## Part 3: Production context
# - `torch.utils.data.DataLoader` has the same arguments; where yours has one thread, its `num_workers` are **processes**: each holds the data set, makes whole
#   batches and passes them on through shared memory, `prefetch_factor` of them ahead. No common lock, so decoding in Python runs in parallel; the price is
#   starting them, a copy of what each touches, samples that can be pickled, and errors whose traceback arrives as text (PyTorch documentation, *torch.utils.data*).
# - Each worker has its own seed, `base_seed + worker_id`. Before that reached NumPy, workers that were forked threw the same dice (PyTorch issue 5059).
# - `torchvision.transforms` throw once per call: given a batch, all of its pictures change alike (torchvision documentation).

# %% [markdown]
# ## Integration test
# Two epochs by seed, with and without the thread; classes stay integers; pictures change each on its own; refusals.
# %% nbgrader={"grade": true, "grade_id": "08-integration-test", "locked": true, "points": 12, "schema_version": 3, "solution": false, "task": false}
def test_dataloader():
    pictures, ids = rng.standard_normal((23, 2, 5, 6)).astype(np.float32), np.arange(23)
    data = TensorDataset(Tensor(pictures), ids)
    def epochs(**settings):
        loader = DataLoader(data, 4, **settings)
        return [tried(lambda: [(a.data, b.data) for a, b in loader]) for _ in range(2)]
    first, second = (np.concatenate([b for _, b in epoch]) for epoch in epochs(shuffle=True, seed=5))
    same(np.sort(first), ids, "every row once"), same(np.array_equal(first, second), False, "the second epoch has the order of the first")
    assert [len(b) for _, b in epochs()[0]] == [4, 4, 4, 4, 4, 3], "batches of 4, and what is left"
    ### BEGIN HIDDEN TESTS
    change = Compose([RandomHorizontalFlip(), RandomCrop((5, 6), padding=2), lambda images: images * 2])
    for settings in ({"shuffle": True, "seed": 5}, {"shuffle": True, "seed": 5, "transform": change}, {"drop_last": True}):
        expected = sum(epochs(**settings), [])
        for got in (epochs(**settings), epochs(**settings, prefetch=1), epochs(**settings, prefetch=3)):
            for (a, b), (c, d) in zip(sum(got, []), expected, strict=True):
                same(a, c, f"pictures again with {settings}"), same(b, d, f"classes again with {settings}")
                assert "transform" in settings or np.array_equal(a, pictures[b]), "pictures belong to their classes"
    assert len(DataLoader(data, 4)) == 6 and 2 * len(DataLoader(data, 4, drop_last=True)) == len(expected) == 10
    (changed,) = next(iter(DataLoader(TensorDataset(np.stack([pictures[0]] * 64)), 64, seed=0, transform=change)))
    assert len(np.unique(changed.data.reshape(64, -1), axis=0)) > 20, "each picture of a batch changes on its own"
    refuses(ValueError, ["23", "22"], TensorDataset, pictures, ids[1:]), refuses(IndexError, ["23"], data.__getitem__, 23)
    ### END HIDDEN TESTS
test_dataloader()
# %%
if __name__ == "__main__":
    test_collate(), test_gather(), test_epoch_rows(), test_crop_images(), test_prefetched(), test_dataloader()
    print("All tests of module 08 pass; batches of 64:", len(DataLoader(dataset, 64)))

# %% [markdown] nbgrader={"grade": true, "grade_id": "08-question-collation", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# ## ML systems thinking
# **1.** From 2.1 and `growth`: the cost c of a sample in Python, the bytes per second of the gather at its best, and the batch from which on the bytes
# cost more than the call. A network does a step of 64 rows in 2 ms: which share of the time does each way of loading take?
#
# ### BEGIN SOLUTION
# c: the seconds per row one by one, less those gathered. Bytes per second: twice `x[0].nbytes` over the seconds per row. The knee of growth is where both parts
# are equal. Share: 64 over rows per second, against the step. Rubric: 3 points c and bytes per second, 2 the knee, 3 both shares.
# ### END SOLUTION

# %% [markdown] nbgrader={"grade": true, "grade_id": "08-question-mapped", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# **2.** Explain the three peaks of `mapped`. A shuffled epoch over a mapped file of 1 TB with rows of 100 bytes: how many bytes does the system read per row
# if a page has 4 KiB, and what would you change about the order or the file?
#
# ### BEGIN SOLUTION
# The file; next to nothing; one batch, its rows and the order. Each row fetches a whole page: 41 times as much (`4096 / 100`), at random places. Shuffle
# blocks of neighbours, and rows inside a few blocks that are in memory; or write the file in shuffled order once. Rubric: 3 points peaks, 2 pages, 3 a remedy.
# ### END SOLUTION

# %% [markdown] nbgrader={"grade": true, "grade_id": "08-question-overlap", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# **3.** From `overlap`: r and u of both readers, what the formula gives for each with a thread, and what was measured. Why does the second not gain? What do
# processes change about that, and what would a larger `prefetch` change in either case?
#
# ### BEGIN SOLUTION
# Waiting: near n max(r, u), since a waiting thread gives the lock away. Computing: n (r + u) or more: one lock, two in turns. Processes have a lock each. A deeper
# queue evens out reads of unequal length, never the mean. Rubric: 3 points numbers, 3 the lock, 2 the depth.
# ### END SOLUTION

# %% [markdown]
# ## Summary
# You built collation, gathering, orders by seed, changes picture by picture and a thread that works ahead, and measured: Python's calls per sample cost more
# than the bytes, a mapped file costs what is touched, and a thread helps whoever waits. Module 09 finds shapes in these pictures: convolution.
