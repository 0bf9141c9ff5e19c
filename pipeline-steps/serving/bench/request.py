"""Writes requests for one image of the example to a folder, request.json and request.binary, and prints the p50 in
milliseconds of ONNX Runtime alone on it, one thread.

    request.py TEST.npz MODEL FOLDER
"""

import json
import pathlib
import sys
import time

import numpy as np
import onnxruntime as ort

data, model, folder = sys.argv[1:]
arrays = np.load(data)
image = (arrays["input"][:1].astype(np.float32) * arrays["input.scale"] + arrays["input.offset"]).astype(np.float32)
pathlib.Path(folder, "request.json").write_text(
    json.dumps(
        {
            "inputs": [
                {
                    "name": "input",
                    "datatype": "FP32",
                    "shape": list(image.shape),
                    "data": [round(float(value), 6) for value in image.ravel()],
                }
            ]
        }
    )
)

head = json.dumps(
    {
        "parameters": {"binary_data_output": True},
        "inputs": [
            {
                "name": "input",
                "datatype": "FP32",
                "shape": list(image.shape),
                "parameters": {"binary_data_size": image.nbytes},
            }
        ],
    }
).encode()
pathlib.Path(folder, "request.binary").write_bytes(head + image.tobytes())
pathlib.Path(folder, "request.binary.json-length").write_text(str(len(head)))

options = ort.SessionOptions()
options.intra_op_num_threads = 1
session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
times = []
for _ in range(3000):
    start = time.perf_counter()
    session.run(None, {"input": image})
    times.append(time.perf_counter() - start)
print(f"{np.percentile(times[500:], 50) * 1e3:.3f}")
