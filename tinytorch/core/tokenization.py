# Generated from modules/10_tokenization/tokenization_dev.py by `tinytorch-lab export`. Do not edit: edit the lesson.
"""Tokenization: text as lists of ids and back, by characters or by byte pairs that are learned from text."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from heapq import heapify, heappop, heappush
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

Pair = tuple[int, int]
UNKNOWN = "<unk>"
BYTES = 256  # the ids of the single bytes; merges follow


def look_up(ids: Iterable[int], vocab: Sequence[Any]) -> list[Any]:
    """The token of each id. IndexError, naming id and range, for one that is not in 0 .. ``len(vocab) - 1``."""
    found = []
    for i in ids:
        if not 0 <= i < len(vocab):
            raise IndexError(f"Id {i} is none of this vocabulary's, which are 0 to {len(vocab) - 1}.")
        found.append(vocab[i])
    return found


_WORD = re.compile(r" ?\w+| ?[^\w\s]+|\s+(?!\S)|\s+")

def to_bytes(text: str) -> bytes:
    """The UTF-8 bytes of ``text``. ValueError if it holds half of a surrogate pair."""
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        half = ord(text[error.start])
        raise ValueError(f"The text holds U+{half:04X}, half of a surrogate pair: that is no character and has no bytes.") from None

def split_words(text: str) -> list[str]:
    """Letters and digits, or other signs, each run with one blank before it; white space else. Joined they are the text."""
    return _WORD.findall(text)

def count_words(texts: str | Iterable[str]) -> Counter[tuple[int, ...]]:
    """How often each word occurs in a text or in several, by its bytes."""
    texts = [texts] if isinstance(texts, str) else texts
    words = Counter(word for text in texts for word in split_words(text))
    return Counter({tuple(to_bytes(word)): times for word, times in words.items()})


def count_pairs(words: Mapping[tuple[int, ...], int]) -> Counter[Pair]:
    """How often each pair of neighbours occurs; ``words`` says how often each word does. ``(1, 1, 1)`` holds ``(1, 1)`` twice."""
    counts: Counter[Pair] = Counter()
    for word, times in words.items():
        for pair in pairwise(word):
            counts[pair] += times
    return counts


def merge(ids: Sequence[int], pair: Pair, new: int) -> list[int]:
    """``ids`` with ``new`` for each ``pair`` of neighbours, from left to right, as a new list."""
    merged, i = [], 0
    while i < len(ids):
        if i + 1 < len(ids) and ids[i] == pair[0] and ids[i + 1] == pair[1]:
            merged.append(new)
            i += 2
        else:
            merged.append(ids[i])
            i += 1
    return merged


def learn_merges(words: Mapping[tuple[int, ...], int], most: int) -> list[Pair]:
    """At most ``most`` pairs in the order of their merges (Sennrich and others, 2016); the k-th, from 0, makes id 256 + k.

    ``words`` are tuples of bytes and how often each occurs. The most frequent pair comes first, of several the smallest; none that occurs once.
    """
    counts, times = count_pairs(words), list(words.values())
    spelled: list[Sequence[int]] = list(words)
    places: dict[Pair, set[int]] = {pair: set() for pair in counts}
    for i, word in enumerate(spelled):
        for pair in pairwise(word):
            places[pair].add(i)
    heap = [(-count, pair) for pair, count in counts.items()]
    heapify(heap)
    merges: list[Pair] = []
    while heap and len(merges) < most:
        pushed, best = heappop(heap)
        if counts[best] < -pushed:
            heappush(heap, (-counts[best], best))
            continue
        if counts[best] < 2:
            break
        new, made = BYTES + len(merges), set()
        merges.append(best)
        for i in places.pop(best):
            for pair in pairwise(spelled[i]):
                counts[pair] -= times[i]
            spelled[i] = merge(spelled[i], best, new)
            for pair in pairwise(spelled[i]):
                counts[pair] += times[i]
                if new in pair:
                    places.setdefault(pair, set()).add(i)
                    made.add(pair)
        for pair in made:
            heappush(heap, (-counts[pair], pair))
    return merges


def apply_merges(ids: Sequence[int], ranks: Mapping[Pair, int]) -> list[int]:
    """``ids`` (bytes) after all merges that apply, lowest rank first; the merge of rank k makes id 256 + k."""
    ids = list(ids)
    while len(ids) > 1:
        pair = min(pairwise(ids), key=lambda pair: ranks.get(pair, len(ranks)))
        if pair not in ranks:
            break
        ids = merge(ids, pair, BYTES + ranks[pair])
    return ids


class Tokenizer:
    """Text to ids and back; a subclass has ``vocab``, the token of each id, and says how."""
    vocab: Sequence[Any]
    saved: tuple[str, ...] = ("vocab",)  # what makes it again

    @property
    def vocab_size(self) -> int:
        """The number of ids that exist: 0 .. ``vocab_size - 1``."""
        return len(self.vocab)

    def encode(self, text: str) -> list[int]:
        """The ids of ``text``."""
        raise NotImplementedError(f"{type(self).__name__} needs a method encode(text).")

    def decode(self, ids: Iterable[int]) -> str:
        """The text of ``ids``. IndexError for an id that does not exist."""
        raise NotImplementedError(f"{type(self).__name__} needs a method decode(ids).")

    def save(self, path: str | Path) -> None:
        """Write it to a JSON file, which is whole or, if anything fails, as it was."""
        part, saved = Path(f"{path}.part"), {name: getattr(self, name) for name in self.saved}
        try:
            part.write_text(json.dumps({"kind": type(self).__name__, **saved}), encoding="utf-8")
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """What ``save`` of the same class wrote. ValueError for any other file."""
        try:
            saved = json.loads(Path(path).read_text(encoding="utf-8"))
        except ValueError:
            saved = None
        if not isinstance(saved, dict) or saved.pop("kind", None) != cls.__name__:
            raise ValueError(f"{path} holds no {cls.__name__} that was saved.")
        return cls(**saved)

class CharTokenizer(Tokenizer):
    """One id for each character; with ``unk=True`` id 0 is ``"<unk>"``, for all others."""

    def __init__(self, vocab: Iterable[str] = (), unk: bool = False) -> None:
        """``vocab`` holds the characters in the order of their ids. ValueError if one comes twice or is longer."""
        self.vocab = [UNKNOWN] * unk + [token for token in vocab if not (unk and token == UNKNOWN)]
        self.ids = {token: i for i, token in enumerate(self.vocab)}
        for token, times in Counter(self.vocab).items():
            if times > 1 or (len(token) != 1 and token != UNKNOWN):
                raise ValueError(f"A vocabulary consists of single characters, each once, got {token!r} {times} times.")

    def build_vocab(self, texts: str | Iterable[str]) -> None:
        """Take all characters of a text, or of several, in the order of their code points."""
        CharTokenizer.__init__(self, sorted(set("".join(texts))), UNKNOWN in self.ids)

    def encode(self, text: str) -> list[int]:
        """The id of each character. ValueError, naming it, for one that is not in the vocabulary, unless that has ``"<unk>"``."""
        strange = set(text) - set(self.ids)
        if strange and UNKNOWN not in self.ids:
            raise ValueError(f"{min(strange)!r} is none of the vocabulary's {len(self.vocab)} characters; unk=True gives such characters an id.")
        return [self.ids[UNKNOWN if character in strange else character] for character in text]

    def decode(self, ids: Iterable[int]) -> str:
        return "".join(look_up(ids, self.vocab))

class BPETokenizer(Tokenizer):
    """Bytes and merges of them: any text has ids, and they give it back."""
    KEPT = 2**16
    saved = ("vocab_size", "merges")

    def __init__(self, vocab_size: int = 1024, merges: Iterable[Pair] = ()) -> None:
        """At most ``vocab_size`` ids (ValueError if below the 256 bytes), with the first of the ``merges`` of an earlier training."""
        if vocab_size < BYTES:
            raise ValueError(f"A vocabulary of bytes has at least {BYTES} ids, got vocab_size={vocab_size}.")
        self.most = vocab_size
        self.merges = [(first, second) for first, second in merges][: vocab_size - BYTES]
        self.vocab = [bytes([i]) for i in range(BYTES)]
        for pair in self.merges:
            self.vocab.append(b"".join(look_up(pair, self.vocab)))
        self._ranks = {pair: k for k, pair in enumerate(self.merges)}
        self._known: dict[str, list[int]] = {}

    def train(self, words: str | Iterable[str]) -> None:
        """Learn the merges from a text, or from words or texts; fewer than asked for if no pair is left that occurs twice."""
        BPETokenizer.__init__(self, self.most, learn_merges(count_words(words), self.most - BYTES))

    def encode(self, text: str) -> list[int]:
        ids: list[int] = []
        for word in split_words(text):
            if word not in self._known:
                if len(self._known) >= self.KEPT:
                    self._known.clear()
                self._known[word] = apply_merges(to_bytes(word), self._ranks)
            ids += self._known[word]
        return ids

    def decode(self, ids: Iterable[int]) -> str:
        """The text of ``ids``; bytes that are no UTF-8, such as half a character, become U+FFFD."""
        return b"".join(look_up(ids, self.vocab)).decode(errors="replace")
