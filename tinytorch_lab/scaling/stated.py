"""Growth as somebody states it: ``O(n^2)``, ``n log n``, ``batch * d^2``, ``2^n``."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from tinytorch_lab.scaling.classes import Values

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_MOST_LETTERS = 200


@dataclass(frozen=True)
class Factor:
    """What a product holds of one size: its power, the power of its logarithm, and the base if it stands in an exponent."""

    power: float = 0.0
    logs: float = 0.0
    base: float = 1.0


@dataclass(frozen=True)
class Stated:
    """The fastest growing product of a stated formula, by size."""

    factors: Mapping[str, Factor] = field(default_factory=dict)

    def __str__(self) -> str:
        parts = [_written(name, factor) for name, factor in self.factors.items()]
        return " * ".join(part for part in parts if part) or "1"

    def name(self) -> str:
        """The class, with the only size called n."""
        (factor,) = self.factors.values() or (Factor(),)
        text = _written("n", factor) or "1"
        return "2^n" if factor.base > 1 else {"n^0.5": "sqrt n"}.get(text, text)

    def cost(self, sizes: Mapping[str, Values]) -> Values:
        """Its value at the sizes, without a coefficient."""
        total = np.zeros(len(next(iter(sizes.values()))))
        for name, factor in self.factors.items():
            n = sizes[name]
            total += factor.power * np.log(n) + factor.logs * np.log(np.maximum(np.log2(np.maximum(n, 1)), 1e-9))
            total += n * np.log(factor.base)
        return np.asarray(np.exp(np.minimum(total, 700)))


def parse_stated(text: str, names: Sequence[str]) -> Stated:
    """What ``text`` states of the sizes ``names``.

    Raises:
        ValueError: with one sentence, if it is not understood or names another size.
    """
    if len(text) > _MOST_LETTERS:
        raise ValueError(f"a prediction has at most {_MOST_LETTERS} letters; got {len(text)}")
    try:
        tree = ast.parse(_as_python(text), mode="eval")
        products = _products(tree.body, names)
    except (SyntaxError, RecursionError, OverflowError, ZeroDivisionError) as error:
        if isinstance(error, SyntaxError) and error.msg.startswith("stated:"):
            raise ValueError(f"{text!r}: {error.msg.removeprefix('stated: ')}") from None
        raise ValueError(f"a prediction is written like O(n^2), n log n or batch*d^2; got {text!r}") from None
    return Stated(max(products, key=lambda product: _order(product)))


def _as_python(text: str) -> str:
    text = text.strip().replace("²", "^2").replace("³", "^3").replace("·", "*").replace("√", "sqrt ")
    outer = re.fullmatch(r"[OΘΩ]\s*\((.*)\)", text, re.DOTALL)
    text = (outer[1] if outer else text).translate(_SUPERSCRIPTS).replace("^", "**")
    text = re.sub(r"\b(log2|lg|ln)\b", "log", text)
    text = re.sub(r"\b(log|sqrt)\s+(\w+)", r"\1(\2)", text)
    text = re.sub(r"(?<!\w)(\d+)(?=[A-Za-z(])", r"\1*", text)
    return re.sub(r"(?<=[\w)])\s+(?=[\w(])", "*", text.strip())


Product = dict[str, Factor]


def _products(node: ast.expr, names: Sequence[str]) -> list[Product]:
    """The sum that an expression is, as products."""
    match node:
        case ast.Constant(value=int() | float()):
            return [{}]
        case ast.Name(id=name):
            if name not in names:
                raise SyntaxError(f"stated: the sizes are {', '.join(names)}, and {name} is none of them")
            return [{name: Factor(1.0)}]
        case ast.BinOp(left, ast.Add() | ast.Sub(), right):
            return _products(left, names) + _products(right, names)
        case ast.BinOp(left, ast.Mult(), right):
            return [_times(a, b) for a in _products(left, names) for b in _products(right, names)]
        case ast.BinOp(left, ast.Div(), ast.Constant()):
            return _products(left, names)
        case ast.BinOp(ast.Constant(value=int() | float() as base), ast.Pow(), ast.Name(id=name)) if base > 1:
            _products(ast.Name(name), names)
            return [{name: Factor(base=float(base))}]
        case ast.BinOp(left, ast.Pow(), ast.Constant(value=int() | float() as power)) if 0 <= power <= 20:
            return [_raised(product, float(power)) for product in _products(left, names)]
        case ast.Call(ast.Name("sqrt"), [inside]):
            return [_raised(product, 0.5) for product in _products(inside, names)]
        case ast.Call(ast.Name("log"), [inside]):
            return [_logarithm(product) for product in _products(inside, names)]
    raise SyntaxError("not understood")


def _times(a: Product, b: Product) -> Product:
    product = dict(a)
    for name, factor in b.items():
        other = product.get(name, Factor())
        product[name] = Factor(other.power + factor.power, other.logs + factor.logs, other.base * factor.base)
    return product


def _raised(product: Product, power: float) -> Product:
    return {name: Factor(f.power * power, f.logs * power, f.base**power) for name, f in product.items()}


def _logarithm(product: Product) -> Product:
    return {name: Factor(power=1.0) if f.base > 1 else Factor(logs=1.0) for name, f in product.items()}


def _order(product: Mapping[str, Factor]) -> tuple[float, float, float]:
    factors = product.values()
    return max((f.base for f in factors), default=1.0), sum(f.power for f in factors), sum(f.logs for f in factors)


def _written(name: str, factor: Factor) -> str:
    """Such as ``n^2 log n``; empty for a factor that does not grow."""
    parts = []
    if factor.base > 1:
        parts.append(f"{factor.base:g}^{name}")
    if factor.power:
        parts.append(name if factor.power == 1 else f"{name}^{factor.power:g}")
    if factor.logs:
        parts.append(f"log {name}" if factor.logs == 1 else f"log^{factor.logs:g} {name}")
    return " ".join(parts)
