"""Durable transitions per second: our engine against the same state machine in PostgreSQL 15. See ../README.md."""

import os
import re
import shlex
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from side_by_side import (Wrong, alternate, arguments, last_json_line, median, output_of, print_table, ratio, run,
                          spread)

from cluster import Cluster

HERE = Path(__file__).resolve().parent
KEY = "transitions_per_second"
BATCH = 4096  # transitions per statement; also in batches.sql

# The forms of the peer: the script, its clients, and the transitions of one statement.
FORMS = {
    "postgresql, one by one": ("interactive.sql", 16, 1),
    "postgresql, batches": ("batches.sql", 4, BATCH),
}
TRADES_STEP = 4 * BATCH  # a number of trades that all clients of both forms share evenly


def sql_file(name):
    return (HERE / name).read_text(encoding="utf-8")


def require(condition, what):
    if not condition:
        raise Wrong(what)


def check_rules(cluster):
    """The peer moves a trade by the event that is due, and by no other."""
    cluster.sql(sql_file("preload.sql"), trades=TRADES_STEP)
    statement = "\n".join(line for line in sql_file("interactive.sql").splitlines() if not line.startswith("\\"))
    count = "select (select version from trade where id = 1), (select count(*) from transition), " \
            "(select count(*) from outbox);"
    version = 0
    for event in (1, 0, 0, 3, 1, 2, 0, 3):  # those that are due: 0, 1, 2, 3
        is_due = event == version % 4
        version += 1 if is_due else 0
        cluster.sql(statement, trade=1, event=event)
        require(cluster.sql(count) == [[str(version)] * 3], f"PostgreSQL: event {event} was not treated rightly")
    try:
        cluster.sql("insert into transition select * from transition limit 1;")
    except Wrong:
        return
    raise Wrong("PostgreSQL: the same transition was logged twice")


def check_books(cluster, transitions):
    (by_trade, logged, outbox, bad), = [[int(cell) for cell in row] for row in cluster.sql(sql_file("books.sql"))]
    require(by_trade == logged == outbox == transitions and bad == 0,
            f"PostgreSQL's books: {transitions} transitions were answered, the trades count {by_trade}, {logged} are "
            f"logged, {outbox} are in the outbox, {bad} rows contradict the rules")


def percentiles(folder, prefix):
    """p50 and p99 of pgbench's log of every statement, in microseconds."""
    micros = []
    for file in folder.glob(prefix + ".*"):
        micros += [int(line.split(" ", 3)[2]) for line in file.read_text().splitlines()]
        file.unlink()
    micros.sort()
    return {"p50": micros[len(micros) // 2], "p99": micros[len(micros) * 99 // 100]}


def measure_peer(cluster, form, trades, seconds):
    """One run of pgbench from a fresh state, with its books checked."""
    script, clients, batch = FORMS[form]
    cluster.sql(sql_file("preload.sql"), trades=trades)
    shutil.copy(HERE / script, cluster.folder / script)
    os.chmod(cluster.folder / script, 0o644)
    out = cluster.program("pgbench", "--no-vacuum", "--protocol=prepared", f"--file={script}", f"--client={clients}",
                          "--jobs=2", f"--time={max(1, round(seconds))}", "--log", "--log-prefix=latencies",
                          "-Dn=0", f"-Dclients={clients}", f"-Dper_client={trades // clients}")
    statements = int(re.search(r"transactions actually processed: (\d+)", out).group(1))
    per_second = float(re.search(r"^tps = ([\d.]+)", out, re.MULTILINE).group(1))
    check_books(cluster, statements * batch)
    # What it has still to write belongs to it, and not to who is measured next.
    cluster.sql("truncate transition, outbox; checkpoint;")
    return {KEY: per_second * batch, **percentiles(cluster.folder, "latencies")}


def measure_ours(command):
    report = last_json_line(output_of(command))
    try:
        latency = report["latency_us"]
        return {KEY: float(report[KEY]), "p50": float(latency["p50"]), "p99": float(latency["p99"])}
    except (KeyError, TypeError, ValueError):
        raise Wrong(f"the last line of {shlex.join(command)} needs {KEY} and latency_us with p50 and p99") from None


def print_report(results, trades, ours, command):
    rows = [["", "transitions/s", "spread", "p50", "p99"]]
    for name, runs in results.items():
        rows.append([name, f"{median(runs, KEY):,.0f}", f"± {spread(runs, KEY):.0f} %",
                     f"{median(runs, 'p50') / 1000:,.2f} ms", f"{median(runs, 'p99') / 1000:,.2f} ms"])
    print(f"\nDurable transitions of escrow trades; PostgreSQL has {trades:,} live ones"
          f"{'' if ours is None else '; ours: ' + shlex.join(command)}\n")
    print_table(rows)
    if ours is None:
        return
    print()
    for form in FORMS:
        print(f"  clearspan / {form}: {ratio(results[ours], results[form], KEY):.1f} x the transitions, at "
              f"{ratio(results[ours], results[form], 'p50'):.3f} of its p50 and "
              f"{ratio(results[ours], results[form], 'p99'):.3f} of its p99")


def main():
    parser = arguments(__doc__, rounds=5, seconds=10)
    parser.add_argument("--trades", type=int, default=8 * TRADES_STEP,
                        help=f"live in PostgreSQL, a multiple of {TRADES_STEP}; {8 * TRADES_STEP} if not given")
    parser.add_argument("--clearspan", default=os.environ.get("CLEARSPAN_TRANSITIONS"), metavar="COMMAND",
                        help="prints our figures; otherwise CLEARSPAN_TRANSITIONS, or `clearspan bench transitions`, with as "
                             "many live trades")
    parser.add_argument("--peer-only", action="store_true", help="leave our side out")
    options = parser.parse_args()
    if options.trades <= 0 or options.trades % TRADES_STEP != 0:
        parser.error(f"--trades must be a multiple of {TRADES_STEP}")
    if options.smoke:
        options.rounds, options.seconds, options.trades = 1, 1, TRADES_STEP
    command = shlex.split(options.clearspan or
                          f"{options.build.resolve() / 'clearspan'} bench transitions --trades {options.trades}")
    ours = None if options.peer_only else "clearspan"
    with Cluster() as cluster:
        cluster.sql(sql_file("schema.sql"))
        check_rules(cluster)
        sides = {} if ours is None else {ours: lambda: measure_ours(command)}
        for form in FORMS:
            sides[form] = lambda form=form: measure_peer(cluster, form, options.trades, options.seconds)
        results = alternate(sides, options.rounds)
    print_report(results, options.trades, ours, command)
    return 0


run(main)
