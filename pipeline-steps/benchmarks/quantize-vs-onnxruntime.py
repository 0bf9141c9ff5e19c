#!/usr/bin/env python3
"""Times static INT8 quantization: this project's `mc quantize` beside ONNX Runtime's own Python quantizer.

Both read the same float model and the same samples, quantize per channel with unsigned activations, and run in
turns as separate processes, so that start-up counts for both. Wall time and peak resident memory are those that
the kernel reports for the process and its children (wait4).

    pipeline-steps/benchmarks/quantize-vs-onnxruntime.py [--runs 5] [--samples 512] [--python-only]

Makes a virtual environment of its own with pinned packages on first use. Prints a Markdown table.
"""

import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
REQUIREMENTS = ["numpy==2.4.6", "onnx==1.23.2", "onnxruntime==1.32.0", "sympy==1.14.0"]

# Run by the virtual environment's Python, in a process of its own. Without its pre-processing ONNX Runtime leaves
# batch normalization in float, and the result is slower than the float model: both ways are timed.
ORT_QUANTIZER = '''
import sys
import numpy
from onnxruntime.quantization import (
    CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static)

model, data, samples, method, prepared, output = sys.argv[1:]
if prepared:
    from onnxruntime.quantization.shape_inference import quant_pre_process
    quant_pre_process(model, prepared)
    model = prepared


class Reader(CalibrationDataReader):
    """Batches of 16 samples, scaled as the data set says."""

    def __init__(self):
        arrays = numpy.load(data)
        self.batches = iter(numpy.array_split(floats(arrays), max(1, int(samples) // 16)))

    def get_next(self):
        batch = next(self.batches, None)
        return None if batch is None else {"input": batch}


def floats(arrays):
    values = arrays["input"][: int(samples)].astype(numpy.float32)
    if "input.scale" in arrays:
        values = values * arrays["input.scale"].astype(numpy.float32)
    if "input.offset" in arrays:
        values = values + arrays["input.offset"].astype(numpy.float32)
    return values


quantize_static(
    model, output, Reader(), quant_format=QuantFormat.QDQ, per_channel=True,
    activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8,
    calibrate_method=getattr(CalibrationMethod, method))
'''


def virtual_environment(folder):
    python, installed = folder / "bin" / "python", folder / "installed.txt"
    wanted = "\n".join(REQUIREMENTS)
    if not installed.exists() or installed.read_text() != wanted:
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *REQUIREMENTS], check=True)
        installed.write_text(wanted)
    return python


def measured(command):
    """Wall seconds and peak resident MiB of a command, which must succeed."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\nended with {process.returncode}:\n{errors.decode()}")
    return wall, usage.ru_maxrss / 1024


def spread(numbers, digits):
    low, middle, high = min(numbers), statistics.median(numbers), max(numbers)
    return f"{low:.{digits}f} / {middle:.{digits}f} / {high:.{digits}f}"


def contenders(arguments, folder):
    python = virtual_environment(arguments.venv)
    script = folder / "quantize.py"
    script.write_text(ORT_QUANTIZER)
    found = {}
    for method in ("MinMax", "Entropy"):
        for prepared in ("", folder / "prepared.onnx"):
            output = folder / f"ort-{method}.onnx"
            name = f"ONNX Runtime (Python), {method}" + (", with pre-processing" if prepared else "")
            found[name] = (
                [python, script, arguments.model, arguments.data, str(arguments.samples), method, prepared, output],
                output)
        if not arguments.python_only:
            output = folder / f"mc-{method}.onnx"
            found[f"mc quantize, {method}"] = (
                [arguments.mc, "quantize", arguments.model, "-o", output, "--data", arguments.data,
                 "--samples", str(arguments.samples), "--calibrator", method], output)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    example = ROOT / "examples" / "fashion-mnist"
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--samples", type=int, default=512)
    parser.add_argument("--model", type=pathlib.Path, default=example / "resnet8.onnx")
    parser.add_argument("--data", type=pathlib.Path, default=example / "train.npz")
    parser.add_argument("--mc", type=pathlib.Path, default=ROOT / "pipeline-steps/cli/target/mc/bin/mc")
    parser.add_argument("--venv", type=pathlib.Path,
                        default=ROOT / "pipeline-steps/benchmarks/target/venv-onnxruntime")
    parser.add_argument("--python-only", action="store_true", help="leave mc out")
    arguments = parser.parse_args()
    if arguments.runs < 1 or arguments.samples < 16:
        parser.error("runs must be at least 1 and samples at least 16")
    with tempfile.TemporaryDirectory() as temporary:
        table = contenders(arguments, pathlib.Path(temporary))
        times = {name: [] for name in table}
        memory = {name: [] for name in table}
        sizes = {}
        for _ in range(arguments.runs):
            for name, (command, output) in table.items():
                wall, resident = measured(command)
                times[name].append(wall)
                memory[name].append(resident)
                sizes[name] = output.stat().st_size
    print(f"{arguments.model.name}, {arguments.samples} samples, {arguments.runs} runs in turns, "
          f"{os.cpu_count()} cores; minimum / median / maximum\n")
    print("| quantizer | wall time, s | peak memory, MiB | file, KiB |")
    print("|---|---|---|---|")
    for name in table:
        print(f"| {name} | {spread(times[name], 2)} | {spread(memory[name], 0)} | {sizes[name] / 1024:.0f} |")


if __name__ == "__main__":
    main()
