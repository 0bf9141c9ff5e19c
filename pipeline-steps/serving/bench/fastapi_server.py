"""The plain Python server that ours is measured against: the protocol's infer path, one model, FastAPI.

    MODEL=resnet8.onnx NAME=fashion uvicorn fastapi_server:app --workers 2

Two forms of the same: `pydantic` reads requests as FastAPI's documentation teaches, `orjson` as fast as Python can.
"""

import os
from typing import Any

import numpy as np
import onnxruntime as ort
import orjson
from fastapi import FastAPI, Request, Response
from pydantic import BaseModel

TYPES = {"FP32": np.float32, "FP64": np.float64, "INT64": np.int64, "INT32": np.int32}
NAMES = {np.dtype(kind): name for name, kind in TYPES.items()}
NAME = os.environ["NAME"]

options = ort.SessionOptions()
options.intra_op_num_threads = 1
options.inter_op_num_threads = 1
session = ort.InferenceSession(os.environ["MODEL"], options, providers=["CPUExecutionProvider"])
outputs = [output.name for output in session.get_outputs()]

app = FastAPI()


class Tensor(BaseModel):
    name: str
    shape: list[int]
    datatype: str
    data: list[Any]


class Infer(BaseModel):
    id: str | None = None
    inputs: list[Tensor]


def run(inputs):
    feeds = {
        tensor["name"]: np.asarray(tensor["data"], dtype=TYPES[tensor["datatype"]]).reshape(tensor["shape"])
        for tensor in inputs
    }
    return [
        {"name": name, "datatype": NAMES[value.dtype], "shape": list(value.shape), "data": value.ravel().tolist()}
        for name, value in zip(outputs, session.run(outputs, feeds))
    ]


@app.get("/v2/health/ready")
async def ready():
    return {"ready": True}


if os.environ.get("FORM", "orjson") == "pydantic":

    @app.post("/v2/models/{model}/infer")
    async def infer(model: str, request: Infer):
        if model != NAME:
            return Response(status_code=404)
        return {
            "model_name": NAME,
            "id": request.id,
            "outputs": run([tensor.model_dump() for tensor in request.inputs]),
        }

else:

    @app.post("/v2/models/{model}/infer")
    async def infer(model: str, request: Request):
        if model != NAME:
            return Response(status_code=404)
        body = orjson.loads(await request.body())
        answer = {"model_name": NAME, "id": body.get("id"), "outputs": run(body["inputs"])}
        return Response(orjson.dumps(answer), media_type="application/json")
