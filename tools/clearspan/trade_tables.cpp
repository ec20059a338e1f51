#include "tools/clearspan/trade_tables.hpp"

#include <fmt/format.h>

#include <iterator>
#include <optional>
#include <string_view>

#include "core/money/amount.hpp"

namespace clearspan::tools {
namespace {

using json::Value;

// The member, or null when there is none: the server's answers are read leniently, since they are only shown.
std::optional<Value> member(const Value& object, std::string_view key) {
  const auto fields = object.if_object();
  return fields ? fields->find(key) : std::nullopt;
}

std::string text(const Value& object, std::string_view key) {
  const auto value = member(object, key);
  if (!value) return "-";
  if (const auto string = value->if_string()) return std::string(*string);
  if (const auto number = value->if_u64()) return std::to_string(*number);
  return "-";
}

std::string short_id(std::string_view id) {
  constexpr std::size_t kShown = 18;
  return std::string(id.size() > kShown ? id.substr(0, kShown) : id) + (id.size() > kShown ? ".." : "");
}

void append_step(std::string& out, const Value& step) {
  const auto proof = member(step, "proof");
  auto back = std::back_inserter(out);
  fmt::format_to(back, "      {:<8} {:<8} {:<24}", text(step, "kind"), text(step, "status"), text(step, "at"));
  if (proof) {
    fmt::format_to(back, " block {} {}", text(*proof, "block_number"), short_id(text(*proof, "block_hash")));
    if (member(*proof, "txn")) {
      fmt::format_to(back, " txn {} at {}.{}", short_id(text(*proof, "txn")), text(*proof, "txn_index"),
                     text(*proof, "effect_index"));
    }
  }
  if (const auto reason = member(step, "reason")) fmt::format_to(back, " ({})", text(step, "reason"));
  out += '\n';
}

void append_deposit(std::string& out, const Value& deposit) {
  fmt::format_to(
      std::back_inserter(out), "      to be placed by the payer: escrow {} ref {} until {} (reclaim after {})\n",
      text(deposit, "escrow"), text(deposit, "ref"), text(deposit, "not_after"), text(deposit, "reclaim_after"));
}

void append_leg(std::string& out, const Value& leg) {
  const auto amount = member(leg, "amount");
  fmt::format_to(std::back_inserter(out), "  leg {} {:<5} {:<12} {:>18}  {} -> {}\n", text(leg, "leg"),
                 text(leg, "role"), text(leg, "ledger"), amount ? amount_text(*amount, text(leg, "asset")) : "-",
                 text(leg, "payer"), text(leg, "payee"));
  if (const auto deposit = member(leg, "deposit")) append_deposit(out, *deposit);
  const auto steps = member(leg, "steps");
  if (!steps || !steps->is_array()) return;
  const json::Array list = *steps->if_array();
  for (const Value step : list) append_step(out, step);
}

template <class Append>
void for_each_in(const Value& object, std::string_view key, Append append) {
  const auto values = member(object, key);
  if (!values || !values->is_array()) return;
  const json::Array list = *values->if_array();
  for (const Value value : list) append(value);
}

}  // namespace

std::string amount_text(const Value& amount, std::string_view asset) {
  const Result<Amount> units = parse_amount(text(amount, "units"));
  const auto scale = member(amount, "scale");
  const auto places = scale ? scale->if_u64() : std::nullopt;
  const std::string shown =
      units.ok() && places ? format_decimal(*units, static_cast<unsigned>(*places)) : text(amount, "units");
  return fmt::format("{} {}", shown, asset);
}

std::string trade_text(const Value& trade) {
  std::string out = fmt::format("{}  {}  {}\n", text(trade, "id"), text(trade, "scenario"), text(trade, "phase"));
  auto back = std::back_inserter(out);
  for (const std::string_view reason : {"abort_reason", "suspend_reason"}) {
    if (const std::string shown = text(trade, reason); shown != "-") fmt::format_to(back, "  {}: {}\n", reason, shown);
  }
  if (const auto payment = member(trade, "payment")) {
    fmt::format_to(back, "  profile {}, rate {}\n", text(*payment, "profile"), text(*payment, "rate"));
  }
  for_each_in(trade, "legs", [&](const Value& leg) { append_leg(out, leg); });
  for_each_in(trade, "transitions", [&](const Value& transition) {
    fmt::format_to(back, "  {:<24} {:<10} evidence {}\n", text(transition, "at"), text(transition, "phase"),
                   text(transition, "seq"));
  });
  return out;
}

std::string trade_table(const Value& page) {
  std::string out = fmt::format("{:<32}  {:<9} {:<10} {:<24} {}\n", "TRADE", "SCENARIO", "PHASE", "CREATED", "LEGS");
  for_each_in(page, "trades", [&](const Value& trade) {
    std::string legs;
    for_each_in(trade, "legs", [&](const Value& leg) {
      const auto amount = member(leg, "amount");
      if (!legs.empty()) legs += ", ";
      legs += fmt::format("{}:{}", text(leg, "ledger"), amount ? amount_text(*amount, text(leg, "asset")) : "-");
    });
    fmt::format_to(std::back_inserter(out), "{:<32}  {:<9} {:<10} {:<24} {}\n", text(trade, "id"),
                   text(trade, "scenario"), text(trade, "phase"), text(trade, "created"), legs);
  });
  if (const std::string cursor = text(page, "next_cursor"); cursor != "-") out += "more: --cursor " + cursor + "\n";
  return out;
}

std::string problem_text(const Value& problem) {
  std::string out = fmt::format("{}: {}", text(problem, "code"), text(problem, "detail"));
  if (const std::string field = text(problem, "field"); field != "-") out += " (" + field + ")";
  return out;
}

}  // namespace clearspan::tools
