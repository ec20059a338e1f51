// Finds a key that occurs twice in one object, without allocating for objects of ordinary size.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "codecs/json/value.hpp"

namespace clearspan::json {

class DuplicateKeys {
 public:
  // The later of the first two fields with the same key anywhere on the tape, which has `length` words.
  std::optional<Field> find(const Tape& tape, std::size_t length);

 private:
  std::optional<Field> find_in(Object object);
  std::optional<Field> find_in_large(Object object);

  std::vector<Field> sorted_;  // reused for large objects
};

}  // namespace clearspan::json
