// Short sums of bytes, for the index's own use: quick, and not to be trusted against who can choose the bytes unless
// the seed is a secret.
#pragma once

#include <cstdint>

#include "core/base/bytes.hpp"

namespace clearspan::evidence {

// 64 bits that mix all of the bytes.
std::uint64_t mix(ByteView bytes, std::uint64_t seed = 0);

}  // namespace clearspan::evidence
