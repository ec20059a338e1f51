// One of the two ledgers between which a crash campaign's engine works: a process of its own, on a loopback port that
// the system chose. It lives on while the engine is killed.
//
//   a-coin   payments are held here                alice, carol (poor) pay; the operator ends holds
//   b-coin   and made here                         exchanger, bob, carol and operator (poor) are the exchangers'
//
// Either is a `clearspan devnet` or a real EVM node, anvil, with the escrow contract.
#pragma once

#include <array>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "ledgers/simulated/books.hpp"
#include "tools/auditor/ledger_book.hpp"

namespace clearspan::tools {

using Dice = std::mt19937_64;

// Evenly from the range, both ends included.
inline std::uint64_t roll(Dice& dice, std::uint64_t least, std::uint64_t most) {
  return least + dice() % (most - least + 1);
}

inline constexpr std::array<std::string_view, 2> kLedgerNames = {"a-coin", "b-coin"};
inline constexpr std::array<std::string_view, 2> kAssetNames = {"ACN", "BCN"};
inline constexpr unsigned kAssetScale = 2;
inline constexpr std::array<std::uint64_t, 2> kFinalityDepths = {0, 2};  // of simulated ones
inline constexpr std::array<std::string_view, 5> kPeople = {"alice", "bob", "carol", "exchanger", "operator"};

inline constexpr std::string_view kCrashEngine = "crash-campaign";  // its name

inline constexpr Millis kLedgerTimeout{5'000};  // of one question to a ledger

// What a ledger tells of itself, people by their names.
struct LedgerTruth {
  simulated::Books books;
  std::vector<simulated::RefEffects> effects;
};

// What a ledger's node does now and then. None of it is more than a ledger may do.
enum class Mischief : std::uint8_t { silent, unreachable, stalled, reorganised_dropped, reorganised_returned };

inline constexpr std::uint64_t kMischiefs = 5;

// A ledger that contradicts itself: so many of its newest blocks are others now. Some of them were final.
struct Rewritten {
  std::uint64_t depth = 0;
  Height height;  // of the newest
};

class CrashLedger {
 public:
  virtual ~CrashLedger() = default;

  // Its [[ledger]] in the engine's configuration.
  [[nodiscard]] virtual std::string config() const = 0;

  // How requests name one of kPeople.
  [[nodiscard]] virtual std::string account_of(std::string_view person) const = 0;

  // From now on, txns are lost or late; bob's payments on b-coin never arrive.
  virtual Status add_faults() = 0;

  // No more faults of any kind; everything that was late arrives.
  virtual Status clear_faults() = 0;

  // Whether there are blocks that are not final.
  [[nodiscard]] virtual bool can_reorganise() const = 0;

  virtual void do_mischief(Mischief mischief) = 0;
  virtual Result<Rewritten> rewrite_final_blocks() = 0;

  // Nothing that was sent is on its way any more.
  virtual Result<LedgerTruth> truth() = 0;

  // For the independent auditor of the logs in that folder.
  virtual Result<audit::LedgerBook> book(const std::filesystem::path& data_dir) = 0;
};

// The ledger with that index in kLedgerNames. Its files are in the folder.
Result<std::unique_ptr<CrashLedger>> start_devnet_ledger(std::size_t index, const std::filesystem::path& folder,
                                                         std::uint64_t seed);

// Errors: also config_invalid when anvil or the contracts are not there.
Result<std::unique_ptr<CrashLedger>> start_anvil_ledger(std::size_t index, const std::filesystem::path& folder,
                                                        std::uint64_t seed, const std::string& contracts_dir);

Status write_file(const std::filesystem::path& path, const std::string& text);

}  // namespace clearspan::tools
