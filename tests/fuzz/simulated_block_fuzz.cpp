// A block of the simulated ledger in JSON. An input that starts with "{" is such a text. Any other one says which txns
// with which results make up a block, which is rendered and read back; and a text with one byte changed is refused, or
// means the same.
#include <memory>
#include <vector>

#include "codecs/json/document.hpp"
#include "codecs/simulated/block_decoder.hpp"
#include "codecs/simulated/block_writer.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace clearspan::fuzz {
namespace {

namespace sim = simulated;

const LedgerId kLedger{"a-coin"};
constexpr Height kNumber{5};

Result<VerifiedBlock> read(std::string_view json, Height number) {
  EngineTag engine;
  engine.bytes.fill(0x42);
  auto block = sim::decode_block(json, {kLedger, number, engine});
  if (block.ok()) return block;
  expect_one_of(block.error(),
                {ErrorCode::malformed_json, ErrorCode::duplicate_key, ErrorCode::too_deep, ErrorCode::too_large,
                 ErrorCode::not_a_block, ErrorCode::txn_malformed, ErrorCode::txn_hash_mismatch,
                 ErrorCode::transactions_root_mismatch, ErrorCode::block_hash_mismatch});
  return block;
}

bool means_the_same(const VerifiedBlock& a, const VerifiedBlock& b) {
  return a.hash == b.hash && a.parent == b.parent && a.timestamp == b.timestamp && a.outcomes == b.outcomes &&
         a.txns == b.txns && a.txn_count == b.txn_count && a.header == b.header && a.proofs == b.proofs;
}

void try_text(std::string_view json) {
  json::Document document;
  const auto root = document.parse(json);
  if (!root.ok()) {
    CLEARSPAN_VERIFY(!read(json, kNumber).ok());
    return;
  }
  const auto object = root->if_object();
  const auto number = object ? object->find("number") : std::nullopt;
  const auto block = read(json, {number ? number->if_u64().value_or(0) : 0});
  if (block.ok()) CLEARSPAN_VERIFY(sim::block_hash_of(block->header) == block->hash);
}

struct MadeTxn {
  Bytes bytes;
  sim::TxnContent content;
  sim::TxnSignature signature;
  std::vector<sim::OperationResult> results;
};

// As many results as there are operations, from whatever the input still has.
std::vector<sim::OperationResult> make_results(const sim::TxnContent& content, Pieces& input) {
  std::vector<sim::OperationResult> results;
  for (const sim::Operation& operation : content.operations) {
    sim::OperationResult& result = results.emplace_back();
    if (input.byte() % 4 == 3) {
      result.reason = "too_late";
    } else if (sim::has_ended(operation.kind)) {
      result.asset = "ACN";
      result.amount_digits = std::to_string(input.number());
      result.from = "alice";
      result.to = "bob";
      result.reclaimed = input.byte() % 2 == 1;
    }
  }
  return results;
}

std::vector<std::unique_ptr<MadeTxn>> make_txns(Pieces& input) {
  std::vector<std::unique_ptr<MadeTxn>> txns;
  while (!input.empty() && txns.size() < 16) {
    auto txn = std::make_unique<MadeTxn>();
    const ByteView piece = input.piece();
    txn->bytes.assign(piece.begin(), piece.end());
    auto content = sim::parse_txn_content(txn->bytes);
    if (!content.ok() || content->header.ledger != kLedger.text) continue;
    txn->content = *content;
    txn->signature.bytes.fill(input.byte());
    txn->results = make_results(txn->content, input);
    const bool is_repeated =
        std::any_of(txns.begin(), txns.end(), [&](const auto& other) { return other->bytes == txn->bytes; });
    if (!is_repeated) txns.push_back(std::move(txn));
  }
  return txns;
}

void try_made_block(Pieces& input) {
  const std::size_t at = input.number();
  const std::uint8_t change = input.byte();
  const auto txns = make_txns(input);
  std::vector<sim::BlockTxn> shown;
  std::size_t operations = 0;
  for (const auto& txn : txns) {
    shown.push_back({sim::txn_id_of(txn->bytes), &txn->content, &txn->signature, txn->results});
    operations += txn->results.size();
  }
  sim::BlockHeader header;
  header.ledger = kLedger.text;
  header.number = kNumber;
  header.timestamp_ms = at;
  const sim::RenderedBlock rendered = render_block(header, shown);
  const auto block = read(rendered.json, kNumber);
  CLEARSPAN_VERIFY(block.ok() && block->hash == rendered.hash && block->txn_count == txns.size());
  CLEARSPAN_VERIFY(block->outcomes.size() <= operations);

  std::string changed = rendered.json;
  changed[at % changed.size()] = static_cast<char>(change);
  const auto other = read(changed, kNumber);
  if (other.ok()) CLEARSPAN_VERIFY(means_the_same(*block, *other));
}

}  // namespace
}  // namespace clearspan::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace clearspan;
  if (size > 0 && data[0] == '{') {
    fuzz::try_text(as_text({data, size}));
    return 0;
  }
  fuzz::Pieces input({data, size});
  fuzz::try_made_block(input);
  return 0;
}
