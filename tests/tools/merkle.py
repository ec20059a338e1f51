"""The Merkle tree of RFC 6962, section 2.1, as it is defined there."""

import hashlib


def leaf_hash(entry):
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def split(size):
    """The largest power of two below the size."""
    return 1 << (size - 1).bit_length() - 1


def root_of(leaves):
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    at = split(len(leaves))
    return node_hash(root_of(leaves[:at]), root_of(leaves[at:]))


def consistency_proof(leaves, old_size):
    """That the first old_size leaves are a tree that all of them go on from."""
    def subproof(old, part, is_whole):
        if old == len(part):
            return [] if is_whole else [root_of(part)]
        at = split(len(part))
        if old <= at:
            return subproof(old, part[:at], is_whole) + [root_of(part[at:])]
        return subproof(old - at, part[at:], False) + [root_of(part[:at])]
    return subproof(old_size, leaves, True) if 0 < old_size < len(leaves) else []
