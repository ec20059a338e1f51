#include "codecs/crypto/random.hpp"

#include <openssl/rand.h>

#include <algorithm>

#include "core/base/verify.hpp"

namespace clearspan::crypto {

void random_bytes(std::span<std::uint8_t> out) {
  constexpr std::size_t kChunkBytes = 1 << 20;  // the generator counts in int
  while (!out.empty()) {
    const std::size_t size = std::min(out.size(), kChunkBytes);
    CLEARSPAN_VERIFY(RAND_bytes(out.data(), static_cast<int>(size)) == 1);
    out = out.subspan(size);
  }
}

}  // namespace clearspan::crypto
