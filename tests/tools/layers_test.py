"""What the include check finds, and what it lets pass."""

import unittest

from tree import PROJECT, TreeTest
import layers

HEADERS = [
    "core/base/result.hpp", "core/money/amount.hpp", "codecs/json/value.hpp", "codecs/crypto/sha256.hpp",
    "codecs/ethereum/block.hpp", "codecs/simulated/block.hpp", "ledgers/connector.hpp",
    "ledgers/transport/http_client.hpp", "ledgers/evidence/log.hpp", "ledgers/ethereum/connector.hpp",
    "ledgers/simulated/ledger.hpp", "actors/messages.hpp", "actors/trade/trade.hpp", "actors/gateway/gateway.hpp",
    "tools/clearspan/main.hpp", "tests/tools/world.hpp", "bench/codecs/load.hpp",
]

ALLOWED = [
    ("core/money/a.cpp", '"core/base/result.hpp"'),
    ("core/money/a.cpp", "<boost/multiprecision/cpp_int.hpp>"),
    ("actors/submitter/a.hpp", "<boost/container/deque.hpp>"),
    ("core/base/a.cpp", "<vector>"),
    ("codecs/ethereum/a.cpp", '"codecs/json/value.hpp"'),
    ("codecs/json/a.cpp", "<simdjson.h>"),
    ("codecs/crypto/a.cpp", "<openssl/evp.h>"),
    ("codecs/crypto/a.cpp", "<secp256k1_recovery.h>"),
    ("codecs/crypto/a.cpp", "<sodium.h>"),
    ("codecs/crypto/a.cpp", "<immintrin.h>"),
    ("ledgers/ethereum/a.cpp", '"ledgers/connector.hpp"'),
    ("ledgers/ethereum/a.cpp", '"ledgers/transport/http_client.hpp"'),
    ("ledgers/ethereum/a.cpp", '"codecs/ethereum/block.hpp"'),
    ("ledgers/transport/a.cpp", "<boost/beast/http.hpp>"),
    ("ledgers/transport/a.cpp", "<openssl/ssl.h>"),
    ("ledgers/evidence/a.cpp", "<rocksdb/db.h>"),
    ("ledgers/evidence/a.cpp", "<unistd.h>"),
    ("ledgers/simulated/a.cpp", "<toml++/toml.h>"),
    ("actors/trade/a.cpp", "<caf/all.hpp>"),
    ("actors/trade/a.cpp", '"ledgers/connector.hpp"'),
    ("actors/trade/a.cpp", '"ledgers/evidence/log.hpp"'),
    ("actors/gateway/a.cpp", '"ledgers/transport/http_client.hpp"'),
    ("actors/gateway/a.cpp", "<prometheus/registry.h>"),
    ("tools/clearspan/a.cpp", '"ledgers/ethereum/connector.hpp"'),
    ("tools/clearspan/a.cpp", "<caf/all.hpp>"),
    ("tools/clearspan/a.cpp", "<CLI/CLI.hpp>"),
    ("tests/actors/a.cpp", '"ledgers/simulated/ledger.hpp"'),
    ("tests/actors/a.cpp", "<gtest/gtest.h>"),
    ("bench/codecs/a.cpp", "<benchmark/benchmark.h>"),
]

REFUSED = [
    ("core/base/a.cpp", '"codecs/json/value.hpp"'),
    ("core/base/a.cpp", '"ledgers/connector.hpp"'),
    ("core/base/a.cpp", "<boost/multiprecision/cpp_int.hpp>"),
    ("core/base/a.cpp", "<fmt/format.h>"),
    ("core/base/a.cpp", "<thread>"),
    ("core/base/a.cpp", "<unistd.h>"),
    ("core/chain/a.cpp", "<openssl/sha.h>"),
    ("codecs/json/a.cpp", '"ledgers/connector.hpp"'),
    ("codecs/json/a.cpp", "<spdlog/spdlog.h>"),
    ("codecs/ethereum/a.cpp", "<simdjson.h>"),
    ("codecs/ethereum/a.cpp", "<openssl/evp.h>"),
    ("codecs/tlog/a.cpp", "<sodium.h>"),
    ("codecs/ethereum/a.cpp", '"codecs/simulated/block.hpp"'),
    ("ledgers/base.hpp", '"ledgers/ethereum/connector.hpp"'),
    ("ledgers/ethereum/a.cpp", '"ledgers/simulated/ledger.hpp"'),
    ("ledgers/ethereum/a.cpp", '"codecs/simulated/block.hpp"'),
    ("ledgers/ethereum/a.cpp", '"ledgers/evidence/log.hpp"'),
    ("ledgers/ethereum/a.cpp", '"actors/messages.hpp"'),
    ("ledgers/ethereum/a.cpp", "<boost/beast/core.hpp>"),
    ("ledgers/ethereum/a.cpp", "<boost/asio.hpp>"),
    ("actors/trade/a.hpp", "<boost/container/deque.hpp>"),
    ("ledgers/ethereum/a.cpp", "<caf/all.hpp>"),
    ("ledgers/ethereum/a.cpp", "<toml++/toml.h>"),
    ("ledgers/transport/a.cpp", '"ledgers/ethereum/connector.hpp"'),
    ("ledgers/evidence/a.cpp", '"ledgers/transport/http_client.hpp"'),
    ("actors/trade/a.cpp", '"ledgers/ethereum/connector.hpp"'),
    ("actors/trade/a.cpp", '"ledgers/transport/http_client.hpp"'),
    ("actors/gateway/a.cpp", '"tools/clearspan/main.hpp"'),
    ("actors/gateway/a.cpp", "<boost/beast/http.hpp>"),
    ("actors/gateway/a.cpp", "<CLI/CLI.hpp>"),
    ("actors/trade/a.cpp", "<rocksdb/db.h>"),
    ("actors/trade/a.cpp", "<gtest/gtest.h>"),
    ("tools/console/a.cpp", "<caf/all.hpp>"),
    ("tools/clearspan/a.cpp", '"tests/tools/world.hpp"'),
    ("tools/clearspan/a.cpp", '"bench/codecs/load.hpp"'),
    ("tools/clearspan/a.cpp", "<nlohmann/json.hpp>"),
    ("core/base/a.cpp", '"core/base/absent.hpp"'),
    ("core/base/a.cpp", '"result.hpp"'),
    ("core/base/a.cpp", '"../base/result.hpp"'),
]


class LayersTest(TreeTest):
    def violations(self, files):
        for header in HEADERS:
            self.write(header)
        for name, text in files.items():
            self.write(name, text)
        return layers.check(self.root)[0]

    def test_lets_every_allowed_include_pass(self):
        for name, include in ALLOWED:
            with self.subTest(file=name, include=include):
                self.setUp()
                self.assertEqual(self.violations({name: f"#include {include}\n"}), [])

    def test_finds_every_refused_include(self):
        for name, include in REFUSED:
            with self.subTest(file=name, include=include):
                self.setUp()
                found = self.violations({name: f"// first line\n#  include {include}\n"})
                self.assertEqual(len(found), 1)
                self.assertTrue(found[0].startswith(f"{name}:2: "), found[0])

    def test_finds_two_folders_that_include_each_other(self):
        found = self.violations({
            "core/trade/plan.hpp": '#include "core/scenario/profile.hpp"\n',
            "core/scenario/profile.hpp": '#include "core/trade/plan.hpp"\n',
        })
        self.assertEqual(found, ["folders include each other in a circle: core/scenario -> core/trade -> core/scenario"])

    def test_finds_a_circle_through_a_third_folder(self):
        found = self.violations({
            "core/a/a.hpp": '#include "core/b/b.hpp"\n',
            "core/b/b.hpp": '#include "core/c/c.hpp"\n',
            "core/c/c.hpp": '#include "core/a/a.hpp"\n',
        })
        self.assertEqual(len(found), 1)

    def test_ignores_an_include_inside_a_line_comment(self):
        self.assertEqual(self.violations({"core/base/a.cpp": "// #include <caf/all.hpp>\n"}), [])

    def test_ignores_build_folders(self):
        self.assertEqual(self.violations({"build/dev/core/a.cpp": "#include <caf/all.hpp>\n"}), [])

    def test_every_rule_names_a_folder_of_the_project(self):
        folders = [place for places in layers.MAY_INCLUDE.values() for place in places] + list(layers.MAY_INCLUDE)
        folders += [home for _, homes in layers.HOMES for home in homes]
        for folder in folders:
            with self.subTest(folder=folder):
                self.assertTrue((PROJECT / folder.removesuffix("/*")).is_dir())


if __name__ == "__main__":
    unittest.main()
