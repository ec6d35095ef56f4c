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
# # Milestone 3: A network reads digits (1986)
# "Learning representations by back-propagating errors" (D. Rumelhart, G. Hinton and R. Williams, Nature 323, 9 October 1986) made the chain
# rule the usual way to train networks with hidden layers. It was not the first: Seppo Linnainmaa had described reverse-mode differentiation
# in 1970 (master's thesis, Helsinki), and Paul Werbos had proposed it for networks in 1974 (thesis, Harvard). The paper showed what it is good
# for: hidden units come to stand for features that nobody named.
#
# **You run it on your own library:** Tensor (01), ReLU (02), Linear and Sequential (03), cross-entropy (04), backward (05), SGD (06).
#
# **It has to** read at least 95 % of handwritten digits that it never saw, from five different starts.

# %%
import matplotlib.pyplot as plt
import numpy as np

from tinytorch import SGD, CrossEntropyLoss, Linear, ReLU, Sequential, Tensor, manual_seed, no_grad
from tinytorch.data import digits

# %% [markdown]
# ## The pictures
# 1,797 digits of 8 by 8 pixels, in an order shuffled once and for all. Divided by 16 they are float32 numbers from 0 to 1.

# %%
def prepared(mixed):
    """Pictures (n, 64) and labels (n,) to learn from, and the same for judging."""
    x_train, y_train, x_test, y_test = digits(mixed=mixed)
    return x_train.reshape(-1, 64) / np.float32(16), y_train, x_test.reshape(-1, 64) / np.float32(16), y_test

pictures, labels, unseen, unseen_labels = prepared(mixed=True)
print(f"{len(pictures)} pictures to learn from, {len(unseen)} to be judged by")

# %% [markdown]
# ## The network
# 64 pixels, 32 hidden units, a score for each of ten digits. **Count first:** how many parameters is that?

# %%
def network(hidden=32):
    return Sequential(Linear(64, hidden), ReLU(), Linear(hidden, 10))

print(f"{sum(p.size for p in network().parameters()):,} parameters")

# %% [markdown]
# ## Training
# Batches of 32 in a new order each time, plain descent. Module 07 packs this loop up; here it is open.

# %%
loss_of = CrossEntropyLoss()

def train(x, y, seed, epochs=30, batch=32):
    """A trained network, and its mean loss in each epoch."""
    manual_seed(seed)
    rng = np.random.default_rng(seed)
    model = network()
    optimizer = SGD(model.parameters(), lr=0.2)
    history = []
    for _ in range(epochs):
        total, order = 0.0, rng.permutation(len(x))
        for start in range(0, len(x), batch):
            rows = order[start : start + batch]
            optimizer.zero_grad()
            loss = loss_of(model(Tensor(x[rows])), y[rows])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        history.append(total / len(x))
    return model, history

def accuracy(model, x, y):
    """The share of pictures whose highest score is at their label."""
    with no_grad():
        return np.mean(model(Tensor(x)).data.argmax(axis=1) == y)

trained = [train(pictures, labels, seed) for seed in range(5)]
for seed, (model, _) in enumerate(trained):
    right = accuracy(model, unseen, unseen_labels)
    print(f"seed {seed}: {right:.1%} right on unseen pictures")
    assert right >= 0.95, f"seed {seed} reads only {right:.1%}"

# %% [markdown]
# ## What it learned, and what it gets wrong
# Each hidden unit has 64 weights: a picture of what it looks for.

# %%
model = trained[0][0]
with no_grad():
    said = model(Tensor(unseen)).data.argmax(axis=1)
wrong = np.flatnonzero(said != unseen_labels)[:6]
figure, axes = plt.subplots(2, 7, figsize=(10, 3), gridspec_kw={"width_ratios": [2, 1, 1, 1, 1, 1, 1]})
for _, history in trained:
    axes[0, 0].plot(history)
axes[0, 0].set(xlabel="epoch", ylabel="loss, nats", yscale="log")
axes[1, 0].axis("off")
for ax in axes[:, 1:].flat:
    ax.axis("off")
for unit, ax in enumerate(axes[0, 1:]):
    ax.imshow(model[0].weight.data[:, unit].reshape(8, 8), cmap="RdBu_r"), ax.set_title(f"unit {unit}", fontsize=8)
for ax, k in zip(axes[1, 1:], wrong, strict=False):
    ax.imshow(unseen[k].reshape(8, 8), cmap="gray_r"), ax.set_title(f"{unseen_labels[k]}, says {said[k]}", fontsize=8)
figure.tight_layout()

# %% [markdown]
# ## What a step costs
# By flops: a product of (B, m) with (m, n) takes 2 B m n. Backward takes that twice, once for the gradient of the weights and once for the
# input's; the pictures need none.

# %%
batch = len(pictures)
first, second = 2 * batch * 64 * 32, 2 * batch * 32 * 10
print(f"forward {(first + second) / 1e6:.2f} Mflop, backward {(first + 2 * second) / 1e6:.2f} Mflop, step {2 * 2410 / 1e6:.4f} Mflop")
model = network()
optimizer = SGD(model.parameters(), lr=0.2)

# %% [markdown]
# **Predict** from these the share of each statement in the time; and whether the memory goes to parameters or to what lies between layers.

# %%
# %%measure --repeat 5 -o step
loss = loss_of(model(Tensor(pictures)), labels)
loss.backward()
optimizer.step()
optimizer.zero_grad()

# %% [markdown]
# Where the shares do not follow the flops, remember what else there is: relu makes few flops, but reads and writes arrays as large as the
# products' results. The peak is made of arrays with a row for each picture; the parameters and their gradients are small beside them. So is
# the time of the step: it knows nothing of the batch.
#
# Now the same pictures in batches of 32, as in training. **Predict:** the same flops, so the same time?

# %%
# %%measure --time -o epoch
for start in range(0, len(pictures), 32):
    loss = loss_of(model(Tensor(pictures[start : start + 32])), labels[start : start + 32])
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()

# %% [markdown]
# Smaller batches make more steps of the same data, which is what learns; each pays the fixed price of its operations.

# %% [markdown]
# ## The same network, another split
# Above, all digits were shuffled before the last 360 were put aside. Now the last 360 in the order of their source.
# **Predict** the accuracy on those.

# %%
plain = prepared(mixed=False)
for seed in range(5):
    model, _ = train(*plain[:2], seed)
    print(f"seed {seed}: {accuracy(model, *plain[:2]):.1%} right on what it learned from, {accuracy(model, *plain[2:]):.1%} on the last 360")

# %% [markdown]
# The network is the same and so is the number of pictures: what changed is what "unseen" means. The digits came from several people (13, by the
# description of the data), and nothing says that their work was mixed. Which of the two numbers would you promise to a customer?
