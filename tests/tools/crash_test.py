"""Kills `clearspan serve` with SIGKILL in the middle of a load, again and again, while the two ledgers that it trades
on misbehave; starts it again each time; and checks the books of the ledgers when every trade is over.

Run: CLEARSPAN_BINARY=build/dev/clearspan python3 -B tests/tools/crash_test.py [--trades N] [--kills N] [--seed N]

The load is arrays of payments and exchanges, each with an Idempotency-Key. A request that a kill leaves without an
answer is repeated with the same key until it has one: afterwards there is exactly one trade for each that was asked
for. The seed decides what is asked for and when the kills come; how far the engine gets in that time is the machine's
business.
"""

import argparse
import json
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from devnet_pair import Devnet, Serve, Unanswered, wait_until
from ledger_audit import Audit

LIVE_PHASES = ("preparing", "deciding", "releasing", "refunding")
TERMINAL_PHASES = ("settled", "refunded", "rejected")
CLIENTS = 2                  # threads that submit
BATCH_MAX = 30               # trades per request
PAUSE_SECONDS_MAX = 0.15     # of a client between two requests
KILL_DELAY_SECONDS = 0.06    # at most, from the begin of a request until the kill: about as long as it takes
DOWN_SECONDS_MAX = 0.8       # until the engine is started again
EARLY_KILL_SECONDS = 0.25    # at most, from a start until it is killed in the middle of its recovery
EARLY_KILL_SHARE = 0.4       # of the starts
CLIENT_SECONDS_MAX = 600     # for all of the load to be answered
DRAIN_SECONDS_MAX = 60       # for all trades to end after the last start

# What is asked for, and how often.
KINDS = {"payment": 46, "pvp": 22, "dropped": 6, "delayed": 8, "exchanger_short": 5, "payer_short": 6, "cancelled": 7}
PROFILES = {"dropped": "dropped", "delayed": "delayed", "exchanger_short": "poor"}
NEVER_SETTLED = {"dropped", "exchanger_short", "payer_short"}

# Txns that are lost or late; what a signer's txns meet is decided by their ids.
FAULTS = [
    ("b-coin", {"action": "drop", "account": "bob", "kind": "payment"}),
    ("b-coin", {"action": "delay", "account": "carol", "kind": "payment", "per_mille": 500, "delay_blocks": 90}),
    ("b-coin", {"action": "delay", "account": "carol", "kind": "payment", "delay_blocks": 15}),
    ("b-coin", {"action": "delay", "account": "exchanger", "per_mille": 150, "delay_blocks": 8}),
    ("a-coin", {"action": "drop", "account": "operator", "per_mille": 80}),
    ("a-coin", {"action": "delay", "account": "operator", "per_mille": 200, "delay_blocks": 10}),
    ("a-coin", {"action": "delay", "account": "alice", "per_mille": 150, "delay_blocks": 8}),
    ("a-coin", {"action": "drop", "account": "alice", "per_mille": 30}),
]

# What the nodes do at moments of the load.
MISCHIEF = [
    ("b-coin", "node", {"fault": "silent", "blocks": 8}),
    ("a-coin", "node", {"fault": "unreachable", "blocks": 6}),
    ("a-coin", "node", {"fault": "stalled", "blocks": 10}),
    ("b-coin", "reorganisations", {"depth": 2, "txns": "dropped"}),
    ("b-coin", "reorganisations", {"depth": 1, "txns": "returned"}),
]


def make_request(kind, dice):
    units = dice.randint(100, 10_000)
    if kind == "pvp":
        def leg(ledger, asset, amount, payer, payee):
            return {"ledger": ledger, "asset": asset, "amount": {"units": str(amount), "scale": 2}, "from": payer,
                    "to": payee, "placed_by": "engine"}
        return {"scenario": "pvp", "legs": [leg("a-coin", "ACN", units, "alice", "exchanger"),
                                            leg("b-coin", "BCN", units + 7, "exchanger", "alice")]}
    return {"scenario": "payment", "payer": "carol" if kind == "payer_short" else "alice", "merchant": "alice",
            "profile": PROFILES.get(kind, "sound"), "amount": {"units": str(units), "scale": 2}, "placed_by": "engine"}


class Batch:
    """The trades of one POST."""

    def __init__(self, number, kinds, dice):
        self.key = f"batch-{number}"
        self.kinds = kinds
        self.requests = [make_request(kind, dice) for kind in kinds]
        self.body = json.dumps(self.requests)
        self.answer = None  # the body of the first full answer
        self.ids = []


def make_batches(trades, dice):
    batches = []
    while trades > 0:
        size = min(trades, dice.randint(1, BATCH_MAX))
        batches.append(Batch(len(batches), dice.choices(list(KINDS), KINDS.values(), k=size), dice))
        trades -= size
    return batches


class Load:
    """Clients that submit every batch until it is answered, while the engine comes and goes."""

    def __init__(self, serve, batches, seed):
        self.serve = serve
        self.batches = batches
        self.seed = seed
        self.lock = threading.Lock()
        self.begun = 0           # batches, in their order
        self.unanswered = 0      # requests whose fate was unknown, and that were repeated
        self.failure = None
        self.threads = [threading.Thread(target=self.run, args=(client,), daemon=True) for client in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def is_over(self):
        if self.failure is not None:
            raise self.failure
        return not any(thread.is_alive() for thread in self.threads)

    def has_begun(self, batch):
        return self.is_over() or self.begun > batch

    def run(self, client):
        dice = random.Random(f"{self.seed}/client-{client}")
        try:
            while True:
                with self.lock:
                    if self.begun == len(self.batches):
                        return
                    batch = self.batches[self.begun]
                    self.begun += 1
                submit(self, batch)
                for kind, trade in zip(batch.kinds, batch.ids):
                    if kind == "cancelled":
                        self.answered("POST", f"/v1/trades/{trade}/cancel", (202, 409))
                time.sleep(dice.uniform(0, PAUSE_SECONDS_MAX))
        except Exception as failure:  # shown by the thread that waits for this one
            self.failure = failure

    def answered(self, method, path, good, body=None, key=None):
        """Repeats the request until the answer is a good one."""
        deadline = time.monotonic() + CLIENT_SECONDS_MAX
        while True:
            try:
                status, answer = self.serve.request(method, path, body, key)
                if status in good:
                    return answer
                # 207: some of an array are still missing. The others ask to come back later.
                assert status in (207, 429, 503), (path, status, answer)
            except Unanswered:
                self.unanswered += 1
            assert time.monotonic() < deadline, f"{method} {path} was never answered"
            time.sleep(0.05)


def submit(load, batch):
    """Once it was answered, the answer to the same key is the same to the last byte."""
    answer = load.answered("POST", "/v1/trades", (201,), batch.body, batch.key)
    if batch.answer is None:
        batch.answer = answer
        batch.ids = [trade["id"] for trade in json.loads(answer)["trades"]]
        assert len(batch.ids) == len(batch.kinds), batch.key
    assert answer == batch.answer, f"{batch.key}: the answer has changed"


class Witness:
    """Remembers which trades were seen to be over: they stay what they were."""

    def __init__(self, serve):
        self.serve = serve
        self.seen = {}

    def look(self):
        try:
            for phase in TERMINAL_PHASES:
                for trade in self.serve.get(f"/v1/trades?phase={phase}&limit=500")["trades"]:
                    before = self.seen.setdefault(trade["id"], phase)
                    assert before == phase, f"trade {trade['id']} was {before} and is {phase}"
        except Unanswered:
            pass


class Campaign:
    def __init__(self, options, folder):
        self.options = options
        self.dice = random.Random(options.seed)
        self.batches = make_batches(options.trades, self.dice)
        self.began = time.monotonic()
        self.devnets = {}
        self.serve = None
        self.kills = 0
        for ledger in ("a-coin", "b-coin"):
            self.devnets[ledger] = Devnet(folder, ledger, options.seed)
        self.serve = Serve(folder, self.devnets.values(), options.shards)

    def say(self, text):
        print(f"{time.monotonic() - self.began:6.1f} s  {text}", flush=True)

    def run(self):
        for devnet in self.devnets.values():
            wait_until(lambda at=devnet: at.get("/v1/head")["number"] > 2, 30, "there are blocks to be replaced")
        for ledger, rule in FAULTS:
            self.devnets[ledger].script("faults", **rule)
        self.serve.spawn()
        self.serve.await_ready()
        witness = Witness(self.serve)
        load = Load(self.serve, self.batches, self.options.seed)
        self.kill_during(load, witness)
        wait_until(load.is_over, CLIENT_SECONDS_MAX, "the load is answered")
        self.say(f"the load is answered; {load.unanswered} requests had to be repeated")
        time.sleep(self.dice.uniform(0, 1))
        witness.look()
        self.kill("all was submitted")
        self.drain()
        for batch in self.batches:
            submit(load, batch)
        witness.look()
        phases = {trade["id"]: trade["phase"] for trade in self.serve.trades()}
        assert self.serve.process.stop() == 0, "the engine did not end cleanly"
        return self.judge(phases)

    def kill_during(self, load, witness):
        """All kills but the last, and the nodes' misbehaviour, at moments of the load in random order."""
        last = len(self.batches) - 1
        moments = [(self.dice.randint(0, last), None) for _ in range(self.options.kills - 1)]
        moments += [(self.dice.randint(0, last), mischief) for mischief in MISCHIEF]
        for batch, mischief in sorted(moments, key=lambda moment: moment[0]):
            wait_until(lambda at=batch: load.has_begun(at), CLIENT_SECONDS_MAX, f"batch {batch} is submitted")
            if mischief is None:
                time.sleep(self.dice.uniform(0, KILL_DELAY_SECONDS))
                self.kill(f"batch {batch} was submitted")
                continue
            ledger, what, fields = mischief
            self.say(f"{ledger}: {what} {fields}")
            self.devnets[ledger].script(what, **fields)
            witness.look()

    def kill(self, moment):
        self.kills += 1
        self.serve.process.kill()
        self.say(f"killed when {moment}")
        time.sleep(self.dice.uniform(0, DOWN_SECONDS_MAX))
        while self.dice.random() < EARLY_KILL_SHARE:
            self.serve.spawn()
            delay = self.dice.uniform(0, EARLY_KILL_SECONDS)
            time.sleep(delay)
            self.kills += 1
            self.serve.process.kill()
            self.say(f"killed {delay * 1000:.0f} ms after its start")
        self.serve.spawn()
        self.serve.await_ready()

    def drain(self):
        """Until no trade is live, and nothing that was signed can take effect any more."""
        def is_quiet():
            if any(self.serve.get(f"/v1/trades?phase={phase}&limit=1")["trades"] for phase in LIVE_PHASES):
                return False
            return all(ledger["txns_outstanding"] == 0 for ledger in self.serve.get("/v1/ledgers")["ledgers"])
        try:
            wait_until(is_quiet, DRAIN_SECONDS_MAX, "every trade is over")
        except AssertionError:
            for phase in LIVE_PHASES:
                for trade in self.serve.get(f"/v1/trades?phase={phase}&limit=2")["trades"]:
                    self.say(json.dumps(self.serve.get(f"/v1/trades/{trade['id']}")))
            self.say(json.dumps(self.serve.get("/v1/ledgers")))
            raise
        self.say("every trade is over")

    def judge(self, phases):
        requests = {}
        kinds = {}
        for batch in self.batches:
            requests.update(zip(batch.ids, batch.requests))
            kinds.update(zip(batch.ids, batch.kinds))
        assert len(requests) == self.options.trades, "a trade was given to two requests"
        assert phases.keys() == requests.keys(), {
            "lost": sorted(requests.keys() - phases.keys()), "unasked": sorted(phases.keys() - requests.keys())}
        suspended = [trade for trade, phase in phases.items() if phase == "suspended"]
        assert not suspended, f"suspended: {suspended}"
        audit = Audit({ledger: devnet.get("/v1/books") for ledger, devnet in self.devnets.items()},
                      {ledger: devnet.get("/v1/effects") for ledger, devnet in self.devnets.items()})
        violations = audit.check(requests, phases)
        violations += [f"trade {trade} was settled, and is one of those that cannot be: {kinds[trade]}"
                       for trade, phase in phases.items() if phase == "settled" and kinds[trade] in NEVER_SETTLED]
        for kind in KINDS:
            ends = Counter(phases[trade] for trade in kinds if kinds[trade] == kind)
            self.say(f"{kind:<16} " + ", ".join(f"{count} {phase}" for phase, count in sorted(ends.items())))
        self.say(f"{self.kills} kills; the ledgers say: {dict(audit.counts)}; {len(violations)} violations")
        good = [phases[trade] for trade in kinds if kinds[trade] in ("payment", "pvp")]
        if good.count("settled") * 2 < len(good):
            violations.append("most of what should have settled did not: the test says little")
        return violations

    def close(self):
        processes = [self.serve.process] if self.serve and self.serve.process else []
        for process in processes + [devnet.process for devnet in self.devnets.values()]:
            process.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--trades", type=int, default=600)
    parser.add_argument("--kills", type=int, default=4, help="besides those in the middle of a recovery")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shards", type=int, default=2)
    parser.add_argument("--folder", type=Path, help="an empty folder, where all files stay")
    options = parser.parse_args()
    print(f"seed {options.seed}: {options.trades} trades, {options.kills} kills, {options.shards} shards", flush=True)
    with tempfile.TemporaryDirectory(prefix="clearspan-crash-", ignore_cleanup_errors=True) as temporary:
        campaign = Campaign(options, options.folder or Path(temporary))
        try:
            violations = campaign.run()
        except BaseException:
            if campaign.serve.process:
                print(campaign.serve.process.log.read_text()[-8000:], file=sys.stderr)
            raise
        finally:
            campaign.close()
    for violation in violations:
        print(violation)
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
