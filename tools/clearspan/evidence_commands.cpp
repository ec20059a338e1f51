#include "tools/clearspan/evidence_commands.hpp"

#include <fmt/format.h>

#include <fstream>

#include "codecs/evidence/bundle.hpp"
#include "codecs/json/writer.hpp"
#include "codecs/tlog/key.hpp"
#include "core/chain/ids.hpp"
#include "ledgers/transport/url.hpp"
#include "tools/clearspan/present.hpp"

namespace clearspan::tools {
namespace {

constexpr int kStatusOk = 200;

Status write_file(const std::filesystem::path& path, const std::string& content) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << content;
  file.close();
  if (!file) return make_error(ErrorCode::storage_failed, "cannot write the file", path.string());
  return Done{};
}

}  // namespace

int run_evidence_export(const EvidenceExportOptions& options) {
  const bool json = options.api.json;
  if (!parse_trade_id(options.trade)) {
    return fail(make_error(ErrorCode::invalid_value, "a trade's id has 32 hexadecimal digits", "TRADE"), json);
  }
  Result<ApiClient> client = ApiClient::open(options.api);
  if (!client.ok()) return fail(client.error(), json);
  const Result<ApiAnswer> answer = client->get("/v1/trades/" + options.trade + "/evidence");
  if (!answer.ok() || !answer->is_success()) return present(answer, json, [](const json::Value&) {});
  if (const auto bundle = evidence::decode_bundle(as_bytes(answer->body)); !bundle.ok()) {
    return fail(make_error(ErrorCode::remote_malformed, "no bundle: " + describe(bundle.error())), json);
  }
  const std::filesystem::path path = options.out.empty() ? options.trade + ".evidence" : options.out.string();
  if (const Status written = write_file(path, answer->body); !written.ok()) return fail(written.error(), json);
  if (json) {
    json::Writer out;
    out.begin_object().field("file", path.string()).field("bytes", answer->body.size()).end_object();
    fmt::print("{}\n", out.take());
  } else {
    fmt::print("{}: {} bytes\n", path.string(), answer->body.size());
  }
  return kExitOk;
}

int run_evidence_keys(const EvidenceKeysOptions& options) {
  const auto url = transport::parse_url(options.url);
  if (!url.ok()) return fail(url.error(), false);
  transport::HttpClient client(*url, {});
  transport::HttpRequest request;
  request.target = "/evidence/keys";
  request.idempotent = true;
  const auto answer = client.request(request, options.timeout);
  if (!answer.ok()) return fail(answer.error(), false);
  if (answer->status != kStatusOk) {
    fmt::print(stderr, "the server answers with status {}\n", answer->status);
    return kExitNegative;
  }
  if (const auto keys = tlog::TrustedKeys::parse(answer->body); !keys.ok()) {
    return fail(make_error(ErrorCode::remote_malformed, "no trust file: " + describe(keys.error())), false);
  }
  fmt::print("{}", answer->body);
  return kExitOk;
}

}  // namespace clearspan::tools
