// The short texts that users write: amounts, rates, ids, times and names. Each value has one text, or one meaning.
#include <boost/multiprecision/cpp_int.hpp>

#include "core/base/clock.hpp"
#include "core/chain/ids.hpp"
#include "core/money/rate.hpp"
#include "core/trade/state.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace clearspan::fuzz {
namespace {

bool is_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

void try_amount(std::string_view text) {
  const auto amount = parse_amount(text);
  const bool is_plain = is_digits(text) && (text.size() == 1 || text.front() != '0');
  if (!amount.ok()) {
    expect_one_of(amount.error(), {ErrorCode::amount_negative, ErrorCode::amount_fractional,
                                   ErrorCode::amount_malformed, ErrorCode::amount_too_large});
    if (!is_plain) return;
    // Only size is wrong with plain digits: a number without a bound says so too.
    const boost::multiprecision::cpp_int exact(std::string(text.substr(0, 400)));
    CLEARSPAN_VERIFY(text.size() > 78 || exact > boost::multiprecision::cpp_int(~U256(0)));
    CLEARSPAN_VERIFY(amount.error().code == ErrorCode::amount_too_large);
    return;
  }
  CLEARSPAN_VERIFY(is_plain && to_string(*amount) == text);
  CLEARSPAN_VERIFY(from_word(to_word(*amount).view()) == *amount);
  for (const unsigned scale : {0U, 2U, 18U, 77U}) {
    std::string digits;
    for (const char c : format_decimal(*amount, scale)) {
      if (c != '.') digits += c;
    }
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
    CLEARSPAN_VERIFY(digits == text);
  }
}

void try_sums(std::string_view left, std::string_view right) {
  const auto a = parse_amount(left);
  const auto b = parse_amount(right);
  if (!a.ok() || !b.ok()) return;
  const auto sum = add(*a, *b);
  if (sum.ok()) {
    CLEARSPAN_VERIFY(*sum >= *a && *subtract(*sum, *b) == *a);
  } else {
    expect_one_of(sum.error(), {ErrorCode::amount_too_large});
  }
  CLEARSPAN_VERIFY(subtract(*a, *b).ok() == (*a >= *b));
}

void try_rate(std::string_view text, std::string_view digits) {
  const auto rate = parse_rate(text);
  if (!rate.ok()) return expect_one_of(rate.error(), {ErrorCode::invalid_value});
  CLEARSPAN_VERIFY(rate->numerator != 0 && rate->denominator != 0 && *parse_rate(to_string(*rate)) == *rate);
  const auto amount = parse_amount(digits);
  if (!amount.ok()) return;
  const auto down = convert(*amount, *rate, Rounding::down);
  const auto up = convert(*amount, *rate, Rounding::up);
  if (!up.ok()) return expect_one_of(up.error(), {ErrorCode::amount_too_large});
  CLEARSPAN_VERIFY(down.ok() && (*down == *up || add(*down, Amount(1)).value() == *up));
}

void try_names(std::string_view text) {
  if (const auto id = parse_trade_id(text)) CLEARSPAN_VERIFY(to_string(*id) == text);
  if (const auto code = parse_error_code(text)) CLEARSPAN_VERIFY(to_string(*code) == text);
  if (const auto phase = parse_phase(text)) CLEARSPAN_VERIFY(to_string(*phase) == text);
  if (const auto time = parse_rfc3339(text)) CLEARSPAN_VERIFY(parse_rfc3339(to_rfc3339(*time)) == time);
  Hash32 hash;
  if (from_hex(text, hash.bytes)) CLEARSPAN_VERIFY(to_hex(hash.view()).size() == text.size());
}

// Any number of milliseconds has a text, which is read as the same moment or the nearest that has one.
void try_time(ByteView bytes) {
  std::uint64_t bits = 0;
  for (const std::uint8_t byte : bytes.first(std::min<std::size_t>(8, bytes.size()))) bits = bits << 8 | byte;
  const std::string text = to_rfc3339(Timestamp(Millis(static_cast<std::int64_t>(bits))));
  const auto read = parse_rfc3339(text);
  CLEARSPAN_VERIFY(read && to_rfc3339(*read) == text);
}

}  // namespace
}  // namespace clearspan::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  clearspan::fuzz::Texts texts({data, size});
  const std::string_view first = texts.next();
  const std::string_view second = texts.next();
  clearspan::fuzz::try_time({data, size});
  clearspan::fuzz::try_amount(first);
  clearspan::fuzz::try_sums(first, second);
  clearspan::fuzz::try_rate(second, first);
  clearspan::fuzz::try_names(first);
  return 0;
}
