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
# # Milestone 5: A transformer writes (2017)
# *Attention Is All You Need* (A. Vaswani and others, NIPS 2017) translated between languages with a network that has neither loops nor convolutions.
# Attention was known: Bahdanau, Cho and Bengio had let a recurrent network look back at the whole sentence (*Neural Machine Translation by Jointly
# Learning to Align and Translate*, 2014). New was that looking is enough, so that all places of a text are computed at once. Half of that
# network, trained to go on with a text, is a GPT (A. Radford and others, *Improving Language Understanding by Generative Pre-Training*, 2018).
#
# **You run it on your own library:** modules 01 to 07, the tokenizer (10), embeddings (11), attention (12) and the GPT (13).
#
# **It has to** write at least 95 % of words backwards that it never saw, with every letter right; and to be less surprised by plays that it never
# read than a table of all pairs of characters is. Both from three different starts.

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

from tinytorch import (
    GPT,
    MLP,
    AdamW,
    CharTokenizer,
    CosineSchedule,
    CrossEntropyLoss,
    EmbeddingLayer,
    LayerNorm,
    Linear,
    Sequential,
    Trainer,
    manual_seed,
    no_grad,
    scaled_dot_product_attention,
)
from tinytorch.data import shakespeare

# %% [markdown]
# The whole takes two and a half minutes of one processor, nearly all of it for the three GPTs (measured on an AMD EPYC with one thread for products, which is
# `OPENBLAS_NUM_THREADS=1`). With `TINYTORCH_SHORT` set it does a part of that, from one start: that is how this course tests itself.

# %%
short = "TINYTORCH_SHORT" in os.environ
starts, reversing_steps, reading_steps, context = (1, 200, 200, 32) if short else (3, 400, 2000, 64)

# %% [markdown]
# ## Words backwards
# A word of twelve random letters, a sign, and the word backwards. Only what comes after the sign is judged: each letter of it stands somewhere before,
# at a distance that grows by two from letter to letter. There are $26^{12}$ such words; nobody can know them by heart.

# %%
LENGTH, SIGN = 12, 26

def reversals(rng, n):
    """Rows (n, 2 LENGTH + 1) of ids: a word, SIGN, the word backwards."""
    words = rng.integers(0, 26, (n, LENGTH))
    return np.concatenate([words, np.full((n, 1), SIGN), words[:, ::-1]], axis=1)

def as_word(ids):
    return "".join("abcdefghijklmnopqrstuvwxyz>"[i] for i in ids)

print(as_word(reversals(np.random.default_rng(0), 1)[0]))

# %% [markdown]
# Two networks of about the same size. One is a GPT with a single block and a single head. The other is that without attention: at each place it
# knows the character there and the number of the place. **Predict** the share of letters that the second one gets right.

# %%
WIDTH = 32

def with_attention():
    return GPT(27, WIDTH, num_layers=1, num_heads=1, max_seq_len=2 * LENGTH)

def without_attention():
    return Sequential(EmbeddingLayer(27, WIDTH, 2 * LENGTH), LayerNorm(WIDTH), MLP(WIDTH), Linear(WIDTH, 27))

loss_of = CrossEntropyLoss()

def train(network, seed, steps, batch, loss_fn, rate):
    """A network after ``steps`` steps on what ``batch(rng)`` gives, inputs and targets, and the mean loss of each twentieth of them."""
    manual_seed(seed)
    rng = np.random.default_rng(seed)
    model = network()
    trainer = Trainer(model, AdamW(model.parameters()), loss_fn, CosineSchedule(rate, rate / 20, 20), grad_clip_norm=1.0)
    for _ in range(20):
        trainer.train_epoch(batch(rng) for _ in range(steps // 20))
    return model, trainer.history["train_loss"]

def some_words(rng):
    rows = reversals(rng, 32)
    return rows[:, :-1], rows[:, LENGTH + 1 :]

def loss_behind_the_sign(scores, targets):
    return loss_of(scores[:, LENGTH:].reshape(-1, 27), targets.reshape(-1))

def backwards(model, rows):
    """The ids of ``rows`` up to the sign, and what the model writes behind it, likeliest letter by likeliest letter."""
    ids = rows[:, : LENGTH + 1]
    with no_grad():
        for _ in range(LENGTH):
            ids = np.concatenate([ids, model(ids).data[:, -1:].argmax(axis=2)], axis=1)
    return ids

unseen_words = reversals(np.random.default_rng(99), 500)
reversing = []
for seed in range(starts):
    model, losses = train(with_attention, seed, reversing_steps, some_words, loss_behind_the_sign, rate=0.01)
    blind, blind_losses = train(without_attention, seed, reversing_steps, some_words, loss_behind_the_sign, rate=0.01)
    reversing.append((model, losses, blind_losses))
    right, letters = backwards(model, unseen_words) == unseen_words, backwards(blind, unseen_words) == unseen_words
    words, blind_letters = right.all(axis=1).mean(), letters[:, LENGTH + 1 :].mean()
    print(f"seed {seed}: {words:.1%} of words backwards; without attention {blind_letters:.1%} of letters, and a guess gets {1 / 26:.1%}")
    assert words >= 0.95, f"seed {seed} writes only {words:.1%} of the words backwards"
    assert blind_letters <= 0.1, f"seed {seed}: without attention {blind_letters:.1%} of letters are right, which cannot be"

# %% [markdown]
# ## Where it looks
# The weights of its attention, for one word. Each row is a place that has to write the next letter, each column a place that it may look at.

# %%
def looks(model, ids):
    """The weights (T, T) of the attention in the first block: row t says where place t looks."""
    block = model.blocks[0]
    x, project = block.ln1(model.embedding(ids)), block.attention
    with no_grad():
        return scaled_dot_product_attention(project.q_proj(x), project.k_proj(x), project.v_proj(x), np.tri(len(ids)))[1].data

row = unseen_words[0]
weights = looks(reversing[0][0], row[:-1])
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6))
left.imshow(weights[LENGTH:], cmap="gray_r", vmin=0, vmax=1)
left.set_xticks(range(2 * LENGTH), as_word(row[:-1])), left.set_yticks(range(LENGTH), as_word(row[LENGTH + 1 :]))
left.set(xlabel="looks at", ylabel="has to write")
for color, name, k in (("tab:green", "with attention", 1), ("tab:gray", "without", 2)):
    for seed, run in enumerate(reversing):
        right.plot(np.arange(1, 21) * reversing_steps / 20, run[k], color=color, label=name if seed == 0 else None)
right.axhline(np.log(26), color="black", linestyle=":", label="a guess")
right.set(xlabel="step", ylabel="loss, nats", ylim=(0, None)), right.legend()
figure.tight_layout()
found = np.mean(weights[LENGTH:].argmax(axis=1) == np.arange(LENGTH)[::-1])
print(f"{found:.0%} of the rows look most at the letter that they have to write")

# %% [markdown]
# Nobody told it where the letters are. A place compares its number with the numbers of all places before it, finds the one that it needs, and takes the
# letter from there: one product for all places at once. Without attention nothing can get from one place to another, and the loss stays
# at that of a guess.
#
# ## Text
# Eight plays, the last tenth of them put aside. The simplest model of a text is a table: how often does character b follow a? Claude
# Shannon drew letters from such tables (*A Mathematical Theory of Communication*, Bell System Technical Journal 27, 1948). One is added to each count, so that
# nothing is impossible. A model's mean surprise is measured in nats per character.

# %%
text = shakespeare()
tokenizer = CharTokenizer()
tokenizer.build_vocab(text)
codes = np.array(tokenizer.encode(text))
read, unread = np.split(codes, [len(codes) * 9 // 10])
kinds = tokenizer.vocab_size

pairs = np.ones((kinds, kinds))
np.add.at(pairs, (read[:-1], read[1:]), 1)
table = -np.log(pairs / pairs.sum(axis=1, keepdims=True))[unread[:-1], unread[1:]].mean()
print(f"{len(read):,} characters to read, {kinds} kinds; on the other {len(unread):,} guessing costs {np.log(kinds):.2f} nats, the table {table:.2f}")

# %% [markdown]
# ## A GPT that reads
# Two blocks of width 64 with four heads, and texts of 64 characters from random places. At each place it has to say what comes next.

# %%
def windows(text, firsts, length=context):
    """Inputs and targets (B, length) from the places ``firsts``; each target is the character after its input."""
    rows = text[np.asarray(firsts)[:, None] + np.arange(length + 1)]
    return rows[:, :-1], rows[:, 1:]

def writer(longest=context):
    return GPT(kinds, 64, num_layers=2, num_heads=4, max_seq_len=longest)

def some_text(rng):
    return windows(read, rng.integers(0, len(read) - context, 16))

def loss_of_text(scores, targets):
    return loss_of(scores.reshape(-1, kinds), targets.reshape(-1))

def surprise(model):
    """The mean loss at each place of a window, over all of the unread text: (context,)."""
    parts = np.array_split(np.arange(0, len(unread) - context, context), 20)
    total = np.zeros(context)
    with no_grad():
        for inputs, targets in (windows(unread, firsts) for firsts in parts):
            scores = model(inputs)
            total += [loss_of(scores[:, t], targets[:, t]).item() * len(inputs) for t in range(context)]
    return total / sum(map(len, parts))

reading = []
for seed in range(starts):
    model, losses = train(writer, seed, reading_steps, some_text, loss_of_text, rate=0.01 if short else 0.005)
    reading.append((model, losses, surprise(model)))
    nats = reading[-1][2].mean()
    print(f"seed {seed}: {nats:.3f} nats per character on unread text, {1 - nats / table:.0%} less than the table")
    assert nats < table, f"seed {seed}: {nats:.3f} nats are no less than the table's {table:.3f}"

# %% [markdown]
# **Predict** the surprise by the place in the window: what can a model know that has seen a single character, and where does more context stop helping?

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3))
for _, losses, by_place in reading:
    left.plot(np.arange(1, 21) * reading_steps / 20, losses, color="tab:green")
    right.plot(range(1, context + 1), by_place, color="tab:green")
left.set(xlabel="step", ylabel="training loss, nats"), right.set(xlabel="characters seen", ylabel="nats on unread text")
for ax in (left, right):
    ax.axhline(table, color="black", linestyle=":", label="table of pairs")
    ax.legend()
figure.tight_layout()

# %%
model = reading[0][0]
for temperature in (0.5, 1.0):
    said = model.generate(tokenizer.encode("\n\n"), 200, temperature)
    print(f"--- temperature {temperature}{tokenizer.decode(said.data.tolist())}")

# %% [markdown]
# With one character seen it can know no more than the table, and does a little worse: one place of many is where it has practised that. The next few characters are
# worth most. Then the curve is flat: this model does not get more out of a long context than out of a handful of characters, whatever it cost to look at it.
#
# ## What a step costs
# A block of width D has 12 D² weights (4 D² in attention, 8 D² behind it), each used once for every character: 24 D² flops. To look back at T characters
# takes 4 T D more, in two products without weights. **Predict** the share of each line in the time; is the step as cheap here as it was for a convolution?

# %%
model = writer()
optimizer = AdamW(model.parameters())
inputs, targets = some_text(np.random.default_rng(0))
look = np.tri(context)

# %%
# %%measure --repeat 3 -o step
x = model.embedding(inputs)
x = model.blocks[0](x, look)
x = model.blocks[1](x, look)
scores = model.lm_head(model.ln_f(x))
loss = loss_of_text(scores, targets)
loss.backward()
optimizer.step()
optimizer.zero_grad()

# %% [markdown]
# The blocks and their way back are nearly all of it. The step of the optimizer is a larger share than it was in milestone 4: a kernel's weight is used at hundreds of places
# of each picture, a weight here once for each character. And not all is products: GELU and the norms have a small part of the flops and take a larger one of the time
# (`step.ops` lists the operations).
#
# Now the same number of characters in longer windows: 16 of 64, 4 of 256, 1 of 1,024. Weights do the same work in each. **Predict** the times.

# %%
long_model = writer(1024)
sixteen, four, one = (windows(read, range(0, 1024, length), length) for length in (64, 256, 1024))

# %%
# %%measure -o lengths
loss_of_text(long_model(sixteen[0]), sixteen[1]).backward()
loss_of_text(long_model(four[0]), four[1]).backward()
loss_of_text(long_model(one[0]), one[1]).backward()

# %% [markdown]
# Windows four times as long, a quarter as many, have four times as many scores, in time and in memory. Against the weights' 24 D² flops a character has 4 T D for looking, which is
# T / 6D of them: a sixth for 64 characters, 2.7 times as many for 1,024. The clock says more than that, for between the two products stand exponentials, and arrays that no longer
# fit into a cache. This is the price of letting everything look at everything.
#
# ## Where it leads
# GPT-3 (T. Brown and others, *Language Models are Few-Shot Learners*, 2020) is this network, but for sparse attention in
# every other block, with 96 blocks of width 12,288 and 2,048 places. By your formula that is 12 · 96 · 12,288² = 174 billion weights in
# the blocks. What changed is not the program but what it costs to run, which the modules from 14 on are about.
