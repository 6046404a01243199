"""Confidence intervals: about any estimate, and those that a share stays inside 0 and 1 with.

Each share's interval takes the design's standard error; ``quantile`` is the upper quantile of t
or of the normal distribution. All work on arrays and give the two limits, NaN where there are
none.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import numpy as np
from scipy.special import betaincinv, expit, logit, ndtri, stdtrit, xlogy

from parindex.survey.estimation.numbering import FloatArray

CONFIDENCE: Final = 0.95
_HALVINGS: Final = 200
Limits = tuple[FloatArray, FloatArray]


class IntervalMethod(StrEnum):
    """How limits are found; logit and wilson are for shares, other estimates then have t."""

    T = "t"
    NORMAL = "normal"
    LOGIT = "logit"
    WILSON = "wilson"


def t_quantile(df: float, confidence: float = CONFIDENCE) -> float:
    """The upper quantile of Student's t; NaN without degrees of freedom, normal for infinite.

    >>> round(t_quantile(14), 6), round(t_quantile(float("inf")), 6)
    (2.144787, 1.959964)
    """
    upper = (1 + confidence) / 2
    if np.isinf(df):
        return float(ndtri(upper))
    return float(stdtrit(df, upper)) if df > 0 else float("nan")


def symmetric(values: FloatArray, se: FloatArray, quantile: float) -> Limits:
    """The estimate less and plus ``quantile`` standard errors."""
    return values - quantile * se, values + quantile * se


def logit_limits(share: FloatArray, se: FloatArray, quantile: float) -> Limits:
    """Symmetric on the scale of log odds; none for a share of 0 or 1."""
    inside = _inside(share)
    half = quantile * se / (inside * (1 - inside))
    return expit(logit(inside) - half), expit(logit(inside) + half)


def wilson_limits(share: FloatArray, se: FloatArray, n: FloatArray, quantile: float) -> Limits:
    """Wilson's score interval with the effective size p(1-p)/se²; n itself for 0 and 1."""
    inside = _inside(share)
    with np.errstate(divide="ignore"):
        size = np.where(np.isnan(inside), n, inside * (1 - inside) / (se * se))
    size = np.where(np.isnan(share) | (size == 0), np.nan, size)
    square = quantile * quantile / size
    middle = (share + square / 2) / (1 + square)
    half = np.sqrt(square * (share * (1 - share) + square / 4)) / (1 + square)
    # At 0 and 1 the limit on that side is the share itself, whatever is lost by rounding.
    low = np.where(share == 0, 0.0, middle - half)
    return low, np.where(share == 1, 1.0, middle + half)


def share_limits(
    method: IntervalMethod, share: FloatArray, se: FloatArray, n: FloatArray, quantile: float
) -> Limits:
    """The limits of shares by a method; ``n`` responses are behind each."""
    if method is IntervalMethod.LOGIT:
        return logit_limits(share, se, quantile)
    if method is IntervalMethod.WILSON:
        return wilson_limits(share, se, n, quantile)
    return symmetric(share, se, quantile)


def arcsine_limits(share: FloatArray, se: FloatArray, quantile: float) -> Limits:
    """Symmetric on the scale of arcsine square roots; none for a share of 0 or 1."""
    inside = _inside(share)
    middle = np.arcsin(np.sqrt(inside))
    half = quantile * se / (2 * np.sqrt(inside * (1 - inside)))
    return np.sin(middle - half) ** 2, np.sin(middle + half) ** 2


def beta_limits(
    share: FloatArray, se: FloatArray, n: FloatArray, df: float, confidence: float = CONFIDENCE
) -> Limits:
    """Clopper and Pearson's interval with the effective size of Korn and Graubard (1998)."""
    inside = _inside(share)
    tail = (1 - confidence) / 2
    adjustment = (stdtrit(n - 1, tail) / stdtrit(df, tail)) ** 2
    size = inside * (1 - inside) / (se * se) * adjustment
    low: FloatArray = betaincinv(size * inside, size * (1 - inside) + 1, tail)
    high: FloatArray = betaincinv(size * inside + 1, size * (1 - inside), 1 - tail)
    return low, high


def likelihood_limits(share: FloatArray, se: FloatArray, n: FloatArray, quantile: float) -> Limits:
    """Where the binomial likelihood, scaled by the design effect, falls off too far.

    The scaled deviance is held against ``quantile`` squared (Rao and Scott 1984).
    """
    inside = _inside(share)
    allowed = (quantile * se) ** 2 * n / (2 * (n - 1) * inside * (1 - inside))
    return _falls(inside, allowed, 0.0), _falls(inside, allowed, 1.0)


def _falls(share: FloatArray, allowed: FloatArray, end: float) -> FloatArray:
    """Between a share and an end of its range, where the divergence from it is as allowed."""
    near, far = share, np.full_like(share, end)
    for _ in range(_HALVINGS):
        middle = (near + far) / 2
        with np.errstate(divide="ignore"):
            less, more = share / middle, (1 - share) / (1 - middle)
        divergence = xlogy(share, less) + xlogy(1 - share, more)
        is_beyond = divergence > allowed
        near, far = np.where(is_beyond, near, middle), np.where(is_beyond, middle, far)
    return near


def _inside(share: FloatArray) -> FloatArray:
    return np.where((share > 0) & (share < 1), share, np.nan)
