// Merkle-Patricia tries (Yellow Paper, appendix D): the value that a list of nodes proves to stand at a key. A node is
//
//   branch     [child 0, ..., child 15, value]
//   leaf       [path with flag 2 or 3, value]        the flag is the first half-byte; odd ones have one more of the path
//   extension  [path with flag 0 or 1, child]        behind it, the others a zero
//
// and a child stands as its hash, or as itself when it is shorter than 32 bytes.
import { check, equal, refuse } from './bytes.mjs';
import { keccak256 } from './keccak.mjs';
import { decode, list_of, string_of } from './rlp.mjs';

const kBad = 'proof_invalid';

const nibbles_of = (bytes) => [...bytes].flatMap((byte) => [byte >> 4, byte & 15]);

export function prove_value(root, key, nodes) {
  const path = nibbles_of(key);
  let used = 0;
  let at = 0;

  const next_node = (hash) => {
    const node = nodes[used];
    check(node !== undefined, kBad, 'a trie proof without a node that its path needs');
    check(equal(keccak256(node), hash), kBad, 'a trie node with another hash');
    check(used === 0 || node.length >= 32, kBad, 'a trie node that must stand inside its parent');
    used++;
    return list_of(decode(node), 'a trie node');
  };

  const child_node = (child) => {
    if (!child.items) return next_node(string_of(child, 'a trie child'));
    check(child.encoded.length < 32, kBad, 'a trie node that must not stand inside its parent');
    return child.items;
  };

  let value = null;
  for (let node = next_node(root); value === null; ) {
    if (node.length === 17) {
      if (at === path.length) value = string_of(node[16], 'a trie value');
      else node = child_node(node[path[at++]]);
    } else if (node.length === 2) {
      const { is_leaf, part } = read_path(string_of(node[0], 'a trie path'));
      check(part.every((nibble, i) => path[at + i] === nibble), kBad, 'a trie path that leads elsewhere');
      at += part.length;
      check(is_leaf ? at === path.length : part.length > 0, kBad, 'a trie path that is too short');
      if (is_leaf) value = string_of(node[1], 'a trie value');
      else node = child_node(node[1]);
    } else {
      refuse(kBad, `a trie node of ${node.length} items`);
    }
  }
  check(value.length > 0, kBad, 'a trie holds nothing at that key');
  check(used === nodes.length, kBad, 'a trie proof with nodes left over');
  return value;
}

function read_path(bytes) {
  const [flag, second, ...rest] = nibbles_of(bytes);
  check(flag <= 3, kBad, 'a trie path with an unknown flag');
  const is_odd = (flag & 1) === 1;
  check(is_odd || second === 0, kBad, 'a trie path whose padding is not zero');
  return { is_leaf: flag >= 2, part: is_odd ? [second, ...rest] : rest };
}
