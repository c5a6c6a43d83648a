"""Writes HDF5 and Zarr 2 containers with h5py, PyTables and zarr-python, and what these read of them, for the tests.

Run with: python3 test/oracle/containers.py
"""
import json
import shutil
from pathlib import Path

import h5py
import numcodecs
import numpy as np
import tables
import zarr

folder = Path(__file__).parent / "containers"
shutil.rmtree(folder, ignore_errors=True)
folder.mkdir()
random = np.random.default_rng(23)
# Values that float16 and bfloat16 hold exactly.
values = random.integers(-128, 128, size=(3, 23, 6)) / 32.0
image, text, audio = values
types = [*(o + t for o in "<>" for t in ("i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8")), "i1", "u1", "?"]


def typed(dtype):
    array = (image * 32).astype(dtype) if np.dtype(dtype).kind != "f" else image.astype(dtype)
    if array.dtype.kind in "iu":
        array[0, :2] = np.iinfo(array.dtype).min, np.iinfo(array.dtype).max
    return array


def read(array):
    return {"shape": list(array.shape), "data": np.asarray(array[...]).astype(np.float32).ravel(order="C").tolist()}


def named(dtype):
    return dtype.replace("?", "b1").replace("<", "little_").replace(">", "big_")


expected = {}


def keep(file, reader, names):
    expected[file] = {name: read(reader[name]) for name in names}


with h5py.File(folder / "types.h5", "w", track_order=True) as file:
    for dtype in types:
        file[named(dtype)] = typed(dtype)
    keep("types.h5", file, list(file))

with h5py.File(folder / "stored.h5", "w") as file:
    chunked = {"data": image.astype("f4"), "chunks": (7, 4)}
    file.create_dataset("gzip", compression="gzip", shuffle=True, fletcher32=True, **chunked)
    file.create_dataset("lzf", compression="lzf", data=np.repeat(image[:, :1], 6, axis=1), chunks=(7, 4))
    file.create_dataset("szip", compression="szip", **chunked)
    file.create_dataset("plain", **chunked)
    file.create_dataset("growing", data=image, maxshape=(None, None), chunks=(5, 3), compression="gzip")
    file.create_dataset("filled", shape=(23, 6), dtype="f4", chunks=(5, 6), fillvalue=1.5)
    file["filled"][:10] = image[:10]
    file.create_dataset("scaled", data=(image * 32).astype("i4"), scaleoffset=0, chunks=(10, 6))
    file["clip/image"] = image.astype("f4")
    file["clip/text"] = text.astype("f2")
    file["slices"] = values.astype(">f4")
    file["unsqueezed"] = audio[:, None].astype("f4")
    keep("stored.h5", file, ["gzip", "lzf", "szip", "plain", "growing", "filled", "scaled", "clip/image", "clip/text", "slices", "unsqueezed"])

with h5py.File(folder / "latest.h5", "w", libver="latest") as file:
    file.create_dataset("image", data=image)
    file.create_dataset("text", data=text, maxshape=(None, 6), chunks=(4, 6), compression="gzip")
    for index in range(20):
        file[f"many/group{index}/audio"] = audio.astype("f4")
    keep("latest.h5", file, ["image", "text", "many/group7/audio"])

with tables.open_file(folder / "pytables.h5", "w") as file:
    for name in ("blosc", "blosc:lz4", "blosc:zstd", "bzip2", "zlib"):
        filters = tables.Filters(complevel=5, complib=name)
        file.create_carray("/", name.replace(":", "_"), obj=np.repeat(image[:, :1], 6, axis=1), filters=filters)
with h5py.File(folder / "pytables.h5") as file:
    expected["pytables.h5"] = {
        name: {"shape": [23, 6], "data": np.repeat(image[:, :1], 6, axis=1).ravel().tolist()} for name in file
    }

with h5py.File(folder / "others.h5", "w") as file:
    file["image"] = image.astype("f4")
    file["text"] = text.astype("f4")
    file["ids"] = np.arange(23)
    file["names"] = np.array([f"n{i}" for i in range(23)], dtype="S3")
    file["captions"] = [f"n{i}" for i in range(23)]
    file["records"] = np.zeros(23, dtype=[("vector", "f4", 6), ("id", "i4")])
    file["complex"] = image.astype("c8")
    file["scalar"] = 3.0
    file["empty"] = h5py.Empty("f4")
    file["soft"] = h5py.SoftLink("/image")
    file["dangling"] = h5py.SoftLink("/nowhere")
    file["outside"] = h5py.ExternalLink("types.h5", "/little_f4")
    file["group/again"] = file["/"]
    layout = h5py.VirtualLayout((23, 6), "f4")
    layout[:] = h5py.VirtualSource("types.h5", "little_f4", (23, 6))
    file.create_virtual_dataset("virtual", layout, fillvalue=7)
    brain = h5py.h5t.IEEE_F32LE.copy()
    brain.set_fields(15, 7, 8, 0, 7)
    brain.set_size(2)
    brain.set_precision(16)
    brain.set_ebias(127)
    space = h5py.h5s.create_simple((23, 6))
    h5py.h5d.create(file.id, b"brain", brain, space)
with h5py.File(folder / "external.h5", "w") as file:
    file.create_dataset("image", (23, 6), dtype="f4", external=[("types.h5", 0, 552)])
    file["text"] = text.astype("f4")
with tables.open_file(folder / "filter.h5", "w") as file:
    file.create_carray("/", "image", obj=np.repeat(image[:, :1], 6, axis=1), filters=tables.Filters(5, "lzo"))

# As MATLAB 7.3 does: matrices transposed behind a header of its own, the values of cells in a group of their own.
with h5py.File(folder / "matlab73.mat", "w", userblock_size=512) as file:
    for name, matrix in {"image": image.astype("f8"), "text": text.astype("f4"), "ids": np.arange(23.0)[:, None]}.items():
        file.create_dataset(name, data=matrix.T, compression="gzip").attrs["MATLAB_class"] = np.bytes_("double")
    file["#refs#/a"] = image[:4].T
    file["#refs#/b"] = image[4:8].T
    file["batches"] = np.array([[file["#refs#/a"].ref, file["#refs#/b"].ref]], dtype=h5py.ref_dtype)
    expected["matlab73.mat"] = {name: read(file[name][...].T) for name in ("image", "text", "ids")}
with open(folder / "matlab73.mat", "r+b") as file:
    file.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64, HDF5 schema 1.00 .".ljust(124) + b"\x00\x02IM")

store = zarr.ZipStore(str(folder / "types.zarr.zip"), mode="w")
group = zarr.group(store)
for dtype in types:
    group.create_dataset(named(dtype), data=typed(dtype), chunks=(10, 4), compressor=None)
expected["types.zarr.zip"] = {name: read(group[name]) for name in group.array_keys()}
store.close()

group = zarr.open_group(str(folder / "stored.zarr"), mode="w")
codecs = {
    "blosc": numcodecs.Blosc("lz4", shuffle=numcodecs.Blosc.SHUFFLE),
    "blosc_zstd": numcodecs.Blosc("zstd", shuffle=numcodecs.Blosc.BITSHUFFLE),
    "blosclz": numcodecs.Blosc("blosclz"),
    "zstd": numcodecs.Zstd(),
    "lz4": numcodecs.LZ4(),
    "gzip": numcodecs.GZip(),
    "zlib": numcodecs.Zlib(),
}
for name, codec in codecs.items():
    group.create_dataset(name, data=np.repeat(image[:, :1], 6, axis=1), chunks=(23, 6), compressor=codec)
group.create_dataset("clip/fortran", data=image.astype(">f2"), chunks=(8, 4), order="F", compressor=numcodecs.Zlib())
group.create_dataset("slices", data=values.astype("f4"), chunks=(2, 10, 6), order="F")
group.create_dataset("nested", data=text, chunks=(12, 6), dimension_separator="/")
filled = group.create_dataset("filled", shape=(23, 6), chunks=(10, 6), dtype="f2", fill_value=1.5)
filled[:10] = image[:10]
nan = group.create_dataset("infinite", shape=(23, 6), chunks=(20, 6), dtype="f4", fill_value=float("-inf"))
nan[:20] = image[:20]
names = [*codecs, "clip/fortran", "slices", "nested", "filled", "infinite"]
keep("stored.zarr", group, names)
expected["stored.zarr"]["infinite"]["data"] = [
    v if np.isfinite(v) else f"{'-' if v < 0 else ''}Infinity" for v in expected["stored.zarr"]["infinite"]["data"]
]
zarr.save(str(folder / "image.zarr"), image.astype("f4"))
expected["image.zarr"] = {"image": read(image.astype("f4"))}

group = zarr.open_group(str(folder / "others.zarr"), mode="w")
group.create_dataset("image", data=image.astype("f4"), chunks=(23, 6))
group.create_dataset("text", data=text.astype("f4"), chunks=(23, 6))
group.create_dataset("labels", data=np.arange(23), chunks=(23,))
group.create_dataset("names", data=np.array(["a"] * 23), chunks=(23,))
group.create_dataset("records", data=np.zeros(23, dtype=[("a", "f4")]), chunks=(23,))
group.create_dataset("bz2", data=image, chunks=(23, 6), compressor=numcodecs.BZ2())
group.create_dataset("delta", data=image, chunks=(23, 6), filters=[numcodecs.Delta("f8")])
group.create_dataset("unwritten", shape=(23, 6), chunks=(23, 6), dtype="f4")

(folder.parent / "containers.json").write_text(json.dumps(expected) + "\n")
