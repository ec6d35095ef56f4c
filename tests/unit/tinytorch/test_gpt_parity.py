"""A whole GPT with the weights of one written in PyTorch: the same logits, gradients, training, and the same text."""

from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tinytorch as tiny

VOCAB, WIDTH, LAYERS, HEADS, LONGEST = 17, 16, 3, 4, 12
rng = np.random.default_rng(29)
IDS = rng.integers(0, VOCAB, (5, LONGEST))
LINEAR = ("q_proj", "k_proj", "v_proj", "out_proj", "linear1", "linear2", "lm_head")


def gpt_of_torch(torch: ModuleType) -> Any:
    """GPT-2 without weight tying, its modules named as in lesson 13; of PyTorch's functions it uses the finished ones."""
    nn, functional = torch.nn, torch.nn.functional

    class Attention(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            for name in LINEAR[:4]:
                setattr(self, name, nn.Linear(WIDTH, WIDTH))

        def forward(self, x: Any) -> Any:
            batch, steps, _ = x.shape
            parts = (getattr(self, name)(x).view(batch, steps, HEADS, -1).transpose(1, 2) for name in LINEAR[:3])
            heads = functional.scaled_dot_product_attention(*parts, is_causal=True)
            return self.out_proj(heads.transpose(1, 2).reshape(batch, steps, WIDTH))

    class MLP(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear1, self.linear2 = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)

        def forward(self, x: Any) -> Any:
            return self.linear2(functional.gelu(self.linear1(x)))

    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.ln1, self.attention, self.ln2, self.mlp = nn.LayerNorm(WIDTH), Attention(), nn.LayerNorm(WIDTH), MLP()

        def forward(self, x: Any) -> Any:
            x = x + self.attention(self.ln1(x))
            return x + self.mlp(self.ln2(x))

    class GPT(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.words, self.places = nn.Embedding(VOCAB, WIDTH), nn.Embedding(LONGEST, WIDTH)
            self.blocks = nn.ModuleList(Block() for _ in range(LAYERS))
            self.ln_f, self.lm_head = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, VOCAB, bias=False)

        def forward(self, ids: Any) -> Any:
            x = self.words(ids) + self.places(torch.arange(ids.shape[1]))
            for block in self.blocks:
                x = block(x)
            return self.lm_head(self.ln_f(x))

    return GPT()


def their_name(path: str) -> str:
    """What PyTorch's model calls our parameter ``path``."""
    path = path.replace("embedding.token_embedding", "words").replace("gamma", "weight").replace("beta", "bias")
    return path.replace("embedding.pos_encoding.position_embeddings", "places.weight")


def as_ours(path: str, array: Any) -> Any:
    """An array of PyTorch's parameter in our layout: weights of linear layers are (in, out)."""
    return array.T if path.split(".")[-2] in LINEAR and path.endswith("weight") else array


@pytest.fixture
def both(torch: ModuleType) -> tuple[Any, Any]:
    """Our model and PyTorch's, with the same parameters, none of them where it began."""
    torch.manual_seed(6)
    its, mine = gpt_of_torch(torch), tiny.GPT(VOCAB, WIDTH, LAYERS, HEADS, max_seq_len=LONGEST)
    with torch.no_grad():
        for parameter in its.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    start = {path: array.numpy() for path, array in its.state_dict().items()}
    mine.load_state_dict({path: as_ours(path, start[their_name(path)]) for path in mine.state_dict()})
    assert {their_name(path) for path in mine.state_dict()} == start.keys()
    return mine, its


def loss_of_ours(model: Any, ids: Any) -> Any:
    return tiny.CrossEntropyLoss()(model(ids[:, :-1]).reshape(-1, VOCAB), ids[:, 1:].reshape(-1))


def loss_of_torch(torch: ModuleType, model: Any, ids: Any) -> Any:
    ids = torch.from_numpy(ids)
    return torch.nn.functional.cross_entropy(model(ids[:, :-1]).reshape(-1, VOCAB), ids[:, 1:].reshape(-1))


@pytest.mark.parametrize("steps", [1, 2, LONGEST])
def test_the_same_weights_give_the_same_logits(torch: ModuleType, both: tuple[Any, Any], steps: int) -> None:
    mine, its = both
    logits, expected = mine(IDS[:, :steps]), its(torch.from_numpy(IDS[:, :steps]))
    np.testing.assert_allclose(logits.data, expected.detach().numpy(), rtol=1e-4, atol=2e-5)


def test_the_same_weights_give_the_same_gradient_of_every_parameter(torch: ModuleType, both: tuple[Any, Any]) -> None:
    mine, its = both
    loss, expected = loss_of_ours(mine, IDS), loss_of_torch(torch, its, IDS)
    loss.backward()
    expected.backward()
    assert loss.item() == pytest.approx(expected.item(), rel=1e-5)
    gradients = {path: parameter.grad.numpy() for path, parameter in its.named_parameters()}
    compared = set()
    for path, parameter in mine.named_parameters():
        theirs = as_ours(path, gradients[their_name(path)])
        compared.add(their_name(path))
        largest = np.abs(theirs).max()
        if path.endswith("k_proj.bias"):  # moves all scores of a row alike, so its gradient is 0 but for rounding
            assert max(largest, np.abs(parameter.grad).max()) < 1e-7
            continue
        assert largest > 1e-5, path
        np.testing.assert_allclose(parameter.grad, theirs, rtol=1e-3, atol=1e-4 * largest, err_msg=path)
    assert compared == gradients.keys()


@pytest.mark.parametrize("kind", ["SGD", "AdamW"])
def test_twenty_steps_of_training_are_the_same(torch: ModuleType, both: tuple[Any, Any], kind: str) -> None:
    mine, its = both
    settings = {"lr": 0.1, "momentum": 0.9} if kind == "SGD" else {"lr": 0.005, "weight_decay": 0.05}
    optimizer = getattr(tiny, kind)(mine.parameters(), **settings)
    other = getattr(torch.optim, kind)(its.parameters(), **settings)
    curve, expected = [], []
    for step in range(20):
        batch = IDS[:3] if step % 2 else IDS[2:]
        optimizer.zero_grad()
        loss = loss_of_ours(mine, batch)
        loss.backward()
        norm = tiny.clip_grad_norm(mine.parameters(), 1.0)
        optimizer.step()
        other.zero_grad()
        its_loss = loss_of_torch(torch, its, batch)
        its_loss.backward()
        its_norm = torch.nn.utils.clip_grad_norm_(its.parameters(), 1.0)
        other.step()
        assert norm == pytest.approx(float(its_norm), rel=1e-2)
        curve.append(loss.item())
        expected.append(its_loss.item())
    np.testing.assert_allclose(curve, expected, rtol=2e-3, atol=1e-3)
    assert curve[-1] < curve[0] / 1.5


def test_the_likeliest_text_is_the_same(torch: ModuleType, both: tuple[Any, Any]) -> None:
    mine, its = both
    text = torch.from_numpy(IDS[:, :3])
    with torch.no_grad():
        while text.shape[1] < LONGEST:
            text = torch.cat([text, its(text)[:, -1:].argmax(2)], dim=1)
    ours = mine.generate(IDS[:, :3], LONGEST - 3, temperature=0).data
    np.testing.assert_array_equal(ours, text.numpy())
    assert len(np.unique(ours[:, 3:])) > 3
