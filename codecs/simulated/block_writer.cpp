#include "codecs/simulated/block_writer.hpp"

#include <charconv>
#include <vector>

#include "codecs/crypto/hex_text.hpp"
#include "codecs/simulated/merkle.hpp"

namespace clearspan::simulated {
namespace {

// Typical size of an operation with its result, to reserve the string once.
constexpr std::size_t kOperationJsonTypical = 256;  // bytes
constexpr std::size_t kTxnJsonTypical = 512;        // bytes

void append_hex(std::string& out, ByteView bytes) {
  const std::size_t start = out.size();
  out.resize(start + 2 * bytes.size());
  crypto::encode_hex(bytes.data(), bytes.size(), out.data() + start);
}

void append_quoted_hex(std::string& out, ByteView bytes) {
  out.push_back('"');
  append_hex(out, bytes);
  out.push_back('"');
}

// Names, digits and reasons are of character sets that need no escapes.
void append_quoted(std::string& out, std::string_view text) {
  out.push_back('"');
  out.append(text);
  out.push_back('"');
}

void append_number(std::string& out, std::uint64_t value) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof(digits), value).ptr;
  out.append(digits, end);
}

void append_time(std::string& out, LedgerTime time) {
  if (time == kNever) {
    out.append("null");
  } else {
    append_number(out, time.value);
  }
}

void append_operation(std::string& out, const Operation& operation) {
  out.append("[");
  append_quoted(out, to_string(operation.kind));
  out.push_back(',');
  append_quoted_hex(out, operation.ref.view());
  out.push_back(',');
  switch (operation.kind) {
    case OperationKind::hold:
    case OperationKind::payment:
      for (const std::string_view text : {operation.asset, operation.amount_digits, operation.from, operation.to}) {
        append_quoted(out, text);
        out.push_back(',');
      }
      break;
    case OperationKind::release:
    case OperationKind::refund:
      append_quoted_hex(out, operation.hold_key.view());
      out.push_back(',');
      break;
    case OperationKind::anchor:
      append_quoted_hex(out, operation.digest.view());
      return out.push_back(']');
  }
  append_time(out, operation.not_after);
  if (operation.kind == OperationKind::hold) {
    out.push_back(',');
    append_time(out, operation.reclaim_after);
  }
  out.push_back(']');
}

void append_result(std::string& out, OperationKind kind, const OperationResult& result) {
  if (!result.ok()) return append_quoted(out, result.reason);
  if (!has_ended(kind)) return out.push_back('1');
  out.push_back('[');
  for (const std::string_view text : {result.asset, std::string_view(result.amount_digits), result.from, result.to}) {
    append_quoted(out, text);
    out.push_back(',');
  }
  out.append(result.reclaimed ? "1]" : "0]");
}

void append_txn(std::string& out, const BlockTxn& txn) {
  const TxnHeader& header = txn.content->header;
  out.append(R"({"id":)");
  append_quoted_hex(out, txn.id.view());
  out.append(R"(,"signer":)");
  append_quoted_hex(out, header.signer.view());
  out.append(R"(,"salt":)");
  append_number(out, header.salt);
  out.append(R"(,"not_after":)");
  append_time(out, header.not_after);
  out.append(R"(,"signature":)");
  append_quoted_hex(out, txn.signature->view());
  out.append(R"(,"operations":[)");
  for (const Operation& operation : txn.content->operations) {
    append_operation(out, operation);
    out.push_back(',');
  }
  out.back() = ']';
  out.append(R"(,"results":[)");
  for (std::size_t i = 0; i < txn.results.size(); ++i) {
    append_result(out, txn.content->operations[i].kind, txn.results[i]);
    out.push_back(',');
  }
  out.back() = ']';
  out.push_back('}');
}

Hash32 root_of(std::span<const BlockTxn> txns) {
  std::vector<Hash32> leaves;
  leaves.reserve(txns.size());
  Bytes results;
  for (const BlockTxn& txn : txns) {
    CLEARSPAN_VERIFY(txn.results.size() == txn.content->operations.size() && !txn.results.empty());
    results.clear();
    for (std::size_t i = 0; i < txn.results.size(); ++i) {
      put_result(results, txn.content->operations[i].kind, txn.results[i]);
    }
    leaves.push_back(leaf_of(txn.id, *txn.signature, results));
  }
  return merkle_root(leaves);
}

}  // namespace

RenderedBlock render_block(BlockHeader header, std::span<const BlockTxn> txns) {
  header.txn_count = static_cast<std::uint32_t>(txns.size());
  header.root = root_of(txns);
  RenderedBlock block;
  block.hash = block_hash_of(header_bytes(header));

  std::size_t operations = 0;
  for (const BlockTxn& txn : txns) operations += txn.results.size();
  std::string& out = block.json;
  out.reserve(kTxnJsonTypical * (1 + txns.size()) + kOperationJsonTypical * operations);
  out.append(R"({"ledger":)");
  append_quoted(out, header.ledger);
  out.append(R"(,"number":)");
  append_number(out, header.number.value);
  out.append(R"(,"branch":)");
  append_number(out, header.branch);
  out.append(R"(,"hash":)");
  append_quoted_hex(out, block.hash.view());
  out.append(R"(,"parent":)");
  append_quoted_hex(out, header.parent.view());
  out.append(R"(,"timestamp":)");
  append_number(out, header.timestamp_ms);
  out.append(R"(,"root":)");
  append_quoted_hex(out, header.root.view());
  out.append(R"(,"txns":[)");
  for (const BlockTxn& txn : txns) {
    append_txn(out, txn);
    out.push_back(',');
  }
  if (txns.empty()) {
    out.push_back(']');
  } else {
    out.back() = ']';
  }
  out.push_back('}');
  return block;
}

}  // namespace clearspan::simulated
