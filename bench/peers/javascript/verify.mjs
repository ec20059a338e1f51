// Verifies Ethereum blocks with @ethereumjs: from the JSON text of a block and its receipts to header hash, txn hashes,
// transactionsRoot, receiptsRoot and withdrawalsRoot, each recomputed and compared. Repeats that over all blocks for a
// time and prints one line of JSON.
//
// Usage: node verify.mjs SECONDS FOLDER...       each FOLDER holds block.json and receipts.json
import {readFileSync} from 'node:fs';
import {join} from 'node:path';

import {createBlockHeaderFromRPC, genTransactionsTrieRoot, genWithdrawalsTrieRoot} from '@ethereumjs/block';
import {Common, Mainnet} from '@ethereumjs/common';
import {MerklePatriciaTrie} from '@ethereumjs/mpt';
import {RLP} from '@ethereumjs/rlp';
import {createTx, normalizeTxParams} from '@ethereumjs/tx';
import {bytesToHex, concatBytes, createWithdrawal, hexToBytes, intToBytes} from '@ethereumjs/util';

const kWarmUpPasses = 3; // the compiler has seen the code often by then

// The library wants to know a way to check blobs before it reads a txn that has some. Blocks hold their hashes only, so
// it is never used.
const common = new Common({chain: Mainnet, customCrypto: {kzg: {}}});

function fail(what) {
  throw new Error(`verify: ${what}`);
}

function requireSame(recomputed, stated, what) {
  const hex = bytesToHex(recomputed);
  if (hex !== stated) fail(`${what} is ${hex}, stated as ${stated}`);
}

// The block inside a JSON-RPC response, a batch of them, or bare.
function unwrap(document, isWanted) {
  for (const element of Array.isArray(document) && !isWanted(document) ? document : [document]) {
    const value = element.result ?? element;
    if (isWanted(value)) return value;
  }
  return fail('the file holds something else');
}

// Yellow Paper, section 4.3.1, and EIP-2718: [status or state root, cumulative gas, bloom, logs], the type in front.
function encodeReceipt(receipt) {
  const {root, status} = receipt;
  const outcome = typeof root === 'string' && root.length === 66 ? hexToBytes(root) : BigInt(status);
  const logs = receipt.logs.map((log) => [hexToBytes(log.address), log.topics.map(hexToBytes), hexToBytes(log.data)]);
  const body = RLP.encode([outcome, BigInt(receipt.cumulativeGasUsed), hexToBytes(receipt.logsBloom), logs]);
  const type = Number(receipt.type ?? 0);
  return type === 0 ? body : concatBytes(intToBytes(type), body);
}

async function receiptsRoot(receipts) {
  const trie = new MerklePatriciaTrie({common});
  for (const [index, receipt] of receipts.entries()) await trie.put(RLP.encode(index), encodeReceipt(receipt));
  return trie.root();
}

// The number of txns; throws when anything does not fit.
async function verifyBlock(blockText, receiptsText) {
  const block = unwrap(JSON.parse(blockText), (value) => value.transactionsRoot !== undefined);
  const receipts = unwrap(JSON.parse(receiptsText), Array.isArray);

  const header = createBlockHeaderFromRPC(block, {common, setHardfork: true});
  requireSame(header.hash(), block.hash, 'the block hash');

  const txns = block.transactions.map((txn) => createTx(normalizeTxParams(txn), {common: header.common}));
  for (const [index, txn] of txns.entries()) requireSame(txn.hash(), block.transactions[index].hash, `txn ${index}`);
  requireSame(await genTransactionsTrieRoot(txns, new MerklePatriciaTrie({common})), block.transactionsRoot,
              'transactionsRoot');

  if (receipts.length !== txns.length) fail('another number of receipts than of txns');
  requireSame(await receiptsRoot(receipts), block.receiptsRoot, 'receiptsRoot');

  if (block.withdrawals !== undefined) {
    const withdrawals = block.withdrawals.map((withdrawal) => createWithdrawal(withdrawal));
    requireSame(await genWithdrawalsTrieRoot(withdrawals, new MerklePatriciaTrie({common})), block.withdrawalsRoot,
                'withdrawalsRoot');
  }
  return txns.length;
}

// A block with one changed digit must be refused, or the figure would be of no verification.
async function requireRefusal({block, receipts}) {
  const digits = /"cumulativeGasUsed": ?"0x[0-9a-f]*([0-9a-f])"/.exec(receipts);
  if (digits === null) return;
  const at = digits.index + digits[0].length - 2;
  const changed = receipts.slice(0, at) + (digits[1] === '1' ? '2' : '1') + receipts.slice(at + 1);
  const isRefused = await verifyBlock(block, changed).then(() => false, () => true);
  if (!isRefused) fail('a changed receipt was not noticed');
}

const [seconds, ...folders] = process.argv.slice(2);
const inputs = folders.map((folder) => ({
  folder,
  block: readFileSync(join(folder, 'block.json'), 'latin1'),
  receipts: readFileSync(join(folder, 'receipts.json'), 'latin1'),
}));
if (inputs.length === 0) fail('no folders given');

async function pass() {
  let txns = 0;
  for (const {folder, block, receipts} of inputs) {
    txns += await verifyBlock(block, receipts).catch((error) => fail(`${folder}: ${error.message}`));
  }
  return txns;
}

for (const input of inputs) await requireRefusal(input);
for (let i = 0; i < kWarmUpPasses; ++i) await pass();

// Seconds of processor time of this thread, as the other side measures it: what else the machine does hits neither, and
// the threads that collect garbage are not counted. Source: the Linux kernel, Documentation/scheduler/sched-stats.rst.
function threadSeconds() {
  const schedstat = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'latin1');
  return Number(schedstat.split(' ')[0]) / 1e9;
}

const begin = threadSeconds();
let passes = 0;
let txns = 0;
let elapsed = 0;
do {
  txns = await pass();
  ++passes;
  elapsed = threadSeconds() - begin;
} while (elapsed < Number(seconds));

const bytes = inputs.reduce((sum, {block, receipts}) => sum + block.length + receipts.length, 0);
console.log(JSON.stringify({
  blocks: inputs.length, txns, json_bytes: bytes, bytes_per_second: bytes * passes / elapsed, node: process.version,
}));
