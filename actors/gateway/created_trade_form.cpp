#include "actors/gateway/created_trade_form.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <limits>

#include "actors/gateway/trade_json.hpp"
#include "codecs/json/plain.hpp"
#include "codecs/json/writer.hpp"
#include "core/base/verify.hpp"

namespace clearspan::gateway {
namespace {

constexpr std::size_t kFormsMax = 16;  // kept at once: profiles in use, with either placement

// The values of a plan, by index: its own three, then five for each leg.
enum OwnValue : std::size_t { kId, kCreated, kPrepareUntil, kOwnValues };

enum LegValue : std::size_t { kAmount, kPayer, kPayee, kNotAfter, kReclaimAfter, kLegValues };

constexpr std::size_t kValuesMax = kOwnValues + kLegValues * CreatedTradeForm::kLegsMax;

// No text of a stand-in is a part of another one.
constexpr std::uint64_t kStandInAmount = 1'700'000'000'000'000'000;
constexpr std::uint64_t kStandInLedgerTime = 2'700'000'000'000'000'000;
constexpr Timestamp kStandInTime{Millis{253'370'764'800'000}};  // in the year 9999

Plan with_stand_ins(Plan plan) {
  for (std::size_t i = 0; i < TradeId::kSize; ++i) plan.id.bytes[i] = static_cast<std::uint8_t>(0xe0 + i);
  plan.created = kStandInTime;
  plan.prepare_until = kStandInTime + Millis{1};
  for (std::size_t i = 0; i < plan.legs.size(); ++i) {
    Leg& leg = plan.legs[i];
    leg.amount = Amount(kStandInAmount + i);
    leg.payer = {"[payer of leg " + std::to_string(i) + "]"};
    leg.payee = {"[payee of leg " + std::to_string(i) + "]"};
    leg.not_after = {kStandInLedgerTime + 2 * i};
    leg.reclaim_after = {kStandInLedgerTime + 2 * i + 1};
  }
  return plan;
}

std::string written_in_full(const Plan& plan, const LedgerBoard& board) {
  json::Writer out;
  write_created_trade(out, plan, board);
  return out.take();
}

bool is_same_shape(const Leg& a, const Leg& b) {
  return a.role == b.role && a.placement == b.placement && a.ledger == b.ledger && a.asset == b.asset;
}

}  // namespace

// The texts of a plan's values as they stand in JSON, without quotes. It stays where it is: the texts point into it.
class CreatedTradeForm::ValueTexts {
 public:
  ValueTexts(const Plan& plan, std::string_view created, std::string_view prepare_until)
      : count_(kOwnValues + kLegValues * plan.legs.size()) {
    texts_[kId] = hex_of(plan.id);
    texts_[kCreated] = created;
    texts_[kPrepareUntil] = prepare_until;
    for (std::size_t i = 0; i < plan.legs.size(); ++i) {
      const Leg& leg = plan.legs[i];
      std::string_view* const texts = &texts_[kOwnValues + kLegValues * i];
      texts[kAmount] = text_of(leg.amount);
      texts[kPayer] = between_quotes(leg.payer.text);
      texts[kPayee] = between_quotes(leg.payee.text);
      texts[kNotAfter] = text_of(leg.not_after);
      texts[kReclaimAfter] = text_of(leg.reclaim_after);
    }
  }

  ValueTexts(const ValueTexts&) = delete;
  ValueTexts& operator=(const ValueTexts&) = delete;

  [[nodiscard]] std::size_t count() const { return count_; }

  [[nodiscard]] std::string_view operator[](std::size_t value) const { return texts_[value]; }

 private:
  static constexpr std::size_t kDigitsMax = 20;  // of a 64-bit number
  static constexpr std::size_t kNumbersMax = 3 * kLegsMax;
  static constexpr std::size_t kStringsMax = 3 * kLegsMax;

  std::string_view hex_of(const TradeId& id) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    char* at = hex_.data();
    for (const std::uint8_t byte : id.bytes) {
      *at++ = kDigits[byte >> 4];
      *at++ = kDigits[byte & 15];
    }
    return {hex_.data(), hex_.size()};
  }

  std::string_view digits_of(std::uint64_t number) {
    char* const begin = numbers_[numbers_used_++].data();
    const char* const end = std::to_chars(begin, begin + kDigitsMax, number).ptr;
    return {begin, static_cast<std::size_t>(end - begin)};
  }

  std::string_view text_of(const Amount& amount) {
    if (amount.units() <= std::numeric_limits<std::uint64_t>::max()) {
      return digits_of(static_cast<std::uint64_t>(amount.units()));
    }
    return kept(to_string(amount));
  }

  std::string_view text_of(LedgerTime time) { return time == kNever ? "null" : digits_of(time.value); }

  std::string_view between_quotes(const std::string& text) {
    if (json::is_plain(text)) return text;
    std::string quoted;
    json::append_string(quoted, text);
    return kept(quoted.substr(1, quoted.size() - 2));
  }

  // What is rare: large amounts, names with escapes.
  std::string_view kept(std::string text) {
    strings_.reserve(kStringsMax);  // they stay where they are
    return strings_.emplace_back(std::move(text));
  }

  const std::size_t count_;
  std::array<std::string_view, kValuesMax> texts_;
  std::array<char, 2 * TradeId::kSize> hex_;
  std::array<std::array<char, kDigitsMax>, kNumbersMax> numbers_;
  std::size_t numbers_used_ = 0;
  std::vector<std::string> strings_;
};

CreatedTradeForm::CreatedTradeForm(const Plan& example, const LedgerBoard& board) : shape_(example) {
  CLEARSPAN_VERIFY(example.legs.size() <= kLegsMax && !example.returned);
  cut(with_stand_ins(example), board);
  std::string repeated;
  write(example, repeated);
  if (repeated != written_in_full(example, board)) pieces_.clear();
}

void CreatedTradeForm::cut(const Plan& model, const LedgerBoard& board) {
  text_ = written_in_full(model, board);
  const std::string created = to_rfc3339(model.created);
  const std::string until = to_rfc3339(model.prepare_until);
  const ValueTexts stand_ins(model, created, until);
  std::vector<std::pair<std::size_t, std::size_t>> places;  // where in the text, and of which value
  for (std::size_t value = 0; value < stand_ins.count(); ++value) {
    for (std::size_t at = text_.find(stand_ins[value]); at != std::string::npos;
         at = text_.find(stand_ins[value], at + 1)) {
      places.emplace_back(at, value);
    }
  }
  std::sort(places.begin(), places.end());
  std::string_view rest = text_;
  for (const auto& [at, value] : places) {
    const std::size_t size = at - (text_.size() - rest.size());
    pieces_.push_back({rest.substr(0, size), value});
    rest.remove_prefix(size + stand_ins[value].size());
  }
  end_ = rest;
}

bool CreatedTradeForm::fits(const Plan& plan) const {
  return plan.returned == shape_.returned && plan.scenario == shape_.scenario && plan.version == shape_.version &&
         plan.engine == shape_.engine && plan.payment == shape_.payment &&
         std::equal(plan.legs.begin(), plan.legs.end(), shape_.legs.begin(), shape_.legs.end(), is_same_shape);
}

void CreatedTradeForm::write(const Plan& plan, std::string& out) {
  const ValueTexts values(plan, text_of(plan.created, created_), text_of(plan.prepare_until, until_));
  std::size_t size = end_.size();
  for (const Piece& piece : pieces_) size += piece.text.size() + values[piece.value].size();
  const std::size_t begin = out.size();
  out.resize(begin + size);
  char* at = out.data() + begin;
  const auto put = [&at](std::string_view text) {
    std::memcpy(at, text.data(), text.size());
    at += text.size();
  };
  for (const Piece& piece : pieces_) {
    put(piece.text);
    put(values[piece.value]);
  }
  put(end_);
}

std::string_view CreatedTradeForm::text_of(Timestamp time, TimeText& last) {
  if (last.time != time) last = {time, to_rfc3339(time)};
  return last.text;
}

void CreatedTradeForms::write(const Plan& plan, const LedgerBoard& board, std::string& out) {
  for (const auto& form : forms_) {
    if (!form->fits(plan)) continue;
    if (form->is_usable()) return form->write(plan, out);
    out += written_in_full(plan, board);
    return;
  }
  out += written_in_full(plan, board);
  if (plan.legs.size() > CreatedTradeForm::kLegsMax || plan.returned) return;
  auto made = std::make_unique<CreatedTradeForm>(plan, board);
  if (forms_.size() < kFormsMax) {
    forms_.push_back(std::move(made));
  } else {
    forms_[next_form_++ % kFormsMax] = std::move(made);
  }
}

}  // namespace clearspan::gateway
