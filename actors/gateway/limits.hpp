// The limits of the REST API. Past each of them a request is refused whole; nothing is cut short silently.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/clock.hpp"

namespace clearspan::gateway {

inline constexpr std::string_view kTradesPath = "/v1/trades";

inline constexpr std::size_t kTradesPerRequestMax = 1000;        // items of one POST; about 300 kB of answer per 500
inline constexpr std::size_t kRequestsPerGroup = 256;            // of creation that go to the engine together
inline constexpr std::size_t kRequestBytesPerGroup = 64U << 10;  // of their bodies; the last one may be longer
inline constexpr std::size_t kProblemsMax = 100;                 // shown of one request whose trades are not acceptable
inline constexpr std::size_t kNameBytesMax = 256;                // of a ledger, asset, profile or account in a request
inline constexpr std::size_t kIdempotencyKeyBytesMax = 128;      // visible ASCII
inline constexpr std::size_t kRecentKeysMax = 500'000;           // keys that the index may not show yet; 150 B each
inline constexpr Millis kForgetInterval{500};                    // between two looks at which of them it shows
inline constexpr std::size_t kWaitersPerKeyMax = 64;             // repeats that wait for the first one's answer
inline constexpr std::uint64_t kListLimitDefault = 50;           // trades per page
inline constexpr std::uint64_t kListLimitMax = 500;              // trades per page
inline constexpr std::size_t kWorkers = 2;                       // threads that may wait for the index
inline constexpr std::size_t kWaitingRequestsMax = 4096;         // requests that wait for a worker
inline constexpr Millis kIndexTimeout{5'000};                    // for the index to catch up with the log
inline constexpr std::uint32_t kRetryAfterSeconds = 1;           // told to a client that is asked to come back
inline constexpr std::uint32_t kBodyBytesMax = 4U << 20;         // 1000 trades of 16 legs need less
inline constexpr Millis kWitnessTimeout{2'000};                  // of one request to a witness
inline constexpr Millis kWitnessPauseMax{60'000};                // between two requests to a witness that fails
inline constexpr std::size_t kBodyDepthMax = 8;                  // array, trade, legs, leg, amount: five

}  // namespace clearspan::gateway
