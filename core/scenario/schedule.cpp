#include "core/scenario/schedule.hpp"

#include <algorithm>
#include <string>

namespace clearspan {
namespace {

std::string show(Millis span) {
  return std::to_string(span.count()) + " ms";
}

// Durations from configuration; sums of two of them cannot overflow.
bool is_sane(Millis span) {
  return span >= Millis{0} && span <= kHorizonMax;
}

Status check_policy(const TimingPolicy& policy) {
  if (is_sane(policy.prepare_window) && is_sane(policy.pivot_window) && is_sane(policy.margin) &&
      is_sane(policy.reclaim_delay)) {
    return Done{};
  }
  return make_error(ErrorCode::config_invalid, "a window of the timing policy is negative or longer than ten years");
}

Status check_ledger(const LedgerNow& ledger) {
  const std::string name = "ledger " + ledger.traits.id.text;
  if (ledger.seen == Timestamp{}) return make_error(ErrorCode::not_ready, name + " has shown no block yet");
  if (ledger.traits.block_interval > Millis{0} && is_sane(ledger.traits.block_interval) &&
      is_sane(ledger.traits.finality_max)) {
    return Done{};
  }
  return make_error(ErrorCode::config_invalid, name + " has a block interval or a finality that is not sensible");
}

// How far the ledger's own clock runs ahead of ours: that much sooner does it reach a time that we name.
Millis clock_ahead(const LedgerNow& ledger) {
  if (ledger.traits.clock == ClockKind::height) return Millis{0};
  const auto seconds_max = static_cast<std::uint64_t>(Millis::max().count() / 1000);
  const Timestamp shown{Millis(static_cast<std::int64_t>(std::min(ledger.time.value, seconds_max)) * 1000)};
  return std::max(between(ledger.seen, shown), Millis{0});
}

// From handing a txn to the ledger until it is final at the expected pace.
Millis settling_time(const LedgerTraits& traits) {
  return traits.finality_max + kInclusionBlocks * traits.block_interval;
}

Status check_moment(std::optional<Timestamp> moment, Timestamp now, const char* field) {
  if (!moment || *moment <= later(now, kHorizonMax)) return Done{};
  return make_error(
      ErrorCode::out_of_range,
      to_rfc3339(std::min(*moment, Timestamp(Millis{253'402'300'799'000}))) + " is more than ten years ahead", field);
}

// Whether the holds have the time to become final.
Status check_prepare_window(const LedgerNow& ledger, Timestamp prepare_until, Timestamp now) {
  const Millis left = between(now, prepare_until);
  const Millis ahead = clock_ahead(ledger);
  const Millis needed = settling_time(ledger.traits);
  if (left >= ahead && left - ahead >= needed) return Done{};
  std::string numbers = "holds must be final by " + to_rfc3339(prepare_until) + ", " + show(left) +
                        " from now; ledger " + ledger.traits.id.text + " needs " + show(needed) + " (finality " +
                        show(ledger.traits.finality_max) + " + " + std::to_string(kInclusionBlocks) + " blocks of " +
                        show(ledger.traits.block_interval) + ")";
  if (ahead > Millis{0}) numbers += ", and its clock is " + show(ahead) + " ahead";
  return make_error(ErrorCode::margin_not_promisable, std::move(numbers), "/deadline");
}

Status check_pivot_window(const LedgerNow& destination, const TimingPolicy& policy) {
  const Millis ahead = clock_ahead(destination);
  const Millis needed = kInclusionBlocks * destination.traits.block_interval;
  if (policy.pivot_window >= ahead && policy.pivot_window - ahead >= needed) return Done{};
  std::string numbers = "the pivot has a window of " + show(policy.pivot_window) + "; ledger " +
                        destination.traits.id.text + " needs " + show(needed) + " (" +
                        std::to_string(kInclusionBlocks) + " blocks of " + show(destination.traits.block_interval) +
                        ")";
  if (ahead > Millis{0}) numbers += ", and its clock is " + show(ahead) + " ahead";
  return make_error(ErrorCode::margin_not_promisable, std::move(numbers), "/deadline");
}

Status check_deadline(Timestamp deadline, Timestamp now) {
  if (deadline > now) return Done{};
  return make_error(ErrorCode::deadline_expired,
                    "the deadline is " + to_rfc3339(deadline) + ", now is " + to_rfc3339(now), "/deadline");
}

// `last_final`: when the release on the slowest of the ledgers may become final at the latest.
Result<Timestamp> choose_reclaim(std::optional<Timestamp> requested, bool has_reclaim, Timestamp last_final,
                                 const TimingPolicy& policy) {
  const Timestamp earliest = later(last_final, policy.margin);
  if (!requested) return later(earliest, policy.reclaim_delay);
  if (!has_reclaim) {
    return make_error(ErrorCode::invalid_value, "payers cannot reclaim a hold on this ledger", "/reclaim_after");
  }
  if (*requested >= earliest) return *requested;
  return make_error(ErrorCode::margin_not_promisable,
                    "a reclaim at " + to_rfc3339(*requested) +
                        " could come before the release, which may become final at " + to_rfc3339(last_final) +
                        "; with the margin of " + show(policy.margin) + " the earliest is " + to_rfc3339(earliest),
                    "/reclaim_after");
}

}  // namespace

Result<Schedule> schedule_payment(std::optional<Timestamp> deadline, std::optional<Timestamp> reclaim_after,
                                  const LedgerNow& source, const LedgerNow& destination, const TimingPolicy& policy,
                                  Timestamp now) {
  CLEARSPAN_CHECK_OK(check_policy(policy));
  CLEARSPAN_CHECK_OK(check_ledger(source));
  CLEARSPAN_CHECK_OK(check_ledger(destination));
  CLEARSPAN_CHECK_OK(check_moment(deadline, now, "/deadline"));
  CLEARSPAN_CHECK_OK(check_moment(reclaim_after, now, "/reclaim_after"));
  Schedule schedule;
  schedule.deadline = deadline.value_or(later(later(now, policy.prepare_window), policy.pivot_window));
  schedule.prepare_until = later(schedule.deadline, -policy.pivot_window);
  CLEARSPAN_CHECK_OK(check_deadline(schedule.deadline, now));
  CLEARSPAN_CHECK_OK(check_prepare_window(source, schedule.prepare_until, now));
  CLEARSPAN_CHECK_OK(check_pivot_window(destination, policy));
  const Timestamp pivot_final =
      later(schedule.deadline, destination.traits.finality_max + destination.traits.block_interval);
  const Timestamp release_final = later(pivot_final, source.traits.finality_max + source.traits.block_interval);
  CLEARSPAN_TRY(schedule.reclaim_after,
                choose_reclaim(reclaim_after, source.traits.has_reclaim, release_final, policy));
  return schedule;
}

Result<Schedule> schedule_pvp(std::optional<Timestamp> deadline, std::optional<Timestamp> reclaim_after,
                              const std::vector<LedgerNow>& ledgers, const TimingPolicy& policy, Timestamp now) {
  CLEARSPAN_CHECK_OK(check_policy(policy));
  CLEARSPAN_CHECK_OK(check_moment(deadline, now, "/deadline"));
  CLEARSPAN_CHECK_OK(check_moment(reclaim_after, now, "/reclaim_after"));
  Schedule schedule;
  schedule.deadline = deadline.value_or(later(now, policy.prepare_window));
  schedule.prepare_until = schedule.deadline;
  CLEARSPAN_CHECK_OK(check_deadline(schedule.deadline, now));
  Timestamp last_final = schedule.deadline;
  bool has_reclaim = false;
  for (const LedgerNow& ledger : ledgers) {
    CLEARSPAN_CHECK_OK(check_ledger(ledger));
    CLEARSPAN_CHECK_OK(check_prepare_window(ledger, schedule.prepare_until, now));
    const Millis release = ledger.traits.finality_max + ledger.traits.block_interval;
    last_final = std::max(last_final, later(schedule.deadline, release));
    has_reclaim = has_reclaim || ledger.traits.has_reclaim;
  }
  CLEARSPAN_TRY(schedule.reclaim_after, choose_reclaim(reclaim_after, has_reclaim, last_final, policy));
  return schedule;
}

}  // namespace clearspan
