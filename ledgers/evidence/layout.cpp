#include "ledgers/evidence/layout.hpp"

#include <charconv>
#include <cstring>

#include "codecs/crypto/sha256.hpp"

namespace clearspan::evidence {
namespace {

constexpr std::string_view kSegmentMagic = "clearspan log v1";
constexpr std::string_view kGroupMagic = "GRP1";
constexpr std::size_t kSequenceDigits = 20;  // of 2^64 - 1
constexpr std::size_t kDigestOffset = kBlockBytes - Hash32::kSize;
constexpr std::size_t kGroupDigestOffset = 56;
constexpr std::size_t kGroupDigestBytes = 8;
static_assert(kGroupDigestOffset + kGroupDigestBytes == kGroupHeaderBytes);

// Fields one after the other, written and read by position.
class FieldWriter {
 public:
  explicit FieldWriter(std::uint8_t* out) : out_(out) {}

  void text(std::string_view text) { bytes(as_bytes(text)); }

  void bytes(ByteView bytes) {
    if (!bytes.empty()) std::memcpy(out_, bytes.data(), bytes.size());
    out_ += bytes.size();
  }

  void number(std::uint64_t value, std::size_t width) {
    for (std::size_t i = 0; i < width; ++i) *out_++ = static_cast<std::uint8_t>(value >> (8 * i));
  }

 private:
  std::uint8_t* out_;
};

class FieldReader {
 public:
  explicit FieldReader(ByteView bytes) : bytes_(bytes) {}

  ByteView bytes(std::size_t size) {
    const ByteView field = bytes_.first(size);
    bytes_ = bytes_.subspan(size);
    return field;
  }

  std::uint64_t number(std::size_t width) {
    const ByteView field = bytes(width);
    std::uint64_t value = 0;
    for (std::size_t i = width; i-- > 0;) value = value << 8 | field[i];
    return value;
  }

  template <class Fixed>
  Fixed fixed() {
    Fixed value;
    std::memcpy(value.data(), bytes(Fixed::kSize).data(), Fixed::kSize);
    return value;
  }

 private:
  ByteView bytes_;
};

}  // namespace

Block encode_segment_header(const SegmentHeader& header) {
  CLEARSPAN_VERIFY(header.identity.name.size() <= kLogNameBytesMax);
  Block block{};
  FieldWriter writer(block.data());
  writer.text(kSegmentMagic);
  writer.number(header.before.sequence + 1, 8);
  writer.bytes(header.before.head.view());
  writer.bytes(header.identity.engine.view());
  writer.number(header.identity.name.size(), 2);
  writer.text(header.identity.name);
  FieldWriter(block.data() + 136).number(header.segment_bytes, 8);
  FieldWriter(block.data() + kDigestOffset).bytes(crypto::sha256(ByteView(block).first(kDigestOffset)).view());
  return block;
}

std::optional<SegmentHeader> decode_segment_header(ByteView block) {
  if (block.size() != kBlockBytes) return std::nullopt;
  FieldReader reader(block);
  if (as_text(reader.bytes(kSegmentMagic.size())) != kSegmentMagic) return std::nullopt;
  SegmentHeader header;
  const std::uint64_t first_sequence = reader.number(8);
  header.before = {first_sequence - 1, reader.fixed<Hash32>()};
  header.identity.engine = reader.fixed<EngineTag>();
  const std::uint64_t name_size = reader.number(2);
  if (first_sequence == 0 || name_size > kLogNameBytesMax) return std::nullopt;
  header.identity.name = as_text(reader.bytes(static_cast<std::size_t>(name_size)));
  header.segment_bytes = FieldReader(block.subspan(136)).number(8);
  // One form only: everything that the fields do not say must be as the writer leaves it.
  const Block again = encode_segment_header(header);
  if (std::memcmp(again.data(), block.data(), kBlockBytes) != 0) return std::nullopt;
  return header;
}

void encode_group_header(const GroupHeader& header, std::uint8_t* out) {
  FieldWriter writer(out);
  writer.text(kGroupMagic);
  writer.number(header.count, 4);
  writer.number(header.first_sequence, 8);
  writer.number(header.payload_bytes, 8);
  writer.bytes(header.head_after.view());
  writer.bytes(crypto::sha256(ByteView(out, kGroupDigestOffset)).view().first(kGroupDigestBytes));
}

std::optional<GroupHeader> decode_group_header(ByteView bytes) {
  if (bytes.size() < kGroupHeaderBytes) return std::nullopt;
  FieldReader reader(bytes);
  if (as_text(reader.bytes(kGroupMagic.size())) != kGroupMagic) return std::nullopt;
  GroupHeader header;
  header.count = static_cast<std::uint32_t>(reader.number(4));
  header.first_sequence = reader.number(8);
  header.payload_bytes = reader.number(8);
  header.head_after = reader.fixed<Hash32>();
  std::array<std::uint8_t, kGroupHeaderBytes> again;
  encode_group_header(header, again.data());
  if (std::memcmp(again.data(), bytes.data(), kGroupHeaderBytes) != 0) return std::nullopt;
  return header;
}

std::string encode_watermark(const Watermark& watermark) {
  std::string text = "clearspan head v1\nsegment " + std::to_string(watermark.segment) + "\nsequence " +
                     std::to_string(watermark.position.sequence) + "\nhead " + to_hex(watermark.position.head.view()) +
                     "\n";
  text += "check " + to_hex(crypto::sha256(as_bytes(text)).view()) + "\n";
  return text;
}

std::optional<Watermark> decode_watermark(std::string_view text) {
  const auto value_of = [&](std::string_view name) {
    const auto at = text.find(name);
    if (at == std::string_view::npos) return std::string_view();
    const std::string_view rest = text.substr(at + name.size());
    return rest.substr(0, rest.find('\n'));
  };
  const auto number_of = [&](std::string_view name) {
    const std::string_view digits = value_of(name);
    std::uint64_t number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return number;
  };
  Watermark watermark;
  watermark.segment = number_of("\nsegment ");
  watermark.position.sequence = number_of("\nsequence ");
  if (!from_hex(value_of("\nhead "), watermark.position.head.bytes)) return std::nullopt;
  if (encode_watermark(watermark) != text) return std::nullopt;
  return watermark;
}

std::string segment_name(std::uint64_t first_sequence) {
  const std::string digits = std::to_string(first_sequence);
  return std::string(kSequenceDigits - digits.size(), '0') + digits + std::string(kSegmentSuffix);
}

std::optional<std::uint64_t> parse_segment_name(std::string_view name) {
  std::uint64_t sequence = 0;
  if (name.size() != kSequenceDigits + kSegmentSuffix.size()) return std::nullopt;
  std::from_chars(name.data(), name.data() + kSequenceDigits, sequence);
  if (segment_name(sequence) != name) return std::nullopt;
  return sequence;
}

Hash32 chain_next(const Hash32& head, ByteView record) {
  std::array<std::uint8_t, 1 + Hash32::kSize> prefix;
  prefix[0] = 0x00;  // the leaf prefix of RFC 6962, section 2.1
  std::memcpy(prefix.data() + 1, head.data(), Hash32::kSize);
  return crypto::sha256(prefix, record);
}

Hash32 chain_start(const LogIdentity& identity) {
  Bytes text(identity.engine.bytes.begin(), identity.engine.bytes.end());
  text.insert(text.end(), identity.name.begin(), identity.name.end());
  return crypto::sha256(as_bytes("clearspan evidence log v1\n"), text);
}

}  // namespace clearspan::evidence
