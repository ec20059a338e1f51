// Which vector instructions the hashes and decoders use. Every such function has three forms that give the same
// answers; the best that the machine has is chosen when the program runs. The environment variable CLEARSPAN_CPU
// ("portable", "avx2" or "avx512") holds it to a lesser one: the whole test suite runs on each that way, and so does a
// machine on which the wide registers lower the clock.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>
#include <vector>

namespace clearspan::crypto {

enum class CpuPath : std::uint8_t {
  portable,  // no vector instructions beyond what every 64-bit machine has
  avx2,      // AVX2, BMI and BMI2
  avx512     // AVX-512 with F, BW, DQ, VL and VBMI
};

std::string_view to_string(CpuPath path);

namespace detail {
extern std::atomic<CpuPath> path_in_use;  // portable until the program's start has looked at the machine
}

// The one in use.
inline CpuPath cpu_path() {
  return detail::path_in_use.load(std::memory_order_relaxed);
}

// All that this machine has, the portable one first.
std::vector<CpuPath> available_cpu_paths();

// Whether the machine has SHA-256 instructions and the path in use lets them be used.
bool has_sha_instructions();

// Uses another available path until it is destroyed: for tests and benchmarks, while no other thread hashes.
class CpuPathGuard {
 public:
  explicit CpuPathGuard(CpuPath path);
  ~CpuPathGuard();
  CpuPathGuard(const CpuPathGuard&) = delete;
  CpuPathGuard& operator=(const CpuPathGuard&) = delete;

 private:
  CpuPath before_;
};

}  // namespace clearspan::crypto

// What the compiler may use in one function of each form; callers ask cpu_path() first.
#define CLEARSPAN_AVX2 __attribute__((target("avx2,bmi,bmi2")))
#define CLEARSPAN_AVX512 __attribute__((target("avx2,bmi,bmi2,avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi")))
#define CLEARSPAN_SHA __attribute__((target("sha,sse4.1,ssse3")))
