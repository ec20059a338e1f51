#!/usr/bin/env python3
"""Turns real blocks and published vectors into inputs of the fuzz targets, in one folder per target.

The data is where CLEARSPAN_CORPUS says (default ../shared/data); without it nothing is made. Nothing of it is kept in
the project. Run: tests/fuzz/real_seeds.py FOLDER
"""

import json
import os
import sys
from pathlib import Path

SEPARATOR = b"\x1e"  # between the texts of one input (fuzz.hpp)
BYTES_MAX = 200_000  # larger inputs slow the fuzzer down more than they show it
FILES_MAX = 400  # of one target


class Seeds:
    """Writes the inputs of one target, each under a number."""

    def __init__(self, folder):
        self.folder = folder
        self.count = 0

    def add(self, content):
        if not 0 < len(content) <= BYTES_MAX or self.count == FILES_MAX:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / f"{self.count:04}").write_bytes(content)
        self.count += 1


def unhex(text):
    try:
        return bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        return b""


def result_of(text):
    """The value in a JSON-RPC answer, or the text's own."""
    value = json.loads(text)
    return value.get("result", value) if isinstance(value, dict) else value


def add_blocks(corpus, target, parts):
    for block in sorted(corpus.glob("ethereum/**/block*.json")):
        texts = [block.read_bytes()]
        for name in ("receipts.json", "uncles.json"):
            other = block.parent / name
            texts.append(other.read_bytes() if other.is_file() else b"")
        target.add(SEPARATOR.join(texts).rstrip(SEPARATOR))
        add_parts(parts, texts)


def add_parts(parts, texts):
    """Headers, txns and receipts of a block, each by itself."""
    for text in texts[:2]:
        try:
            value = result_of(text)
        except ValueError:
            continue
        items = value if isinstance(value, list) else [value]
        for item in items[:3]:
            if not isinstance(item, dict):
                continue
            lists = [item.pop(name) for name in ("transactions", "withdrawals") if isinstance(item.get(name), list)]
            for one in [item] + [member for members in lists for member in members[:3]]:
                parts.add(json.dumps(one).encode())


def values_under(value, names):
    """All texts in a JSON value whose key is one of the names."""
    if isinstance(value, dict):
        for key, member in value.items():
            if key in names and isinstance(member, str):
                yield member
            yield from values_under(member, names)
    elif isinstance(value, list):
        for member in value:
            yield from values_under(member, names)


def add_vectors(corpus, folder, names, target):
    for path in sorted((corpus / "vectors/ethereum-tests" / folder).glob("**/*.json")):
        for text in values_under(json.loads(path.read_text()), names):
            target.add(unhex(text))


def add_json_suite(corpus, target):
    for path in sorted((corpus / "json-suite").glob("**/*.json")):
        target.add(path.read_bytes())


def main():
    out = Path(sys.argv[1])
    corpus = Path(os.environ.get("CLEARSPAN_CORPUS", "../shared/data"))
    if not corpus.is_dir():
        print(f"no corpus at {corpus} (set CLEARSPAN_CORPUS)")
        return 0
    names = ("json", "rlp", "ethereum_txn", "ethereum_block", "ethereum_json")
    seeds = {name: Seeds(out / name) for name in names}
    add_json_suite(corpus, seeds["json"])
    add_vectors(corpus, "RLPTests", {"out"}, seeds["rlp"])
    add_vectors(corpus, "BlockchainTests", {"rlp", "genesisRLP"}, seeds["rlp"])
    add_vectors(corpus, "TransactionTests", {"txbytes"}, seeds["ethereum_txn"])
    add_blocks(corpus, seeds["ethereum_block"], seeds["ethereum_json"])
    print(", ".join(f"{target.count} for {name}" for name, target in seeds.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
