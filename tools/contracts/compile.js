// Compiles the Solidity contracts to build/contracts/<Contract>.json: abi, bytecode and runtime bytecode, nothing that
// depends on the machine or the moment, so that the same sources give the same bytes everywhere.
// Usage: node compile.js OUTPUT_FOLDER SOURCE.sol...
'use strict';
const crypto = require('crypto');
const fs = require('fs');
const path = require('path');
const solc = require('solc');

const [output, ...files] = process.argv.slice(2);
const sources = {};
for (const file of files) sources[path.basename(file)] = {content: fs.readFileSync(file, 'utf8')};

const settings = {
  // The oldest rules that a node we meet may run; every later fork runs them too.
  evmVersion: 'paris',
  optimizer: {enabled: true, runs: 1000},
  metadata: {bytecodeHash: 'none', appendCBOR: false},
  outputSelection: {'*': {'*': ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object', 'evm.deployedBytecode.immutableReferences']}},
};
const result = JSON.parse(solc.compile(JSON.stringify({language: 'Solidity', sources, settings})));
for (const message of result.errors || []) console.error(message.formattedMessage);
if ((result.errors || []).length > 0) process.exit(1);  // a warning fails the build too

fs.mkdirSync(output, {recursive: true});
for (const file of Object.keys(result.contracts).sort()) {
  for (const name of Object.keys(result.contracts[file]).sort()) {
    const {abi, evm} = result.contracts[file][name];
    if (evm.bytecode.object === '') continue;  // abstract
    const artefact = {
      contract: name,
      compiler: solc.version(),
      evm_version: settings.evmVersion,
      bytecode: '0x' + evm.bytecode.object,
      runtime_bytecode: '0x' + evm.deployedBytecode.object,
      immutables: Object.values(evm.deployedBytecode.immutableReferences || {}).flat(),
      abi,
    };
    const text = JSON.stringify(artefact, null, 1) + '\n';
    fs.writeFileSync(path.join(output, name + '.json'), text);
    console.log(crypto.createHash('sha256').update(text).digest('hex') + '  ' + name + '.json');
  }
}
