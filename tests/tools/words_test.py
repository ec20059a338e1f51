"""Which words, file names and READMEs are refused."""

import unittest

from tree import TreeTest
import words


class RefusedWordTest(TreeTest):
    def found(self, text):
        return [identifier for _, _, identifier in words.refused_words(text)]

    def test_finds_the_word_in_every_spelling_of_an_identifier(self):
        for identifier in ["tx", "tx_hash", "raw_tx", "rawTx", "kTxLimit", "TxId", "TX_ID", "txs", "decodeTx"]:
            with self.subTest(identifier=identifier):
                self.assertEqual(self.found(f"int {identifier} = 0;"), [identifier])

    def test_finds_the_word_in_comments(self):
        self.assertEqual(self.found("// Sends the tx.\n/* each\n tx */"), ["tx", "tx"])

    def test_lets_words_pass_that_only_contain_the_letters(self):
        self.assertEqual(self.found("int txn; TxnId id; EVP_MD_CTX* ctx; auto text = context;"), [])

    def test_lets_literals_pass(self):
        self.assertEqual(self.found('auto a = "txHash \\" tx"; auto b = R"x({"tx": "})x"; char c = \'"\'; auto d = "tx";'), [])

    def test_is_not_confused_by_digit_separators(self):
        self.assertEqual(self.found("auto limit = 1'000; int tx;"), ["tx"])

    def test_counts_lines(self):
        self.assertEqual([line for line, _, _ in words.refused_words("int a;\n/* one\n   tx */\nint tx;")], [3, 4])

    def test_reports_the_file_and_the_word_to_use(self):
        self.write("core/base/a.cpp", "\nint tx;\n")
        self.assertEqual(list(words.check_words(self.root)), ["core/base/a.cpp:2: the word is txn, not tx, in tx"])


class FileNameTest(TreeTest):
    def test_refuses_names_that_do_not_say_what_is_inside(self):
        for name in ["core/utils.hpp", "core/hex_utils.cpp", "codecs/common/a.cpp", "actors/trade_manager.hpp",
                     "tools/demo_v2.py", "tests/test_helpers.hpp"]:
            with self.subTest(name=name):
                self.setUp()
                self.write(name)
                self.assertEqual(len(list(words.check_names(self.root))), 1)

    def test_lets_other_names_pass(self):
        for name in ["core/base/commonality.hpp", "ledgers/news.cpp", "docs/util.md"]:
            self.write(name)
        self.assertEqual(list(words.check_names(self.root)), [])


class ReadmeTest(TreeTest):
    def write_all(self, lines):
        for folder in words.TOP_FOLDERS:
            self.write(f"{folder}/README.md", "a line\n" * lines)
        self.write("README.md", "a line\n" * words.ROOT_README_LINES_MAX)

    def test_accepts_readmes_up_to_the_limit(self):
        self.write_all(words.README_LINES_MAX)
        self.assertEqual(list(words.check_readmes(self.root)), [])

    def test_refuses_a_readme_past_the_limit(self):
        self.write_all(words.README_LINES_MAX + 1)
        self.assertEqual(len(list(words.check_readmes(self.root))), len(words.TOP_FOLDERS))

    def test_refuses_a_root_readme_past_its_limit(self):
        self.write_all(1)
        self.write("README.md", "a line\n" * (words.ROOT_README_LINES_MAX + 1))
        self.assertEqual(list(words.check_readmes(self.root)), ["README.md: has 121 lines; the limit is 120"])

    def test_refuses_a_missing_readme(self):
        self.write_all(1)
        (self.root / "core/README.md").unlink()
        self.assertEqual(list(words.check_readmes(self.root)), ["core/README.md: is missing"])


if __name__ == "__main__":
    unittest.main()
