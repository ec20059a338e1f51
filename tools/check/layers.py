#!/usr/bin/env python3
"""Reads every #include and refuses a wrong direction between folders, or a library outside its home.

The two tables below are the rule; there is no list of exceptions. Run: tools/check/layers.py [ROOT]
"""

import re
import sys
from pathlib import Path

from sources import TOP_FOLDERS, cpp_files, report

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')

# Which folders the files of a folder may include, besides their own. "ledgers/*" means the headers directly in ledgers/.
# The longest entry that contains the file applies.
MAY_INCLUDE = {
    "core": ["core"],
    "codecs": ["core", "codecs"],
    "ledgers": ["core", "codecs", "ledgers/*", "ledgers/transport"],
    "ledgers/transport": ["core", "codecs", "ledgers/*"],
    "ledgers/evidence": ["core", "codecs", "ledgers/*"],
    "actors": ["core", "codecs", "actors", "ledgers/*", "ledgers/evidence"],
    "actors/gateway": ["core", "codecs", "actors", "ledgers/*", "ledgers/evidence", "ledgers/transport"],
    "tools": ["core", "codecs", "ledgers", "actors", "tools"],
    "tools/auditor": ["core", "codecs", "ledgers", "tools/auditor"],  # nor any decision: its own test looks closer
    "tests": list(TOP_FOLDERS),
    "bench": list(TOP_FOLDERS),
}

# Where each library may be included: the first row whose pattern matches decides. Tests and benchmarks are free.
FREE = ["tests", "bench"]
HOMES = [
    (r"boost/multiprecision/", ["core/money"]),
    (r"boost/container/", ["actors/submitter"]),
    (r"boost/", ["ledgers/transport"]),
    (r"simdjson", ["codecs/json"]),
    (r"openssl/", ["codecs/crypto", "ledgers/transport"]),
    (r"secp256k1|sodium", ["codecs/crypto"]),
    (r"rocksdb/|libpq", ["ledgers/evidence"]),
    (r"caf/", ["actors", "tools/clearspan"]),
    (r"prometheus/", ["actors"]),
    (r"spdlog/", ["ledgers", "actors", "tools"]),
    (r"toml\+\+/", ["ledgers/simulated", "tools/clearspan"]),
    (r"CLI/", ["tools"]),
    (r"jemalloc/", ["tools/clearspan"]),
    (r"fmt/", ["codecs", "ledgers", "actors", "tools"]),
    (r"(gtest|gmock|rapidcheck)[/.]|benchmark/", []),
    # The processor's vector instructions, and what only the operating system has.
    (r"(immintrin|x86intrin|wmmintrin|cpuid)\.h$", ["core", "codecs", "ledgers", "actors", "tools"]),
    (r"(sys|linux|netinet|arpa|net)/", ["codecs", "ledgers", "actors", "tools"]),
    (r"(dirent|dlfcn|fcntl|netdb|poll|pthread|sched|signal|syslog|termios|unistd)\.h$",
     ["codecs", "ledgers", "actors", "tools"]),
    # core takes time, randomness, files and threads through interfaces only.
    (r"(filesystem|fstream|future|iostream|mutex|random|shared_mutex|thread|condition_variable)$",
     ["codecs", "ledgers", "actors", "tools"]),
    # Everything else of the standard library has neither a slash nor an ending.
    (r"[a-z0-9_]+$", ["core", "codecs", "ledgers", "actors", "tools"]),
]

# Folders of ledgers/ that serve every ledger; each other one, and the folder of the same name in codecs/, is one ledger's.
SHARED_LEDGER_FOLDERS = {"transport", "evidence"}


def is_under(folder, place):
    return folder == place or folder.startswith(place + "/")


def direction_allows(folder, target_folder):
    if folder == target_folder:
        return True
    if folder not in TOP_FOLDERS and target_folder not in TOP_FOLDERS:
        if is_under(target_folder, folder) or is_under(folder, target_folder):
            return True  # a folder and its subfolders are one part of the tree
    rule = max((place for place in MAY_INCLUDE if is_under(folder, place)), key=len, default=None)
    if rule is None:
        return False
    return any(target_folder == place[:-2] if place.endswith("/*") else is_under(target_folder, place)
               for place in MAY_INCLUDE[rule])


def ledger_of(folder, ledgers):
    """The one ledger that a folder of codecs/ or ledgers/ is about, or None."""
    parts = folder.split("/")
    return parts[1] if parts[0] in ("codecs", "ledgers") and len(parts) > 1 and parts[1] in ledgers else None


def problem_with_own(folder, target, root, ledgers):
    if target.split("/")[0] not in TOP_FOLDERS:
        return f'"{target}" is not written from the project\'s root; libraries are included with <>'
    if not (root / target).is_file():
        return f'"{target}" does not exist'
    target_folder = target.rsplit("/", 1)[0]
    if not direction_allows(folder, target_folder):
        return f'wrong direction: {folder} may not include "{target}"'
    ours, theirs = ledger_of(folder, ledgers), ledger_of(target_folder, ledgers)
    if ours and theirs and ours != theirs:
        return f'{folder} is about one ledger and includes another: "{target}"'
    return None


def problem_with_library(folder, target):
    if folder.split("/")[0] in FREE:
        return None
    for pattern, homes in HOMES:
        if re.match(pattern, target):
            if any(is_under(folder, home) for home in homes):
                return None
            return f"<{target}> is outside its home: {', '.join(homes) or 'tests and bench only'}"
    return f"<{target}> belongs to a library without a home; give it one in tools/check/layers.py"


def find_cycle(edges):
    """The folders of one cycle of includes, or None. edges: folder -> set of the folders it includes."""
    finished = set()

    def visit(folder, path):
        if folder in path:
            return path[path.index(folder):] + [folder]
        if folder in finished:
            return None
        for target in sorted(edges.get(folder, ())):
            cycle = visit(target, path + [folder])
            if cycle:
                return cycle
        finished.add(folder)
        return None

    return next(filter(None, (visit(folder, []) for folder in sorted(edges))), None)


def check(root):
    """All violations, as "file:line: what is wrong"."""
    files = cpp_files(root)
    ledgers = {file.parts[1] for file in files if file.parts[0] == "ledgers" and len(file.parts) > 2}
    ledgers -= SHARED_LEDGER_FOLDERS
    violations = []
    edges = {}
    for file in files:
        folder = file.parent.as_posix()
        text = (root / file).read_text(encoding="utf-8", errors="replace")
        for number, line in enumerate(text.splitlines(), start=1):
            include = INCLUDE.match(line)
            if not include:
                continue
            own, library = include.groups()
            if own is None:
                problem = problem_with_library(folder, library)
            else:
                problem = problem_with_own(folder, own, root, ledgers)
                target_folder = own.rsplit("/", 1)[0]
                if not {folder, target_folder} & {*TOP_FOLDERS} and folder != target_folder:
                    edges.setdefault(folder, set()).add(target_folder)
            if problem:
                violations.append(f"{file.as_posix()}:{number}: {problem}")
    cycle = find_cycle(edges)
    if cycle:
        violations.append("folders include each other in a circle: " + " -> ".join(cycle))
    return violations, len(files)


def main():
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2]
    violations, checked = check(root)
    return report("layers", violations, checked)


if __name__ == "__main__":
    sys.exit(main())
