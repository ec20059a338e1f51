// The strict JSON reader: what it accepts means one thing, and the tools that cut values out of its text agree with it.
#include <optional>
#include <set>
#include <string>

#include "codecs/json/document.hpp"
#include "codecs/json/writer.hpp"
#include "ledgers/ethereum/json_span.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace clearspan::fuzz {
namespace {

void write(json::Writer& out, json::Value value, std::size_t depth);

void write_object(json::Writer& out, json::Object object, std::size_t depth) {
  std::set<std::string_view> keys;
  out.begin_object();
  for (const json::Field field : object) {
    CLEARSPAN_VERIFY(keys.insert(field.key).second);
    write(out.key(field.key), field.value, depth + 1);
  }
  out.end_object();
  CLEARSPAN_VERIFY(object.size() == keys.size() && object.empty() == keys.empty());
}

void write_array(json::Writer& out, json::Array array, std::size_t depth) {
  std::size_t count = 0;
  out.begin_array();
  for (const json::Value member : array) {
    write(out, member, depth + 1);
    ++count;
  }
  out.end_array();
  CLEARSPAN_VERIFY(array.size() == count);
}

void write_integer(json::Writer& out, json::Value value) {
  const auto natural = value.u64();
  const auto whole = value.i64();
  CLEARSPAN_VERIFY(natural.ok() || whole.ok());
  if (natural.ok() && whole.ok()) CLEARSPAN_VERIFY(static_cast<std::uint64_t>(*whole) == *natural);
  natural.ok() ? out.value(*natural) : out.value(*whole);
}

// The value again, with every number that is no integer as 0.5.
void write(json::Writer& out, json::Value value, std::size_t depth) {
  CLEARSPAN_VERIFY(depth <= json::Limits{}.depth_max + 1);
  switch (value.kind()) {
    case json::Kind::null:
      out.null();
      return;
    case json::Kind::boolean:
      out.value(*value.boolean());
      return;
    case json::Kind::integer:
      return write_integer(out, value);
    case json::Kind::real:
      CLEARSPAN_VERIFY(!value.u64().ok() && !value.i64().ok());
      out.raw("0.5");
      return;
    case json::Kind::string:
      out.value(*value.string());
      return;
    case json::Kind::array:
      return write_array(out, *value.array(), depth);
    case json::Kind::object:
      return write_object(out, *value.object(), depth);
  }
}

std::string text_of(json::Value value) {
  json::Writer out;
  write(out, value, 0);
  return out.take();
}

// None for a text that is refused.
std::optional<std::string> normal_form(std::string_view text) {
  json::Document document;
  const auto root = document.parse(text);
  if (root.ok()) return text_of(*root);
  expect_one_of(root.error(),
                {ErrorCode::malformed_json, ErrorCode::duplicate_key, ErrorCode::too_deep, ErrorCode::too_large});
  return std::nullopt;
}

void check_members(std::string_view text, json::Object object) {
  const bool has_escapes = text.find('\\') != std::string_view::npos;
  for (const json::Field field : object) {
    const auto member = ethereum::member_text(text, field.key);
    CLEARSPAN_VERIFY(member.has_value() || has_escapes);
    if (member) CLEARSPAN_VERIFY(normal_form(*member) == text_of(field.value));
  }
}

void check_elements(std::string_view text, json::Array array) {
  const auto elements = ethereum::element_texts(text);
  CLEARSPAN_VERIFY(elements.size() == array.size());
  std::size_t i = 0;
  for (const json::Value member : array) CLEARSPAN_VERIFY(normal_form(elements[i++]) == text_of(member));
}

}  // namespace
}  // namespace clearspan::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace clearspan;
  const std::string_view text = as_text({data, size});
  const auto normal = fuzz::normal_form(text);
  if (!normal) return 0;
  CLEARSPAN_VERIFY(fuzz::normal_form(*normal) == normal);
  json::Document document;
  const auto root = document.parse(text);
  if (const auto object = root->if_object()) fuzz::check_members(text, *object);
  if (const auto array = root->if_array()) fuzz::check_elements(text, *array);
  return 0;
}
