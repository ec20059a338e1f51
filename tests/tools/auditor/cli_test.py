"""`clearspan audit` on a real engine between two real ledger processes: while they run, after a kill, and from saved
books; and what it says when a saved book or the log is tampered with."""

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from devnet_pair import Devnet, Serve, wait_until  # noqa: E402

TRADES = 20
LIVE_PHASES = ("preparing", "deciding", "releasing", "refunding")
DRAIN_SECONDS_MAX = 60


def audit(folder, ledgers, *options):
    """Runs the auditor; returns the exit status, what it printed, and the JSON of it if there is any."""
    arguments = [os.environ["CLEARSPAN_BINARY"], "audit", "--evidence", str(folder)]
    for name, source in ledgers.items():
        arguments += ["--ledger", f"{name}={source}"]
    done = subprocess.run([*arguments, *options], capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stdout + done.stderr


def pay(engine, count, key):
    batch = [{"scenario": "payment", "payer": "alice", "merchant": "alice", "profile": profile,
              "amount": {"units": str(100 + i), "scale": 2}, "placed_by": "engine"}
             for i, profile in zip(range(count), ["sound", "sound", "dropped"] * count)]
    status, body = engine.request("POST", "/v1/trades", json.dumps(batch), key)
    assert status in (200, 201, 202, 207), (status, body)


def drain(engine):
    wait_until(lambda: not any(next(iter(engine.trades(phase)), None) for phase in LIVE_PHASES), DRAIN_SECONDS_MAX,
               "every trade is over")


class Audits(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="clearspan-audit-"))
        cls.devnets = [Devnet(cls.folder, ledger, seed=1) for ledger in ("a-coin", "b-coin")]
        cls.urls = {devnet.ledger: devnet.url for devnet in cls.devnets}
        cls.data = cls.folder / "data"
        engine = Serve(cls.folder, cls.devnets, shards=2)
        engine.spawn()
        engine.await_ready()
        cls.devnets[1].script("faults", action="drop", account="bob", kind="payment")
        pay(engine, TRADES, "first")
        cls.while_running = audit(cls.data, cls.urls)
        engine.process.kill()
        cls.after_kill = audit(cls.data, cls.urls)
        engine.spawn()
        engine.await_ready()
        pay(engine, TRADES, "second")
        drain(engine)
        engine.process.stop()
        cls.books = cls.folder / "books"
        cls.at_the_end = audit(cls.data, cls.urls, "--ended", "--closed", "--save-books", str(cls.books))
        for devnet in cls.devnets:
            devnet.process.stop()
        cls.saved = {ledger: cls.books / f"{ledger}.json" for ledger in cls.urls}

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder, ignore_errors=True)

    def expect(self, result, status, words):
        self.assertEqual(status, result[0], result[1])
        self.assertIn(words, result[1])

    def test_a_good_engine_is_clean_at_any_time(self):
        for result in (self.while_running, self.after_kill, self.at_the_end):
            self.expect(result, 0, "verdict: clean")
        self.assertIn(f"{2 * TRADES} trades", self.at_the_end[1])
        self.expect(audit(self.data, self.saved, "--ended", "--json"), 0, '"verdict":"clean"')

    def test_a_book_that_is_one_unit_off_is_found(self):
        dice = random.Random(7)
        for ledger, path in self.saved.items():
            book = json.loads(path.read_text())
            line = dice.choice(book["accounts"])
            line[3] = str(int(line[3]) + 1)
            altered = self.folder / "altered.json"
            altered.write_text(json.dumps(book))
            self.expect(audit(self.data, {**self.saved, ledger: altered}), 1, "verdict: VIOLATED")

    def test_a_byte_changed_in_a_log_is_found_and_named(self):
        tampered = self.folder / "tampered"
        shutil.copytree(self.data, tampered, ignore=shutil.ignore_patterns("LOCK", "index*"))
        victim = sorted((tampered / "shard-0").glob("*.seg"))[0]
        with victim.open("r+b") as file:
            file.seek(4096 + 200)
            byte = file.read(1)[0]
            file.seek(4096 + 200)
            file.write(bytes([byte ^ 1]))
        self.expect(audit(tampered, self.saved), 1, "I6")
        self.expect(audit(tampered, self.urls), 2, "log_corrupt")  # which says how to read a ledger's own books

    def test_a_phase_that_was_shown_must_be_the_logs(self):
        seen = self.folder / "seen"
        seen.write_text(f"{'0' * 32} settled\n")
        self.expect(audit(self.data, self.saved, "--seen", str(seen)), 1, "I9")

    def test_what_cannot_be_read_is_another_exit_status(self):
        self.expect(audit(self.data, {"a-coin": self.saved["a-coin"]}), 2, "give the book of b-coin")
        self.expect(audit(self.folder / "nowhere", self.saved), 2, "there is no log")
        self.expect(audit(self.data, {"a-coin": self.folder / "no-book"}), 2, "cannot read the file")
        self.expect(audit(self.data, {"a-coin": self.saved["b-coin"]}), 2, "this is the book of b-coin")


if __name__ == "__main__":
    sys.exit(0 if unittest.main(exit=False).result.wasSuccessful() else 1)
