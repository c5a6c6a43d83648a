"""Oracles of the numerics in numpy and the standard library: writes numerics.json beside this script."""

import json
import math
from pathlib import Path
from statistics import NormalDist

import numpy as np

rng = np.random.default_rng(7)


def cap_share_log10(half_angle, dimension):
    """By the midpoint rule on the integral of sin^(d-2), in logarithms."""
    steps = 400_000
    share = 0.0
    scale = math.lgamma(dimension / 2) - math.lgamma((dimension - 1) / 2) - 0.5 * math.log(math.pi)
    angles = (np.arange(steps) + 0.5) * (half_angle / steps)
    logs = (dimension - 2) * np.log(np.sin(angles)) + scale + math.log(half_angle / steps)
    largest = logs.max()
    return float((largest + math.log(np.exp(logs - largest).sum())) / math.log(10))


symmetric = rng.standard_normal((6, 6))
symmetric = symmetric @ symmetric.T
values, vectors = np.linalg.eigh(symmetric)

points = rng.standard_normal((30, 5)) * np.array([5, 3, 1, 0.5, 0.1]) + 2
centred = points - points.mean(axis=0)
_, singular, directions = np.linalg.svd(centred, full_matrices=False)
wide = rng.standard_normal((4, 7))
_, wide_singular, wide_directions = np.linalg.svd(wide - wide.mean(axis=0), full_matrices=False)

x = rng.standard_normal((20, 4)).astype(np.float32)
y = rng.standard_normal((20, 4)).astype(np.float32)
u, _, vt = np.linalg.svd(x.astype(float).T @ y.astype(float))

sample = rng.standard_normal(101).astype(np.float32)
probabilities = [0, 0.01, 0.25, 0.5, 0.9, 1]

oracle = {
    "capShareLog10": [
        {"halfAngle": angle, "dimension": d, "log10": cap_share_log10(angle, d)}
        for angle, d in [(0.1, 3), (0.9763, 2), (0.48815, 3), (1.2, 16), (0.5, 512), (1.4, 512), (1.5, 2048), (0.4, 2048)]
    ],
    "normal": [{"x": x_, "cdf": NormalDist().cdf(x_)} for x_ in (-5, -2.5, -1, -0.1, 0, 0.3, 1.96, 4)],
    "normalQuantile": [{"p": p, "x": NormalDist().inv_cdf(p)} for p in (1e-6, 0.001, 0.02, 0.025, 0.3, 0.5, 0.8, 0.975, 0.99999)],
    "eigen": {"matrix": symmetric.ravel().tolist(), "values": values[::-1].tolist(), "vectors": vectors[:, ::-1].T.tolist()},
    "pca": {
        "rows": 30,
        "columns": 5,
        "points": points.ravel().tolist(),
        "variances": (singular**2 / 30).tolist(),
        "directions": directions.tolist(),
    },
    "widePca": {
        "rows": 4,
        "columns": 7,
        "points": wide.ravel().tolist(),
        "variances": (wide_singular**2 / 4).tolist(),
        "directions": wide_directions.tolist(),
    },
    "procrustes": {"x": x.ravel().tolist(), "y": y.ravel().tolist(), "map": (u @ vt).ravel().tolist()},
    "sample": {
        "values": sample.tolist(),
        "mean": float(sample.mean(dtype=float)),
        "deviation": float(sample.std(dtype=float)),
        "probabilities": probabilities,
        "quantiles": np.quantile(sample.astype(float), probabilities).tolist(),
    },
}
Path(__file__).with_suffix(".json").write_text(json.dumps(oracle) + "\n")
