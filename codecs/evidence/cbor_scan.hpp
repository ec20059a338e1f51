// A first look at CBOR from strangers: whether the bytes are one item of the subset that evidence uses
// (docs/evidence-format.md, section 1), whatever its shape. It says precisely what is wrong, which a reader that is
// driven by an expected shape cannot.
#pragma once

#include <cstddef>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"

namespace clearspan::evidence::cbor {

inline constexpr std::size_t kDepthMax = 16;  // arrays in arrays; ours have 6

// Errors: truncated, leftover_bytes, too_deep, not_canonical.
Status scan(ByteView bytes);

}  // namespace clearspan::evidence::cbor
