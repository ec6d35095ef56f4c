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
# # Milestone 1: The perceptron (1957)
# In 1957 Frank Rosenblatt described a machine that learns to tell pictures apart from examples, with no rule about pictures in it (*The
# Perceptron: A Perceiving and Recognizing Automaton*, Cornell Aeronautical Laboratory, report 85-460-1). A simulation on an IBM 704 was
# shown to the press in July 1958 ("New Navy Device Learns By Doing", New York Times, 8 July 1958). Then came the Mark I: an eye of 20 by 20
# photocells, and weights that were potentiometers turned by electric motors (*Mark I Perceptron Operators' Manual*, 1960).
#
# **You run it on your own library:** Tensor (01), ReLU (02), Linear (03), backward (05) and SGD (06).
#
# **It has to** tell handwritten 3s from 8s, right on 95 % of digits that it never saw, from five different starts.

# %%
import matplotlib.pyplot as plt
import numpy as np

from tinytorch import SGD, Linear, Module, ReLU, Tensor, manual_seed, no_grad
from tinytorch.data import digits

# %% [markdown]
# ## The pictures
# 8 by 8 pixels from 0 to 16, here from 0 to 1 and in a row. The target is +1 for one group of digits and -1 for another.

# %%
def pictures_of(images, labels, plus, minus):
    """Pictures (n, 64) and targets (n,) of the digits in ``plus`` (+1) and ``minus`` (-1)."""
    chosen = np.isin(labels, plus + minus)
    return images[chosen].reshape(-1, 64) / np.float32(16), np.where(np.isin(labels[chosen], plus), 1, -1).astype(np.float32)

x_train, y_train, x_test, y_test = digits(mixed=True)
pictures, targets = pictures_of(x_train, y_train, [3], [8])
unseen, unseen_targets = pictures_of(x_test, y_test, [3], [8])
print(f"{len(pictures)} pictures to learn from, {len(unseen)} to be judged by")

# %% [markdown]
# ## The machine
# A weighted sum of the pixels and a threshold: one linear layer with one output.

# %%
class Perceptron(Module):
    """Scores (n,) for pictures (n, inputs): above 0 it says +1, else -1."""

    def __init__(self, inputs):
        self.linear = Linear(inputs, 1)

    def forward(self, x):
        return self.linear(x).reshape(-1)

def accuracy(machine, x, t):
    """The share of pictures on the right side of the threshold."""
    with no_grad():
        return np.mean(np.where(machine(Tensor(x)).data > 0, 1, -1) == t)

for seed in range(5):
    manual_seed(seed)
    print(f"seed {seed}: {accuracy(Perceptron(64), unseen, unseen_targets):.1%} right before it learned anything")

# %% [markdown]
# ## The rule
# Rosenblatt's rule changes nothing where the machine is right. Where it is wrong, it adds t x to the weights: the picture itself, or its
# negative. You have a library that follows gradients. Is there a loss whose gradient is that rule? With score s, the loss relu(-t s) is 0
# where the signs agree; where they do not it is -t s, and its gradient by w is -t x. A step against it is Rosenblatt's.

# %%
relu = ReLU()

def perceptron_loss(machine, x, t):
    """relu(-t s) for each picture (n,): how far it is on the wrong side."""
    return relu(machine(Tensor(x)) * Tensor(-t))

manual_seed(0)
machine = Perceptron(64)
perceptron_loss(machine, pictures, targets).sum().backward()
with no_grad():
    wrong = machine(Tensor(pictures)).data * targets < 0
rule = -(targets[wrong, None] * pictures[wrong]).sum(axis=0)
assert np.allclose(machine.linear.weight.grad[:, 0], rule, atol=1e-3)
print(f"{wrong.sum()} mistakes: the gradient of the loss is Rosenblatt's rule")

# %% [markdown]
# ## Learning
# One picture at a time, as he did it, until a whole pass goes by without a mistake. If any weights separate the two groups, that happens
# after finitely many mistakes (A. Novikoff, *On convergence proofs on perceptrons*, 1962). The five lines in the loop are the ones that
# module 07 packs up.

# %%
def learn(machine, optimizer, x, t):
    """One step on pictures x (n, 64); whether at least one was on the wrong side."""
    optimizer.zero_grad()
    loss = perceptron_loss(machine, x, t).sum()
    loss.backward()
    optimizer.step()
    return loss.item() > 0

def train(x, t, seed, passes):
    """A machine, and its mistakes in each pass; it stops after a pass without any."""
    manual_seed(seed)
    rng = np.random.default_rng(seed)
    machine = Perceptron(x.shape[1])
    optimizer = SGD(machine.parameters(), lr=0.1)
    mistakes = []
    while len(mistakes) < passes and 0 not in mistakes:
        mistakes.append(sum(learn(machine, optimizer, x[k : k + 1], t[k : k + 1]) for k in rng.permutation(len(x))))
    return machine, mistakes

trained = [train(pictures, targets, seed, passes=20) for seed in range(5)]
for seed, (machine, mistakes) in enumerate(trained):
    right = accuracy(machine, unseen, unseen_targets)
    print(f"seed {seed}: {right:.1%} right on unseen pictures; mistakes by pass {mistakes}")
    assert right >= 0.95, f"seed {seed} stays at {right:.1%}"
    assert mistakes[-1] == 0, f"seed {seed} still makes {mistakes[-1]} mistakes a pass"

# %% [markdown]
# ## What it learned
# The weights have the shape of a picture: ink on red speaks for a 3, on blue for an 8. Where do the two digits differ?

# %%
figure, axes = plt.subplots(1, 4, figsize=(10, 2.4))
axes[0].imshow(pictures[targets > 0][0].reshape(8, 8), cmap="gray_r"), axes[0].set_title("a 3")
axes[1].imshow(pictures[targets < 0][0].reshape(8, 8), cmap="gray_r"), axes[1].set_title("an 8")
weights = trained[0][0].linear.weight.data.reshape(8, 8)
axes[2].imshow(weights, cmap="RdBu_r", vmin=-abs(weights).max(), vmax=abs(weights).max()), axes[2].set_title("the weights")
for seed, (_, mistakes) in enumerate(trained):
    axes[3].plot(range(1, len(mistakes) + 1), mistakes, marker=".", label=f"seed {seed}")
axes[3].set(xlabel="pass", ylabel="mistakes", ylim=(0, None))
for ax in axes[:3]:
    ax.axis("off")
figure.tight_layout()

# %% [markdown]
# ## What a step costs
# A pass over n pictures, one at a time or all at once: the same 2 * 64 * n flops forward and as many for the gradient of the weights.
# **Predict** how far apart the times of the two statements are, then run.

# %%
machine = Perceptron(64)
optimizer = SGD(machine.parameters(), lr=0.1)

# %%
# %%measure --time -o passes
for k in range(len(pictures)):
    learn(machine, optimizer, pictures[k : k + 1], targets[k : k + 1])
learn(machine, optimizer, pictures, targets)

# %% [markdown]
# The arithmetic is the same, so the difference is not arithmetic. It is what each step costs whatever its size: calls of Python and NumPy,
# new tensors, the record for backward and the walk through it. The first statement pays that n times. This is why everybody trains in
# batches. In the Mark I each weight was a motor, and all of them turned at once.

# %% [markdown]
# ## Where it ends
# The Navy, wrote the New York Times, expected of it a machine that would walk, talk and be conscious of its existence. Ask this one whether a
# digit is odd. **Predict** its mistakes by pass.

# %%
odd = ([1, 3, 5, 7, 9], [0, 2, 4, 6, 8])
machine, mistakes = train(*pictures_of(x_train, y_train, *odd), seed=0, passes=5)
print(f"mistakes by pass {mistakes}; right on unseen pictures {accuracy(machine, *pictures_of(x_test, y_test, *odd)):.1%}")
assert min(mistakes) > 0

# %% [markdown]
# Its mistakes get fewer, but in these passes it finds no weighted sum of pixels that says odd. Milestone 2 is about the smallest question
# that no weighted sum can answer.
