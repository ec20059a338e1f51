#include "ledgers/evidence/group.hpp"

namespace clearspan::evidence {

ByteView EncodedGroup::add(const Record& record) {
  const std::size_t at = bytes_.size();
  bytes_.resize(at + kRecordLengthBytes);
  encode(record, bytes_);
  set_length(at);
  return ByteView(bytes_).subspan(at + kRecordLengthBytes);
}

void EncodedGroup::add_bytes(ByteView record) {
  const std::size_t at = bytes_.size();
  bytes_.resize(at + kRecordLengthBytes);
  bytes_.insert(bytes_.end(), record.begin(), record.end());
  set_length(at);
}

void EncodedGroup::set_length(std::size_t at) {
  const std::size_t length = bytes_.size() - at - kRecordLengthBytes;
  for (std::size_t i = 0; i < kRecordLengthBytes; ++i) bytes_[at + i] = static_cast<std::uint8_t>(length >> (8 * i));
  ++count_;
}

}  // namespace clearspan::evidence
