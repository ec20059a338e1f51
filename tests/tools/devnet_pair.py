"""Two `clearspan devnet` processes and one `clearspan serve` between them, on loopback and in a temporary folder, so
that a test can kill the engine while the ledgers live on."""

import http.client
import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import urlsplit

PROJECT = Path(__file__).resolve().parents[2]
BLOCK_INTERVAL_MS = 100
START_SECONDS_MAX = 30  # for a process to say that it is ready; a recovery reads the whole log
STOP_SECONDS_MAX = 30
CALL_SECONDS_MAX = 30
PLENTY = 10**12
RATE = (3, 2)  # ACN units per BCN unit
FEE = 10       # ACN units

# Exchangers' profiles: their account on b-coin. Each signs with a key of its own, so that faults can be told apart.
EXCHANGERS = {"sound": "exchanger", "dropped": "bob", "delayed": "carol", "poor": "operator"}
BALANCES = {
    "a-coin": {"alice": PLENTY, "carol": 1, "exchanger": PLENTY},
    "b-coin": {"alice": PLENTY, "bob": PLENTY, "carol": PLENTY, "exchanger": PLENTY, "operator": 3},
}
ASSETS = {"a-coin": "ACN", "b-coin": "BCN"}
FINALITY_DEPTHS = {"a-coin": 0, "b-coin": 2}


class Unanswered(Exception):
    """The server gave no answer: what it did is unknown."""


def call(url, method, path, body=None, headers=None):
    """One request on a connection of its own. Returns (status, body)."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=CALL_SECONDS_MAX)
    try:
        connection.request(method, path, body=body, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException) as failure:
        raise Unanswered(f"{method} {path}: {failure!r}") from failure
    finally:
        connection.close()


def wait_until(condition, seconds, what):
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s in vain until {what}")
        time.sleep(0.02)


class Process:
    """A server of the binary under test. What it prints goes to files, so that no pipe can fill up."""

    def __init__(self, arguments, log):
        self.out = log.with_suffix(".out")
        self.log = log.with_suffix(".err")
        with open(self.out, "wb") as out, open(self.log, "wb") as err:
            self.child = subprocess.Popen([os.environ["CLEARSPAN_BINARY"], *arguments], stdin=subprocess.DEVNULL,
                                          stdout=out, stderr=err)

    def printed(self, pattern):
        """Waits until a line that fits was printed; returns its first group."""
        def find():
            found = re.search(pattern, self.out.read_text())
            if found is None and self.child.poll() is not None:
                raise AssertionError(f"the process ended with {self.child.returncode}:\n{self.log.read_text()[-4000:]}")
            return found
        return wait_until(find, START_SECONDS_MAX, f"{self.log.stem} printed {pattern}").group(1)

    def kill(self):
        self.child.kill()
        self.child.wait()

    def stop(self):
        """Ends it as an operator would; returns its exit status."""
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
            try:
                self.child.wait(STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                self.kill()
        return self.child.returncode


class Devnet:
    """One simulated ledger: its books, and the script of what goes wrong on it."""

    def __init__(self, folder, ledger, seed):
        self.ledger = ledger
        genesis = folder / f"{ledger}.toml"
        genesis.write_text(genesis_text(ledger))
        self.process = Process(["devnet", "--genesis", str(genesis), "--seed", str(seed)], folder / ledger)
        self.url = self.process.printed(r'"url":"(http://[^"]+)"')

    def get(self, path):
        status, body = call(self.url, "GET", path)
        assert status == 200, (path, status, body)
        return json.loads(body)

    def script(self, what, **fields):
        status, body = call(self.url, "POST", f"/v1/admin/{what}", json.dumps(fields))
        assert status == 200, (what, fields, status, body)

    def end_faults(self):
        self.script("node", fault="none")
        status, body = call(self.url, "DELETE", "/v1/admin/faults")
        assert status == 200, body


class Serve:
    """The engine. Each start after the first continues from the same data folder, and listens on another port."""

    def __init__(self, folder, devnets, shards):
        self.folder = folder
        self.config = folder / "serve.toml"
        self.config.write_text(serve_text(devnets, shards))
        self.starts = 0
        self.process = None
        self.url = None

    def spawn(self):
        self.starts += 1
        self.process = Process(["serve", "--config", str(self.config)], self.folder / f"serve-{self.starts}")

    def await_ready(self):
        self.url = self.process.printed(r"listening on (http://\S+)")
        def is_ready():
            try:
                return call(self.url, "GET", "/readyz")[0] == 200
            except Unanswered:
                assert self.process.child.poll() is None, f"the engine ended with {self.process.child.returncode}"
                return False
        wait_until(is_ready, START_SECONDS_MAX, "the engine is ready")

    def request(self, method, path, body=None, idempotency_key=None):
        url = self.url  # may change at any time
        headers = {"Authorization": "Bearer " + (self.folder / "api.key").read_text().strip()}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if idempotency_key is not None:
            headers["Idempotency-Key"] = idempotency_key
        return call(url, method, path, body, headers)

    def get(self, path):
        status, body = self.request("GET", path)
        assert status == 200, (path, status, body)
        return json.loads(body)

    def trades(self, phase=None):
        """All trades of the phase, or all there are, newest first."""
        cursor = ""
        while cursor is not None:
            wanted = (f"&phase={phase}" if phase else "") + (f"&cursor={cursor}" if cursor else "")
            page = self.get(f"/v1/trades?limit=500{wanted}")
            yield from page["trades"]
            cursor = page["next_cursor"]


def genesis_text(ledger):
    lines = [f'ledger = "{ledger}"', f"block_interval_ms = {BLOCK_INTERVAL_MS}",
             f"finality_depth = {FINALITY_DEPTHS[ledger]}", "reclaim = false", 'escrow_operator = "operator"',
             "[[asset]]", f'name = "{ASSETS[ledger]}"', "scale = 2"]
    for name, key in demo_public_keys().items():
        balance = BALANCES[ledger].get(name, 0)
        lines += ["[[account]]", f'name = "{name}"', f'public_key = "{key}"']
        lines += [f'balances = {{ {ASSETS[ledger]} = "{balance}" }}'] if balance else []
    return "\n".join(lines) + "\n"


def demo_public_keys():
    text = (PROJECT / "configs" / "devnet-a.toml").read_text()
    return dict(re.findall(r'name = "(\w+)"\npublic_key = "(\w+)"', text))


def serve_text(devnets, shards):
    lines = ["[engine]", 'data_dir = "data"', 'name = "crash-test"', f"shards = {shards}",
             "[api]", 'listen = "127.0.0.1:0"', 'key_file = "api.key"']
    for devnet in devnets:
        lines += ["[[ledger]]", f'id = "{devnet.ledger}"', 'kind = "simulated"', f'url = "{devnet.url}"',
                  f'genesis = "{devnet.ledger}.toml"', "demo_keys = true"]
    for profile, account in EXCHANGERS.items():
        lines += ["[[profile]]", f'name = "{profile}"',
                  'source_ledger = "a-coin"', 'source_asset = "ACN"', 'source_account = "exchanger"',
                  'destination_ledger = "b-coin"', 'destination_asset = "BCN"', f'destination_account = "{account}"',
                  f'rate = "{RATE[0]}/{RATE[1]}"', f'fee = "{FEE}"', 'amount_min = "1"', 'amount_max = "1000000"']
    lines += ["[timing]", "prepare_window_ms = 8000", "pivot_window_ms = 8000", "margin_ms = 2000"]
    return "\n".join(lines) + "\n"
