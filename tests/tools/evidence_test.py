"""Evidence from end to end: two devnets, an engine and a witness as processes. Trades settle; the log is read over HTTP
and its tree computed again here; bundles are exported and verified; the witness signs, survives a SIGKILL, and refuses a
log that was rewritten.

Run: CLEARSPAN_BINARY=build/dev/clearspan python3 -B tests/tools/evidence_test.py
"""

import base64
import csv
import hashlib
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import ed25519
from devnet_pair import Devnet, Process, Serve, call, wait_until
from merkle import consistency_proof, leaf_hash, root_of

TRADES = 6
SETTLE_SECONDS_MAX = 60
WITNESS_SECONDS_MAX = 30
TILE_WIDTH = 256
WITNESS = "witness.example/one"


def clearspan(*arguments):
    """Runs a command; returns its exit status and what it printed."""
    done = subprocess.run([os.environ["CLEARSPAN_BINARY"], *map(str, arguments)], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def verify(path, trust):
    status, text = clearspan("evidence", "verify", path, "--trust", trust, "--json")
    return status, json.loads(text)


class Checkpoint:
    def __init__(self, note):
        self.note = note
        text, signatures = note.split("\n\n")
        self.text = text + "\n"
        self.origin, size, root = text.split("\n")
        self.size, self.root = int(size), base64.b64decode(root)
        self.signatures = [line.split(" ")[1] for line in signatures.splitlines()]


class PublicLog:
    """A log as everybody reads it."""

    def __init__(self, url, name="shard-0"):
        self.url = url
        self.name = name

    def get(self, path, headers=None):
        return call(self.url, "GET", f"/evidence/{self.name}/{path}", headers=headers)

    def checkpoint(self):
        status, body = self.get("checkpoint")
        assert status == 200, (status, body)
        return Checkpoint(body.decode())

    def leaves(self, size):
        """The leaf hashes, from the tiles of level 0."""
        leaves = b""
        for index in range(-(-size // TILE_WIDTH)):
            width = min(TILE_WIDTH, size - index * TILE_WIDTH)
            status, tile = self.get("tile/0/" + tile_name(index, width))
            assert status == 200 and len(tile) == 32 * width, (index, width, status, len(tile))
            leaves += tile
        return [leaves[i:i + 32] for i in range(0, len(leaves), 32)]

    def entries(self, size, headers):
        entries = []
        for index in range(-(-size // TILE_WIDTH)):
            width = min(TILE_WIDTH, size - index * TILE_WIDTH)
            status, tile = self.get("tile/entries/" + tile_name(index, width), headers)
            assert status == 200, (index, width, status, tile)
            while tile:
                end = 2 + int.from_bytes(tile[:2], "big")
                entries.append(tile[2:end])
                tile = tile[end:]
        return entries


def tile_name(index, width):
    assert index < 1000
    return f"{index:03d}" + ("" if width == TILE_WIDTH else f".p/{width}")


class WitnessProcess:
    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.starts = 0
        self.process = None
        status, line = clearspan("witness", "--print-key", *self.identity())
        assert status == 0 and line.startswith(f"witness {WITNESS}+"), (status, line)
        self.line = line

    def identity(self):
        return ["--key-file", str(self.folder / "witness.key"), "--name", WITNESS]

    def start(self, trust):
        self.starts += 1
        self.process = Process(["witness", "--listen", f"127.0.0.1:{self.port}", "--state",
                                str(self.folder / "witness-state"), "--trust", str(trust), *self.identity()],
                               self.folder / f"witness-{self.starts}")
        assert self.process.printed(r"(witness \S+)") + "\n" == self.line
        self.process.printed(r"listening on (http://\S+)")

    def add(self, old_size, proof, note):
        """The protocol's request, by somebody else than the engine. Returns the status and the body."""
        lines = [f"old {old_size}", *(base64.b64encode(node).decode() for node in proof), "", note]
        return call(self.url, "POST", "/add-checkpoint", "\n".join(lines).encode())

    def known_size(self, note):
        status, body = self.add(0, [], note)
        assert status == 409, (status, body)
        return int(body)


def signed_note(text, origin, seed):
    """A checkpoint that the log's own key signed, whatever it says."""
    public = ed25519.public_key(seed)
    key_hash = hashlib.sha256(origin.encode() + b"\n\x01" + public).digest()[:4]
    signature = base64.b64encode(key_hash + ed25519.sign(seed, text.encode())).decode()
    return f"{text}\n\N{EM DASH} {origin} {signature}\n"


def checkpoint_text(origin, size, root):
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"


def submit(serve, count):
    trades = []
    for number in range(count):
        # The exchanger of "poor" cannot pay, so its trades are refunded.
        profile = "poor" if number % 3 == 2 else "sound"
        status, answer = serve.request("POST", "/v1/trades", json.dumps(
            {"scenario": "payment", "payer": "alice", "merchant": "alice", "profile": profile,
             "amount": {"units": str(1000 + number), "scale": 2}, "placed_by": "engine"}))
        assert status == 201, (status, answer)
        trades.append(json.loads(answer)["id"])
    return trades


def await_end(serve, trades):
    def phases():
        found = {trade: serve.get(f"/v1/trades/{trade}")["phase"] for trade in trades}
        return found if set(found.values()) <= {"settled", "refunded", "rejected"} else None
    return wait_until(phases, SETTLE_SECONDS_MAX, "all trades are over")


def check_public_log(log, key):
    """The tree is what the checkpoint says, and the entries are its leaves."""
    head = log.checkpoint()
    leaves = log.leaves(head.size)
    assert root_of(leaves) == head.root, "the tiles do not lead to the checkpoint's root"
    status, _ = log.get("tile/entries/" + tile_name(0, min(head.size, TILE_WIDTH)))
    assert status == 401, f"entries were served without the key: {status}"
    headers = {"Authorization": f"Bearer {key}"}
    entries = log.entries(head.size, headers)
    assert [leaf_hash(entry) for entry in entries] == leaves, "an entry is not the leaf of its place"
    for before, entry in zip(leaves, entries[1:]):
        assert entry[:32] == before, "an entry does not begin with the head before it"
    for path in (f"tile/0/{tile_name(head.size // TILE_WIDTH + 1, TILE_WIDTH)}", "tile/0/0", "tile/9/000", "checkpoints"):
        assert log.get(path)[0] == 404, path
    attachments = [log.get(f"attachment/{leaf}", headers) for leaf in range(min(head.size, 40))]
    assert {status for status, _ in attachments} == {200, 404}, "no attachment, or nothing without one"
    for (status, body), entry in zip(attachments, entries):
        if status == 200:
            assert hashlib.sha256(body).digest() == entry[-32:], "an attachment is not the one that its record names"
    return head


def check_bundles(folder, serve, trades, trust):
    """Every bundle verifies with the keys alone, says how the trade ended, and is witnessed and anchored in the end."""
    key_file = folder / "api.key"
    for trade, phase in trades.items():
        path = folder / f"{trade}.evidence"
        def is_complete(trade=trade, path=path):
            status, _ = clearspan("evidence", "export", trade, "--url", serve.url, "--key-file", key_file, "--out", path)
            assert status == 0, status
            status, statement = verify(path, trust)
            assert status == 0, statement
            return statement if (statement["witnesses"], statement["anchors"]) == (1, 1) else None
        statement = wait_until(is_complete, WITNESS_SECONDS_MAX, f"trade {trade} is witnessed and anchored")
        assert (statement["trade"], statement["phase"]) == (trade, phase), (statement, phase)
        assert statement["proofs"] > 0 or phase == "rejected", statement
    return folder / f"{next(iter(trades))}.evidence"


def check_forgeries(folder, bundle, trust):
    good = bundle.read_bytes()
    altered = folder / "altered.evidence"
    for place in range(0, len(good), max(1, len(good) // 40)):
        altered.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1:])
        status, statement = verify(altered, trust)
        assert status == 1 and statement["verdict"] == "refused", (place, statement)
    nobody = folder / "nobody.trust"
    nobody.write_text("# nobody\n")
    assert verify(bundle, nobody)[1]["code"] == "untrusted_key"


def check_rewritten_logs(witness, log, seed):
    """Whoever holds the log's key can sign another history. The witness signs none, and stays where it is."""
    head = log.checkpoint()
    known = witness.known_size(head.note)
    leaves = log.leaves(known)
    rewritten = [hashlib.sha256(b"another").digest(), *leaves[1:]]

    def forged(tree):
        return signed_note(checkpoint_text(head.origin, len(tree), root_of(tree)), head.origin, seed)

    longer = rewritten + [hashlib.sha256(b"more").digest()]
    cases = [
        ("the same size with another root", known, [], forged(rewritten), 409),
        ("a smaller tree", known, [], forged(leaves[:known - 1]), 400),
        ("a smaller tree from the beginning", 0, [], forged(leaves[:known - 1]), 409),
        ("a rewritten longer tree", known, consistency_proof(longer, known), forged(longer), 422),
        ("a longer tree without a proof", known, [], forged(leaves + [longer[-1]]), 422),
        ("another key", known, [], signed_note(checkpoint_text(head.origin, known, root_of(leaves)), head.origin,
                                               bytes(32)), 403),
        ("another log", known, [], signed_note(checkpoint_text(head.origin + "x", known, root_of(leaves)),
                                               head.origin + "x", seed), 404),
        ("no request", "x", [], head.note, 400),
    ]
    for what, old_size, proof, note, expected in cases:
        status, body = witness.add(old_size, proof, note)
        assert status == expected, f"{what}: {status}, {body}"
        assert b"\xe2\x80\x94" not in body, f"{what} was signed"
    assert "CONTRADICTS ITSELF" in witness.process.log.read_text(), "two trees of one size went by quietly"
    status, body = witness.add(known, [], forged(leaves))
    assert status == 200 and WITNESS.encode() in body, ("what it has signed before", status, body)


def figure(serve, name):
    for line in call(serve.url, "GET", "/metrics")[1].decode().splitlines():
        if line.startswith(name):
            return float(line.rsplit(" ", 1)[1])
    raise AssertionError(f"no figure {name}")


def view(*arguments):
    """A view as JSON, and as the rows of its CSV, which must be RFC 4180 and the same each time."""
    status, text = clearspan("evidence", *arguments)
    assert status == 0, (arguments, status)
    status, table = clearspan("evidence", *arguments, "--format", "csv")
    assert status == 0, (arguments, status)
    rows = list(csv.reader(io.StringIO(table), strict=True))
    assert all(len(row) == len(rows[0]) for row in rows), (arguments, rows)
    return json.loads(text), [dict(zip(rows[0], row)) for row in rows[1:]]


def check_record(data, trade, phase):
    record, rows = view("record", data, trade)
    assert (record["id"], record["phase"]) == (trade, phase), (trade, phase, record)
    assert rows[0]["type"] == "trade_created" and rows[-1]["phase"] == phase, rows
    assert {row["trade"] for row in rows} == {trade}, rows
    steps = [(step["kind"], step["status"]) for leg in record["legs"] for step in leg["steps"]]
    ending = {"settled": ("release", "final"), "refunded": ("refund", "final")}[phase]
    assert ("hold", "final") in steps and ending in steps, steps
    finals = [row for row in rows if row["type"] == "outcome_final" and row["ok"] == "true"]
    assert finals and all(row["block_hash"].startswith("0x") and row["proof_leaf"] for row in finals), finals
    return sum(row["ledger"] == "a-coin" for row in finals)


def check_statements(data, moved):
    """Double entry: what the escrow took it gave, and every sum over all accounts is zero."""
    escrow, rows = view("statement", data, "--ledger", "a-coin", "--account", "escrow")
    assert len(escrow["entries"]) == moved, (len(escrow["entries"]), moved)
    assert all(balance["balance"]["units"] == "0" for balance in escrow["balances"]), escrow["balances"]
    assert len(rows) == moved + len(escrow["balances"]) + len(escrow["trial_balance"])
    running = 0
    for entry, row in zip(escrow["entries"], rows):
        running += (1 if entry["side"] == "credit" else -1) * int(entry["amount"]["units"])
        assert int(entry["balance"]["units"]) == running == int(row["balance"]), (entry, row)
        assert row[entry["side"]] == entry["amount"]["units"], (entry, row)
    for ledger in ("a-coin", "b-coin"):
        everything, rows = view("statement", data, "--ledger", ledger)
        totals = [int(balance["balance"]["units"]) for balance in everything["balances"]]
        assert sum(totals) == 0 and any(totals), (ledger, totals)
        assert all(total["balance"]["units"] == "0" for total in everything["trial_balance"]), everything
        assert {row["row"] for row in rows} == {"balance", "trial_balance"}, rows


def check_views(folder, trades):
    data = folder / "data"
    check_statements(data, sum(check_record(data, trade, phase) for trade, phase in trades.items()))
    for arguments, expected in [
            (("record", data, "0" * 32), 1), (("record", data, "no-id"), 2), (("record", folder / "nowhere", "0" * 32), 2),
            (("statement", data, "--ledger", "c-coin"), 1), (("statement", data), 2),
            (("statement", data, "--ledger", "a-coin", "--format", "xml"), 2)]:
        status, _ = clearspan("evidence", *arguments)
        assert status == expected, (arguments, status)


def check_commands(folder, serve, bundle, trust):
    """What the commands say to a person, and when there is nothing to say."""
    status, text = clearspan("evidence", "verify", bundle, "--trust", trust)
    assert status == 0 and text.startswith("verified: trade ") and "What happened:" in text, text
    assert "proven by the ledger's block" in text and "witnessed by " + WITNESS in text, text
    assert clearspan("evidence", "verify", folder / "nothing", "--trust", trust)[0] == 2
    assert clearspan("evidence", "verify", bundle, "--trust", folder / "nothing")[0] == 2
    export = ["--url", serve.url, "--key-file", folder / "api.key", "--out", folder / "none.evidence"]
    assert clearspan("evidence", "export", "0" * 32, *export)[0] == 1
    assert not (folder / "none.evidence").exists(), "a file for a trade that nobody knows"
    if shutil.which("node"):
        done = subprocess.run(["node", "tools/verifier/verify.mjs", str(bundle), "--trust", str(trust)],
                              capture_output=True, text=True, timeout=60)
        assert (done.returncode, json.loads(done.stdout)) == (0, verify(bundle, trust)[1]), done


class StoppedLog:
    """The same log from its files, when the engine has ended and it does not grow any more."""

    def __init__(self, directory):
        self.head = Checkpoint((directory / "checkpoint").read_text())
        self.hashes = (directory / "hashes.0").read_bytes()

    def checkpoint(self):
        return self.head

    def leaves(self, size):
        return [self.hashes[32 * i:32 * i + 32] for i in range(size)]


class Story:
    def __init__(self, folder):
        self.folder = folder
        self.devnets = []
        self.witness = WitnessProcess(folder)
        self.serve = None
        self.trust = folder / "all.trust"         # the engine's log and the witness
        self.logs = folder / "logs.trust"         # the log alone, for the witness
        self.directory = folder / "data" / "shard-0"

    def run(self):
        for ledger in ("a-coin", "b-coin"):
            self.devnets.append(Devnet(self.folder, ledger, 1))
        self.serve = Serve(self.folder, self.devnets, 1)
        self.serve.config.write_text(self.serve.config.read_text() + "\n".join([
            "[evidence]", 'key_file = "log.key"', "checkpoint_interval_ms = 100",
            "[evidence.anchor]", 'ledger = "a-coin"', 'account = "operator"', "interval_ms = 500",
            "[[evidence.witness]]", f'url = "{self.witness.url}"', f'key = "{self.witness.line.split()[1]}"', ""]))
        self.start_serve()
        trades = self.settle_without_a_witness()
        self.begin_to_witness()
        self.check_with_a_witness(trades)
        trades |= self.kill_the_witness()
        self.check_the_files(len(trades))
        check_views(self.folder, trades)
        self.rewrite_the_log()

    def start_serve(self):
        self.serve.spawn()
        self.serve.await_ready()

    def settle_without_a_witness(self):
        """The witness is not there yet, which holds nothing up."""
        trades = await_end(self.serve, submit(self.serve, TRADES))
        assert set(trades.values()) == {"settled", "refunded"}, trades
        assert figure(self.serve, "clearspan_witness_good") == 0
        assert figure(self.serve, "clearspan_witness_failures_total") > 0
        return trades

    def begin_to_witness(self):
        status, keys = clearspan("evidence", "keys", "--url", self.serve.url)
        assert status == 0 and keys.startswith("log clearspan/"), (status, keys)
        self.logs.write_text(keys)
        self.trust.write_text(keys + self.witness.line)
        self.witness.start(self.logs)

    def check_with_a_witness(self, trades):
        check_public_log(PublicLog(self.serve.url), (self.folder / "api.key").read_text().strip())
        bundle = check_bundles(self.folder, self.serve, trades, self.trust)
        assert figure(self.serve, "clearspan_checkpoint_records") > 0
        wait_until(lambda: figure(self.serve, "clearspan_checkpoint_age_seconds") < 10, WITNESS_SECONDS_MAX,
                   "the newest checkpoint is young")
        wait_until(lambda: figure(self.serve, "clearspan_witness_good") == 1, WITNESS_SECONDS_MAX,
                   "the witness shows as good")
        check_forgeries(self.folder, bundle, self.trust)
        check_commands(self.folder, self.serve, bundle, self.trust)

    def kill_the_witness(self):
        """What it signed is durable before its signature leaves."""
        signed = figure(self.serve, "clearspan_witness_records")
        self.witness.process.kill()
        self.witness.start(self.logs)
        assert self.witness.known_size(PublicLog(self.serve.url).checkpoint().note) >= signed
        more = await_end(self.serve, submit(self.serve, 2))
        check_bundles(self.folder, self.serve, more, self.trust)
        return more

    def check_the_files(self, trades):
        """The log on disk says the same to whoever has the files."""
        assert self.serve.process.stop() == 0, "the engine did not end cleanly"
        status, statement = verify(self.directory, self.trust)
        assert status == 0, statement
        assert (statement["trades"], statement["unsigned"]) == (trades, 0), statement

    def rewrite_the_log(self):
        self.start_serve()
        log = PublicLog(self.serve.url)
        wait_until(lambda: WITNESS in log.checkpoint().signatures, WITNESS_SECONDS_MAX,
                   "the witness signs after the restart")
        assert self.serve.process.stop() == 0
        seed = bytes.fromhex((self.folder / "log.key").read_text().strip())
        check_rewritten_logs(self.witness, StoppedLog(self.directory), seed)
        assert self.witness.process.stop() == 0, "the witness did not end cleanly"

    def close(self):
        processes = [devnet.process for devnet in self.devnets] + [self.witness.process]
        processes += [self.serve.process] if self.serve else []
        for process in processes:
            if process and process.child.poll() is None:
                process.kill()

    def logs_of_processes(self):
        return "\n".join(f"{file.name}:\n{file.read_text()[-4000:]}" for file in sorted(self.folder.glob("*.err")))


def main():
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="clearspan-evidence-", ignore_cleanup_errors=True) as name:
        story = Story(Path(name))
        try:
            story.run()
        except BaseException:
            print(story.logs_of_processes(), file=sys.stderr)
            raise
        finally:
            story.close()
    print(f"the evidence holds ({time.monotonic() - started:.0f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
