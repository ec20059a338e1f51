// {"format":"clearspan book v1","ledger":"a-coin","kind":"simulated","height":N,"final_height":N,"first":N,
//  "blocks":[[hash,time],...],
//  "txns":[{"id":H,"height":N,"index":N,"signer":TEXT,"sequence":N,"ok":B,"effects":[EFFECT,...]},...],
//  "accounts":[[account,asset,at start,now],...], "escrow":[[asset,held,balance],...],
//  "open_holds":[[key,ref,asset,amount,payer,payee],...] or null}
//
// EFFECT = [index,"anchor",ref,ok,digest], or
//          [index,kind,ref,ok,reclaimed,asset,amount,from,to,hold key,reclaim after,reason]
//
// Amounts and ledger times are strings of digits: they may be larger than what other readers take for a number.
#include "tools/auditor/book_file.hpp"

#include <charconv>
#include <limits>

#include "codecs/json/document.hpp"
#include "codecs/json/object_reader.hpp"
#include "codecs/json/writer.hpp"

namespace clearspan::audit {
namespace {

constexpr std::string_view kFormat = "clearspan book v1";
constexpr std::size_t kFileBytesMax = std::size_t{2} << 30;
constexpr std::size_t kDepthMax = 6;

std::string hex(ByteView bytes) {
  return to_hex(bytes);
}

void write_effect(json::Writer& out, const BookEffect& effect) {
  const Outcome& outcome = effect.outcome;
  out.begin_array().value(outcome.position.effect_index);
  if (effect.anchor) {
    out.value("anchor").value(hex(outcome.ref.view())).value(outcome.ok).value(hex(effect.anchor->view())).end_array();
    return;
  }
  out.value(to_string(outcome.kind)).value(hex(outcome.ref.view())).value(outcome.ok).value(outcome.reclaimed);
  out.value(outcome.asset.text).value(to_string(outcome.amount)).value(outcome.from.text).value(outcome.to.text);
  out.value(hex(outcome.hold_key.view())).value(std::to_string(outcome.reclaim_after.value)).value(outcome.reason);
  out.end_array();
}

// Takes the members of an array in order. The first failure sticks; finish() says what was wrong.
class Members {
 public:
  explicit Members(json::Value value) : value_(value) {
    const auto array = value.if_array();
    if (!array) {
      fail();
      return;
    }
    array_ = *array;
    at_ = array->begin();
  }

  std::string text() {
    const auto text = next().if_string();
    if (!text) fail();
    return std::string(text.value_or(std::string_view()));
  }

  template <class Fixed>
  Fixed hex() {
    Fixed fixed;
    if (!from_hex(text(), fixed.bytes)) fail();
    return fixed;
  }

  std::uint64_t digits() {
    const std::string digits = text();
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc() || end != digits.data() + digits.size()) fail();
    return number;
  }

  Amount amount() {
    const auto amount = parse_amount(text());
    if (!amount.ok()) fail();
    return amount.ok() ? *amount : Amount();
  }

  std::uint32_t u32() {
    const auto number = next().if_u64();
    if (!number || *number > std::numeric_limits<std::uint32_t>::max()) fail();
    return static_cast<std::uint32_t>(number.value_or(0));
  }

  bool boolean() {
    const auto truth = next().if_boolean();
    if (!truth) fail();
    return truth.value_or(false);
  }

  void fail() { ok_ = false; }

  [[nodiscard]] Status finish() const {
    if (ok_ && !(at_ != array_.end())) return Done{};
    return value_.error(ErrorCode::invalid_value, "this is not of the form that a book has here");
  }

 private:
  json::Value next() {
    if (!ok_ || !(at_ != array_.end())) {
      fail();
      return value_;  // an array: no reader takes it
    }
    const json::Value value = *at_;
    ++at_;
    return value;
  }

  json::Value value_;
  json::Array array_{json::Value()};
  json::Array::Iterator at_{json::Value()};
  bool ok_ = true;
};

Result<MovementKind> kind_of(const std::string& name, json::Value value) {
  for (const MovementKind kind :
       {MovementKind::hold, MovementKind::release, MovementKind::refund, MovementKind::payment}) {
    if (name == to_string(kind)) return kind;
  }
  return value.error(ErrorCode::invalid_value, "no kind of effect");
}

Result<BookEffect> read_effect(json::Value value, BlockPosition position) {
  Members members(value);
  BookEffect effect;
  Outcome& outcome = effect.outcome;
  position.effect_index = members.u32();
  outcome.position = position;
  const std::string kind = members.text();
  outcome.ref = members.hex<OperationRef>();
  outcome.ok = members.boolean();
  if (kind == "anchor") {
    effect.anchor = members.hex<Hash32>();
    CLEARSPAN_CHECK_OK(members.finish());
    return effect;
  }
  outcome.reclaimed = members.boolean();
  outcome.asset.text = members.text();
  outcome.amount = members.amount();
  outcome.from.text = members.text();
  outcome.to.text = members.text();
  outcome.hold_key = members.hex<HoldKey>();
  outcome.reclaim_after.value = members.digits();
  outcome.reason = members.text();
  CLEARSPAN_CHECK_OK(members.finish());
  CLEARSPAN_TRY(outcome.kind, kind_of(kind, value));
  return effect;
}

template <class Fixed>
Result<Fixed> hex_at(json::ObjectReader& reader, std::string_view key) {
  CLEARSPAN_TRY(const std::string_view digits, reader.string(key));
  Fixed fixed;
  if (!from_hex(digits, fixed.bytes)) return reader.error(key, ErrorCode::invalid_hex);
  return fixed;
}

Result<BookTxn> read_txn(json::Value value, const LedgerBook& book) {
  CLEARSPAN_TRY(auto reader, json::ObjectReader::open(value));
  BookTxn txn;
  CLEARSPAN_TRY(txn.id, hex_at<TxnId>(reader, "id"));
  CLEARSPAN_TRY(txn.height.value, reader.u64("height"));
  CLEARSPAN_TRY(const std::uint64_t index, reader.u64("index"));
  txn.index = static_cast<std::uint32_t>(index);
  CLEARSPAN_TRY(const std::string_view signer, reader.string("signer"));
  txn.signer = signer;
  CLEARSPAN_TRY(txn.sequence.value, reader.u64("sequence"));
  CLEARSPAN_TRY(txn.ok, reader.boolean("ok"));
  CLEARSPAN_TRY(const json::Array effects, reader.array("effects"));
  CLEARSPAN_CHECK_OK(reader.finish());
  const BookBlock* block = book.block_at(txn.height);
  if (block == nullptr) return reader.error("height", ErrorCode::invalid_value, "the book has no such block");
  for (const json::Value effect : effects) {
    CLEARSPAN_TRY(BookEffect read, read_effect(effect, {txn.height, block->hash, txn.id, txn.index, 0}));
    txn.effects.push_back(std::move(read));
  }
  return txn;
}

// Reads every element of an array by `read`, which takes the members of one and appends it.
template <class Read>
Status read_all(json::Array array, Read&& read) {
  for (const json::Value value : array) {
    Members members(value);
    read(members);
    CLEARSPAN_CHECK_OK(members.finish());
  }
  return Done{};
}

Status read_balances(json::ObjectReader& reader, LedgerBook& book) {
  CLEARSPAN_TRY(const json::Array accounts, reader.array("accounts"));
  CLEARSPAN_CHECK_OK(read_all(accounts, [&](Members& members) {
    BookAccount& line = book.accounts.emplace_back();
    line.account.text = members.text();
    line.asset.text = members.text();
    line.at_start = members.amount();
    line.now = members.amount();
  }));
  CLEARSPAN_TRY(const json::Array escrow, reader.array("escrow"));
  CLEARSPAN_CHECK_OK(read_all(escrow, [&](Members& members) {
    BookEscrow& line = book.escrow.emplace_back();
    line.asset.text = members.text();
    line.held = members.amount();
    line.balance = members.amount();
  }));
  CLEARSPAN_TRY(const json::Value holds, reader.required("open_holds"));
  if (holds.is_null()) return Done{};
  CLEARSPAN_TRY(const json::Array open_holds, holds.array());
  book.open_holds.emplace();
  return read_all(open_holds, [&](Members& members) {
    BookHold& hold = book.open_holds->emplace_back();
    hold.key = members.hex<HoldKey>();
    hold.ref = members.hex<OperationRef>();
    hold.asset.text = members.text();
    hold.amount = members.amount();
    hold.payer.text = members.text();
    hold.payee.text = members.text();
  });
}

}  // namespace

std::string to_json(const LedgerBook& book) {
  json::Writer out;
  out.begin_object().field("format", kFormat).field("ledger", book.ledger.text).field("kind", book.kind);
  out.field("height", book.height.value).field("final_height", book.final_height.value);
  out.field("first", book.first.value).key("blocks").begin_array();
  for (const BookBlock& block : book.blocks) {
    out.begin_array().value(hex(block.hash.view())).value(std::to_string(block.time.value)).end_array();
  }
  out.end_array().key("txns").begin_array();
  for (const BookTxn& txn : book.txns) {
    out.begin_object().field("id", hex(txn.id.view())).field("height", txn.height.value).field("index", txn.index);
    out.field("signer", txn.signer).field("sequence", txn.sequence.value).field("ok", txn.ok);
    out.key("effects").begin_array();
    for (const BookEffect& effect : txn.effects) write_effect(out, effect);
    out.end_array().end_object();
  }
  out.end_array().key("accounts").begin_array();
  for (const BookAccount& line : book.accounts) {
    out.begin_array().value(line.account.text).value(line.asset.text);
    out.value(to_string(line.at_start)).value(to_string(line.now)).end_array();
  }
  out.end_array().key("escrow").begin_array();
  for (const BookEscrow& line : book.escrow) {
    out.begin_array().value(line.asset.text).value(to_string(line.held)).value(to_string(line.balance)).end_array();
  }
  out.end_array().key("open_holds");
  if (!book.open_holds) return out.null().end_object().take();
  out.begin_array();
  for (const BookHold& hold : *book.open_holds) {
    out.begin_array().value(hex(hold.key.view())).value(hex(hold.ref.view())).value(hold.asset.text);
    out.value(to_string(hold.amount)).value(hold.payer.text).value(hold.payee.text).end_array();
  }
  return out.end_array().end_object().take();
}

Result<LedgerBook> parse_book(std::string_view text) {
  json::Document document{json::Limits{.size_bytes_max = kFileBytesMax, .depth_max = kDepthMax}};
  CLEARSPAN_TRY(const json::Value root, document.parse(text));
  CLEARSPAN_TRY(auto reader, json::ObjectReader::open(root));
  LedgerBook book;
  CLEARSPAN_TRY(const std::string_view format, reader.string("format"));
  if (format != kFormat) return reader.error("format", ErrorCode::invalid_value, "not a book of this version");
  CLEARSPAN_TRY(const std::string_view ledger, reader.string("ledger"));
  book.ledger.text = ledger;
  CLEARSPAN_TRY(const std::string_view kind, reader.string("kind"));
  book.kind = kind;
  CLEARSPAN_TRY(book.height.value, reader.u64("height"));
  CLEARSPAN_TRY(book.final_height.value, reader.u64("final_height"));
  CLEARSPAN_TRY(book.first.value, reader.u64("first"));
  CLEARSPAN_TRY(const json::Array blocks, reader.array("blocks"));
  CLEARSPAN_CHECK_OK(read_all(blocks, [&](Members& members) {
    BookBlock& block = book.blocks.emplace_back();
    block.hash = members.hex<BlockHash>();
    block.time.value = members.digits();
  }));
  CLEARSPAN_TRY(const json::Array txns, reader.array("txns"));
  for (const json::Value value : txns) {
    CLEARSPAN_TRY(BookTxn txn, read_txn(value, book));
    book.txns.push_back(std::move(txn));
  }
  CLEARSPAN_CHECK_OK(read_balances(reader, book));
  CLEARSPAN_CHECK_OK(reader.finish());
  return book;
}

}  // namespace clearspan::audit
