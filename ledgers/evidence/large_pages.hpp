// Memory for large tables that are looked into at random places: in large pages, where the system has them to give. In
// usual ones nearly each look would first have to find out where its page is, which takes as long as the memory itself.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <new>

namespace clearspan::evidence {

// An allocator.
template <class T>
struct LargePages {
  using value_type = T;

  static constexpr std::size_t kPageBytes = 2u << 20;

  LargePages() = default;

  template <class Other>
  LargePages(const LargePages<Other>&) {}

  T* allocate(std::size_t count) {
    const std::size_t bytes = count * sizeof(T);
    if (bytes < kPageBytes) return static_cast<T*>(::operator new(bytes));
    void* const memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    static_cast<void>(::madvise(memory, bytes, MADV_HUGEPAGE));  // if it is refused, the pages are usual ones
    return static_cast<T*>(memory);
  }

  void deallocate(T* memory, std::size_t count) {
    const std::size_t bytes = count * sizeof(T);
    if (bytes < kPageBytes) return ::operator delete(memory);
    static_cast<void>(::munmap(memory, bytes));
  }

  bool operator==(const LargePages&) const = default;
};

}  // namespace clearspan::evidence
