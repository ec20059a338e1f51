#include "codecs/ethereum/withdrawal.hpp"

#include <string>

#include "codecs/ethereum/json_item.hpp"
#include "codecs/ethereum/rlp.hpp"

namespace clearspan::ethereum {
namespace {

enum class WithdrawalField : std::uint8_t { index, validator_index, address, amount };

constexpr FieldTable<WithdrawalField, 4> kWithdrawalTable({"index", "validatorIndex", "address", "amount"});

constexpr ItemSpec<WithdrawalField> kWithdrawalItems[] = {
    {WithdrawalField::index, Notation::quantity, 8},
    {WithdrawalField::validator_index, Notation::quantity, 8},
    {WithdrawalField::address, Notation::data, Address::kSize},
    {WithdrawalField::amount, Notation::quantity, 8},
};

}  // namespace

Status append_withdrawal_json(Buffer& out, json::Value withdrawal) {
  const auto object = withdrawal.if_object();
  if (!object) return withdrawal.error(ErrorCode::not_a_block, "a withdrawal must be an object");
  const FieldValues<WithdrawalField, 4> values(kWithdrawalTable, *object);
  const std::size_t list = rlp::begin_list(out);
  for (const auto& item : kWithdrawalItems) {
    if (!values.has(item.field)) {
      const std::string_view name = kWithdrawalTable.name(item.field);
      return make_error(ErrorCode::not_a_block, "the withdrawal lacks " + std::string(name), object->pointer_to(name));
    }
    if (!append_item(out, values[item.field], item.notation, item.size)) {
      return values[item.field].error(ErrorCode::not_a_block, describe_item(item.notation, item.size));
    }
  }
  rlp::end_list(out, list);
  return Done{};
}

Result<Withdrawal> decode_withdrawal(ByteView raw) {
  rlp::Reader whole(raw);
  rlp::Reader fields = whole.list();
  Withdrawal withdrawal;
  withdrawal.index = fields.u64();
  withdrawal.validator_index = fields.u64();
  withdrawal.address = fields.fixed<Address>();
  withdrawal.amount_gwei = fields.u64();
  fields.expect_end();
  whole.adopt(fields);
  whole.expect_end();
  CLEARSPAN_CHECK_OK(whole.status());
  return withdrawal;
}

}  // namespace clearspan::ethereum
