"""The auditor must work out by itself what the engine decided. Whatever its files include, directly or through others,
holds none of the engine's decisions: of core/trade only what a trade is, and nothing of scenarios, actors or recovery."""

import re
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)

# What a trade is: types without rules.
TYPES = {"core/trade/plan.hpp", "core/trade/event.hpp", "core/trade/state.hpp"}
DECISIONS = ("core/trade/", "core/scenario/", "actors/", "ledgers/evidence/recovery.hpp", "ledgers/evidence/verify_log.hpp",
             "ledgers/evidence/index", "codecs/evidence/verify_bundle.hpp", "tools/simulation/")


def includes_of(root, start):
    """Every header that the file includes, directly or not, with the way to it."""
    ways = {}
    waiting = [(start, [start])]
    while waiting:
        file, way = waiting.pop()
        if not (root / file).is_file():
            continue
        for target in INCLUDE.findall((root / file).read_text(encoding="utf-8")):
            if target not in ways:
                ways[target] = way + [target]
                waiting.append((target, ways[target]))
    return ways


def violations(root):
    found = []
    for file in sorted((root / "tools/auditor").glob("*.[ch]pp")):
        for target, way in sorted(includes_of(root, file.relative_to(root).as_posix()).items()):
            if target.startswith(DECISIONS) and target not in TYPES:
                found.append(" -> ".join(way))
    return found


class Independence(unittest.TestCase):
    def test_the_auditor_includes_no_decision_of_the_engine(self):
        self.assertGreater(len(list((ROOT / "tools/auditor").glob("*.cpp"))), 5)
        self.assertEqual([], violations(ROOT))

    def test_a_decision_behind_another_header_is_found(self):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            for name, text in {"tools/auditor/a.cpp": '#include "codecs/x.hpp"\n',
                               "codecs/x.hpp": '#include "core/trade/advance.hpp"\n',
                               "core/trade/advance.hpp": "\n"}.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text, encoding="utf-8")
            self.assertEqual(["tools/auditor/a.cpp -> codecs/x.hpp -> core/trade/advance.hpp"], violations(root))


if __name__ == "__main__":
    sys.exit(0 if unittest.main(exit=False).result.wasSuccessful() else 1)
