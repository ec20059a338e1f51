"""Ethereum blocks, JSON to fully verified: our decoder against the libraries from npm. See ../README.md."""

import json
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from side_by_side import (Unusable, Wrong, alternate, arguments, corpus, google_benchmark, last_json_line, median,
                          output_of, print_table, ratio, run, spread)

HERE = Path(__file__).resolve().parent
KEY = "bytes_per_second"
SAME = ("blocks", "txns", "json_bytes")  # what both sides must have verified


def is_whole(folder):
    """Whether the folder has a block with all its txns, some at least, and their receipts."""
    if not (folder / "receipts.json").is_file():
        return False
    document = json.loads((folder / "block.json").read_bytes())
    for element in document if isinstance(document, list) else [document]:
        block = element.get("result", element)
        if isinstance(block, dict) and "transactionsRoot" in block:
            return any(isinstance(txn, dict) for txn in block["transactions"])
    return False


def measure_javascript(folders, seconds):
    return last_json_line(output_of(["node", HERE / "verify.mjs", seconds, *folders]))


def main():
    options = arguments(__doc__, rounds=5, seconds=5).parse_args()
    if options.smoke:
        options.rounds, options.seconds = 1, 0.01
    folders = sorted(folder for folder in corpus().iterdir() if is_whole(folder))
    if shutil.which("node") is None or not (HERE / "node_modules").is_dir():
        raise Unusable("Node.js or the packages are not installed: bench/peers/javascript/run without --smoke does it")
    program = options.build / "bin/bench_peers_blocks"
    results = alternate({
        "clearspan": lambda: google_benchmark(program, "^verify_blocks$", options.seconds)["verify_blocks"],
        "javascript": lambda: measure_javascript(folders, options.seconds),
    }, options.rounds)
    ours, theirs = results["clearspan"], results["javascript"]
    counts = [[round(side[0][key]) for key in SAME] for side in (ours, theirs)]
    if counts[0] != counts[1]:
        raise Wrong(f"{SAME} are {counts[0]} for us and {counts[1]} for them: not the same work")

    blocks, txns, size = counts[0]
    print(f"\n{blocks} main network blocks with {txns} txns and their receipts, {size / 1e6:.1f} MB of JSON, to "
          "verified: every txn hash,\nthe roots of txns, receipts and withdrawals, the block hash. Processor time of "
          f"one thread, Node.js {theirs[0]['node']}.\n")
    print_table([["", "MB/s", "spread", "blocks/s"]] +
                [[name, f"{median(runs, KEY) / 1e6:,.1f}", f"± {spread(runs, KEY):.0f} %",
                  f"{median(runs, KEY) * blocks / size:,.0f}"] for name, runs in results.items()])
    print(f"\n  clearspan / javascript: {ratio(ours, theirs, KEY):.1f} x")
    return 0


run(main)
