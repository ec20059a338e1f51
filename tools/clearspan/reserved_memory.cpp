#include "tools/clearspan/reserved_memory.hpp"

#include <fmt/format.h>
#include <jemalloc/jemalloc.h>
#include <sys/mman.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <optional>
#include <string>

// Absent where another allocator is linked.
#pragma weak mallctl

namespace clearspan::tools {
namespace {

constexpr std::size_t kPageBytes = 4 << 10;
constexpr std::size_t kLargePageBytes = 2 << 20;
constexpr std::size_t kSampleBytes = 64 << 20;

std::uintptr_t aligned(std::uintptr_t address, std::size_t alignment) {
  return (address + alignment - 1) & ~(alignment - 1);
}

// Memory of large pages, each touched. Only whole extents are taken from it, front to back, and none comes back.
class Region {
 public:
  Status reserve(std::size_t bytes);

  // None when what is left is too small.
  void* take(std::size_t bytes, std::size_t alignment) {
    std::uintptr_t next = next_.load();
    while (true) {
      const std::uintptr_t begin = aligned(next, alignment);
      if (begin > end_ || end_ - begin < bytes) return nullptr;
      // NOLINTNEXTLINE(performance-no-int-to-ptr)
      if (next_.compare_exchange_weak(next, begin + bytes)) return reinterpret_cast<void*>(begin);
    }
  }

  [[nodiscard]] bool holds(const void* address) const {
    const auto number = reinterpret_cast<std::uintptr_t>(address);
    return number >= begin_ && number < end_;
  }

  [[nodiscard]] ReservedMemory state() const { return {(end_ - begin_) >> 20, (next_.load() - begin_) >> 20}; }

 private:
  std::uintptr_t begin_ = 0;
  std::uintptr_t end_ = 0;
  std::atomic<std::uintptr_t> next_ = 0;
};

struct Mapping {
  void* memory;
  std::size_t bytes;
  std::byte* first;  // of the large pages
};

// Maps that much and touches it; none when the system has no room for it.
std::optional<Mapping> map_large_pages(std::size_t bytes) {
  Mapping mapping{nullptr, bytes + kLargePageBytes, nullptr};
  mapping.memory = ::mmap(nullptr, mapping.bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping.memory == MAP_FAILED) return std::nullopt;
  const auto number = reinterpret_cast<std::uintptr_t>(mapping.memory);
  mapping.first = static_cast<std::byte*>(mapping.memory) + (aligned(number, kLargePageBytes) - number);
  static_cast<void>(::madvise(mapping.first, bytes, MADV_HUGEPAGE));  // where there are none, small ones do
  for (std::size_t at = 0; at < bytes; at += kPageBytes) {
    *const_cast<volatile std::byte*>(mapping.first + at) = std::byte{};
  }
  return mapping;
}

Status Region::reserve(std::size_t bytes) {
  const std::optional<Mapping> mapping = map_large_pages(bytes);
  if (!mapping) return make_error(ErrorCode::config_invalid, "the system has no room for the memory to be reserved");
  begin_ = reinterpret_cast<std::uintptr_t>(mapping->first);
  next_ = begin_;
  end_ = begin_ + bytes;
  return Done{};
}

constinit Region region;
extent_hooks_t* of_system = nullptr;  // jemalloc's own way to memory

void* allocate(extent_hooks_t* /*hooks*/, void* wanted, std::size_t bytes, std::size_t alignment, bool* zero,
               bool* commit, unsigned arena) {
  void* const taken = wanted == nullptr ? region.take(bytes, alignment) : nullptr;
  if (taken == nullptr) return of_system->alloc(of_system, wanted, bytes, alignment, zero, commit, arena);
  *zero = true;
  *commit = true;
  return taken;
}

// True from here on: it was not done, and jemalloc keeps the extent for later.

bool give_back(extent_hooks_t* /*hooks*/, void* address, std::size_t bytes, bool committed, unsigned arena) {
  return region.holds(address) || of_system->dalloc(of_system, address, bytes, committed, arena);
}

bool purge_lazily(extent_hooks_t* /*hooks*/, void* address, std::size_t bytes, std::size_t offset, std::size_t length,
                  unsigned arena) {
  return region.holds(address) || of_system->purge_lazy(of_system, address, bytes, offset, length, arena);
}

bool purge(extent_hooks_t* /*hooks*/, void* address, std::size_t bytes, std::size_t offset, std::size_t length,
           unsigned arena) {
  return region.holds(address) || of_system->purge_forced(of_system, address, bytes, offset, length, arena);
}

bool split(extent_hooks_t* /*hooks*/, void* address, std::size_t bytes, std::size_t first, std::size_t second,
           bool committed, unsigned arena) {
  return of_system->split(of_system, address, bytes, first, second, committed, arena);
}

bool merge(extent_hooks_t* /*hooks*/, void* first, std::size_t first_bytes, void* second, std::size_t second_bytes,
           bool committed, unsigned arena) {
  return region.holds(first) != region.holds(second) ||
         of_system->merge(of_system, first, first_bytes, second, second_bytes, committed, arena);
}

extent_hooks_t hooks = {allocate, give_back, nullptr, nullptr, nullptr, purge_lazily, purge, split, merge};

int read_control(const char* name, void* value, std::size_t size) {
  return mallctl(name, value, &size, nullptr, 0);
}

// The arena of very large objects, such as the tables of a million trades, is made with the first of them.
int make_arena_of_large_objects() {
  std::size_t bytes = 0;
  const int failed = read_control("opt.oversize_threshold", &bytes, sizeof bytes);
  void* volatile first = failed == 0 ? std::malloc(bytes) : nullptr;  // volatile: it is not optimised away
  std::free(first);
  return failed;
}

Status use_region_in_all_arenas() {
  unsigned arenas = 0;
  int failed = make_arena_of_large_objects();
  if (failed == 0) failed = read_control("arenas.narenas", &arenas, sizeof arenas);
  if (failed == 0) failed = read_control("arena.0.extent_hooks", static_cast<void*>(&of_system), sizeof(void*));
  extent_hooks_t* ours = &hooks;
  for (unsigned arena = 0; failed == 0 && arena < arenas; ++arena) {
    const std::string name = "arena." + std::to_string(arena) + ".extent_hooks";
    failed = mallctl(name.c_str(), nullptr, nullptr, static_cast<void*>(&ours), sizeof(void*));
  }
  if (failed != 0) return make_error(ErrorCode::config_invalid, "the allocator refuses memory that is reserved");
  return Done{};
}

// In mebibytes (proc(5)).
std::optional<std::uint64_t> available_memory() {
  std::ifstream in("/proc/meminfo");
  std::string name;
  std::uint64_t kibibytes = 0;
  while (in >> name >> kibibytes) {
    if (name == "MemAvailable:") return kibibytes >> 10;
    in.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return std::nullopt;
}

}  // namespace

Status can_reserve_memory(std::uint64_t mebibytes) {
  if (mallctl == nullptr) {
    return make_error(ErrorCode::config_invalid, "memory can be reserved in builds with jemalloc only");
  }
  if (of_system != nullptr) return make_error(ErrorCode::config_invalid, "memory is reserved once in a process");
  const std::optional<std::uint64_t> available = available_memory();
  if (!available || *available >= mebibytes) return Done{};
  return make_error(ErrorCode::config_invalid,
                    fmt::format("{} MiB are to be reserved, and the system has {} MiB left", mebibytes, *available));
}

Status reserve_memory(std::uint64_t mebibytes) {
  CLEARSPAN_CHECK_OK(can_reserve_memory(mebibytes));
  CLEARSPAN_CHECK_OK(region.reserve(mebibytes << 20));
  return use_region_in_all_arenas();
}

ReservedMemory reserved_memory() {
  return region.state();
}

Result<double> first_touch_micros() {
  const auto begin = std::chrono::steady_clock::now();
  const std::optional<Mapping> mapping = map_large_pages(kSampleBytes);
  const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begin;
  if (!mapping) return make_error(ErrorCode::out_of_range, "the system gives no memory");
  ::munmap(mapping->memory, mapping->bytes);
  return took.count() * kPageBytes / kSampleBytes;
}

}  // namespace clearspan::tools
