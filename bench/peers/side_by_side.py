"""Measures several sides in turn, so that what else the machine does hits all of them; medians and ratios."""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

EXIT_WRONG = 1  # an answer is wrong, so there is no figure
EXIT_UNUSABLE = 2  # the call is wrong, or the comparison cannot run here
EXIT_SKIPPED = 77  # a smoke run without what it needs, for ctest


class Wrong(Exception):
    """An answer is wrong, so there is no figure."""


class Unusable(Exception):
    """The comparison cannot run here."""


def arguments(description, rounds, seconds):
    """The options that every comparison has."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--build", type=Path, default=ROOT / "build/release", metavar="FOLDER",
                        help="a folder of the preset `release` that is built already, to be used as it is")
    parser.add_argument("--rounds", type=int, default=rounds, help=f"of all sides in turn; {rounds} if not given")
    parser.add_argument("--seconds", type=float, default=seconds, help=f"for each side; {seconds} if not given")
    parser.add_argument("--smoke", action="store_true",
                        help="one short round with what is installed, to see that it works; its figures mean nothing")
    return parser


def corpus():
    """The folder of real main network blocks."""
    folder = ROOT / os.environ.get("CLEARSPAN_CORPUS", "../shared/data") / "ethereum/rpc/mainnet"
    if not folder.is_dir():
        raise Unusable(f"no block data at {folder}; set CLEARSPAN_CORPUS to its folder")
    return folder


def output_of(command):
    """What the command prints; its errors go where ours go."""
    try:
        done = subprocess.run([str(word) for word in command], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    except FileNotFoundError:
        raise Unusable(f"{command[0]} is not there") from None
    if done.returncode == EXIT_UNUSABLE:
        raise Unusable(f"exit status 2 of: {' '.join(str(word) for word in command)}")
    if done.returncode != 0:
        raise Wrong(f"exit status {done.returncode} of: {' '.join(str(word) for word in command)}")
    return done.stdout


def last_json_line(text):
    lines = text.strip().splitlines()
    try:
        return json.loads(lines[-1])
    except (IndexError, json.JSONDecodeError):
        raise Wrong("the last line of the output is not JSON") from None


def google_benchmark(executable, pattern, seconds):
    """The entries of one run, by name."""
    text = output_of([executable, f"--benchmark_filter={pattern}", f"--benchmark_min_time={seconds}",
                      "--benchmark_format=json"])
    entries = {entry["name"]: entry for entry in json.loads(text)["benchmarks"]}
    for name, entry in entries.items():
        if entry.get("error_occurred"):
            raise Unusable(f"{name}: {entry['error_message']}")
    if not entries:
        raise Wrong(f"{executable} has no benchmark {pattern}")
    return entries


def alternate(sides, rounds):
    """Calls each side's function once per round. Returns what they returned, a list for each name."""
    load = os.getloadavg()[0]
    if load > 0.5:
        print(f"the machine is busy with other things, load {load:.1f} on {os.cpu_count()} cores: "
              "trust the ratios only", file=sys.stderr)
    results = {name: [] for name in sides}
    for number in range(rounds):
        for name, measure in sides.items():
            print(f"round {number + 1} of {rounds}: {name}", file=sys.stderr, flush=True)
            results[name].append(measure())
    return results


def median(results, key):
    return statistics.median(result[key] for result in results)


def spread(results, key):
    """Half the distance between the extremes, in percent of the median."""
    values = [result[key] for result in results]
    return 50 * (max(values) - min(values)) / statistics.median(values)


def ratio(ours, theirs, key):
    """The median of the ratios of each round, so that noise which both sides had cancels out."""
    return statistics.median(a[key] / b[key] for a, b in zip(ours, theirs))


def print_table(rows):
    """The first row is the heading. The first column is left-aligned."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        print("  " + "  ".join(cells).rstrip())


def run(main):
    """Ends the process with the exit status of `main`, or that of its exception."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that what was started is stopped
    try:
        sys.exit(main())
    except Wrong as wrong:
        print(f"wrong: {wrong}", file=sys.stderr)
        sys.exit(EXIT_WRONG)
    except Unusable as unusable:
        print(f"cannot run: {unusable}", file=sys.stderr)
        sys.exit(EXIT_SKIPPED if "--smoke" in sys.argv else EXIT_UNUSABLE)
