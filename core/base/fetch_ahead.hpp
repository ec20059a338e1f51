// Work over many things that lie far apart in a memory of gigabytes: each waits for the memory about as long as it is
// worked on. Asked for some items earlier, the memory has come when the work comes to it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace clearspan {

inline constexpr std::size_t kCacheLineBytes = 64;

// Has the memory come nearer while something else is done. The pointer may dangle, and be null for a single byte.
inline void fetch(const void* memory, std::size_t bytes = 1) {
  const auto* const first = static_cast<const std::uint8_t*>(memory);
  for (std::size_t at = 0; at < bytes; at += kCacheLineBytes) __builtin_prefetch(first + at);
  asm volatile("");  // GCC leaves out calls of a function that does nothing but prefetch
}

// So many of the items, which are at least as many.
template <class Items>
struct First {
  Items& items;
  std::size_t count;

  [[nodiscard]] std::size_t size() const { return count; }

  [[nodiscard]] auto& operator[](std::size_t at) const { return items[at]; }
};

template <class Items>
First(Items&, std::size_t) -> First<Items>;

// work(item) for each item in its order, and before it each fetch(item), in steps some items ahead: a later fetch may
// look at what the one before it has asked for, the first one at the item. A fetch changes nothing, and what it looks
// at may have changed since.
template <class Items, class Work, class... Fetches>
void for_each_ahead(Items&& items, const Work& work, const Fetches&... fetches) {
  constexpr std::size_t kAhead = 6;
  const auto fetch_item = [](const auto& item) { fetch(&item, sizeof(item)); };
  const std::size_t size = items.size();
  for (std::size_t at = 0; at < size + kAhead * (1 + sizeof...(Fetches)); ++at) {
    std::size_t turn = at;
    const auto step = [&](const auto& act) {
      if (turn < size) act(items[turn]);
      turn -= kAhead;  // below zero it is larger than any size
    };
    step(fetch_item);
    (step(fetches), ...);
    step(work);
  }
}

}  // namespace clearspan
