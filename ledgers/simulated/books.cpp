#include "ledgers/simulated/books.hpp"

#include <map>

#include "codecs/json/object_reader.hpp"
#include "codecs/json/writer.hpp"

namespace clearspan::simulated {
namespace {

template <class Fixed>
Result<Fixed> hex_at(json::ObjectReader& reader, std::string_view key) {
  CLEARSPAN_TRY(const std::string_view digits, reader.string(key));
  Fixed fixed;
  if (!from_hex(digits, fixed.bytes)) return reader.error(key, ErrorCode::invalid_hex, "wrong digits or length");
  return fixed;
}

Result<Amount> amount_at(json::ObjectReader& reader, std::string_view key) {
  CLEARSPAN_TRY(const std::string_view digits, reader.string(key));
  return parse_amount(digits);
}

template <class Named>
Result<Named> name_at(json::ObjectReader& reader, std::string_view key) {
  CLEARSPAN_TRY(const std::string_view text, reader.string(key));
  return Named{std::string(text)};
}

Result<AssetBooks> read_asset(json::Value value) {
  CLEARSPAN_TRY(auto reader, json::ObjectReader::open(value));
  AssetBooks books;
  CLEARSPAN_TRY(books.asset, name_at<AssetId>(reader, "asset"));
  CLEARSPAN_TRY(books.issued, amount_at(reader, "issued"));
  CLEARSPAN_TRY(books.in_accounts, amount_at(reader, "in_accounts"));
  CLEARSPAN_TRY(books.in_escrow, amount_at(reader, "in_escrow"));
  CLEARSPAN_CHECK_OK(reader.finish());
  return books;
}

Result<AccountBooks> read_account(json::Value value) {
  CLEARSPAN_TRY(auto reader, json::ObjectReader::open(value));
  AccountBooks books;
  CLEARSPAN_TRY(books.account, name_at<AccountId>(reader, "account"));
  CLEARSPAN_TRY(books.asset, name_at<AssetId>(reader, "asset"));
  CLEARSPAN_TRY(books.at_genesis, amount_at(reader, "at_genesis"));
  CLEARSPAN_TRY(books.now, amount_at(reader, "now"));
  CLEARSPAN_CHECK_OK(reader.finish());
  return books;
}

Result<OpenHold> read_hold(json::Value value) {
  CLEARSPAN_TRY(auto reader, json::ObjectReader::open(value));
  OpenHold hold;
  CLEARSPAN_TRY(hold.key, hex_at<HoldKey>(reader, "key"));
  CLEARSPAN_TRY(hold.ref, hex_at<OperationRef>(reader, "ref"));
  CLEARSPAN_TRY(hold.asset, name_at<AssetId>(reader, "asset"));
  CLEARSPAN_TRY(hold.amount, amount_at(reader, "amount"));
  CLEARSPAN_TRY(hold.payer, name_at<AccountId>(reader, "payer"));
  CLEARSPAN_TRY(hold.payee, name_at<AccountId>(reader, "payee"));
  CLEARSPAN_TRY(hold.reclaim_after.value, reader.u64("reclaim_after"));
  CLEARSPAN_CHECK_OK(reader.finish());
  return hold;
}

Result<RefEffects> read_effects(json::Value value) {
  CLEARSPAN_TRY(auto reader, json::ObjectReader::open(value));
  RefEffects effects;
  CLEARSPAN_TRY(effects.ref, hex_at<OperationRef>(reader, "ref"));
  const auto count_at = [&](std::string_view key, std::uint32_t& count) -> Status {
    CLEARSPAN_TRY(const std::uint64_t number, reader.u64(key));
    count = static_cast<std::uint32_t>(number);
    return count == number ? Status(Done{}) : reader.error(key, ErrorCode::out_of_range);
  };
  CLEARSPAN_CHECK_OK(count_at("holds", effects.holds));
  CLEARSPAN_CHECK_OK(count_at("payments", effects.payments));
  CLEARSPAN_CHECK_OK(count_at("releases", effects.releases));
  CLEARSPAN_CHECK_OK(count_at("refunds", effects.refunds));
  CLEARSPAN_CHECK_OK(count_at("reclaims", effects.reclaims));
  CLEARSPAN_CHECK_OK(reader.finish());
  return effects;
}

template <class T>
Result<std::vector<T>> read_all(json::Array array, Result<T> (*read)(json::Value)) {
  std::vector<T> all;
  for (const json::Value value : array) {
    CLEARSPAN_TRY(auto one, read(value));
    all.push_back(std::move(one));
  }
  return all;
}

void write_hold(json::Writer& out, const OpenHold& hold) {
  out.begin_object();
  out.field("key", to_hex(hold.key.view())).field("ref", to_hex(hold.ref.view()));
  out.field("asset", hold.asset.text).field("amount", to_string(hold.amount));
  out.field("payer", hold.payer.text).field("payee", hold.payee.text);
  out.field("reclaim_after", hold.reclaim_after.value).end_object();
}

// a + b of figures that a stranger may have written.
Result<Amount> sum_of(const Amount& a, const Amount& b, const AssetId& asset) {
  auto sum = add(a, b);
  if (!sum.ok()) return make_error(ErrorCode::final_block_conflict, "the books overflow", asset.text);
  return sum;
}

}  // namespace

Status check_books(const Books& books) {
  std::map<AssetId, AssetBooks> sums;
  for (const AssetBooks& asset : books.assets) sums[asset.asset].asset = asset.asset;
  for (const AccountBooks& account : books.accounts) {
    AssetBooks& sum = sums[account.asset];
    CLEARSPAN_TRY(sum.issued, sum_of(sum.issued, account.at_genesis, account.asset));
    CLEARSPAN_TRY(sum.in_accounts, sum_of(sum.in_accounts, account.now, account.asset));
  }
  for (const OpenHold& hold : books.open_holds) {
    AssetBooks& sum = sums[hold.asset];
    CLEARSPAN_TRY(sum.in_escrow, sum_of(sum.in_escrow, hold.amount, hold.asset));
  }
  if (sums.size() != books.assets.size()) return make_error(ErrorCode::final_block_conflict, "an asset is not listed");
  for (const AssetBooks& stated : books.assets) {
    CLEARSPAN_TRY(const Amount all, sum_of(stated.in_accounts, stated.in_escrow, stated.asset));
    if (sums.at(stated.asset) != stated || all != stated.issued) {
      return make_error(ErrorCode::final_block_conflict, "the books do not add up", stated.asset.text);
    }
  }
  return Done{};
}

std::string to_json(const Books& books) {
  json::Writer out;
  out.begin_object().field("ledger", books.ledger.text).field("height", books.height.value);
  out.key("assets").begin_array();
  for (const AssetBooks& line : books.assets) {
    out.begin_object().field("asset", line.asset.text).field("issued", to_string(line.issued));
    out.field("in_accounts", to_string(line.in_accounts)).field("in_escrow", to_string(line.in_escrow)).end_object();
  }
  out.end_array().key("accounts").begin_array();
  for (const AccountBooks& line : books.accounts) {
    out.begin_object().field("account", line.account.text).field("asset", line.asset.text);
    out.field("at_genesis", to_string(line.at_genesis)).field("now", to_string(line.now)).end_object();
  }
  out.end_array().key("open_holds").begin_array();
  for (const OpenHold& hold : books.open_holds) write_hold(out, hold);
  out.end_array().end_object();
  return out.take();
}

std::string to_json(const std::vector<RefEffects>& effects) {
  json::Writer out;
  out.begin_array();
  for (const RefEffects& one : effects) {
    out.begin_object().field("ref", to_hex(one.ref.view())).field("holds", one.holds).field("payments", one.payments);
    out.field("releases", one.releases).field("refunds", one.refunds).field("reclaims", one.reclaims).end_object();
  }
  out.end_array();
  return out.take();
}

Result<Books> parse_books(json::Value value) {
  CLEARSPAN_TRY(auto reader, json::ObjectReader::open(value));
  Books books;
  CLEARSPAN_TRY(books.ledger, name_at<LedgerId>(reader, "ledger"));
  CLEARSPAN_TRY(books.height.value, reader.u64("height"));
  CLEARSPAN_TRY(const json::Array assets, reader.array("assets"));
  CLEARSPAN_TRY(books.assets, read_all(assets, read_asset));
  CLEARSPAN_TRY(const json::Array accounts, reader.array("accounts"));
  CLEARSPAN_TRY(books.accounts, read_all(accounts, read_account));
  CLEARSPAN_TRY(const json::Array holds, reader.array("open_holds"));
  CLEARSPAN_TRY(books.open_holds, read_all(holds, read_hold));
  CLEARSPAN_CHECK_OK(reader.finish());
  return books;
}

Result<std::vector<RefEffects>> parse_effects(json::Value value) {
  CLEARSPAN_TRY(const json::Array array, value.array());
  return read_all(array, read_effects);
}

}  // namespace clearspan::simulated
