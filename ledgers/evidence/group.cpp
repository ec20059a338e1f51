#include "ledgers/evidence/group.hpp"

namespace clearspan::evidence {

void EncodedGroup::add(const Record& record) {
  const std::size_t at = bytes_.size();
  bytes_.resize(at + kRecordLengthBytes);
  attachment_.clear();
  encode(record, bytes_, attachment_);
  set_length(at, 0);
  if (!attachment_.empty()) add_item(attachment_, kAttachmentBit);
  ++count_;
}

void EncodedGroup::add_bytes(const RecordBytes& bytes) {
  add_item(bytes.record, 0);
  if (!bytes.attachment.empty()) add_item(bytes.attachment, kAttachmentBit);
  ++count_;
}

void EncodedGroup::add_item(ByteView bytes, std::uint32_t bit) {
  const std::size_t at = bytes_.size();
  bytes_.resize(at + kRecordLengthBytes);
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  set_length(at, bit);
}

void EncodedGroup::set_length(std::size_t at, std::uint32_t bit) {
  const std::size_t head = (bytes_.size() - at - kRecordLengthBytes) | bit;
  for (std::size_t i = 0; i < kRecordLengthBytes; ++i) bytes_[at + i] = static_cast<std::uint8_t>(head >> (8 * i));
}

}  // namespace clearspan::evidence
