"""The peer of lossLandscape.ts: numpy computing the product anew for each shift. One JSON line a command."""

import json
import sys
import time

import numpy as np

x, y = (np.load(path) for path in sys.argv[1:3])
scales = [100, 50, 30, 20, 10, 1]
shifts = np.arange(-5, 5, 0.25)
gap = x.mean(axis=0) - y.mean(axis=0)
direction = (gap / np.linalg.norm(gap)).astype(np.float32)


def log_sum_exp(values, axis):
    largest = values.max(axis=axis, keepdims=True)
    return np.squeeze(largest, axis) + np.log(np.exp(values - largest).sum(axis=axis))


def normalised(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def losses_at(delta):
    shifted_x = normalised(x - np.float32(delta / 2) * direction)
    shifted_y = normalised(y + np.float32(delta / 2) * direction)
    similarities = shifted_x @ shifted_y.T
    matched = np.diag(similarities)
    result = []
    for scale in scales:
        logits = similarities * np.float32(scale)
        first = (log_sum_exp(logits, 1) - scale * matched).mean()
        second = (log_sum_exp(logits, 0) - scale * matched).mean()
        result.append(float((first + second) / 2))
    return result


for line in sys.stdin:
    # Every shift costs the same: a few are timed, and the time of all 40 follows from their mean.
    timed = [float(delta) for delta in line.split()]
    start = time.perf_counter()
    found = {str(delta): losses_at(delta) for delta in timed}
    seconds = (time.perf_counter() - start) * len(shifts) / len(timed)
    print(json.dumps({"seconds": seconds, "found": found}), flush=True)
