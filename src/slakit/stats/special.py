"""Distribution functions that intervals and tests need: normal, beta, gamma, t, chi-squared, binomial.

Written for careful tails rather than for speed. The densities come in Loader's saddle-point form,
which does not cancel for large counts; incomplete integrals are a continued fraction or a series;
quantiles are Newton steps on the logarithm of the tail, kept inside a bracket.

Sources: C. Loader, "Fast and accurate computation of binomial probabilities" (2000);
NIST Digital Library of Mathematical Functions 8.9, 8.11, 8.17.22, 26.
"""

import math
from collections.abc import Callable
from statistics import NormalDist

_NORMAL = NormalDist()
_TINY = 1e-300
_EPS = 1e-16
_CLOSE = 1e-15
_SETTLED = 1e-15
_FINE = 1e-8
_TERMS = 100_000
_STIRLING_FROM = 15.0
_STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156)
_NEAR = 0.1
_STEPS = 400


def normal_sf(x: float) -> float:
    """Upper tail of the standard normal distribution."""
    return 0.5 * math.erfc(x / math.sqrt(2.0))


def normal_isf(q: float) -> float:
    """The point above which the standard normal has mass ``q`` (0 < q < 1)."""
    return -_NORMAL.inv_cdf(q)


def stirling_error(z: float) -> float:
    """Natural logarithm of Gamma(z + 1) minus Stirling's approximation, for z > 0."""
    shift = 0.0
    while z < _STIRLING_FROM:
        shift += (z + 0.5) * math.log1p(1.0 / z) - 1.0
        z += 1.0
    square = z * z
    total = 0.0
    for term in reversed(_STIRLING):
        total = total / square + term
    return shift + total / z


def deviance(x: float, mean: float) -> float:
    """The term x ln(x / mean) + mean - x without cancellation near x = mean (Loader's bd0)."""
    if abs(x - mean) < _NEAR * (x + mean):
        v = (x - mean) / (x + mean)
        total = (x - mean) * v
        term = 2.0 * x * v
        square = v * v
        j = 1
        while True:
            term *= square
            longer = total + term / (2 * j + 1)
            if longer == total:
                return total
            total = longer
            j += 1
    return x * math.log(x / mean) + mean - x


def _log_beta_kernel(a: float, b: float, x: float, y: float) -> float:
    """Natural logarithm of x^a y^b / B(a, b) with y = 1 - x, for 0 < x < 1."""
    n = a + b
    exponent = stirling_error(n) - stirling_error(a) - stirling_error(b) - deviance(a, n * x) - deviance(b, n * y)
    return exponent + 0.5 * math.log(a * b / (2.0 * math.pi * n))


def _beta_fraction(a: float, b: float, x: float) -> float:
    """The continued fraction of the incomplete beta integral by Lentz's method."""
    c, d = 1.0, 1.0 - (a + b) * x / (a + 1.0)
    d = 1.0 / (d if abs(d) > _TINY else _TINY)
    h = d
    for m in range(1, _TERMS):  # pragma: no branch - it settles long before
        for coefficient in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1.0 + coefficient * d
            d = 1.0 / (d if abs(d) > _TINY else _TINY)
            c = 1.0 + coefficient / c
            c = c if abs(c) > _TINY else _TINY
            h *= c * d
        if abs(c * d - 1.0) <= _CLOSE:
            break
    return h


def beta_tails(a: float, b: float, x: float) -> tuple[float, float]:
    """Both tails of the beta distribution at ``x``: mass below, mass above."""
    if x <= 0.0:
        return 0.0, 1.0
    if x >= 1.0:
        return 1.0, 0.0
    kernel = math.exp(_log_beta_kernel(a, b, x, 1.0 - x))
    if x <= (a + 1.0) / (a + b + 2.0):
        below = kernel * _beta_fraction(a, b, x) / a
        return below, 1.0 - below
    above = kernel * _beta_fraction(b, a, 1.0 - x) / b
    return 1.0 - above, above


def gamma_tails(a: float, x: float) -> tuple[float, float]:
    """Both tails of the gamma distribution of shape ``a`` and scale 1 at ``x``: mass below, mass above."""
    if x <= 0.0:
        return 0.0, 1.0
    kernel = math.exp(_log_gamma_kernel(a, x))
    if x < a + 1.0:
        total = term = 1.0
        step = a
        while term > total * _EPS:
            step += 1.0
            term *= x / step
            total += term
        below = min(kernel * total / a, 1.0)
        return below, 1.0 - below
    b = x + 1.0 - a
    c, d = 1.0 / _TINY, 1.0 / b
    h = d
    for i in range(1, _TERMS):  # pragma: no branch - it settles long before
        coefficient = -i * (i - a)
        b += 2.0
        d = coefficient * d + b
        d = 1.0 / (d if abs(d) > _TINY else _TINY)
        c = b + coefficient / c
        c = c if abs(c) > _TINY else _TINY
        h *= c * d
        if abs(c * d - 1.0) <= _CLOSE:
            break
    above = min(kernel * h, 1.0)
    return 1.0 - above, above


def _log_gamma_kernel(a: float, x: float) -> float:
    """Natural logarithm of x^a e^-x / Gamma(a)."""
    return -stirling_error(a) - deviance(a, x) + 0.5 * math.log(a / (2.0 * math.pi))


def _solve(
    tail: Callable[[float], float], log_kernel: Callable[[float], float], target: float, *, start: float, top: float, rising: bool
) -> float:
    """The x at which a tail has mass ``target``: Newton on ln(tail) against ln(x), inside a bracket."""
    low, high = 0.0, top
    goal = math.log(target)
    x, last = start, math.inf
    for _ in range(_STEPS):  # pragma: no branch - it settles long before
        if x < _TINY:
            return 0.0
        mass = tail(x)
        error = math.log(mass) - goal if mass > 0.0 else -math.inf
        if (error > 0.0) == rising:
            high = x
        else:
            low = x
        slope = math.exp(log_kernel(x)) / mass if mass > 0.0 else 0.0
        step = -error / slope if slope > 0.0 else math.inf
        following = x * math.exp(step if rising else -step) if abs(step) < 1.0 else math.nan
        if abs(step) <= _SETTLED or last / 2.0 <= abs(step) <= _FINE:
            break  # smaller steps are rounding
        last = abs(step)
        x = following if low < following < high else _middle(low, high)
    return x


def _middle(low: float, high: float) -> float:
    """A point between two bounds, in the middle of their exponents where they are far apart."""
    if math.isinf(high):
        return 2.0 * low + 1.0
    if low == 0.0:
        return high / 64.0
    return math.sqrt(low * high) if high > 2.0 * low else 0.5 * (low + high)


def beta_quantile(p: float, a: float, b: float) -> float:
    """The point below which a beta distribution has mass ``p``.

    For the upper end ask one minus the quantile of the mirrored distribution (b, a): small tails stay exact.
    """
    if p <= 0.0:
        return 0.0
    if p >= 1.0:
        return 1.0
    mean = a / (a + b)
    spread = math.sqrt(mean * (1.0 - mean) / (a + b + 1.0))
    start = mean - normal_isf(p) * spread
    if not 0.0 < start < 1.0:
        start = mean
    return _solve(
        lambda x: beta_tails(a, b, x)[0],
        lambda x: _log_beta_kernel(a, b, x, 1.0 - x) - math.log1p(-x),
        p,
        start=start,
        top=1.0,
        rising=True,
    )


def gamma_quantile(p: float, a: float, *, upper: bool = False) -> float:
    """The point below (``upper``: above) which the gamma distribution of shape ``a`` has mass ``p``."""
    if p <= 0.0:
        return math.inf if upper else 0.0
    if p >= 1.0:
        return 0.0 if upper else math.inf
    z = normal_isf(p) if upper else -normal_isf(p)
    base = 1.0 - 1.0 / (9.0 * a) + z / (3.0 * math.sqrt(a))
    start = a * base**3 if base > 0.0 else 0.5 * a
    side = 1 if upper else 0
    return _solve(lambda x: gamma_tails(a, x)[side], lambda x: _log_gamma_kernel(a, x), p, start=start, top=math.inf, rising=not upper)


def chi2_sf(x: float, df: float) -> float:
    """Upper tail of the chi-squared distribution."""
    return gamma_tails(df / 2.0, x / 2.0)[1]


def t_sf(t: float, df: float) -> float:
    """Upper tail of Student's t distribution."""
    if math.isinf(df):
        return normal_sf(t)
    near, far = t * t / (df + t * t), df / (df + t * t)
    both = beta_tails(0.5, df / 2.0, near)[1] if near < far else beta_tails(df / 2.0, 0.5, far)[0]  # the smaller of the two is exact
    return 0.5 * both if t >= 0.0 else 1.0 - 0.5 * both


def t_isf(q: float, df: float) -> float:
    """The point above which Student's t distribution has mass ``q`` (0 < q < 1)."""
    if math.isinf(df):
        return normal_isf(q)
    if q > 0.5:  # noqa: PLR2004 - the median
        return -t_isf(1.0 - q, df)
    if q > 0.25:  # noqa: PLR2004 - here the complement is the exact one
        y = beta_quantile(1.0 - 2.0 * q, 0.5, df / 2.0)
        return math.sqrt(df * y / (1.0 - y))
    x = beta_quantile(2.0 * q, df / 2.0, 0.5)
    return math.sqrt(df * (1.0 - x) / x)


def binomial_cdf(k: int, n: int, p: float) -> float:
    """P(X <= k) of the binomial distribution."""
    if k < 0:
        return 0.0
    if k >= n:
        return 1.0
    return beta_tails(k + 1.0, float(n - k), p)[1]


def binomial_quantile(q: float, n: int, p: float) -> int:
    """The least k with P(X <= k) >= q; a probability that equals q but for the last digits of floats reaches it."""
    if not 0.0 < q < 1.0:
        return 0 if q <= 0.0 else n
    q *= 1.0 - 1e-14
    spread = int(math.sqrt(n * p * (1.0 - p))) + 1
    guess = round(n * p - normal_isf(q) * math.sqrt(n * p * (1.0 - p)))
    low, high = max(guess - spread // 8 - 1, -1), min(guess + spread // 8 + 1, n)
    while low >= 0 and binomial_cdf(low, n, p) >= q:
        low = max(low - spread, -1)
    while high < n and binomial_cdf(high, n, p) < q:
        high = min(high + spread, n)
    while high - low > 1:
        middle = (low + high) // 2
        if binomial_cdf(middle, n, p) >= q:
            high = middle
        else:
            low = middle
    return high
