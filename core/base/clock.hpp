// Wall-clock time, in whole milliseconds since 1970-01-01T00:00:00Z, read through an interface so that tests and the
// simulation own it.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace clearspan {

using Millis = std::chrono::milliseconds;
using Timestamp = std::chrono::time_point<std::chrono::system_clock, Millis>;

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Timestamp now() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override;
};

// RFC 3339 in UTC with milliseconds: "2026-11-21T09:30:00.250Z".
std::string to_rfc3339(Timestamp time);

// Reads RFC 3339 in UTC ("Z"), with zero to three fraction digits. None for any other text or a date that does not
// exist.
std::optional<Timestamp> parse_rfc3339(std::string_view text);

}  // namespace clearspan
