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
# # Milestone 6: Smaller and faster, and measured fairly (2018)
# In 2018 companies and universities agreed on MLPerf: tasks, data, a quality that must be reached, and rules, so that speeds of different makers
# can be set side by side. It began with training; the tasks for trained models followed a year later (V. J. Reddi and others, *MLPerf Inference
# Benchmark*, ISCA 2020). Its closed division asks, for most tasks, for at least 99 % of the accuracy of the float32 model, and for weights that are changed by
# nothing but quantization; who prunes and trains again competes in the open division.
#
# **You run it on your own library:** modules 01 to 08, the GPT of milestone 5 (10 to 13), and what makes models smaller and faster: profiling (14), quantization (15),
# compression (16), the cache (17), and the judge (19).
#
# **It has to** read at least 94 % of MNIST's digits that it never saw, and to keep 99 % of that with a file of at most 27 % of the size (in int8, or with four fifths of the weights 0),
# 40 % (with fewer neurons) and 11 % (with fewer neurons in int8). A GPT in int8 has to need at most 40 % of the memory for at most 0.02 nats a character more, with smaller MLPs 32 % for 0.05; and with a
# cache each of them has to compute every position once, and the one in float32 to write the same text. All of that from three different starts.

# %%
import copy
import os
import tracemalloc

import matplotlib.pyplot as plt
import numpy as np

from tinytorch import (
    GPT,
    Adam,
    AdamW,
    CharTokenizer,
    CosineSchedule,
    CrossEntropyLoss,
    DataLoader,
    Linear,
    Module,
    ReLU,
    Sequential,
    Tensor,
    TensorDataset,
    Trainer,
    manual_seed,
    no_grad,
)
from tinytorch.data import mnist, shakespeare
from tinytorch.perf.benchmarking import BenchmarkSuite, TinyMLPerf, compare_times, take_turns
from tinytorch.perf.compression import KeepZeros, magnitude_prune, structured_prune
from tinytorch.perf.memoization import enable_kv_cache
from tinytorch.perf.quantization import model_bytes, quantize_model

# %% [markdown]
# The whole takes one and a half minutes of one processor, most of it for the three GPTs (measured on an AMD EPYC with one thread for products, which is `OPENBLAS_NUM_THREADS=1`). With
# `TINYTORCH_SHORT` set it does a part of that, from one start, and asks for less: that is how this course tests itself.

# %%
short = "TINYTORCH_SHORT" in os.environ
starts, learned, epochs, more_epochs, reading_steps = (1, 2000, 4, 2, 40) if short else (3, 8500, 8, 4, 600)
goal, least, context = (0.8, 0.97, 64) if short else (0.94, 0.99, 128)
rounds, text_rounds = (12, 6) if short else (30, 12)

# %% [markdown]
# ## A model to start from
# The network of milestone 3 with 128 hidden units, on the 28 by 28 pixels of milestone 4.

# %%
images, labels, unseen, unseen_labels = mnist()
pictures, labels = images[:learned].reshape(-1, 784) / np.float32(255), labels[:learned]
unseen = Tensor(unseen.reshape(-1, 784) / np.float32(255))
loss_of = CrossEntropyLoss()

def network():
    return Sequential(Linear(784, 128), ReLU(), Linear(128, 10))

def learn(model, seed, epochs, rate, optimizer=None):
    """``model``, after so many epochs more; the rate falls to 0."""
    optimizer = optimizer or Adam(model.parameters())
    batches = DataLoader(TensorDataset(pictures, labels), 32, shuffle=True, seed=seed)
    trainer = Trainer(model, optimizer, loss_of, CosineSchedule(rate, 0, epochs))
    for _ in range(epochs):
        trainer.train_epoch(batches)
    return model

def accuracy(model):
    """The share of unseen pictures whose highest score is at their label."""
    with no_grad():
        return np.mean(model(unseen).data.argmax(axis=1) == unseen_labels)

# %% [markdown]
# ## Four smaller ones
# What is pruned has to learn a little more. So that this is not more than the original gets, all of them are made from the same half-trained model: the original
# goes on as it is, the pruned ones go on as they are, for as many epochs. Quantization takes what is trained.

# %%
def variants(seed):
    """The network in five forms, by name."""
    manual_seed(seed)
    base = learn(network(), seed, epochs, 0.002)
    def goes_on(model, wrap=lambda optimizer: optimizer):
        return learn(model, seed + 100, more_epochs, 0.002, wrap(Adam(model.parameters())))
    original = goes_on(copy.deepcopy(base))
    zeros = goes_on(magnitude_prune(copy.deepcopy(base), 0.8), KeepZeros)
    fewer = goes_on(structured_prune(copy.deepcopy(base), 0.625))
    calibration = [Tensor(pictures[:500])]
    return {
        "float32": original,
        "int8": quantize_model(copy.deepcopy(original), calibration),
        "80 % zeros": zeros,
        "48 neurons": fewer,
        "48 neurons, int8": quantize_model(copy.deepcopy(fewer), calibration),
    }

# %% [markdown]
# **What is size?** A file may hold a matrix of many zeros as one bit for each number, and the numbers that are not 0. In memory it is as large as before.

# %%
def packed(array):
    """The arrays that a file has to hold: ``array``, or its bits and what is not 0 if that is less."""
    sparse = np.packbits(array != 0), array[array != 0]
    return sparse if sum(part.nbytes for part in sparse) < array.nbytes else (array,)

def unpacked(parts, like):
    """What ``packed`` was made of."""
    if len(parts) == 1:
        return parts[0]
    whole = np.zeros_like(like)
    whole[np.unpackbits(parts[0], count=like.size).astype(bool).reshape(like.shape)] = parts[1]
    return whole

def file_bytes(model):
    """The bytes of all arrays of ``model`` as a file would hold them; each is read back to be sure."""
    total = 0
    for name, array in model.state_dict().items():
        parts = packed(array)
        assert np.array_equal(unpacked(parts, array), array), name
        total += sum(part.nbytes for part in parts)
    return total

allowed = {"int8": 0.27, "80 % zeros": 0.27, "48 neurons": 0.4, "48 neurons, int8": 0.11}
everyone, right = [], []
for seed in range(starts):
    everyone.append(variants(seed))
    right.append({name: accuracy(model) for name, model in everyone[-1].items()})
    print(f"seed {seed}: " + "; ".join(f"{name} {share:.1%}" for name, share in right[-1].items()))
    whole, whole_size = right[-1]["float32"], file_bytes(everyone[-1]["float32"])
    assert whole >= goal, f"seed {seed} reads only {whole:.1%}"
    for name, most in allowed.items():
        kept, size = right[-1][name] / whole, file_bytes(everyone[-1][name]) / whole_size
        assert kept >= least, f"seed {seed}: {name} keeps only {kept:.1%} of the accuracy"
        assert size <= most, f"seed {seed}: {name} has {size:.1%} of the size"

# %% [markdown]
# ## The table
# MLPerf asks in several ways. *Offline*: all pictures are there, how long do they take? *Single stream*: one picture after another, how long does each take? **Predict**, for each
# of the four, where it is faster than the original, where slower; and whether it needs less memory while it runs. Memory is the model and the most that a pass over all pictures holds at once
# beside it, temporary arrays of NumPy included. Each takes turns with the original, which also has to compete with itself; the factors are intervals of module 19, and its judge
# would refuse an unfair comparison.

# %%
def peak(work):
    """The most bytes that ``work()`` holds at once, beside what was there."""
    tracemalloc.start()
    work()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most

singles = [Tensor(unseen.data[k : k + 1]) for k in range(20)]

def one_by_one(model):
    for single in singles:
        model(single)

def factor(comparison):
    low, high = comparison.interval
    return f"{low:.2f} to {high:.2f} times as fast ({comparison.verdict})"

def offline(original, model):
    """The row of ``model`` on all pictures, and its comparison with the original."""
    before, row = BenchmarkSuite({"original": original, "this": model}, unseen, unseen_labels, warmup=3, runs=rounds).run()
    return row, TinyMLPerf(target=least * before.accuracy, runs=rounds).compare(before, row)

def stream(original, model):
    """Seconds for each of ``singles``, and the comparison with the original."""
    before, times = take_turns([lambda: one_by_one(original), lambda: one_by_one(model)], rounds + 3)
    return np.median(times[3:]) / len(singles), compare_times(before[3:], times[3:])

print(f"{'':18}{'file':>10}{'memory':>12}{'accuracy':>10}{'offline':>11}{'stream':>13}")
for name, model in everyone[0].items():
    with no_grad():
        held = model_bytes(model) + peak(lambda model=model: model(unseen))
        (row, all_at_once), (seconds, one_at_a_time) = (way(everyone[0]["float32"], model) for way in (offline, stream))
    figures = f"{file_bytes(model) / 1024:>6.1f} KiB{held / 1024:>8.0f} KiB{row.accuracy:>10.1%}"
    print(f"{name:18}{figures}{row.latency.median * 1e3:>8.2f} ms{seconds * 1e6:>7.0f} us/pic")
    print(f"{'':10}offline: {factor(all_at_once)}\n{'':10}stream:  {factor(one_at_a_time)}")

# %% [markdown]
# Only what makes the matrices smaller makes the products faster. Zeros are multiplied like other numbers: they save bytes in the file and nothing else. int8 is small in the file; to multiply, your library needs
# floats again, so each pass converts pictures and weights. That costs time, and for all pictures at once the copies are much larger than the model: in int8 it needs more memory than before while it runs.
# Processors with instructions for int8 need no copies.
#
# Why in pairs? With all five in turns, each runs behind the same other one, and the copies of int8 leave little of the caches to whoever comes next. On the machine of the authors the zeros, behind int8, came
# out as "slower" then, 0.85 to 0.90 times as fast; alone with the original 0.99 to 1.02 times, with no difference shown. (An interval that just misses 1 is no proof either:
# with a confidence of 0.95, one in twenty does so between equals.)
#
# Only the second row could be handed in for the closed division: the other three were pruned and trained again, which is for the open one. Where does the time go?

# %%
original, eighth, sparse, thin, thin8 = everyone[0].values()

# %%
# %%measure --repeat 3 -o forms
by_floats = original(unseen)
by_int8 = eighth(unseen)
by_zeros = sparse(unseen)
by_fewer = thin(unseen)
by_both = thin8(unseen)

# %% [markdown]
# The conversion costs nearly as much for the small network as for the large one, since most of it is for the pictures.
#
# ## A model that writes
# The GPT of milestone 5, for texts of twice the length, and two smaller ones: in int8, and with half of the features between the two layers of each MLP, in int8. Again all
# of them come from one half-trained model and read the same number of characters.

# %%
text = shakespeare()
tokenizer = CharTokenizer()
tokenizer.build_vocab(text)
codes = np.array(tokenizer.encode(text))
read, unread = np.split(codes, [len(codes) * 9 // 10])
kinds = tokenizer.vocab_size

def windows(text, firsts):
    """Inputs and targets (B, context) from the places ``firsts``; each target is the character after its input."""
    rows = text[np.asarray(firsts)[:, None] + np.arange(context + 1)]
    return rows[:, :-1], rows[:, 1:]

def loss_of_text(scores, targets):
    return loss_of(scores.reshape(-1, kinds), targets.reshape(-1))

def read_on(model, seed, steps, rate):
    """``model``, after so many steps more."""
    rng = np.random.default_rng(seed)
    trainer = Trainer(model, AdamW(model.parameters()), loss_of_text, CosineSchedule(rate, rate / 20, 10), grad_clip_norm=1.0)
    for _ in range(10):
        trainer.train_epoch(windows(read, rng.integers(0, len(read) - context, 8)) for _ in range(steps // 10))
    return model

def surprise(model):
    """The mean loss, nats per character, on windows from the beginning of the unread text."""
    parts = np.array_split(np.arange(40 if short else 160) * context, 10)
    with no_grad():
        return np.mean([loss_of_text(model(inputs), targets).item() for inputs, targets in (windows(unread, firsts) for firsts in parts)])

def writers(seed):
    """The GPT in three forms, by name."""
    manual_seed(seed)
    base = read_on(GPT(kinds, 64, num_layers=2, num_heads=4, max_seq_len=context), seed, reading_steps, 0.01 if short else 0.005)
    half = copy.deepcopy(base)
    for block in half.blocks:
        structured_prune(Sequential(block.mlp.linear1, block.mlp.linear2), 0.5)
    base, half = (read_on(model, seed + 100, reading_steps // 4, 0.003) for model in (base, half))
    calibration = [Tensor(windows(read, np.arange(16) * 1000)[0])]
    return {
        "float32": base,
        "int8": quantize_model(copy.deepcopy(base), calibration),
        "half MLP, int8": quantize_model(copy.deepcopy(half), calibration),
    }

# %% [markdown]
# **How much is computed?** `Rows` stands in the place of the last layer while a text is written and notes how many positions each pass computes. Characters are drawn with temperature
# 0.8; the same seed draws the same numbers. **Predict** the sum of the rows for 127 characters behind a prompt of two, without a cache and with one.

# %%
class Rows(Module):
    """Gives what ``layer`` gives; ``counts`` has the number of rows of each call."""
    def __init__(self, layer):
        self.layer, self.counts = layer, []
    def forward(self, x):
        self.counts.append(x.size // x.shape[-1])
        return self.layer(x)

prompt = tokenizer.encode("\n\n")

def write(model, seed=0):
    """The ids of as long a text as the context allows."""
    manual_seed(seed)
    return model.generate(prompt, context - 1, temperature=0.8).data

def counted(model, seed):
    """The ids of ``write``, and the rows of each pass."""
    rows = model.lm_head = Rows(model.lm_head)
    ids = write(model, seed)
    model.lm_head = rows.layer
    return ids, rows.counts

written = []
for seed in range(starts):
    forms, cached = writers(seed), {}
    nats = {name: surprise(model) for name, model in forms.items()}
    print(f"seed {seed}: " + "; ".join(f"{name} {loss:.3f} nats, {model_bytes(forms[name]) / model_bytes(forms['float32']):.1%} of the size" for name, loss in nats.items()))
    for name, model in forms.items():
        cached[name] = copy.deepcopy(model)
        enable_kv_cache(cached[name])
        (ids, many), (again, few) = counted(model, seed), counted(cached[name], seed)
        same = np.array_equal(ids, again)
        print(f"        {name}: {sum(many):,} rows without a cache, {sum(few):,} with it, {'the same text' if same else 'another text'}")
        assert sum(few) == context, f"seed {seed}: {name} computes {sum(few):,} rows for {context} positions"
        assert same or name != "float32", f"seed {seed}: {name} writes another text with a cache"
    written.append((nats, forms, cached, many, few))
    for name, (most, loss) in {"int8": (0.4, 0.02), "half MLP, int8": (0.32, 0.05)}.items():
        size, more = model_bytes(forms[name]) / model_bytes(forms["float32"]), nats[name] - nats["float32"]
        assert size <= most, f"seed {seed}: {name} has {size:.1%} of the size"
        assert more <= loss, f"seed {seed}: {name} has {more:.3f} nats more"

# %% [markdown]
# The embeddings stay in float32, so int8 does not bring the size down to a quarter. In float32 the text has to be the same. In int8 it may differ: passes of other shapes add up in another order, and where a number lies between two steps of the grid, the last digit
# decides. Now the table, as above: six models take turns in writing the same text. Memory has the keys and values, too.

# %%
nats, forms, cached, many, few = written[0]
everything = {**forms, **{f"{name}, cached": model for name, model in cached.items()}}
held = [model_bytes(model) + peak(lambda model=model: write(model)) for model in everything.values()]
kept = [model.cache.get_memory_usage()["total_bytes"] if model.cache is not None else 0 for model in everything.values()]
texts = [times[1:] for times in take_turns([lambda model=model: write(model) for model in everything.values()], text_rounds + 1)]
print(f"{'':24}{'file':>10}{'memory':>13}{'nats':>8}{'rows':>8}{'a text':>11}")
for name, model, bytes_held, cache, times in zip(everything, everything.values(), held, kept, texts, strict=True):
    figures = f"{file_bytes(model) / 1024:>6.1f} KiB{(bytes_held + cache) / 1024:>9.0f} KiB{nats[name.removesuffix(', cached')]:>8.3f}"
    print(f"{name:24}{figures}{sum(few if cache else many):>8,}{np.median(times) * 1e3:>8.1f} ms")
for name, times in zip(list(everything)[1:], texts[1:], strict=True):
    print(f"{name:24} {factor(compare_times(texts[0], times))}")

# %% [markdown]
# Fewer features and fewer bits work together, in the file and in memory. The cache takes memory for keys and values, and saves more: a pass of one row makes arrays of one row. The times do not follow
# the rows: a pass with one row pays the fixed price of its operations, as in module 17, and reads every weight for that row. int8 pays its conversions on each pass: with a cache all weights are converted
# for a single row.

# %%
figure, (left, right_side) = plt.subplots(1, 2, figsize=(10, 3.2))
for name in right[0]:
    sizes = [file_bytes(models[name]) / 1024 for models in everyone]
    left.plot(sizes, [100 * shares[name] for shares in right], "o", label=name)
left.set(xlabel="file, KiB", ylabel="right on unseen pictures, %"), left.legend(fontsize=7)
right_side.plot(np.cumsum(many), color="tab:gray", label="without a cache")
right_side.plot(np.cumsum(few), color="tab:green", label="with a cache")
right_side.set(xlabel="characters written", ylabel="rows computed so far"), right_side.legend()
figure.tight_layout()

# %% [markdown]
# **Predict** the order of these four, then compare with the table: here somebody listens to each operation.

# %%
plain, with_cache = forms["float32"], cached["float32"]
small, small_with_cache = forms["half MLP, int8"], cached["half MLP, int8"]

# %%
# %%measure --time -o texts_written
by_all_rows = write(plain)
by_new_rows = write(with_cache)
by_small = write(small)
by_small_new_rows = write(small_with_cache)

# %% [markdown]
# What would you hand in? There is no best row: the smallest file is not the fastest, the fastest not the smallest. It takes a rule that is stated before the figures are seen, and that is
# what module 20 is about.
#
# ## Where it leads
# MLPerf Tiny measures models for microcontrollers: key words, persons in a picture, strange noises (C. Banbury and others, *MLPerf Tiny Benchmark*, NeurIPS Datasets and Benchmarks,
# 2021). At the other end the list of tasks has language models with billions of weights, which write with caches of keys and values as yours does. In both places the same four columns decide,
# and in both they count only because somebody else can measure them again.
