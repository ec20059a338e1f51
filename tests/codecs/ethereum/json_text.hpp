// A parsed JSON value written out again, for corpus files that hold several documents in one array.
#pragma once

#include <string>

#include "codecs/json/value.hpp"
#include "codecs/json/writer.hpp"

namespace clearspan::ethereum::tests {

inline void append_json(json::Writer& out, json::Value value) {
  switch (value.kind()) {
    case json::Kind::null:
      out.null();
      break;
    case json::Kind::boolean:
      out.value(*value.if_boolean());
      break;
    case json::Kind::integer:
      out.value(*value.i64());
      break;
    case json::Kind::real:
      ADD_FAILURE() << "a number with a fraction in a block";
      break;
    case json::Kind::string:
      out.value(*value.if_string());
      break;
    case json::Kind::array: {
      const json::Array elements(value);
      out.begin_array();
      for (const json::Value element : elements) append_json(out, element);
      out.end_array();
      break;
    }
    case json::Kind::object: {
      const json::Object fields(value);
      out.begin_object();
      for (const json::Field field : fields) {
        out.key(field.key);
        append_json(out, field.value);
      }
      out.end_object();
      break;
    }
  }
}

inline std::string json_text(json::Value value) {
  json::Writer out;
  append_json(out, value);
  return out.take();
}

}  // namespace clearspan::ethereum::tests
