#include "codecs/crypto/cpu.hpp"

#include <cpuid.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iterator>

#include "core/base/verify.hpp"

namespace clearspan::crypto {

constinit std::atomic<CpuPath> detail::path_in_use{CpuPath::portable};

namespace {

constexpr std::array kPaths = {CpuPath::portable, CpuPath::avx2, CpuPath::avx512};

CpuPath best_path() {
  __builtin_cpu_init();
  const bool has_avx2 =
      __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("bmi") != 0 && __builtin_cpu_supports("bmi2") != 0;
  if (!has_avx2) return CpuPath::portable;
  const bool has_avx512 = __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
                          __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512vl") != 0 &&
                          __builtin_cpu_supports("avx512vbmi") != 0;
  return has_avx512 ? CpuPath::avx512 : CpuPath::avx2;
}

// CPUID, leaf 7: EBX bit 29. The compilers' own query does not know it everywhere.
bool find_sha_instructions() {
  constexpr unsigned kLeaf = 7;
  constexpr unsigned kShaBit = 29;
  unsigned eax = 0;
  unsigned ebx = 0;
  unsigned ecx = 0;
  unsigned edx = 0;
  __builtin_cpu_init();
  return __get_cpuid_count(kLeaf, 0, &eax, &ebx, &ecx, &edx) != 0 && (ebx >> kShaBit & 1U) != 0 &&
         __builtin_cpu_supports("sse4.1") != 0 && __builtin_cpu_supports("ssse3") != 0;
}

CpuPath first_path() {
  const CpuPath best = best_path();
  const char* wanted = std::getenv("CLEARSPAN_CPU");
  if (wanted == nullptr) return best;
  for (const CpuPath path : kPaths) {
    if (wanted == to_string(path)) return std::min(path, best);
  }
  return best;
}

// Before this has run, the path is the portable one, which is right on every machine.
[[maybe_unused]] const bool kIsChosen = [] {
  detail::path_in_use.store(first_path(), std::memory_order_relaxed);
  return true;
}();

}  // namespace

std::string_view to_string(CpuPath path) {
  switch (path) {
    case CpuPath::portable:
      return "portable";
    case CpuPath::avx2:
      return "avx2";
    case CpuPath::avx512:
      return "avx512";
  }
  return "portable";
}

std::vector<CpuPath> available_cpu_paths() {
  const CpuPath best = best_path();
  std::vector<CpuPath> paths;
  std::copy_if(kPaths.begin(), kPaths.end(), std::back_inserter(paths), [&](CpuPath path) { return path <= best; });
  return paths;
}

bool has_sha_instructions() {
  static const bool is_there = find_sha_instructions();
  return is_there && cpu_path() != CpuPath::portable;
}

CpuPathGuard::CpuPathGuard(CpuPath path) : before_(cpu_path()) {
  CLEARSPAN_VERIFY(path <= best_path());
  detail::path_in_use.store(path, std::memory_order_relaxed);
}

CpuPathGuard::~CpuPathGuard() {
  detail::path_in_use.store(before_, std::memory_order_relaxed);
}

}  // namespace clearspan::crypto
