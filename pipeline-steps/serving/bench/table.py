"""Prints what run.sh measured: medians over the rounds.

    table.py FOLDER BARE-P50-MS
"""

import json
import os
import pathlib
import statistics
import sys

folder, bare = pathlib.Path(sys.argv[1]), float(sys.argv[2])
SERVERS = {
    "18180": "ours",
    "18182": "FastAPI, pydantic, 1 worker",
    "18183": "FastAPI, pydantic, 2 workers",
    "18184": "FastAPI, orjson, 2 workers",
    "18185": "MLServer",
    "18186": "ours, compressed model",
}
SERVERS = {port: name for port, name in SERVERS.items() if list(folder.glob(f"{port}.*.json"))}
MS_PER_TICK = 1000 / os.sysconf("SC_CLK_TCK")


def rounds(port, clients):
    reports = []
    for file in folder.glob(f"{port}.{clients}.*.json"):
        report = json.loads(file.read_text())
        report["cpu"] = int(file.with_suffix(".ticks").read_text()) * MS_PER_TICK / report["requests"]
        reports.append(report)
    return reports


def median(reports, value):
    return statistics.median(value(report) for report in reports)


print("| clients | server | requests/s (range) | ours to it | p50, ms | p99, ms | processor time per request, ms | failed |")
print("| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |")
for clients in (1, 8):
    ours = median(rounds("18180", clients), lambda report: report["throughput"])
    for port, name in SERVERS.items():
        reports = rounds(port, clients)
        rates = sorted(report["throughput"] for report in reports)
        failed = sum(count for r in reports for status, count in r["status_codes"].items() if status != "200")
        print(
            f"| {clients} | {name} | {statistics.median(rates):.0f} ({rates[0]:.0f} to {rates[-1]:.0f})"
            f" | {'' if port == '18180' else f'{ours / statistics.median(rates):.2f}'}"
            f" | {median(reports, lambda r: r['latencies']['50th']) / 1e6:.2f}"
            f" | {median(reports, lambda r: r['latencies']['99th']) / 1e6:.2f}"
            f" | {median(reports, lambda r: r['cpu']):.2f} | {failed} |"
        )
if "18186" in SERVERS:
    for clients in (1, 8):
        rate, p50, p99 = (
            median(rounds("18186", clients), value) / median(rounds("18180", clients), value)
            for value in (
                lambda report: report["throughput"],
                lambda report: report["latencies"]["50th"],
                lambda report: report["latencies"]["99th"],
            )
        )
        print(f"\nCompressed to original, {clients} clients: requests/s {rate:.2f}, p50 {p50:.2f}, p99 {p99:.2f}")
p50 = median(rounds("18180", 1), lambda report: report["latencies"]["50th"]) / 1e6
print(f"\nOne client, p50 beyond ONNX Runtime alone: {p50 - bare:.2f} ms (client, HTTP and the server's own)")
