#include "tools/auditor/simulated_book.hpp"

#include <algorithm>
#include <functional>
#include <map>

#include "codecs/json/document.hpp"
#include "codecs/json/object_reader.hpp"
#include "codecs/simulated/txn.hpp"
#include "ledgers/simulated/node_client.hpp"
#include "ledgers/transport/url.hpp"

namespace clearspan::audit {
namespace {

using BlockSource = std::function<Result<std::string>(Height)>;

constexpr std::size_t kBlockBytesMax = std::size_t{64} << 20;
constexpr std::size_t kBlockDepthMax = 5;
constexpr int kReadingsMax = 10;  // of a ledger that reorganises meanwhile

Error malformed(json::Value value, const char* what) {
  return value.error(ErrorCode::remote_malformed, what);
}

// The members of an array, one after the other.
class Members {
 public:
  explicit Members(json::Array array) : array_(array), at_(array.begin()) {}

  [[nodiscard]] bool has_more() const { return at_ != array_.end(); }

  Result<json::Value> next() {
    if (!has_more()) return malformed(array_.value(), "the array is too short");
    const json::Value value = *at_;
    ++at_;
    return value;
  }

  Result<std::string> text() {
    CLEARSPAN_TRY(const json::Value value, next());
    CLEARSPAN_TRY(const std::string_view text, value.string());
    return std::string(text);
  }

  template <class Fixed>
  Result<Fixed> hex() {
    CLEARSPAN_TRY(const json::Value value, next());
    const auto digits = value.if_string();
    Fixed fixed;
    if (!digits || !from_hex(*digits, fixed.bytes)) return malformed(value, "these are not the hexadecimal digits");
    return fixed;
  }

  Result<Amount> amount() {
    CLEARSPAN_TRY(const std::string digits, text());
    return parse_amount(digits);
  }

  Result<LedgerTime> time() {
    CLEARSPAN_TRY(const json::Value value, next());
    if (value.is_null()) return kNever;
    CLEARSPAN_TRY(const std::uint64_t number, value.u64());
    return LedgerTime{number};
  }

 private:
  json::Array array_;
  json::Array::Iterator at_;
};

template <class Fixed>
Result<Fixed> hex_at(json::ObjectReader& reader, std::string_view key) {
  CLEARSPAN_TRY(const std::string_view digits, reader.string(key));
  Fixed fixed;
  if (!from_hex(digits, fixed.bytes)) return reader.error(key, ErrorCode::remote_malformed, "no hexadecimal digits");
  return fixed;
}

// ["hold",ref,asset,amount,from,to,N,N], ["payment",...], ["release",ref,hold_key,N], ["refund",...], or
// ["anchor",ref,digest]; codecs/simulated/block.hpp has the form.
Result<BookEffect> read_operation(json::Value value) {
  CLEARSPAN_TRY(const json::Array array, value.array());
  Members members(array);
  BookEffect effect;
  Outcome& outcome = effect.outcome;
  CLEARSPAN_TRY(const std::string kind, members.text());
  CLEARSPAN_TRY(outcome.ref, members.hex<OperationRef>());
  outcome.reclaim_after = kNever;
  if (kind == "hold" || kind == "payment") {
    outcome.kind = kind == "hold" ? MovementKind::hold : MovementKind::payment;
    CLEARSPAN_TRY(outcome.asset.text, members.text());
    CLEARSPAN_TRY(outcome.amount, members.amount());
    CLEARSPAN_TRY(outcome.from.text, members.text());
    CLEARSPAN_TRY(outcome.to.text, members.text());
    CLEARSPAN_TRY(const LedgerTime not_after, members.time());
    static_cast<void>(not_after);
    if (kind == "hold") {
      CLEARSPAN_TRY(outcome.reclaim_after, members.time());
    }
  } else if (kind == "release" || kind == "refund") {
    outcome.kind = kind == "release" ? MovementKind::release : MovementKind::refund;
    CLEARSPAN_TRY(outcome.hold_key, members.hex<HoldKey>());
  } else if (kind == "anchor") {
    CLEARSPAN_TRY(effect.anchor, members.hex<Hash32>());
  } else {
    return malformed(value, "no operation of this kind is known");
  }
  return effect;
}

// A reason, 1, or [asset,amount,from,to,0 or 1].
Status read_result(json::Value value, BookEffect& effect) {
  Outcome& outcome = effect.outcome;
  if (const auto reason = value.if_string()) {
    outcome.reason = *reason;
    return Done{};
  }
  outcome.ok = true;
  if (value.if_u64() == 1U) {
    if (outcome.kind == MovementKind::hold && !effect.anchor) {
      outcome.hold_key = simulated::hold_key_of(outcome.position.txn, outcome.position.effect_index);
    }
    return Done{};
  }
  CLEARSPAN_TRY(const json::Array array, value.array());
  Members members(array);
  CLEARSPAN_TRY(outcome.asset.text, members.text());
  CLEARSPAN_TRY(outcome.amount, members.amount());
  CLEARSPAN_TRY(outcome.from.text, members.text());
  CLEARSPAN_TRY(outcome.to.text, members.text());
  CLEARSPAN_TRY(const json::Value reclaimed, members.next());
  outcome.reclaimed = reclaimed.if_u64() == 1U;
  return Done{};
}

Result<BookTxn> read_txn(json::Value value, BlockPosition position) {
  CLEARSPAN_TRY(auto reader, json::ObjectReader::open(value));
  BookTxn txn;
  txn.height = position.height;
  txn.index = position.txn_index;
  CLEARSPAN_TRY(txn.id, hex_at<TxnId>(reader, "id"));
  CLEARSPAN_TRY(const std::string_view signer, reader.string("signer"));
  txn.signer = signer;
  CLEARSPAN_TRY(const json::Array operations, reader.array("operations"));
  CLEARSPAN_TRY(const json::Array results, reader.array("results"));
  position.txn = txn.id;
  Members result(results);
  for (const json::Value operation : operations) {
    CLEARSPAN_TRY(BookEffect effect, read_operation(operation));
    effect.outcome.position = position;
    CLEARSPAN_TRY(const json::Value its_result, result.next());
    CLEARSPAN_CHECK_OK(read_result(its_result, effect));
    txn.ok = txn.ok || effect.outcome.ok;
    txn.effects.push_back(std::move(effect));
    ++position.effect_index;
  }
  return txn;
}

// Adds one block; its parent must be the last one here.
Status add_block(json::Document& document, const std::string& text, LedgerBook& book) {
  CLEARSPAN_TRY(const json::Value root, document.parse(text));
  CLEARSPAN_TRY(auto reader, json::ObjectReader::open(root));
  BlockPosition position;
  CLEARSPAN_TRY(position.height.value, reader.u64("number"));
  CLEARSPAN_TRY(position.block, hex_at<BlockHash>(reader, "hash"));
  CLEARSPAN_TRY(const BlockHash parent, hex_at<BlockHash>(reader, "parent"));
  if (position.height.value != book.blocks.size()) {
    return reader.error("number", ErrorCode::remote_malformed, "the block of another height");
  }
  if (!book.blocks.empty() && parent != book.blocks.back().hash) {
    return reader.error("parent", ErrorCode::parent_mismatch, "the ledger reorganised meanwhile");
  }
  book.blocks.push_back({position.block, {position.height.value}});
  CLEARSPAN_TRY(const json::Array txns, reader.array("txns"));
  for (const json::Value value : txns) {
    CLEARSPAN_TRY(BookTxn txn, read_txn(value, position));
    book.txns.push_back(std::move(txn));
    ++position.txn_index;
  }
  return Done{};
}

Result<LedgerBook> make_book(const simulated::Books& books, std::uint64_t finality_depth, const BlockSource& block) {
  LedgerBook book;
  book.ledger = books.ledger;
  book.kind = "simulated";
  book.height = books.height;
  book.final_height.value = books.height.value - std::min(books.height.value, finality_depth);
  json::Document document{json::Limits{.size_bytes_max = kBlockBytesMax, .depth_max = kBlockDepthMax}};
  for (std::uint64_t height = 0; height <= books.height.value; ++height) {
    CLEARSPAN_TRY(const std::string text, block({height}));
    CLEARSPAN_CHECK_OK(add_block(document, text, book));
  }
  for (const simulated::AccountBooks& line : books.accounts) {
    book.accounts.push_back({line.account, line.asset, line.at_genesis, line.now});
  }
  book.open_holds.emplace();
  std::map<AssetId, Amount> held;
  for (const simulated::OpenHold& hold : books.open_holds) {
    book.open_holds->push_back({hold.key, hold.ref, hold.asset, hold.amount, hold.payer, hold.payee});
    CLEARSPAN_TRY(held[hold.asset], add(held[hold.asset], hold.amount));
  }
  for (const simulated::AssetBooks& asset : books.assets) {
    book.escrow.push_back({asset.asset, held[asset.asset], asset.in_escrow});
  }
  return book;
}

Result<simulated::Books> parse_books(const std::string& text) {
  json::Document document{json::Limits{.size_bytes_max = kBlockBytesMax, .depth_max = kBlockDepthMax}};
  CLEARSPAN_TRY(const json::Value root, document.parse(text));
  return simulated::parse_books(root);
}

// The newest block, so that a block that took its place meanwhile shows.
Result<BookBlock> read_head(simulated::NodeClient& node, Millis timeout) {
  CLEARSPAN_TRY(const std::string text, node.get("/v1/head", timeout));
  json::Document document;
  CLEARSPAN_TRY(const json::Value root, document.parse(text));
  CLEARSPAN_TRY(auto reader, json::ObjectReader::open(root));
  BookBlock head;
  CLEARSPAN_TRY(head.time.value, reader.u64("number"));
  CLEARSPAN_TRY(head.hash, hex_at<BlockHash>(reader, "hash"));
  return head;
}

}  // namespace

Result<LedgerBook> read_simulated_book(simulated::Ledger& ledger) {
  const Millis at_once{0};
  return make_book(ledger.books(), ledger.genesis().finality_depth, [&](Height height) -> Result<std::string> {
    CLEARSPAN_TRY(const auto text, ledger.block(height, at_once));
    return *text;
  });
}

Result<LedgerBook> read_simulated_book(std::string_view url, std::uint64_t finality_depth, Millis timeout) {
  CLEARSPAN_TRY(const transport::Url parsed, transport::parse_url(url));
  simulated::NodeClient node(parsed);
  for (int reading = 1;; ++reading) {
    CLEARSPAN_TRY(const BookBlock head, read_head(node, timeout));
    CLEARSPAN_TRY(const std::string text, node.get("/v1/books", timeout));
    CLEARSPAN_TRY(const simulated::Books books, parse_books(text));
    const bool is_last = reading == kReadingsMax;
    if (books.height.value != head.time.value && !is_last) continue;
    auto book = make_book(books, finality_depth, [&](Height height) {
      return node.get("/v1/blocks/" + std::to_string(height.value), timeout);
    });
    const bool is_torn = book.ok() ? book->blocks.back().hash != head.hash
                                   : book.error().code == ErrorCode::parent_mismatch ||
                                         book.error().code == ErrorCode::block_unavailable;
    if (!is_torn || is_last) return book;
  }
}

}  // namespace clearspan::audit
