"""The project's files, for the checks: what git knows or would add; without git, every file outside build folders."""

import os
import subprocess
from pathlib import Path

TOP_FOLDERS = ("core", "codecs", "ledgers", "actors", "tools", "bench", "tests", "configs")
CPP_ENDINGS = {".cpp", ".hpp", ".h", ".cc", ".inc", ".def"}
IGNORED_FOLDERS = {".git", ".cache", "build", "node_modules", "__pycache__"}


def project_files(root):
    """Paths relative to root, sorted."""
    if (root / ".git").exists():
        command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        try:
            listing = subprocess.run(command, check=True, capture_output=True).stdout.decode()
            files = {Path(name) for name in listing.split("\0") if name}
            return sorted(file for file in files if (root / file).is_file())  # the index may name deleted files
        except (OSError, subprocess.CalledProcessError):
            pass  # no git on this machine, or it does not trust the folder's owner
    return sorted(walk(root))


def walk(root):
    for folder, subfolders, names in os.walk(root):
        subfolders[:] = [name for name in subfolders if name not in IGNORED_FOLDERS]
        for name in names:
            yield (Path(folder) / name).relative_to(root)


def cpp_files(root):
    """The C++ files of the top folders."""
    return [file for file in project_files(root) if file.suffix in CPP_ENDINGS and file.parts[0] in TOP_FOLDERS]


def report(check, violations, checked):
    """Prints the violations and returns the exit status."""
    for violation in violations:
        print(violation)
    verdict = f"{len(violations)} violations" if violations else "ok"
    print(f"{check}: {checked} files, {verdict}")
    return 1 if violations else 0
