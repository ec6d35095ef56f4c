"""The data sets that come with the library: what they hold, by other readers than ours, and what happens to a damaged one."""

import gzip
import hashlib
import shutil
import socket
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tinytorch.data import datasets, digits, mnist, photo_digits, shakespeare

FOLDER = Path(datasets.__file__).parent
FILES = ["digits.npz", "mnist.npz", "photos.npz", "shakespeare.txt.gz"]


def stored_bytes(name: str, array: str) -> bytes:
    """The numbers of an array of bytes in an .npz, read without NumPy: the header of an .npy says how long it is."""
    with zipfile.ZipFile(FOLDER / name) as file:
        data = file.read(array + ".npy")
    assert data[:8] == b"\x93NUMPY\x01\x00"
    return data[10 + struct.unpack("<H", data[8:10])[0] :]


@pytest.mark.parametrize(
    ("load", "train", "test", "shape", "largest"),
    [
        (digits, 1437, 360, (8, 8), 16),
        (mnist, 8500, 1500, (28, 28), 255),
        (photo_digits, 8500, 1500, (3, 32, 32), 255),
    ],
)
def test_shapes_dtypes_and_ranges_are_as_documented(
    load: Callable[[], datasets.Split], train: int, test: int, shape: tuple[int, ...], largest: int
) -> None:
    x_train, y_train, x_test, y_test = load()
    assert (x_train.shape, x_test.shape) == ((train, *shape), (test, *shape))
    assert (y_train.shape, y_test.shape) == ((train,), (test,))
    for images, labels in ((x_train, y_train), (x_test, y_test)):
        assert images.dtype == np.uint8
        assert labels.dtype == np.int64
        assert (images.min(), images.max()) == (0, largest)
        assert np.unique(labels).tolist() == list(range(10))
        assert images.flags.c_contiguous


def test_digits_are_the_source_in_its_order() -> None:
    x_train, y_train, x_test, y_test = digits()
    assert np.concatenate([x_train, x_test]).tobytes() == stored_bytes("digits.npz", "x")
    assert bytes([*y_train, *y_test]) == stored_bytes("digits.npz", "y")
    assert x_train[0, 0].tolist() == [0, 0, 5, 13, 9, 1, 0, 0]  # the first line of load_digits(), printed everywhere
    assert y_train[:10].tolist() == list(range(10))
    # The counts that UCI states for its test set.
    counts = np.bincount(np.concatenate([y_train, y_test])).tolist()
    assert counts == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def test_mixed_digits_are_the_same_images_in_another_order_that_stays() -> None:
    plain, mixed = digits(), digits(mixed=True)
    assert [part.shape for part in plain] == [part.shape for part in mixed]
    pairs = [
        sorted(
            (image.tobytes(), label) for x, y in ((d[0], d[1]), (d[2], d[3])) for image, label in zip(x, y, strict=True)
        )
        for d in (plain, mixed)
    ]
    assert pairs[0] == pairs[1]
    assert not np.array_equal(plain[0], mixed[0])
    assert mixed[3][:12].tolist() == digits(mixed=True)[3][:12].tolist() == [0, 8, 8, 9, 8, 3, 7, 5, 0, 6, 6, 3]


def test_mnist_has_the_classes_and_statistics_of_its_source_each_image_once() -> None:
    x_train, y_train, x_test, y_test = mnist()
    raw = stored_bytes("mnist.npz", "x")
    assert np.concatenate([x_train, x_test]).tobytes() == raw
    labels = stored_bytes("mnist.npz", "y")
    assert bytes([*y_train, *y_test]) == labels
    # Counted in the ten files of the npm package.
    assert [labels.count(k) for k in range(10)] == [1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978]
    assert len({raw[i : i + 784] for i in range(0, len(raw), 784)}) == 10_000
    assert sum(raw) / len(raw) / 255 == pytest.approx(0.1311, abs=5e-5)


def test_photo_digits_follow_the_recipe_and_the_seed() -> None:
    x_train, y_train, x_test, y_test = photo_digits(seed=3)
    again, other = photo_digits(seed=3), photo_digits()
    assert np.array_equal(again[0], x_train)
    assert np.array_equal(again[2], x_test)
    assert not np.array_equal(other[0], x_train)
    inks, labels, last_inks, last_labels = mnist()
    assert np.array_equal(y_train, labels)
    assert np.array_equal(y_test, last_labels)
    # The recipe of docs/datasets.md, an image at a time, in whole numbers with signs.
    photos = np.frombuffer(stored_bytes("photos.npz", "photos"), np.uint8).reshape(2, 213, 320, 3).astype(int)
    rng = np.random.default_rng(3)
    k, r, c = rng.integers(2, size=10_000), rng.integers(181, size=10_000), rng.integers(288, size=10_000)
    i, j = rng.integers(0, 5, size=(2, 10_000))
    for n in (0, 1, 8499, 8500, 9999):
        ink = np.zeros((32, 32), int)
        ink[i[n] : i[n] + 28, j[n] : j[n] + 28] = inks[n] if n < 8500 else last_inks[n - 8500]
        expected = [abs(photos[k[n], r[n] : r[n] + 32, c[n] : c[n] + 32, channel] - ink) for channel in range(3)]
        assert np.array_equal(x_train[n] if n < 8500 else x_test[n - 8500], expected)


def test_shakespeare_is_the_text_of_eight_plays() -> None:
    text = shakespeare()
    assert text.encode() == zlib.decompress((FOLDER / "shakespeare.txt.gz").read_bytes(), wbits=31)
    assert (len(text), len(set(text))) == (1_036_160, 76)
    for line in ("To be, or not to be", "Out, out, brief candle!", "Et tu, Brute", "such stuff\nAs dreams are made on"):
        assert line in text
    for mark in ("\r", "\n\n\n\n", "gutenberg", "copyright"):
        assert mark not in text.lower()


def test_shakespeares_bigrams_are_worth_what_the_course_states() -> None:
    """Add-one smoothing on the first 90 %: 2.57 nats a character on the rest; 2.49 over the whole text without smoothing."""
    codes = np.unique(np.frombuffer(shakespeare().encode(), np.uint8), return_inverse=True)[1]
    cut = len(codes) * 9 // 10

    def pairs(part: np.ndarray) -> np.ndarray:
        return np.bincount(part[:-1] * 76 + part[1:], minlength=76 * 76).reshape(76, 76)

    counts = pairs(codes[:cut]) + 1
    held_out = -np.log(counts / counts.sum(axis=1, keepdims=True))[codes[cut:-1], codes[cut + 1 :]].mean()
    assert held_out == pytest.approx(2.57, abs=0.005)
    every = pairs(codes)
    share = np.where(every > 0, every / np.maximum(every.sum(axis=1, keepdims=True), 1), 1)
    assert -(every * np.log(share)).sum() / every.sum() == pytest.approx(2.49, abs=0.005)


@pytest.mark.parametrize("load", [digits, mnist, photo_digits])
def test_each_call_gives_arrays_of_its_own(load: Callable[[], datasets.Split]) -> None:
    first = load()
    before = first[0][0].copy()
    first[0][...] = 7
    first[1][...] = 7
    assert np.array_equal(load()[0][0], before)
    assert not np.shares_memory(first[0], first[2])


def test_the_recorded_checksums_are_those_of_the_files() -> None:
    recorded = dict(line.split("  ")[::-1] for line in (FOLDER / "SHA256SUMS").read_text().splitlines())
    assert recorded == {name: hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() for name in FILES}
    licences = (FOLDER / "LICENSES.md").read_text(encoding="utf-8")
    assert all(f"## {name}\n" in licences for name in FILES)
    assert sum((FOLDER / name).stat().st_size for name in FILES) < 3_000_000


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the files that the loaders read instead."""
    for name in [*FILES, "SHA256SUMS"]:
        shutil.copy(FOLDER / name, tmp_path)
    monkeypatch.setattr(datasets, "FOLDER", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "load"),
    [("digits.npz", digits), ("mnist.npz", mnist), ("photos.npz", photo_digits), ("shakespeare.txt.gz", shakespeare)],
)
def test_a_damaged_or_missing_file_is_a_sentence(copy: Path, name: str, load: Callable[[], object]) -> None:
    data = bytearray((copy / name).read_bytes())
    data[len(data) // 2] ^= 1
    (copy / name).write_bytes(data)
    with pytest.raises(OSError, match=rf"{name} is damaged.*Reinstall it: pip install"):
        load()
    (copy / name).write_bytes(data[: len(data) // 2])
    with pytest.raises(OSError, match=rf"{name} is damaged"):
        load()
    (copy / name).unlink()
    with pytest.raises(FileNotFoundError, match=rf"{name} is missing\. Reinstall it"):
        load()


def test_a_file_with_the_checksum_of_another_is_damaged(copy: Path) -> None:
    shutil.copy(copy / "mnist.npz", copy / "digits.npz")
    with pytest.raises(OSError, match=r"digits\.npz is damaged"):
        digits()


def test_nothing_is_loaded_before_it_is_asked_for_and_nothing_from_the_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = (
        "import sys, tinytorch; assert not any(n.startswith('tinytorch.') for n in sys.modules)\n"
        "import tinytorch.data; print(sorted(n for n in sys.modules if n.startswith('tinytorch.')))"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert ran.stdout == "['tinytorch.data', 'tinytorch.data.datasets']\n"

    def offline(*_: object) -> None:
        raise AssertionError("a data set went to the network")

    monkeypatch.setattr(socket, "socket", offline)
    monkeypatch.chdir(tmp_path)
    digits(), mnist(), photo_digits(), shakespeare()
    assert list(tmp_path.iterdir()) == []


def test_the_gzip_file_carries_no_time() -> None:
    with gzip.open(FOLDER / "shakespeare.txt.gz") as file:
        file.read(1)
        assert file.mtime == 0
