// Runs a fuzz target without a fuzzer: every file of the folders that are named, then mutations of them that are the
// same on every run. So the corpus stays a regression test in builds that have no libFuzzer.
//
//   fuzz_<target> [--mutations N] FILE_OR_FOLDER...        a folder that does not exist is empty
//
// The input that ends the process is kept in the file crash-<target> of the current folder.
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "tests/fuzz/fuzz.hpp"

extern "C" __attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)());

namespace {

namespace fs = std::filesystem;
using clearspan::Bytes;

constexpr std::size_t kInputBytesMax = 1U << 20;
constexpr std::size_t kMutationsDefault = 4000;

std::string crash_file;
const std::uint8_t* current = nullptr;
std::size_t current_size = 0;

// Only what a signal handler may call.
void keep_current() {
  const int file = ::open(crash_file.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);
  if (file < 0 || current == nullptr) return;
  const auto written = ::write(file, current, current_size);
  const auto told = ::write(STDERR_FILENO, crash_file.data(), crash_file.size());
  const auto ended = ::write(STDERR_FILENO, " holds the input\n", 17);
  static_cast<void>(written + told + ended);
  ::close(file);
}

void on_signal(int number) {
  keep_current();
  std::signal(number, SIG_DFL);
  std::raise(number);
}

void run(const Bytes& input) {
  // In memory of exactly its size, so that AddressSanitizer sees one byte too many.
  const auto exact = std::make_unique<std::uint8_t[]>(input.size());
  if (!input.empty()) std::memcpy(exact.get(), input.data(), input.size());
  current = exact.get();
  current_size = input.size();
  LLVMFuzzerTestOneInput(exact.get(), input.size());
  current = nullptr;
}

// SplitMix64, so that every machine makes the same mutations.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}

  std::size_t below(std::size_t bound) { return bound == 0 ? 0 : static_cast<std::size_t>(next() % bound); }

 private:
  std::uint64_t next() {
    std::uint64_t mixed = (state_ += 0x9e3779b97f4a7c15ULL);
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ULL;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebULL;
    return mixed ^ (mixed >> 31);
  }

  std::uint64_t state_;
};

using Offset = Bytes::difference_type;

Offset place_in(const Bytes& bytes, Dice& dice) {
  return static_cast<Offset>(dice.below(bytes.size() + 1));
}

// A part of `bytes`, short more often than long.
Bytes part_of(const Bytes& bytes, Dice& dice) {
  const std::size_t start = dice.below(bytes.size());
  const std::size_t size =
      std::min(dice.below(2) == 0 ? dice.below(9) : dice.below(bytes.size()), bytes.size() - start);
  const auto from = bytes.begin() + static_cast<Offset>(start);
  return {from, from + static_cast<Offset>(size)};
}

void mutate(Bytes& bytes, const Bytes& other, Dice& dice) {
  constexpr std::uint8_t kInteresting[] = {0x00, 0x01, 0x7f, 0x80, 0xff, '"',  '{',
                                           '}',  '0',  '9',  '-',  '\n', 0xc0, 0x1e};
  const std::size_t kind = dice.below(7);
  if (kind == 0) {
    const Bytes part = part_of(other, dice);
    bytes.insert(bytes.begin() + place_in(bytes, dice), part.begin(), part.end());
  } else if (bytes.empty()) {
    bytes.push_back(kInteresting[dice.below(std::size(kInteresting))]);
  } else if (kind == 1) {
    bytes[dice.below(bytes.size())] ^= static_cast<std::uint8_t>(1U << dice.below(8));
  } else if (kind == 2) {
    bytes[dice.below(bytes.size())] = kInteresting[dice.below(std::size(kInteresting))];
  } else if (kind == 3) {
    const std::size_t size = part_of(bytes, dice).size();
    const auto from = bytes.begin() + static_cast<Offset>(dice.below(bytes.size() - size + 1));
    bytes.erase(from, from + static_cast<Offset>(size));
  } else if (kind == 4) {
    const Bytes part = part_of(bytes, dice);
    bytes.insert(bytes.begin() + place_in(bytes, dice), part.begin(), part.end());
  } else if (kind == 5) {
    const Bytes part = part_of(other, dice);
    std::copy_n(part.begin(), std::min(part.size(), bytes.size()), bytes.begin());
  } else {
    bytes[dice.below(bytes.size())] = static_cast<std::uint8_t>(dice.below(256));
  }
}

void add_file(std::vector<Bytes>& seeds, const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  Bytes content{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (content.size() <= kInputBytesMax) seeds.push_back(std::move(content));
}

void add_seeds(std::vector<Bytes>& seeds, const fs::path& path) {
  if (fs::is_regular_file(path)) return add_file(seeds, path);
  if (!fs::is_directory(path)) return;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(path)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) add_file(seeds, file);
}

void watch_for_crashes(const std::string& program) {
  crash_file = "crash-" + fs::path(program).filename().string();
  for (const int number : {SIGABRT, SIGSEGV, SIGFPE, SIGILL, SIGBUS}) std::signal(number, on_signal);
  if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(keep_current);
}

}  // namespace

int main(int argc, char** argv) {
  watch_for_crashes(argv[0]);
  std::size_t mutations = kMutationsDefault;
  std::vector<Bytes> seeds;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--mutations") == 0 && i + 1 < argc) {
      mutations = std::strtoull(argv[++i], nullptr, 10);
    } else {
      add_seeds(seeds, argv[i]);
    }
  }
  if (seeds.empty()) {
    std::fprintf(stderr, "there is no input in the folders that were named\n");
    return 2;
  }
  run({});
  for (const Bytes& seed : seeds) run(seed);
  Dice dice(1);
  for (std::size_t i = 0; i < mutations; ++i) {
    Bytes input = seeds[i % seeds.size()];
    for (std::size_t edits = 1 + dice.below(4); edits > 0; --edits) {
      mutate(input, seeds[dice.below(seeds.size())], dice);
    }
    run(input);
  }
  std::printf("%zu inputs and %zu mutations of them\n", seeds.size(), mutations);
  return 0;
}
