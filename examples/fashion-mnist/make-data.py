#!/usr/bin/env python3
"""Makes train.npz and test.npz from the original Fashion-MNIST files.

Debian: apt-get install dataset-fashion-mnist python3-numpy; then run this in its folder.
Pixels stay bytes (a quarter of the size of floats); `input.scale` and `input.offset` say how to turn
them into what the model takes: (pixel / 255 - 0.2860) / 0.3530.
"""

import gzip
import io
import sys
import zipfile

import numpy as np

SOURCE = sys.argv[1] if len(sys.argv) > 1 else "/usr/share/datasets/fashion-mnist"
MEAN, STD = 0.2860, 0.3530


def idx(name, header):
    with gzip.open(f"{SOURCE}/{name}") as file:
        return np.frombuffer(file.read(), np.uint8, offset=header)


for part, prefix in (("train", "train"), ("test", "t10k")):
    arrays = {
        "input": idx(f"{prefix}-images-idx3-ubyte.gz", 16).reshape(-1, 1, 28, 28),
        "labels": idx(f"{prefix}-labels-idx1-ubyte.gz", 8),
        "input.scale": np.float32(1 / 255 / STD),
        "input.offset": np.float32(-MEAN / STD),
    }
    # np.savez would do, but stamps the time; this gives the same bytes every time.
    with zipfile.ZipFile(f"{part}.npz", "w") as archive:
        for name, array in arrays.items():
            entry = zipfile.ZipInfo(name + ".npy", (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            content = io.BytesIO()
            np.save(content, np.asanyarray(array))
            archive.writestr(entry, content.getvalue(), compresslevel=9)
