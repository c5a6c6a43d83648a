"""Paired embeddings with rows that repeat, on one side and on both, and what is right of them, by numpy.

Run with: python3 test/oracle/repeatedRows.py
"""
import json
from pathlib import Path

import numpy as np

random = np.random.default_rng(3)
items_x = random.normal(size=(7, 4)).astype(np.float32)
items_y = (0.6 * np.vstack([items_x, items_x[:3]]) + random.normal(size=(10, 4))).astype(np.float32)
cases = {
    # Each of the first modality's items has one to four of the second's.
    "captions": [(0, 0), (1, 1), (0, 7), (2, 2), (0, 8), (3, 3), (1, 9), (4, 4), (5, 5), (6, 6), (0, 6)][:10],
    # Items of both have several partners, and one pair stands there three times.
    "both": [(0, 0), (1, 1), (0, 1), (2, 2), (0, 0), (3, 3), (4, 2), (0, 0), (5, 5), (6, 9)],
}


def unit(rows):
    rows = rows.astype(np.float64)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def recall(cosines, right, k):
    """Mean over queries of whether a right answer is among the k nearest."""
    nearest = np.argsort(-cosines, axis=1)[:, :k]
    return float(np.mean([right[query, nearest[query]].any() for query in range(len(cosines))]))


expected = {}
for name, pairs in cases.items():
    of_x, of_y = np.array(pairs).T
    x, y = items_x[of_x], items_y[of_y]
    unit_x, unit_y = unit(x), unit(y)
    used_x, used_y = np.unique(of_x), np.unique(of_y)
    cosines = unit(items_x[used_x]) @ unit(items_y[used_y]).T
    right = np.zeros(cosines.shape, dtype=bool)
    for i, j in pairs:
        right[np.searchsorted(used_x, i), np.searchsorted(used_y, j)] = True
    expected[name] = {
        "x": x.tolist(),
        "y": y.tolist(),
        "items": [len(used_x), len(used_y)],
        "recall": {
            str(k): [recall(cosines, right, k), recall(cosines.T, right.T, k)] for k in (1, 5)
        },
        "mismatched": float(cosines[~right].mean()),
        "matched": float(np.mean(np.sum(unit_x * unit_y, axis=1))),
        "gap": float(np.linalg.norm(unit_x.mean(axis=0) - unit_y.mean(axis=0))),
    }
(Path(__file__).parent / "repeatedRows.json").write_text(json.dumps(expected) + "\n")
