// Merkle trees of RFC 6962, section 2.1. Sizes and indexes are BigInts, since a checkpoint may name any of 64 bits. A proof
// must have exactly the nodes that index and size call for, so that a tree has one proof for each question.
import { concat, equal } from './bytes.mjs';

const kLeaf = Uint8Array.of(0x00);
const kNode = Uint8Array.of(0x01);

export function leaf_hash(sha256, entry) {
  return sha256(concat(kLeaf, entry));
}

function node_hash(sha256, left, right) {
  return sha256(concat(kNode, left, right));
}

// The root that the audit path of a leaf leads to, or null when the path is too short or too long. A node of the path
// stands on the right, unless the way up came from there or goes along the tree's right edge.
export function root_of_inclusion(sha256, leaf, index, size, path) {
  let at = index;
  let last = size - 1n;
  let hash = leaf;
  for (const node of path) {
    if (last === 0n) return null;
    if ((at & 1n) === 1n || at === last) {
      hash = node_hash(sha256, node, hash);
      while ((at & 1n) === 0n && at !== 0n) {
        at >>= 1n;
        last >>= 1n;
      }
    } else {
      hash = node_hash(sha256, hash, node);
    }
    at >>= 1n;
    last >>= 1n;
  }
  return last === 0n ? hash : null;
}

// Whether the tree of `old_size` leaves is the beginning of that of `new_size` leaves.
export function is_consistent(sha256, old_size, old_root, new_size, new_root, path) {
  if (old_size > new_size) return false;
  if (old_size === new_size) return path.length === 0 && equal(old_root, new_root);
  if (old_size === 0n) return path.length === 0 && equal(old_root, sha256(new Uint8Array()));
  let at = old_size - 1n;
  let last = new_size - 1n;
  while ((at & 1n) === 1n) {
    at >>= 1n;
    last >>= 1n;
  }
  // A full left subtree is the old root itself, which the proof leaves out.
  const nodes = at === 0n ? [old_root, ...path] : path;
  if (nodes.length === 0) return false;
  let old_hash = nodes[0];
  let new_hash = nodes[0];
  for (const node of nodes.slice(1)) {
    if (last === 0n) return false;
    if ((at & 1n) === 1n || at === last) {
      old_hash = node_hash(sha256, node, old_hash);
      new_hash = node_hash(sha256, node, new_hash);
      while ((at & 1n) === 0n && at !== 0n) {
        at >>= 1n;
        last >>= 1n;
      }
    } else {
      new_hash = node_hash(sha256, new_hash, node);
    }
    at >>= 1n;
    last >>= 1n;
  }
  return last === 0n && equal(old_hash, old_root) && equal(new_hash, new_root);
}

// A tree that grows leaf by leaf and keeps one hash for each full subtree: as many as its size has one bits.
export class GrowingTree {
  constructor(sha256) {
    this.sha256 = sha256;
    this.size = 0;
    this.subtrees = [];
  }

  add(leaf) {
    let hash = leaf;
    for (let size = this.size; size % 2 === 1; size = Math.floor(size / 2)) {
      hash = node_hash(this.sha256, this.subtrees.pop(), hash);
    }
    this.subtrees.push(hash);
    this.size++;
  }

  root() {
    if (this.size === 0) return this.sha256(new Uint8Array());
    return this.subtrees.reduceRight((right, left) => node_hash(this.sha256, left, right));
  }
}
