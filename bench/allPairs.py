"""The peer of allPairs.ts: statistics of all pairs of unit rows in numpy, in three ways. One JSON line a command."""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

path, threads = sys.argv[1], int(sys.argv[2])
rows = np.load(path)
quantiles = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]


def product():
    gram = rows @ rows.T
    return {"trace": float(gram[0, 0])}


def as_users_write_it(with_quantiles):
    gram = rows @ rows.T
    off = gram[~np.eye(len(gram), dtype=bool)]
    counts, _ = np.histogram(off, bins=200, range=(-1, 1))
    result = {
        "mean": float(off.mean(dtype=np.float64)),
        "std": float(off.std(dtype=np.float64)),
        "min": float(off.min()),
        "max": float(off.max()),
        "first": int(counts[0]),
    }
    if with_quantiles:
        result["median"] = float(np.quantile(off, quantiles)[3])
    return result


def tile_statistics(block):
    i, j, size = block
    tile = rows[i : i + size] @ rows[j : j + size].T
    if i == j:
        tile = tile[np.triu_indices(len(tile), 1)]
    values = tile.ravel()
    fine = np.bincount(((values + 1) * 32768).astype(np.int32), minlength=65537)
    return len(values), values.sum(dtype=np.float64), float(np.dot(values, values)), values.min(), values.max(), fine


def at_its_best(size=512):
    blocks = [(i, j, size) for i in range(0, len(rows), size) for j in range(i, len(rows), size)]
    with ThreadPoolExecutor(threads) as pool:
        parts = list(pool.map(tile_statistics, blocks))
    count = sum(part[0] for part in parts)
    mean = sum(part[1] for part in parts) / count
    fine = sum(part[5] for part in parts)
    cumulative = np.cumsum(fine) / count
    return {
        "mean": mean,
        "std": float(np.sqrt(sum(part[2] for part in parts) / count - mean**2)),
        "min": float(min(part[3] for part in parts)),
        "max": float(max(part[4] for part in parts)),
        "median": float((np.searchsorted(cumulative, quantiles[3]) + 0.5) / 32768 - 1),
    }


ways = {
    "product": product,
    "users": lambda: as_users_write_it(True),
    "users without quantiles": lambda: as_users_write_it(False),
    "best": at_its_best,
}
for line in sys.stdin:
    start = time.perf_counter()
    found = ways[line.strip()]()
    print(json.dumps({"seconds": time.perf_counter() - start, "found": found}), flush=True)
