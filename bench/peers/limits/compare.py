"""Our figures against what this machine can do at all with the same bytes. See ../README.md."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from side_by_side import (alternate, arguments, corpus, google_benchmark, last_json_line, median, output_of, print_table,
                          ratio, run, spread)

KEY = "bytes_per_second"

# What is measured of the blocks; in every one, bytes are those of the blocks' JSON.
WORKS = ("verify_blocks", "parse_strictly", "parse_to_tree", "parse_on_demand", "decode_hex",
         "keccak_permutations_alone", "keccak_messages", "sha256_alone", "sha256_messages")

# Our figure, the limit, and what they are.
PAIRS = (
    ("parse_strictly", "parse_to_tree", "JSON with all checks / simdjson's tree alone"),
    ("parse_strictly", "parse_on_demand", "the same / simdjson On-Demand, all fields"),
    ("keccak_messages", "keccak_permutations_alone", "Keccak of all messages / with every lane busy"),
    ("sha256_messages", "sha256_alone", "SHA-256 of all messages / in one piece"),
)
BATCHES = (1, 256, 4096)  # records per flush, those of bench_ledgers_evidence
# Payments per second, and us of work for each: those of bench_peers_steps.
STEPS = ((200, 0), (5_000, 0), (25_000, 0), (45_000, 0), (45_000, 17))
RATES = sorted({rate for rate, _ in STEPS})
RATE_SECONDS = 4
SHARES = (("p50", "p50_us"), ("p99", "p99_us"))


def one(program, work, seconds):
    return google_benchmark(program, f"^{work}$", seconds)[work]


def floor(results, number):
    """JSON bytes per second of the least work in that round (../blocks/blocks_bench.cpp): parse, decode digits, hash."""
    speed = {work: results[work][number][KEY] for work in WORKS}
    parse = max(speed["parse_to_tree"], speed["parse_on_demand"])
    return {KEY: 1 / (1 / parse + 1 / speed["decode_hex"] + 1 / speed["keccak_messages"])}


def row(what, ours, limit, key=KEY, unit=1e6, name="MB/s"):
    return [what, f"{median(ours, key) / unit:,.0f} {name}", f"{median(limit, key) / unit:,.0f} {name}",
            f"{ratio(ours, limit, key):.2f}", f"± {max(spread(ours, key), spread(limit, key)):.0f} %"]


def block_rows(results, rounds):
    floors = [floor(results, number) for number in range(rounds)]
    rows = [["", "ours", "limit", "ratio", "spread"]]
    rows.append(row("block verified / parse, hex and hashes alone", results["verify_blocks"], floors))
    rows += [row(what, results[ours], results[limit]) for ours, limit, what in PAIRS]
    return rows


def append_rows(runs):
    rows = [["", "ours", "limit", "ratio", "spread"]]
    for batch in runs[0]:
        ours = [{KEY: entries[batch]["items_per_second"]} for entries in runs]
        plain = [{KEY: entries[batch]["plain_per_second"]} for entries in runs]
        rows.append(row(f"records appended durably, {batch} to a flush / plain append", ours, plain, unit=1, name="/s"))
    return rows


def measure_append(program, batches):
    """By records per flush. Each iteration measures the plain append beside ours."""
    pattern = f"^append_durable/({'|'.join(map(str, batches))})/"
    entries = google_benchmark(program, pattern, 0.01)  # one iteration is long enough
    return {batch: entries[f"append_durable/{batch}/manual_time"] for batch in batches}


def measure_steps(program):
    """The least waits, by the name of the row."""
    entries = google_benchmark(program, "^durable_", 0.01)
    waits = {(rate, work): entries[f"durable_steps/{rate}/2000/{work * 1000}/iterations:1/manual_time"]
             for rate, work in STEPS}
    return waits | {"block": entries["durable_block/65536/iterations:1/manual_time"]}


def measure_added(program, rate, trades):
    """A run at that rate, blocks every 2 ms."""
    command = [program, "bench", "engine", "--rate", rate, "--trades", trades, "--block-interval-ms", 2, "--json"]
    return last_json_line(output_of(command))


def measure_block(program, smoke):
    live, blocks = (3_000, 10) if smoke else (200_000, 100)
    return last_json_line(output_of([program, "bench", "blocks", "--trades", live, "--blocks", blocks, "--json"]))


def wait_row(what, ours, limit):
    """Of lists of microseconds, one for each round."""
    ours, limit = [{KEY: value} for value in ours], [{KEY: value} for value in limit]
    return [what, f"{median(ours, KEY) / 1e3:.2f} ms", f"{median(limit, KEY) / 1e3:.2f} ms",
            f"{ratio(ours, limit, KEY):.1f}", f"± {max(spread(ours, KEY), spread(limit, KEY)):.0f} %"]


def wait_rows(results):
    """Ours counts all work; the limit is the same writes and wake-ups, with the work that is named or without any
    (../steps/steps_bench.cpp)."""
    rows = [["", "ours", "limit", "ratio", "spread"]]
    steps = results["steps"]
    for rate, work in STEPS:
        beside = f" / with {work} us of work for each" if work else ""
        for share, counter in SHARES:
            rows.append(wait_row(f"added to a payment at {rate:,}/s, {share}{beside}",
                                 [added["engine_latency_us"][share] for added in results[f"added at {rate}"]],
                                 [step[rate, work][counter] for step in steps]))
    for share, counter in SHARES:
        rows.append(wait_row(f"a block of 200 txns to durable / its verification and writes, {share}",
                             [block["bytes_to_block_durable_us"][share] for block in results["block"]],
                             [block["bytes_to_verified_us"]["p50"] + step["block"][counter]
                              for block, step in zip(results["block"], steps)]))
    return rows


def main():
    options = arguments(__doc__, rounds=5, seconds=1).parse_args()
    if options.smoke:
        options.rounds, options.seconds = 1, 0.01
    corpus()
    blocks = options.build / "bin/bench_peers_blocks"
    evidence = options.build / "bin/bench_ledgers_evidence"
    sides = {work: lambda work=work: one(blocks, work, options.seconds) for work in WORKS}
    sides["append"] = lambda: measure_append(evidence, BATCHES[1:2] if options.smoke else BATCHES)
    engine = options.build.resolve() / "clearspan"
    sides["steps"] = lambda: measure_steps(options.build / "bin/bench_peers_steps")
    for rate in RATES:
        trades = 200 if options.smoke else rate * RATE_SECONDS
        sides[f"added at {rate}"] = lambda rate=rate, trades=trades: measure_added(engine, rate, trades)
    sides["block"] = lambda: measure_block(engine, options.smoke)
    results = alternate(sides, options.rounds)

    first = results["verify_blocks"][0]
    permutations = results["keccak_permutations_alone"]
    messages = results["keccak_messages"]
    print(f"\n{first['blocks']:.0f} main network blocks with {first['txns']:.0f} txns and their receipts, "
          f"{first['json_bytes'] / 1e6:.1f} MB of JSON; MB/s count the JSON. Processor time of one thread.\n")
    print_table(block_rows(results, options.rounds))
    print(f"\n  Keccak permutations: {median(messages, 'permutations') / 1e6:.1f} M/s of "
          f"{median(permutations, 'permutations') / 1e6:.1f} M/s; hexadecimal digits: "
          f"{median(results['decode_hex'], 'digits') / 1e6:,.0f} M/s; SHA-256: "
          f"{median(results['sha256_messages'], 'hashed_bytes') / 1e6:,.0f} MB/s of "
          f"{median(results['sha256_alone'], 'hashed_bytes') / 1e6:,.0f} MB/s\n")
    print_table(append_rows(results["append"]))
    print("\n  Waiting, with all that is waited for; the limit is durable writes and threads that wake each other,\n"
          "  alone or with the work that is named.\n")
    print_table(wait_rows(results))
    print("\n  Kept back by the machine's host, in ms of a core, by round: " + "; ".join(
        f"at {rate:,}/s " + ", ".join(str(added["stolen_ms"]) for added in results[f"added at {rate}"])
        for rate in RATES))
    print("  Speed of the cores, of their best moment in the round: " + "; ".join(
        f"at {rate:,}/s " + ", ".join(f"{added['core_speed']:.2f}" for added in results[f"added at {rate}"])
        for rate in RATES))
    return 0


run(main)
