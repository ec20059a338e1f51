// Keccak hashes that are wanted at the same time, wherever each of them goes: the more there are, the better they fill
// the lanes.
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

#include "codecs/crypto/keccak.hpp"
#include "core/base/bytes.hpp"

namespace clearspan::ethereum {

class HashBatch {
 public:
  // run() writes the hash to the 32 bytes at `out`. Message and place must live until then.
  void add(ByteView message, std::uint8_t* out) {
    messages_.push_back(message);
    places_.push_back(out);
  }

  void run() {
    hashes_.resize(messages_.size());
    crypto::keccak256_many(messages_, hashes_);
    for (std::size_t i = 0; i < hashes_.size(); ++i) std::memcpy(places_[i], hashes_[i].data(), Hash32::kSize);
    messages_.clear();
    places_.clear();
  }

 private:
  std::vector<ByteView> messages_;
  std::vector<std::uint8_t*> places_;
  std::vector<Hash32> hashes_;
};

}  // namespace clearspan::ethereum
