// Random bytes from the operating system's generator, for keys and identifiers.
#pragma once

#include <cstdint>
#include <span>

namespace clearspan::crypto {

// Fills `out`. A machine without randomness cannot run a settlement engine: failure ends the process.
void random_bytes(std::span<std::uint8_t> out);

}  // namespace clearspan::crypto
