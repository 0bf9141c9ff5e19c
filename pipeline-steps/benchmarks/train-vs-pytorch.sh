#!/usr/bin/env bash
# Training step of this project beside PyTorch's: same network, weights, batch, threads and settings
# of allocator and OpenMP. Runs alternate, each in a fresh process; the table has the medians.
#
#   pipeline-steps/benchmarks/train-vs-pytorch.sh [rounds=5] [batch=128] [threads=2] [steps=40]
#
# Needs a built tree (mvn -q test-compile) and python3 with venv. The first run makes a virtual
# environment of its own, of several GB, under pipeline-steps/benchmarks/target: PyPI's Linux build of PyTorch
# does not load without its CUDA libraries. Set PYTHON to use an environment that has torch and onnx.
set -euo pipefail

rounds=${1:-5} batch=${2:-128} threads=${3:-2} steps=${4:-40}
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$here/target
example=$root/examples/fashion-mnist
mkdir -p "$work"

if [ -z "${PYTHON:-}" ]; then
  venv=$work/venv-pytorch
  packages=(torch==2.15.0 onnx==1.23.2 numpy==2.4.6)
  PYTHON=$venv/bin/python
  if [ "$(cat "$venv/installed.txt" 2>/dev/null)" != "${packages[*]}" ]; then
    python3 -m venv "$venv"
    "$PYTHON" -m pip install --quiet "${packages[@]}"
    echo "${packages[*]}" > "$venv/installed.txt"
  fi
fi

modules=$root/pipeline-steps
mvn -o -B -q -f "$root/pom.xml" -pl pipeline-steps/training -am test-compile \
  dependency:build-classpath -Dmdep.outputFile="$work/classpath" -Dmdep.includeScope=test
classes=$modules/training/target/test-classes:$modules/training/target/classes
classpath=$classes:$modules/data/target/classes:$modules/onnx/target/classes:$(cat "$work/classpath")

export OPENBLAS_NUM_THREADS=1 OMP_WAIT_POLICY=passive
export MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=4294967296 MALLOC_TRIM_THRESHOLD_=8589934592

arguments=("$example/resnet8.onnx" "$example/train.npz" "$batch" "$threads" "$steps")
: > "$work/ours"
: > "$work/theirs"
for ((round = 1; round <= rounds; round++)); do
  java -XX:+UseSerialGC -Xmx1g -cp "$classpath" dev.modelcompression.training.StepBenchmark \
    "${arguments[@]}" >> "$work/ours"
  "$PYTHON" "$here/train_step.py" "${arguments[@]}" >> "$work/theirs"
done

"$PYTHON" - "$work/ours" "$work/theirs" "$batch" "$threads" <<'PYTHON'
import statistics
import sys

def medians(path):
    rows = [[float(number) for number in line.split()] for line in open(path)]
    return [statistics.median(column) for column in zip(*rows)]

ours, theirs = medians(sys.argv[1]), medians(sys.argv[2])
print(f"ResNet-8, batch {sys.argv[3]}, {sys.argv[4]} threads, median of medians\n")
print("| per step | this project | PyTorch | ratio |")
print("| --- | ---: | ---: | ---: |")
for name, a, b in zip(("wall time, ms", "processor time, ms"), ours, theirs):
    print(f"| {name} | {a:.1f} | {b:.1f} | {a / b:.2f} |")
PYTHON
