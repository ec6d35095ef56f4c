# Generated from modules/08_dataloader/dataloader_dev.py by `tinytorch-lab export`. Do not edit: edit the lesson.
"""Data on its way to a step: data sets, batches in an order that a seed fixes, a thread that reads ahead, changed pictures."""

from collections.abc import Callable, Iterator, Sequence
from queue import SimpleQueue
from sys import is_finalizing
from threading import Event, Semaphore, Thread, current_thread
from typing import Any

import numpy as np

from tinytorch.core.tensor import Array, Tensor, as_array

Size = tuple[int, int]  # height and width


def collate(samples: Sequence[Any]) -> Any:
    """The samples as one batch: tensors, arrays and numbers of one shape are stacked to a Tensor, tuples part by part to a tuple of Tensors.

    Integers stay integers; tensors keep their dtype, other floats become float32. ValueError for samples of different shapes or numbers of parts.
    """
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


def gather(arrays: Sequence[Array], rows: Any) -> tuple[Array, ...]:
    """Of each array the ``rows``: (N, ...) becomes (B, ...), copied; one number gives that row. Negative ones count from the end. IndexError if one is not there."""
    try:
        return tuple(array[rows] for array in arrays)
    except IndexError as error:
        raise IndexError(f"The data set has {len(arrays[0])} rows, but {error}.") from None


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


def epoch_rows(length: int, batch_size: int, shuffle: bool, drop_last: bool, seed: int, epoch: int) -> list[Array]:
    """The rows 0 to ``length - 1`` in pieces of ``batch_size``: ascending, or by seed and epoch if ``shuffle``. The last has what is left; ``drop_last`` drops
    it if that is not a whole batch."""
    order = generator(seed, epoch).permutation(length) if shuffle else np.arange(length)
    end = length - length % batch_size if drop_last else length
    return [order[start : start + batch_size] for start in range(0, end, batch_size)]


def crop_images(images: Array, tops: Array, lefts: Array, size: Size) -> Array:
    """From each of ``images`` (B, C, H, W) the piece of ``size`` = (h, w) at its own top and left (B,): (B, C, h, w), copied."""
    pieces = np.lib.stride_tricks.sliding_window_view(images, size, axis=(2, 3))
    return pieces[np.arange(len(images)), :, tops, lefts]


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


def wait_for(thread: Thread) -> None:
    """Return when ``thread`` has ended; at once if that never comes: it did not begin, it is the caller (collecting garbage), or Python itself ends."""
    if thread.is_alive() and thread is not current_thread() and not is_finalizing():
        thread.join()

def prefetched(batches: Iterator[Any], ahead: int) -> Iterator[Any]:
    """The same batches in the same order, made by one background thread that is at most ``ahead`` of them in front.

    What goes wrong while a batch is made is raised where that batch would have come, with its own traceback. The thread begins with the first batch;
    when the loop ends, is left or is interrupted, it stops after the batch that it is making.
    """
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
