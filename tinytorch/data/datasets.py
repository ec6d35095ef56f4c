"""Real data that works with no internet: small enough to travel with the library, checked each time before it is used.

Images are uint8, as stored: a quarter of what they take as float32. Divide by the largest value to train on them. Labels are
int64 class ids. Each call reads the file again and returns arrays of its own, which may be changed; nothing is kept.
Authors and licences: ``LICENSES.md`` beside this file.
"""

import gzip
import hashlib
import io
from importlib import resources
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Images: TypeAlias = NDArray[np.uint8]
Labels: TypeAlias = NDArray[np.int64]
Split: TypeAlias = tuple[Images, Labels, Images, Labels]

FOLDER = resources.files("tinytorch.data")
SUMS = "SHA256SUMS"
MEND = "Reinstall it: pip install --force-reinstall --no-deps tinytorch-lab"


def digits(mixed: bool = False) -> Split:
    """1,797 handwritten digits, 8x8, by 13 people: ``x_train, y_train, x_test, y_test = digits()``.

    Images (1437, 8, 8) and (360, 8, 8), uint8 from 0 to 16; labels int64 from 0 to 9. The last 360 in the order of their source
    are for testing, and these are harder than the others (docs/datasets.md has figures); ``mixed=True`` shuffles all of them
    first, always in the same way, so that the test images are like those for training. 45 KB.
    """
    images, labels = _arrays("digits.npz", "x", "y")
    if mixed:
        order = np.random.default_rng(0).permutation(len(images))
        images, labels = images[order], labels[order]
    return _split(images, labels, 1437)


def mnist() -> Split:
    """10,000 of MNIST's handwritten digits, 28x28: ``x_train, y_train, x_test, y_test = mnist()``.

    Images (8500, 28, 28) and (1500, 28, 28), uint8 from 0 to 255; labels int64 from 0 to 9. In a shuffled order that is part of
    the file: the split is always the same. 1.7 MB.
    """
    images, labels = _arrays("mnist.npz", "x", "y")
    return _split(images, labels, 8500)


def photo_digits(seed: int = 0) -> Split:
    """The images of ``mnist`` on patches of two photographs, in colour: ``x_train, y_train, x_test, y_test = photo_digits()``.

    Images (8500, 3, 32, 32) and (1500, 3, 32, 32), uint8 from 0 to 255, channels red, green, blue; labels int64 from 0 to 9, in
    the order of ``mnist``. Each channel is ``|photo - ink|``, the way MNIST-M was made (Ganin and others, 2016). Made when
    called, 31 MB; the same ``seed`` gives the same images.
    """
    inks, labels = _arrays("mnist.npz", "x", "y")
    (photos,) = _arrays("photos.npz", "photos")
    photos = photos.transpose(0, 3, 1, 2)  # (2, 3, height, width)
    height, width = photos.shape[2:]
    n, size = len(inks), 32
    rng = np.random.default_rng(seed)
    photo = rng.integers(len(photos), size=n)
    tops, lefts = rng.integers(height - size, size=n), rng.integers(width - size, size=n)
    rows, columns = rng.integers(0, size - 28 + 1, size=(2, n))
    images = np.empty((n, 3, size, size), np.uint8)
    for k in range(n):
        top, left, i, j = tops[k], lefts[k], rows[k], columns[k]
        images[k] = photos[photo[k], :, top : top + size, left : left + size]
        patch = images[k, :, i : i + 28, j : j + 28]
        patch[...] = np.maximum(patch, inks[k]) - np.minimum(patch, inks[k])
    return _split(images, labels, 8500)


def shakespeare() -> str:
    """Eight plays by Shakespeare, one after the other: ``text = shakespeare()``.

    1,036,160 characters, 76 different ones, all ASCII. To train on the first 90 % and judge on the rest, cut at
    ``len(text) * 9 // 10``. 0.4 MB.
    """
    return gzip.decompress(_read("shakespeare.txt.gz")).decode("ascii")


def _split(images: Images, labels: Images, train: int) -> Split:
    ids = labels.astype(np.int64)
    return images[:train], ids[:train], images[train:], ids[train:]


def _arrays(name: str, *keys: str) -> list[Images]:
    with np.load(io.BytesIO(_read(name)), allow_pickle=False) as stored:
        return [stored[key] for key in keys]


def _read(name: str) -> bytes:
    """The bytes of a data file. OSError, saying how to mend it, if the file is missing or not the one that was recorded."""
    try:
        data = FOLDER.joinpath(name).read_bytes()
        recorded = FOLDER.joinpath(SUMS).read_text(encoding="ascii").splitlines()
    except FileNotFoundError as error:
        raise FileNotFoundError(f"The data file {error.filename} is missing. {MEND}") from None
    if f"{hashlib.sha256(data).hexdigest()}  {name}" not in recorded:
        raise OSError(f"The data file {FOLDER.joinpath(name)} is damaged: it has not the checksum in {SUMS}. {MEND}")
    return data
