#include "ledgers/evidence/index_glance.hpp"

#include <algorithm>

#include "codecs/evidence/cbor.hpp"
#include "codecs/evidence/fields.hpp"

namespace clearspan::evidence {

Result<TxnGlance> glance_at_txn(ByteView record) {
  cbor::Reader reader(record);
  std::uint64_t left = reader.array_of_any_length();
  reader.skip();  // number
  reader.skip();  // time
  TxnGlance txn;
  txn.ledger = as_text(reader.view());
  reader.fixed(txn.id);
  for (constexpr std::uint64_t kRead = 4; left > kRead && !reader.failed(); --left) reader.skip();
  CLEARSPAN_CHECK_OK(reader.finish());
  return txn;
}

Result<std::vector<TradeId>> trades_in(ByteView txn_attachment) {
  cbor::Reader reader(txn_attachment);
  reader.array(2);
  reader.skip();  // raw bytes
  const std::uint64_t count = reader.array_of_any_length();
  std::vector<TradeId> trades;
  trades.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(count, fields::kMovementsMax)));
  for (std::uint64_t i = 0; i < count && !reader.failed(); ++i) {
    OperationRef ref;
    std::uint64_t left = reader.array_of_any_length();
    reader.fixed(ref);
    for (; left > 1 && !reader.failed(); --left) reader.skip();
    trades.push_back(trade_of(ref));
  }
  CLEARSPAN_CHECK_OK(reader.finish());
  std::sort(trades.begin(), trades.end());
  trades.erase(std::unique(trades.begin(), trades.end()), trades.end());
  return trades;
}

}  // namespace clearspan::evidence
