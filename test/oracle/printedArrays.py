"""Arrays as Python, NumPy, pandas and torch print them, with their numbers as float32: the oracle of printed arrays in cells.

    /usr/bin/python3 test/oracle/printedArrays.py
"""

import io
import json
import sys
from pathlib import Path

import numpy
import pandas
import torch

rng = numpy.random.default_rng(5)
arrays = {
    "plain": rng.standard_normal(24).astype("float32"),
    "small": (rng.standard_normal(20) * 1e-6).astype("float32"),
    "mixed": numpy.array([0.5, -3e9, 1e-12, 7, 0], "float32"),
    "whole": numpy.arange(-5, 20).astype("float32"),
    "one": numpy.array([0.25], "float32"),
}
cases = []


def add(name, text, values):
    cases.append({"name": name, "text": text, "values": [float(v) for v in values]})


for name, array in arrays.items():
    add(f"str(ndarray) {name}", str(array), numpy.array(str(array).strip("[]").split(), "float32"))
    # Printing leaves eight digits at most: the numbers are those of the text.
    for kind in (array, array.astype("float64")):
        values = eval(repr(kind), {"array": numpy.array, "float32": numpy.float32}).astype("float32")
        add(f"repr({kind.dtype}) {name}", repr(kind), values)
    add(f"list {name}", str(array.tolist()), array)
    add(f"json {name}", json.dumps(array.tolist()), array)
    add(f"tuple {name}", str(tuple(array.tolist())), array)
    add(f"(1, D) {name}", str(array[None]), numpy.array(str(array).strip("[]").split(), "float32"))
    # As NumPy 2 prints its scalars.
    add(f"np.float32 {name}", "[" + ", ".join(f"np.float32({v})" for v in array.tolist()) + "]", array)
    torch.set_printoptions(precision=8)
    tensor = torch.from_numpy(array)
    text = str(tensor.double())
    values = eval(text, {"tensor": torch.tensor, "torch": torch}).numpy().astype("float32")
    add(f"tensor {name}", text, values)
    frame = pandas.DataFrame({"v": [array]})
    buffer = io.StringIO()
    frame.to_csv(buffer, index=False)
    cell = pandas.read_csv(io.StringIO(buffer.getvalue()))["v"][0]
    add(f"pandas {name}", cell, numpy.array(cell.strip("[]").split(), "float32"))

Path(sys.argv[0]).with_suffix(".json").write_text(json.dumps(cases, indent=1) + "\n")
