"""The beta distribution and digamma for many agents at once: the functions of `special`, over arrays."""

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156)
_DIGAMMA = (1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760)
_TRIGAMMA = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66)
_SHIFT = 15
_TINY = 1e-290
_CLOSE = 2e-15
_STEPS = 200
_SETTLED = 1e-15
_NEAR = 1e-8
_TERMS = 20_000


def stirling_error(z: Floats) -> Floats:
    """Logarithm of Gamma(z + 1) minus Stirling's approximation, for z > 0."""
    z = z.copy()
    shift = np.zeros_like(z)
    for _ in range(_SHIFT):
        small = z < _SHIFT
        shift[small] += (z[small] + 0.5) * np.log1p(1.0 / z[small]) - 1.0
        z[small] += 1.0
    return shift + _horner(_STIRLING, 1.0 / (z * z)) / z


def _horner(terms: tuple[float, ...], x: Floats) -> Floats:
    total = np.zeros_like(x)
    for term in reversed(terms):
        total = total * x + term
    return total


def _deviance(x: Floats, mean: Floats) -> Floats:
    """The term x ln(x / mean) + mean - x, by its series where the two are close."""
    plain = x * np.log(x / mean) + mean - x
    v = (x - mean) / (x + mean)
    square, power = v * v, 2.0 * x * v
    series = (x - mean) * v
    for j in range(1, 12):
        power = power * square
        series = series + power / (2 * j + 1)
    return np.where(np.abs(v) < 0.1, series, plain)  # noqa: PLR2004 - where the series has converged


def beta_log_kernel(a: Floats, b: Floats, x: Floats) -> Floats:
    """Logarithm of x^a (1 - x)^b / B(a, b)."""
    n = a + b
    exponent = stirling_error(n) - stirling_error(a) - stirling_error(b) - _deviance(a, n * x) - _deviance(b, n * (1.0 - x))
    return exponent + 0.5 * np.log(a * b / (2.0 * math.pi * n))


def _fraction(a: Floats, b: Floats, x: Floats) -> Floats:
    c = np.ones_like(x)
    d = _inverse(1.0 - (a + b) * x / (a + 1.0))
    h = d.copy()
    for m in range(1, _TERMS):  # pragma: no branch - it settles long before
        for coefficient in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = _inverse(1.0 + coefficient * d)
            c = 1.0 + coefficient / c
            c = np.where(np.abs(c) > _TINY, c, _TINY)
            h = h * (c * d)
        if (np.abs(c * d - 1.0) <= _CLOSE).all():
            break
    return h


def _inverse(x: Floats) -> Floats:
    return 1.0 / np.where(np.abs(x) > _TINY, x, _TINY)


def beta_cdf(a: Floats, b: Floats, x: Floats) -> Floats:
    """Mass of beta distributions below ``x``, 0 < x < 1."""
    left = x <= (a + 1.0) / (a + b + 2.0)
    first, second, at = np.where(left, a, b), np.where(left, b, a), np.where(left, x, 1.0 - x)
    tail = np.exp(beta_log_kernel(first, second, at)) * _fraction(first, second, at) / first
    return np.where(left, tail, 1.0 - tail)


def beta_quantiles(p: float, a: Floats, b: Floats) -> Floats:
    """The points below which beta distributions have mass ``p``: Newton steps on logarithms inside brackets.

    Args:
        p: the mass, strictly between 0 and 1.
        a: first shape of each.
        b: second shape of each.
    """
    found = np.empty_like(a)
    active = np.arange(len(a))
    low, high, x = np.zeros_like(a), np.ones_like(a), a / (a + b)
    last = np.full_like(a, np.inf)
    for _ in range(_STEPS):  # pragma: no branch - it settles long before
        mass = beta_cdf(a, b, x)
        over = mass > p
        high, low = np.where(over, x, high), np.where(over, low, x)
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            step = (math.log(p) - np.log(mass)) * mass / np.exp(beta_log_kernel(a, b, x) - np.log1p(-x))
            following = x * np.exp(np.where(np.abs(step) < 1.0, step, np.nan))
        size = np.abs(step)
        settled = (size <= _SETTLED) | ((size <= _NEAR) & (size >= last / 2.0))
        inside = settled | ((following > low) & (following < high))
        following = np.where(inside, following, _middle(low, high))
        found[active] = following
        going = ~settled & (following > _TINY)
        if not going.any():
            break
        active, a, b = active[going], a[going], b[going]
        low, high, x, last = low[going], high[going], np.minimum(following[going], 1.0 - 2.0**-53), size[going]
    return found


def _middle(low: Floats, high: Floats) -> Floats:
    """Points between bounds, in the middle of their exponents where they are far apart."""
    return np.where(low == 0.0, high / 64.0, np.where(high > 2.0 * low, np.sqrt(low * high), 0.5 * (low + high)))


def digamma(z: Floats) -> Floats:
    """The derivative of ln Gamma, for z > 0."""
    z = z.copy()
    shift = np.zeros_like(z)
    for _ in range(_SHIFT):
        small = z < _SHIFT
        shift[small] -= 1.0 / z[small]
        z[small] += 1.0
    square = 1.0 / (z * z)
    return shift + np.log(z) - 0.5 / z - square * _horner(_DIGAMMA, square)


def trigamma(z: Floats) -> Floats:
    """The second derivative of ln Gamma, for z > 0."""
    z = z.copy()
    shift = np.zeros_like(z)
    for _ in range(_SHIFT):
        small = z < _SHIFT
        shift[small] += 1.0 / (z[small] * z[small])
        z[small] += 1.0
    square = 1.0 / (z * z)
    return shift + 1.0 / z + 0.5 * square + square / z * _horner(_TRIGAMMA, square)
