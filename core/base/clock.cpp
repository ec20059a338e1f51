#include "core/base/clock.hpp"

#include <algorithm>
#include <cstdio>

namespace clearspan {
namespace {

// Reads exactly `count` digits at `position` and moves past them.
std::optional<int> read_digits(std::string_view text, std::size_t& position, std::size_t count) {
  if (position + count > text.size()) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const char digit = text[position + i];
    if (digit < '0' || digit > '9') return std::nullopt;
    value = value * 10 + (digit - '0');
  }
  position += count;
  return value;
}

bool read_char(std::string_view text, std::size_t& position, char expected) {
  if (position >= text.size() || text[position] != expected) return false;
  ++position;
  return true;
}

// The fraction of a second in milliseconds; 0 when there is none.
std::optional<int> read_fraction_ms(std::string_view text, std::size_t& position) {
  if (!read_char(text, position, '.')) return 0;
  int value = 0;
  int digits = 0;
  while (digits < 3 && position < text.size() && text[position] >= '0' && text[position] <= '9') {
    value = value * 10 + (text[position++] - '0');
    ++digits;
  }
  if (digits == 0) return std::nullopt;
  for (; digits < 3; ++digits) value *= 10;
  return value;
}

}  // namespace

Timestamp SystemClock::now() const {
  return std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
}

std::string to_rfc3339(Timestamp time) {
  // Other people's records may hold any number of milliseconds; dates have years of four digits.
  constexpr Timestamp kFirst = std::chrono::sys_days(std::chrono::year(0) / 1 / 1);
  constexpr Timestamp kLast = std::chrono::sys_days(std::chrono::year(10'000) / 1 / 1) - Millis(1);
  time = std::clamp(time, kFirst, kLast);
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss<Millis> clock(time - day);
  char text[40];
  std::snprintf(text, sizeof(text), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return text;
}

std::optional<Timestamp> parse_rfc3339(std::string_view text) {
  std::size_t position = 0;
  const auto year = read_digits(text, position, 4);
  if (!year || !read_char(text, position, '-')) return std::nullopt;
  const auto month = read_digits(text, position, 2);
  if (!month || !read_char(text, position, '-')) return std::nullopt;
  const auto day = read_digits(text, position, 2);
  if (!day || !read_char(text, position, 'T')) return std::nullopt;
  const auto hour = read_digits(text, position, 2);
  if (!hour || *hour > 23 || !read_char(text, position, ':')) return std::nullopt;
  const auto minute = read_digits(text, position, 2);
  if (!minute || *minute > 59 || !read_char(text, position, ':')) return std::nullopt;
  const auto second = read_digits(text, position, 2);
  if (!second || *second > 59) return std::nullopt;
  const auto fraction_ms = read_fraction_ms(text, position);
  if (!fraction_ms || !read_char(text, position, 'Z') || position != text.size()) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second) + Millis(*fraction_ms);
}

}  // namespace clearspan
