// What the JavaScript verifier needs for one bundle, in a process of its own for each, as somebody who got a file would
// run it:
//
//   node bench/ledgers/evidence/trades/verify_bench.mjs --trust KEYS BUNDLE...
//
// node      a process that does nothing
// process   `node tools/verifier/verify.mjs BUNDLE --trust KEYS` from start to end
// modules   inside such a process: loading the verifier and reading the keys
// first     then: the file read and verified, nothing of it compiled yet
// warm      the same again, the median of 50
//
// Each inside time is also given as CPU time of the whole process (`cpu`), compiler and garbage collector included: on a
// machine that does other work, the clock says little.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const kVerifier = fileURLToPath(new URL('../../../../tools/verifier/', import.meta.url));
const kProcesses = 9;
const kWarm = 50;

const now = () => performance.now();
const cpu = () => (process.cpuUsage().user + process.cpuUsage().system) / 1000;
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

async function measure_one(trust_file, bundle_file) {
  const start = now();
  const started = cpu();
  const { verify_bundle } = await import(`${kVerifier}bundle.mjs`);
  const { node_crypto } = await import(`${kVerifier}node_crypto.mjs`);
  const { read_trust } = await import(`${kVerifier}note.mjs`);
  const trust = read_trust(readFileSync(trust_file, 'utf8'), node_crypto.sha256);
  const modules = now() - start;
  const loaded = cpu();
  const verify = async () => {
    const before = now();
    const statement = await verify_bundle(readFileSync(bundle_file), trust, node_crypto);
    if (statement.verdict !== 'verified') throw new Error('not verified');
    return now() - before;
  };
  const first = await verify();
  const verified = cpu();
  const warm = [];
  for (let i = 0; i < kWarm; i++) warm.push(await verify());
  return { modules, first, warm: median(warm), node_cpu: started, modules_cpu: loaded - started, first_cpu: verified - loaded };
}

function time_process(words) {
  const start = now();
  execFileSync(process.execPath, words, { stdio: 'ignore' });
  return now() - start;
}

function measure_all(trust, bundles) {
  const inside = ['modules', 'first', 'warm', 'node_cpu', 'modules_cpu', 'first_cpu'];
  const runs = { node: [], process: [], ...Object.fromEntries(inside.map((name) => [name, []])) };
  const worst = { process: 0, first: 0, first_cpu: 0 };
  for (const bundle of bundles) {
    const own = { process: [], first: [], first_cpu: [] };
    for (let i = 0; i < kProcesses; i++) {
      runs.node.push(time_process(['-e', '0']));
      own.process.push(time_process([`${kVerifier}verify.mjs`, bundle, '--trust', trust]));
      const line = execFileSync(process.execPath, [process.argv[1], '--one', '--trust', trust, bundle]);
      const one = JSON.parse(line);
      for (const name of inside) runs[name].push(one[name]);
      own.first.push(one.first);
      own.first_cpu.push(one.first_cpu);
    }
    runs.process.push(...own.process);
    for (const name of Object.keys(worst)) worst[name] = Math.max(worst[name], median(own[name]));
  }
  const shown = Object.entries(runs).map(([name, values]) => `${name} ${median(values).toFixed(1)}`);
  console.log(`${bundles.length} bundles, ms: ${shown.join(', ')}`);
  const slowest = Object.entries(worst).map(([name, value]) => `${name} ${value.toFixed(1)}`);
  console.log(`the slowest bundle's medians: ${slowest.join(', ')}`);
}

const words = process.argv.slice(2);
const is_one = words[0] === '--one';
const [, trust, ...bundles] = is_one ? words.slice(1) : words;
if (is_one) console.log(JSON.stringify(await measure_one(trust, bundles[0])));
else measure_all(trust, bundles);
