#!/usr/bin/env python3
"""Times PyTorch training steps: train_step.py MODEL.onnx DATA.npz BATCH THREADS STEPS.

The network is ResNet-8 with the weights of the ONNX file; a step is what the Java side times: load
rows, forward, loss, backward, update (SGD with momentum and weight decay). Prints the
medians of wall and of processor time in ms.
"""

import statistics
import sys
import time

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn

WARMUP_STEPS = 15


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.relu1 = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.relu2 = nn.ReLU(inplace=True)
        self.down = None
        if stride != 1 or inputs != outputs:
            self.down = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.bn2(self.conv2(self.relu1(self.bn1(self.conv1(x)))))
        return self.relu2(y + (x if self.down is None else self.down(x)))


class ResNet8(nn.Module):
    def __init__(self, widths):
        super().__init__()
        self.stem = nn.Conv2d(1, widths[0], 3, 1, 1, bias=False)
        self.bn = nn.BatchNorm2d(widths[0])
        self.relu = nn.ReLU(inplace=True)
        self.layers = nn.ModuleList(
            Block(widths[max(0, i - 1)], width, 1 if i == 0 else 2)
            for i, width in enumerate(widths))
        self.fc = nn.Linear(widths[-1], 10)

    def forward(self, x):
        x = self.relu(self.bn(self.stem(x)))
        for layer in self.layers:
            x = layer(x)
        return self.fc(x.mean((2, 3)))


def load(path):
    arrays = {i.name: numpy_helper.to_array(i) for i in onnx.load(path).graph.initializer}
    network = ResNet8([arrays[f"layers.{i}.conv1.weight"].shape[0] for i in range(3)])
    # The exporter stores equal biases once: a missing one is that of the block's last norm.
    for i in (1, 2):
        arrays.setdefault(f"layers.{i}.down.1.bias", arrays[f"layers.{i}.bn2.bias"])
    state = network.state_dict()
    for name in state:
        if name in arrays:
            state[name] = torch.from_numpy(arrays[name].copy())
        elif not name.endswith("num_batches_tracked"):
            raise KeyError(name)
    network.load_state_dict(state)
    return network


def main():
    model, data, batch, threads, steps = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:6])
    torch.set_num_threads(threads)
    network = load(model).train()
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)
    arrays = np.load(data)
    images, labels = arrays["input"], arrays["labels"].astype(np.int64)
    scale, offset = arrays["input.scale"], arrays["input.offset"]
    order = np.random.default_rng(1).permutation(len(labels))
    wall, processor = [], []
    for step in range(-WARMUP_STEPS, steps):
        start = (step + WARMUP_STEPS) * batch % (len(labels) - batch)
        rows = order[start:start + batch]
        started, processor_before = time.perf_counter(), time.process_time()
        x = torch.from_numpy(images[rows].astype(np.float32) * scale + offset)
        y = torch.from_numpy(labels[rows])
        loss = nn.functional.cross_entropy(network(x), y)
        optimizer.zero_grad()
        loss.item()
        loss.backward()
        optimizer.step()
        if step >= 0:
            wall.append((time.perf_counter() - started) * 1e3)
            processor.append((time.process_time() - processor_before) * 1e3)
    print(statistics.median(wall), statistics.median(processor))


main()
