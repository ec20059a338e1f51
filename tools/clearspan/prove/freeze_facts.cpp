#include "tools/clearspan/prove/freeze_facts.hpp"

#include "ledgers/evidence/reader.hpp"

namespace clearspan::tools {

Result<FreezeFacts> read_freeze_facts(const std::filesystem::path& data_dir, const LedgerId& ledger) {
  FreezeFacts facts;
  const auto disk = evidence::make_posix_disk();
  for (int shard = 0;; ++shard) {
    const std::string directory = (data_dir / ("shard-" + std::to_string(shard))).string();
    CLEARSPAN_TRY(const auto identity, evidence::identity_of_log(*disk, directory));
    if (!identity) return facts;
    bool is_frozen = false;
    const auto visit = [&](const evidence::RecordRef& ref) -> Status {
      CLEARSPAN_TRY(const evidence::Record record, evidence::decode_without_attachment(ref.bytes.record));
      if (const auto* frozen = std::get_if<evidence::LedgerFrozen>(&record.body); frozen && frozen->ledger == ledger) {
        is_frozen = true;
        if (!facts.frozen_at) facts.frozen_at = frozen->height;
      }
      if (const auto* view = std::get_if<evidence::ViewAdvanced>(&record.body); view && view->ledger == ledger) {
        if (!facts.view || *facts.view < view->height) facts.view = view->height;
      }
      if (const auto* txn = std::get_if<evidence::TxnSigned>(&record.body); txn && txn->ledger == ledger) {
        ++(is_frozen ? facts.signed_after : facts.signed_before);
      }
      return Done{};
    };
    CLEARSPAN_TRY(const evidence::LogEnd end, evidence::read_log(*disk, directory, *identity, {}, visit));
  }
}

}  // namespace clearspan::tools
