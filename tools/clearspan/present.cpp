#include "tools/clearspan/present.hpp"

#include "codecs/json/writer.hpp"

namespace clearspan::tools {
namespace {

int exit_code_of(const Error& error) {
  const bool unknown = error.code == ErrorCode::unreachable || error.code == ErrorCode::timed_out;
  return unknown ? kExitUnreachable : kExitUsage;
}

}  // namespace

int fail(const Error& error, bool json) {
  if (json) {
    json::Writer out;
    out.begin_object().field("code", to_string(error.code)).field("detail", error.detail);
    if (!error.field.empty()) out.field("field", error.field);
    out.end_object();
    fmt::print("{}\n", out.take());
  } else {
    fmt::print(stderr, "{}\n", describe(error));
  }
  return exit_code_of(error);
}

}  // namespace clearspan::tools
