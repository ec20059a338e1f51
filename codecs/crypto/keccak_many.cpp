// keccak256_many: a lane takes the next message as soon as it has finished one, the longest messages first, so that the
// lanes stay busy until the last few messages. When one message is longer than the share of a lane, those that are left
// go on in fewer lanes.
#include <algorithm>
#include <cstring>

#include "codecs/crypto/keccak.hpp"
#include "codecs/crypto/keccak_lanes.hpp"
#include "core/base/verify.hpp"

namespace clearspan::crypto {
namespace {

constexpr std::size_t kBatch = 1024;        // messages that are put in order at once, on the stack
constexpr std::size_t kLongestPerLane = 4;  // messages as long as the longest, for the widest form; measured
constexpr std::size_t kBlockBuckets = 64;   // messages of that many blocks and more are not told apart

class LaneHasher {
 public:
  LaneHasher(const KeccakLanes& lanes, std::span<const ByteView> messages, std::span<Hash32> hashes)
      : lanes_(&lanes), messages_(messages), hashes_(hashes) {}

  void run() {
    sort();
    choose_lanes();
    for (std::size_t lane = 0; lane < lanes_->count; ++lane) start(lane);
    while (active_ > 1) {
      if (lanes_->narrower != nullptr && active_ <= lanes_->narrower->count) narrow();
      step();
    }
    for (std::size_t lane = 0; lane < lanes_->count; ++lane) {
      if (running_[lane].is_active) finish_alone(lane);
    }
  }

 private:
  struct Lane {
    bool is_active = false;
    std::size_t message = 0;
    std::size_t full = 0;  // whole blocks still to absorb; then the padded one follows
    KeccakBlock padded;
  };

  // The messages' numbers, those with the most blocks first, by counting.
  void sort() {
    std::array<std::uint16_t, kBlockBuckets> ends{};
    for (const ByteView message : messages_) ++ends[bucket_of(message)];
    std::uint16_t end = 0;
    for (std::size_t bucket = kBlockBuckets; bucket-- > 0;) {
      end = static_cast<std::uint16_t>(end + ends[bucket]);
      ends[bucket] = end;
    }
    for (std::size_t i = messages_.size(); i-- > 0;)
      order_[--ends[bucket_of(messages_[i])]] = static_cast<std::uint16_t>(i);
  }

  static std::size_t bucket_of(ByteView message) {
    return std::min(message.size() / kKeccakRateBytes, kBlockBuckets - 1);
  }

  // The widest form is for many messages that are much alike: else lanes are idle, or wait while others are given their
  // next message, for too large a part of the time.
  void choose_lanes() {
    if (!lanes_->is_for_many_alike) return;
    std::size_t blocks = 0;
    for (const ByteView message : messages_) blocks += message.size() / kKeccakRateBytes + 1;
    const std::size_t longest = messages_[order_.front()].size() / kKeccakRateBytes + 1;
    if (blocks < kLongestPerLane * longest * lanes_->count) lanes_ = lanes_->narrower;
  }

  // Gives the lane the next message, or nothing to do.
  void start(std::size_t index) {
    Lane& lane = running_[index];
    kept_ &= ~(1U << index);
    if (next_ == messages_.size()) {
      if (lane.is_active) --active_;
      return idle(index);
    }
    if (!lane.is_active) ++active_;
    lane.is_active = true;
    lane.message = order_[next_++];
    const ByteView message = messages_[lane.message];
    lane.full = message.size() / kKeccakRateBytes;
    lanes_->pad(message.data() + lane.full * kKeccakRateBytes, message.size() % kKeccakRateBytes, lane.padded.data());
    blocks_[index] = lane.full > 0 ? message.data() : lane.padded.data();
    steps_[index] = kKeccakRateBytes;
  }

  // Moves the lanes that are still active to the first of fewer ones. No message waits for a lane any more.
  void narrow() {
    const auto wide_state = state_;
    const std::size_t wide = lanes_->count;
    lanes_ = lanes_->narrower;
    std::size_t to = 0;
    for (std::size_t from = 0; from < wide; ++from) {
      if (!running_[from].is_active) continue;
      for (std::size_t word = 0; word < kKeccakWords; ++word) {
        state_[word * lanes_->count + to] = wide_state[word * wide + from];
      }
      const bool is_kept = (kept_ >> from & 1U) != 0;
      kept_ = (kept_ & ~(1U << to)) | (is_kept ? 1U << to : 0U);
      running_[to] = running_[from];
      blocks_[to] = running_[to].full > 0 ? blocks_[from] : running_[to].padded.data();
      steps_[to] = kKeccakRateBytes;
      ++to;
    }
    for (; to < wide; ++to) idle(to);
  }

  void idle(std::size_t index) {
    running_[index].is_active = false;
    blocks_[index] = kIdleBlock.data();
    steps_[index] = 0;
  }

  // Absorbs as many blocks as no lane needs attention for, then gives it to those that do.
  void step() {
    std::size_t run = kNoLimit;
    for (std::size_t i = 0; i < lanes_->count; ++i) {
      if (running_[i].is_active) run = std::min(run, std::max<std::size_t>(running_[i].full, 1));
    }
    for (std::size_t i = 0; i < run; ++i) {
      lanes_->absorb(state_.data(), blocks_.data(), kept_);
      kept_ = kAll;
      for (std::size_t lane = 0; lane < kKeccakLanesMax; ++lane) blocks_[lane] += steps_[lane];
    }
    for (std::size_t i = 0; i < lanes_->count; ++i) advance(i, run);
  }

  void advance(std::size_t index, std::size_t blocks) {
    Lane& lane = running_[index];
    if (!lane.is_active) return;
    if (lane.full == 0) {
      finish(index);
      return start(index);
    }
    lane.full -= blocks;
    if (lane.full == 0) blocks_[index] = lane.padded.data();
  }

  void finish(std::size_t index) {
    Hash32& hash = hashes_[running_[index].message];
    for (std::size_t word = 0; word < Hash32::kSize / 8; ++word) {
      std::memcpy(hash.data() + word * 8, &state_[word * lanes_->count + index], 8);
    }
  }

  // The last message is quicker by itself.
  void finish_alone(std::size_t index) {
    Lane& lane = running_[index];
    std::array<std::uint64_t, kKeccakWords> state{};
    if ((kept_ >> index & 1U) != 0) {
      for (std::size_t word = 0; word < kKeccakWords; ++word) state[word] = state_[word * lanes_->count + index];
    }
    const std::uint8_t* block = blocks_[index];
    while (true) {
      for (std::size_t word = 0; word < kKeccakRateBytes / 8; ++word) {
        std::uint64_t part = 0;
        std::memcpy(&part, block + word * 8, sizeof(part));
        state[word] ^= part;
      }
      keccak_permute(state.data(), CpuPath::avx2);
      if (lane.full == 0) break;
      block = --lane.full == 0 ? lane.padded.data() : block + kKeccakRateBytes;
    }
    std::memcpy(hashes_[lane.message].data(), state.data(), Hash32::kSize);
  }

  static constexpr unsigned kAll = (1U << kKeccakLanesMax) - 1;
  static constexpr std::size_t kNoLimit = ~std::size_t{0};
  static constexpr KeccakBlock kIdleBlock{};

  const KeccakLanes* lanes_;
  std::span<const ByteView> messages_;
  std::span<Hash32> hashes_;
  std::size_t next_ = 0;    // of order_: the first message that no lane has taken
  std::size_t active_ = 0;  // lanes
  unsigned kept_ = 0;       // bit l: lane l is within a message
  alignas(64) std::array<std::uint64_t, kKeccakWords * kKeccakLanesMax> state_;
  std::array<const std::uint8_t*, kKeccakLanesMax> blocks_{};  // what each lane absorbs next
  std::array<std::size_t, kKeccakLanesMax> steps_{};
  std::array<Lane, kKeccakLanesMax> running_;
  std::array<std::uint16_t, kBatch> order_;
};

}  // namespace

void keccak256_many(std::span<const ByteView> messages, std::span<Hash32> hashes) {
  CLEARSPAN_VERIFY(messages.size() == hashes.size());
  const KeccakLanes* lanes = keccak_lanes(cpu_path());
  if (lanes == nullptr || messages.size() == 1) {
    for (std::size_t i = 0; i < messages.size(); ++i) hashes[i] = keccak256(messages[i]);
    return;
  }
  while (!messages.empty()) {
    const std::size_t count = std::min(messages.size(), kBatch);
    LaneHasher(*lanes, messages.first(count), hashes.first(count)).run();
    messages = messages.subspan(count);
    hashes = hashes.subspan(count);
  }
}

}  // namespace clearspan::crypto
