#!/usr/bin/env python3
"""Checks the words: one name per concept in the C++ sources, file names that say what is inside, READMEs that stay short.

Run: tools/check/words.py [ROOT]
"""

import re
import sys
from pathlib import Path

from sources import CPP_ENDINGS, TOP_FOLDERS, cpp_files, project_files, report

# Words that never stand in an identifier or a comment, and the word to use.
REFUSED_WORDS = {"tx": "txn", "txs": "txns"}

# Parts of a file or folder name that say nothing.
EMPTY_NAMES = {"common", "helper", "helpers", "manager", "managers", "new", "util", "utils", "v2"}

README_LINES_MAX = 40
ROOT_README_LINES_MAX = 120

# What C++ text is made of, as far as it matters here. Literals are matched in order to be skipped: the names inside them
# belong to other systems' formats.
TOKENS = re.compile(
    r"""(?P<raw>R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)")
      | (?P<string>"(?:\\.|[^"\\\n])*")
      | (?P<comment>//[^\n]*|/\*.*?\*/)
      | (?P<number>\d[\w'.]*)
      | (?P<char>'(?:\\.|[^'\\\n])+')
      | (?P<word>\w+)""",
    re.VERBOSE | re.DOTALL)

# The words of an identifier in snake_case, camelCase or kCamelCase.
PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")


def refused_words(text):
    """Yields (line, word, identifier) for each refused word in C++ text."""
    for token in TOKENS.finditer(text):
        if token.lastgroup not in ("comment", "word"):
            continue
        for identifier in re.finditer(r"[A-Za-z]\w*", token.group()):
            for part in PARTS.findall(identifier.group()):
                if part.lower() in REFUSED_WORDS:
                    line = text.count("\n", 0, token.start() + identifier.start()) + 1
                    yield line, part.lower(), identifier.group()


def check_words(root):
    for file in cpp_files(root):
        text = (root / file).read_text(encoding="utf-8", errors="replace")
        for line, word, identifier in refused_words(text):
            yield f"{file.as_posix()}:{line}: the word is {REFUSED_WORDS[word]}, not {word}, in {identifier}"


def check_names(root):
    for file in project_files(root):
        if file.suffix not in CPP_ENDINGS | {".py", ".sh", ".sol", ".js", ".toml"}:
            continue
        words = set(re.split(r"[/_.\-]", file.as_posix().lower()))
        for word in sorted(words & EMPTY_NAMES):
            yield f"{file.as_posix()}: '{word}' does not say what is inside"


def check_readmes(root):
    limits = {Path(folder) / "README.md": README_LINES_MAX for folder in TOP_FOLDERS}
    limits[Path("README.md")] = ROOT_README_LINES_MAX
    for file, lines_max in limits.items():
        if not (root / file).is_file():
            yield f"{file.as_posix()}: is missing"
            continue
        lines = len((root / file).read_text(encoding="utf-8").splitlines())
        if lines > lines_max:
            yield f"{file.as_posix()}: has {lines} lines; the limit is {lines_max}"


def check(root):
    """All violations, as "file:line: what is wrong"."""
    return [*check_words(root), *check_names(root), *check_readmes(root)], len(project_files(root))


def main():
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2]
    violations, checked = check(root)
    return report("words", violations, checked)


if __name__ == "__main__":
    sys.exit(main())
