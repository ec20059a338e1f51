#include "core/base/verify.hpp"

#include <cstdio>
#include <cstdlib>

namespace clearspan {

void verify_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "clearspan: internal error: %s does not hold at %s:%d\n", condition, file, line);
  std::abort();
}

}  // namespace clearspan
