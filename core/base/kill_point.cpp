#include "core/base/kill_point.hpp"

#include <algorithm>
#include <charconv>
#include <csignal>
#include <string>

namespace clearspan {
namespace {

std::atomic<std::uint64_t> passages_left{0};

}  // namespace

Status arm_kill_point(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  const auto point = std::find_if(kKillPoints.begin(), kKillPoints.end(),
                                  [&](const KillPointTraits& traits) { return traits.name == name; });
  if (point == kKillPoints.end()) {
    return make_error(ErrorCode::config_invalid, "there is no point " + std::string(name), kKillPointVariable);
  }
  std::uint64_t nth = 0;
  if (colon != std::string_view::npos) {
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, nth);
    if (error != std::errc() || stop != end) nth = 0;
  }
  if (nth == 0) return make_error(ErrorCode::config_invalid, "must be name:nth, nth from 1", kKillPointVariable);
  passages_left = nth;
  detail::armed_kill_point = static_cast<int>(point->point);
  return Done{};
}

namespace detail {

void pass_armed_kill_point() {
  if (--passages_left == 0) std::raise(SIGKILL);
}

}  // namespace detail
}  // namespace clearspan
