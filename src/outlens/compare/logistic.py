"""Logistic regression with an elastic net, of many weighted samples at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

NEWTON = 100
"""The most steps; about ten are needed."""

SWEEPS = 1_000
"""The most sweeps over the coefficients within a step."""


def elastic_net(
    x: Floats, y: Floats, weights: Floats, *, c: float = 1.0, l1_ratio: float = 0.5, start: Floats | None = None,
    tolerance: float = 1e-7,
) -> Floats:  # fmt: skip
    """Return the coefficients of the logistic regression of y on x for each row of weights, and the intercept last.

    The objective is that of scikit-learn's LogisticRegression with `penalty="elasticnet"`, with an intercept. It is
    solved as in glmnet (Friedman, Hastie and Tibshirani 2010), by coordinate descent on quadratic approximations, here
    with all samples side by side, which is far quicker than one after another.

    Parameters
    ----------
    x : (n, features), standardised.
    y : (n,) 0 or 1.
    weights : (samples, n), how often each row is in a sample.
    c : the inverse strength of the penalty.
    l1_ratio : 0 for ridge, 1 for lasso.
    start : (features + 1,) the coefficients to begin with.
    tolerance : the coefficients are final when they move by less.

    Returns
    -------
    (samples, features + 1)
    """
    samples, features = len(weights), x.shape[1]
    # The last column is the intercept.
    wide = np.column_stack([x, np.ones(len(x))])
    i, j = np.triu_indices(features + 1)
    products = wide[:, i] * wide[:, j]
    lasso = np.append(np.full(features, l1_ratio), 0.0)
    ridge = np.append(np.full(features, 1 - l1_ratio), 0.0)
    beta = np.zeros((samples, features + 1))
    if start is not None:
        beta += start

    def objective(beta: Floats, rows: npt.NDArray[np.int64]) -> Floats:
        score = beta @ wide.T
        loss = (weights[rows] * (np.logaddexp(0, score) - y * score)).sum(axis=1)
        value: Floats = c * loss + (lasso * np.abs(beta) + ridge * beta * beta / 2).sum(axis=1)
        return value

    active = np.arange(samples)
    value = objective(beta, active)
    for _ in range(NEWTON):
        own = weights[active]
        chance = 1 / (1 + np.exp(-np.clip(beta[active] @ wide.T, -35, 35)))
        gradient = c * ((own * (chance - y)) @ wide)
        curved = c * ((own * np.maximum(chance * (1 - chance), 1e-6)) @ products)
        hessian = np.zeros((len(active), features + 1, features + 1))
        hessian[:, i, j] = hessian[:, j, i] = curved
        new = _descend(beta[active], gradient, hessian, lasso, ridge, tolerance / 10)
        step = new - beta[active]
        size = np.ones(len(active))
        reached = objective(beta[active] + step, active)
        for _ in range(30):
            worse = reached > value[active] + 1e-12 * np.abs(value[active])
            if not worse.any():
                break
            size[worse] /= 2
            tried = beta[active[worse]] + size[worse, None] * step[worse]
            reached[worse] = objective(tried, active[worse])
        beta[active] += size[:, None] * step
        value[active] = reached
        moved = np.abs(size[:, None] * step).max(axis=1) > tolerance
        active = active[moved]
        if not len(active):
            break
    return beta


def _descend(start: Floats, gradient: Floats, hessian: Floats, lasso: Floats, ridge: Floats, least: float) -> Floats:
    """Minimise the quadratic approximations plus the penalty, coordinate by coordinate."""
    beta = start.copy()
    slope = gradient.copy()
    for _ in range(SWEEPS):
        largest = 0.0
        for k in range(beta.shape[1]):
            curve = hessian[:, k, k]
            pull = curve * beta[:, k] - slope[:, k]
            scale = curve + ridge[k]
            new = np.sign(pull) * np.maximum(np.abs(pull) - lasso[k], 0) / np.where(scale > 0, scale, 1)
            change = new - beta[:, k]
            beta[:, k] = new
            slope += change[:, None] * hessian[:, k]
            largest = max(largest, float(np.abs(change).max(initial=0)))
        if largest < least:
            break
    return beta
