// A simulated ledger as a process: `clearspan devnet`.
//
//   a-coin   final at once
//   b-coin   final two blocks later
#include <fmt/format.h>

#include <fstream>
#include <optional>
#include <thread>

#include "codecs/crypto/ed25519.hpp"
#include "codecs/json/document.hpp"
#include "ledgers/simulated/genesis.hpp"
#include "ledgers/simulated/ledger_admin.hpp"
#include "tools/auditor/simulated_book.hpp"
#include "tools/clearspan/child_process.hpp"
#include "tools/clearspan/prove/crash_ledger.hpp"

namespace clearspan::tools {
namespace {

namespace fs = std::filesystem;
using simulated::FaultAction;
using simulated::NodeFault;
using simulated::ReorganisedTxns;

constexpr Millis kStartTimeout{30'000};
constexpr Millis kBlockInterval{20};
constexpr std::uint64_t kPlenty = 1'000'000'000'000;
constexpr std::uint64_t kShortFault = 5;        // blocks
constexpr std::uint64_t kLongFault = 10;        // blocks
constexpr std::uint64_t kRewrittenBlocks = 60;  // all of them final on a-coin

constexpr Millis kYouthMax{30'000};  // until there are more blocks than that

// Txns that are lost or late; what a signer's txns meet is decided by their ids.
struct Fault {
  std::size_t ledger;
  FaultAction action;
  std::string_view account;
  std::optional<MovementKind> kind;
  std::uint32_t per_mille;
  std::uint64_t delay_blocks;
};

const std::array<Fault, 7> kFaults = {{
    {1, FaultAction::drop, "bob", MovementKind::payment, 1000, 0},
    {1, FaultAction::delay, "carol", MovementKind::payment, 500, 170},
    {1, FaultAction::delay, "carol", MovementKind::payment, 1000, 15},
    {1, FaultAction::delay, "exchanger", std::nullopt, 150, 8},
    {0, FaultAction::drop, "operator", std::nullopt, 80, 0},
    {0, FaultAction::delay, "operator", std::nullopt, 200, 10},
    {0, FaultAction::delay, "alice", std::nullopt, 150, 8},
}};

std::uint64_t balance_of(std::size_t ledger, std::string_view account) {
  if (ledger == 0) return account == "alice" || account == "exchanger" ? kPlenty : account == "carol" ? 1 : 0;
  return account == "operator" ? 3 : kPlenty;
}

std::string genesis_text(std::size_t ledger) {
  std::string text = fmt::format(
      "ledger = \"{}\"\nblock_interval_ms = {}\nfinality_depth = {}\nreclaim = false\nescrow_operator = \"operator\"\n"
      "[[asset]]\nname = \"{}\"\nscale = {}\n",
      kLedgerNames[ledger], kBlockInterval.count(), kFinalityDepths[ledger], kAssetNames[ledger], kAssetScale);
  for (const std::string_view name : kPeople) {
    const auto key = crypto::Ed25519Signer(simulated::demo_key(AccountId{std::string(name)})).public_key();
    text += fmt::format("[[account]]\nname = \"{}\"\npublic_key = \"{}\"\n", name, to_hex(key.view()));
    if (const std::uint64_t units = balance_of(ledger, name); units != 0) {
      text += fmt::format("balances = {{ {} = \"{}\" }}\n", kAssetNames[ledger], units);
    }
  }
  return text;
}

// The url in {"event":"ready","ledger":"a-coin","url":"http://127.0.0.1:4711"}.
Result<std::string> url_in(const std::string& line) {
  json::Document document;
  CLEARSPAN_TRY(const json::Value root, document.parse(line));
  CLEARSPAN_TRY(const json::Object object, root.object());
  CLEARSPAN_TRY(const json::Value url, object.require("url"));
  CLEARSPAN_TRY(const std::string_view text, url.string());
  return std::string(text);
}

class DevnetLedger final : public CrashLedger {
 public:
  DevnetLedger(std::size_t index, ChildProcess process, std::string url, simulated::LedgerAdmin admin)
      : index_(index), process_(std::move(process)), url_(std::move(url)), admin_(std::move(admin)) {}

  [[nodiscard]] std::string config() const override {
    return fmt::format(
        "[[ledger]]\nid = \"{0}\"\nkind = \"simulated\"\nurl = \"{1}\"\ngenesis = \"{0}.toml\"\ndemo_keys = true\n",
        kLedgerNames[index_], url_);
  }

  [[nodiscard]] std::string account_of(std::string_view person) const override { return std::string(person); }

  Status add_faults() override {
    for (const Fault& fault : kFaults) {
      if (fault.ledger != index_) continue;
      simulated::FaultRule rule;
      rule.action = fault.action;
      rule.account = AccountId{std::string(fault.account)};
      rule.kind = fault.kind;
      rule.per_mille = fault.per_mille;
      rule.delay_blocks = fault.delay_blocks;
      CLEARSPAN_CHECK_OK(admin_.add_fault(rule, kLedgerTimeout));
    }
    return Done{};
  }

  Status clear_faults() override {
    CLEARSPAN_CHECK_OK(admin_.clear_faults(kLedgerTimeout));
    return admin_.set_node_fault(NodeFault::none, 0, kLedgerTimeout);
  }

  [[nodiscard]] bool can_reorganise() const override { return kFinalityDepths[index_] > 0; }

  void do_mischief(Mischief mischief) override {
    switch (mischief) {
      case Mischief::silent:
        return static_cast<void>(admin_.set_node_fault(NodeFault::silent, kShortFault, kLedgerTimeout));
      case Mischief::unreachable:
        return static_cast<void>(admin_.set_node_fault(NodeFault::unreachable, kShortFault, kLedgerTimeout));
      case Mischief::stalled:
        return static_cast<void>(admin_.set_node_fault(NodeFault::stalled, kLongFault, kLedgerTimeout));
      case Mischief::reorganised_dropped:
        return static_cast<void>(admin_.reorganise(kFinalityDepths[index_], ReorganisedTxns::dropped, kLedgerTimeout));
      case Mischief::reorganised_returned:
        return static_cast<void>(admin_.reorganise(1, ReorganisedTxns::returned, kLedgerTimeout));
    }
  }

  Result<Rewritten> rewrite_final_blocks() override {
    CLEARSPAN_CHECK_OK(await_blocks(kRewrittenBlocks + 1));
    CLEARSPAN_CHECK_OK(admin_.reorganise(kRewrittenBlocks, ReorganisedTxns::returned, kLedgerTimeout));
    CLEARSPAN_TRY(const simulated::Books books, admin_.books(kLedgerTimeout));
    return Rewritten{kRewrittenBlocks, books.height};
  }

  Result<LedgerTruth> truth() override {
    LedgerTruth truth;
    CLEARSPAN_TRY(truth.books, admin_.books(kLedgerTimeout));
    CLEARSPAN_TRY(truth.effects, admin_.effects(kLedgerTimeout));
    return truth;
  }

  Result<audit::LedgerBook> book(const fs::path& /*data_dir*/) override {
    return audit::read_simulated_book(url_, kFinalityDepths[index_], kLedgerTimeout);
  }

 private:
  Status await_blocks(std::uint64_t count) {
    const auto give_up = std::chrono::steady_clock::now() + kYouthMax;
    while (std::chrono::steady_clock::now() < give_up) {
      CLEARSPAN_TRY(const simulated::Books books, admin_.books(kLedgerTimeout));
      if (books.height.value >= count) return Done{};
      std::this_thread::sleep_for(kBlockInterval);
    }
    return make_error(ErrorCode::timed_out, "the ledger has too few blocks");
  }

  const std::size_t index_;
  ChildProcess process_;
  const std::string url_;
  simulated::LedgerAdmin admin_;
};

}  // namespace

Status write_file(const fs::path& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  if (out) return Done{};
  return make_error(ErrorCode::storage_failed, "cannot write " + path.string());
}

Result<std::unique_ptr<CrashLedger>> start_devnet_ledger(std::size_t index, const fs::path& folder,
                                                         std::uint64_t seed) {
  const fs::path genesis = folder / (std::string(kLedgerNames[index]) + ".toml");
  CLEARSPAN_CHECK_OK(write_file(genesis, genesis_text(index)));
  Command command;
  command.arguments = {own_program(), "devnet", "--genesis", genesis.string(), "--seed", std::to_string(seed)};
  command.log_file = folder / (std::string(kLedgerNames[index]) + ".log");
  CLEARSPAN_TRY(ChildProcess process, ChildProcess::start(command));
  CLEARSPAN_TRY(const std::string line, process.read_line(kStartTimeout));
  CLEARSPAN_TRY(std::string url, url_in(line));
  CLEARSPAN_TRY(simulated::LedgerAdmin admin, simulated::LedgerAdmin::make(url));
  return std::unique_ptr<CrashLedger>(
      std::make_unique<DevnetLedger>(index, std::move(process), std::move(url), std::move(admin)));
}

}  // namespace clearspan::tools
