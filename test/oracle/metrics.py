"""Oracles of the metrics in numpy and scipy, each by its definition over all pairs: writes metrics.json beside this script."""

import base64
import json
from pathlib import Path

import numpy as np
from scipy.special import betainc, logsumexp

rng = np.random.default_rng(2022)
PROBABILITIES = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]
LOSSES = [(0.01, "full"), (0.07, "full"), (1.0, "full"), (0.05, 16), (0.01, 7)]


def cone(rows, columns, axis, width, matched=None, share=0.5):
    """Directions about an axis, a share of their spread in common with the matched rows; row lengths differ."""
    noise = rng.standard_normal((rows, columns)) / np.sqrt(columns)
    if matched is not None:
        noise = np.sqrt(share) * matched + np.sqrt(1 - share) * noise
    values = (axis + width * noise) * rng.uniform(0.2, 5, (rows, 1))
    return noise, values.astype(np.float32)


def axis_of(columns):
    direction = rng.standard_normal(columns)
    return direction / np.linalg.norm(direction)


def cap_share(half_angle, dimension):
    """Li 2011, eq. 1."""
    return float(0.5 * betainc((dimension - 1) / 2, 0.5, np.sin(half_angle) ** 2))


def modality_values(units):
    """`units`: one unit row an item, float64."""
    n, dimension = units.shape
    cosines = (units @ units.T)[np.triu_indices(n, 1)]
    mean = float(cosines.mean())
    half_angle = np.arccos(mean) / 2
    return {
        "mean-cosine": mean,
        "min-cosine": float(cosines.min()),
        "max-cosine": float(cosines.max()),
        "std-cosine": float(cosines.std()),
        "mean-resultant-length": float(np.linalg.norm(units.mean(axis=0))),
        "solidAngleLog10": float(np.log10(cap_share(half_angle, dimension))),
        "quantiles": {
            "probabilities": PROBABILITIES,
            "values": np.quantile(cosines, PROBABILITIES).tolist(),
        },
        "pairs": len(cosines),
    }


def losses(x, y):
    found = []
    for temperature, batch in LOSSES:
        size = len(x) if batch == "full" else batch
        forward, backward = [], []
        for start in range(0, len(x) - size + 1, size):
            logits = x[start : start + size] @ y[start : start + size].T / temperature
            diagonal = np.diag(logits)
            forward.extend(logsumexp(logits, axis=1) - diagonal)
            backward.extend(logsumexp(logits, axis=0) - diagonal)
        first, second = float(np.mean(forward)), float(np.mean(backward))
        found.append(
            {
                "temperature": temperature,
                "batchSize": batch,
                "rows": len(forward),
                "symmetric": (first + second) / 2,
                "first-to-second": first,
                "second-to-first": second,
            }
        )
    return found


def recalls(similarities, relevant):
    """Queries are rows. `relevant[q, g]`: answer g is right for query q."""
    found = {}
    best = np.where(relevant, similarities, -np.inf).max(axis=1)
    nearer = ((similarities > best[:, None]) & ~relevant).sum(axis=1)
    for k in (1, 5, 10):
        found[f"recall-at-{k}"] = float((nearer < k).mean())
    return found


def pair_values(x, y, items_x, items_y):
    """`x`, `y`: a unit row for each row of the data; `items_x`, `items_y`: the item each row holds."""
    unique_x = x[[items_x.index(item) for item in range(max(items_x) + 1)]]
    unique_y = y[[items_y.index(item) for item in range(max(items_y) + 1)]]
    relevant = np.zeros((len(unique_x), len(unique_y)), bool)
    relevant[items_x, items_y] = True
    similarities = unique_x @ unique_y.T
    matched = np.einsum("ij,ij->i", x, y)
    centre_x, centre_y = unique_x.mean(axis=0), unique_y.mean(axis=0)
    gap = centre_x - centre_y
    spread = ((unique_x - centre_x) ** 2).sum(axis=1).mean() + ((unique_y - centre_y) ** 2).sum(axis=1).mean()

    def dissimilarity(units):
        cosines = (units @ units.T)[~np.eye(len(units), dtype=bool)]
        return ((1 - cosines) / 2).mean()

    m = ((1 - matched) / 2).mean()
    within = (dissimilarity(unique_x) + dissimilarity(unique_y)) / 2
    shares = gap**2 / (gap @ gap)
    held = np.cumsum(np.sort(shares)[::-1])
    return {
        "gap-distance": float(np.linalg.norm(gap)),
        "gap-vector": gap.tolist(),
        "centroid-cosine": float(centre_x @ centre_y / np.linalg.norm(centre_x) / np.linalg.norm(centre_y)),
        "normalized-gap": float(np.linalg.norm(gap) / np.sqrt(spread / 2)),
        "relative-modality-gap": float(m / (m + within)),
        "matched-distance": float(np.linalg.norm(x - y, axis=1).mean()),
        "matched-cosine": float(matched.mean()),
        "mismatched-cosine": float(similarities[~relevant].mean()),
        "mismatchedPairs": int((~relevant).sum()),
        "mismatchedRange": [float(similarities[~relevant].min()), float(similarities[~relevant].max())],
        "matchedRange": [float(matched.min()), float(matched.max())],
        "gap-dimension-shares": shares.tolist(),
        "gap-dimension-concentration": {
            str(share): int(np.searchsorted(held, share) + 1) for share in (0.25, 0.5, 0.9, 0.99)
        },
        "largestTwo": float(held[1]),
        "losses": losses(x, y),
        "firstToSecond": recalls(similarities, relevant),
        "secondToFirst": recalls(similarities.T, relevant.T),
    }


def case(name, modalities, shared=None, groups=None):
    rows = len(next(iter(modalities.values())))
    units, items, own = {}, {}, {}
    for modality, values in modalities.items():
        wide = values.astype(np.float64)
        units[modality] = wide / np.linalg.norm(wide, axis=1, keepdims=True)
        if modality == shared:
            order = list(dict.fromkeys(groups))
            items[modality] = [order.index(group) for group in groups]
        else:
            items[modality] = list(range(rows))
        firsts = [items[modality].index(item) for item in range(max(items[modality]) + 1)]
        own[modality] = units[modality][firsts]
    names = list(modalities)
    return {
        "name": name,
        "rows": rows,
        "columns": int(next(iter(modalities.values())).shape[1]),
        "relevance": None if shared is None else {"shared": shared, "groups": groups},
        "embeddings": {
            modality: base64.b64encode(values.astype("<f4").tobytes()).decode() for modality, values in modalities.items()
        },
        "modalities": {modality: modality_values(own[modality]) for modality in names},
        "pairs": [
            {"modalities": [a, b], **pair_values(units[a], units[b], items[a], items[b])}
            for i, a in enumerate(names)
            for b in names[i + 1 :]
        ],
    }


def two():
    noise, image = cone(60, 24, axis_of(24), 1.5)
    _, text = cone(60, 24, axis_of(24), 2.0, noise, 0.8)
    return case("two modalities", {"image": image, "text": text})


def three():
    noise, image = cone(53, 17, axis_of(17), 1.2)
    _, text = cone(53, 17, axis_of(17), 1.0, noise, 0.9)
    _, audio = cone(53, 17, axis_of(17), 3.0, noise, 0.6)
    return case("three modalities", {"image": image, "text": text, "audio": audio})


def narrow():
    axis = axis_of(32)
    noise, image = cone(50, 32, axis, 0.0265)
    _, text = cone(50, 32, axis + 0.05 * axis_of(32), 0.0265, noise, 0.7)
    return case("narrow cones", {"image": image, "text": text})


def captions():
    # Twenty images, three captions each on average, in mixed order; group numbers are neither dense nor sorted.
    sizes = [1, 2, 3, 4, 5] * 4
    groups = [7 * image + 3 for image, size in enumerate(sizes) for _ in range(size)]
    rng.shuffle(groups)
    noise, image = cone(20, 16, axis_of(16), 1.5)
    rows = [(group - 3) // 7 for group in groups]
    _, text = cone(60, 16, axis_of(16), 1.5, noise[rows], 0.7)
    return case("images with captions", {"image": image[rows], "text": text}, "image", groups)


result = {"cases": [two(), three(), narrow(), captions()]}
Path(__file__).with_suffix(".json").write_text(json.dumps(result, indent=1) + "\n")
for found in result["cases"]:
    print(found["name"], {name: values["mean-cosine"] for name, values in found["modalities"].items()})
    print("  ", [(pair["gap-distance"], pair["firstToSecond"], pair["losses"][0]["symmetric"]) for pair in found["pairs"]])
