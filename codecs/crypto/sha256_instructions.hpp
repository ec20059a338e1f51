// SHA-256 with the processor's own instructions (FIPS 180-4; Intel SHA extensions). One message's rounds wait for each
// other; two messages side by side fill the gaps.
#pragma once

#include <span>

#include "core/base/bytes.hpp"

namespace clearspan::crypto {

// Only where has_sha_instructions().
Hash32 sha256_by_instructions(ByteView message);
Hash32 sha256_by_instructions(ByteView first, ByteView second);
void sha256_many_by_instructions(std::span<const ByteView> messages, std::span<Hash32> hashes);

}  // namespace clearspan::crypto
