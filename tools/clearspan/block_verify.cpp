#include "tools/clearspan/block_verify.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>

#include "codecs/ethereum/block.hpp"
#include "codecs/json/writer.hpp"
#include "core/base/bytes.hpp"
#include "core/base/result.hpp"

namespace clearspan {
namespace {

constexpr std::string_view kEthereum = "ethereum";

enum class ExitCode : int { verified = 0, failed = 1, not_a_block = 2 };

Result<std::string> read_file(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return make_error(ErrorCode::storage_failed, "is a folder", path);
  std::ifstream file(path, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file.is_open() || file.bad()) return make_error(ErrorCode::storage_failed, "cannot read the file", path);
  return content;
}

Result<std::optional<std::string>> read_optional_file(const std::optional<std::string>& path) {
  if (!path) return std::optional<std::string>();
  CLEARSPAN_TRY(std::string content, read_file(*path));
  return std::optional<std::string>(std::move(content));
}

Result<ethereum::BlockReport> verify_files(const BlockVerifyOptions& options) {
  if (options.format != kEthereum) {
    return make_error(ErrorCode::invalid_value, "the only format is \"ethereum\"", "--format");
  }
  CLEARSPAN_TRY(const std::string block, read_file(options.block_path));
  CLEARSPAN_TRY(const std::optional<std::string> receipts, read_optional_file(options.receipts_path));
  CLEARSPAN_TRY(const std::optional<std::string> uncles, read_optional_file(options.uncles_path));
  return ethereum::verify_block(block, receipts, uncles);
}

void write_error(json::Writer& json, const Error& error) {
  json.key("error").begin_object().field("code", to_string(error.code)).field("detail", error.detail);
  if (!error.field.empty()) json.field("field", error.field);
  json.end_object();
}

void write_report(json::Writer& json, const ethereum::BlockReport& report) {
  json.field("number", report.number)
      .field("hash", to_hex_prefixed(report.hash.view()))
      .field("parent_hash", to_hex_prefixed(report.parent_hash.view()))
      .field("transaction_count", report.transaction_count)
      .field("receipt_count", report.receipt_count)
      .field("withdrawal_count", report.withdrawal_count)
      .field("uncle_count", report.uncle_count)
      .field("header", to_string(report.header))
      .field("transactions", to_string(report.transactions))
      .field("receipts", to_string(report.receipts))
      .field("withdrawals", to_string(report.withdrawals))
      .field("uncles", to_string(report.uncles));
  if (report.mismatch) write_error(json, *report.mismatch);
}

}  // namespace

int run_block_verify(const BlockVerifyOptions& options, std::ostream& out, std::ostream& err) {
  const auto report = verify_files(options);
  ExitCode code = ExitCode::verified;
  std::string_view result = "verified";
  if (!report.ok()) {
    code = ExitCode::not_a_block;
    result = "not_a_block";
    err << describe(report.error()) << '\n';
  } else if (report->mismatch) {
    code = ExitCode::failed;
    result = "failed";
    err << describe(*report->mismatch) << '\n';
  }
  json::Writer json;
  json.begin_object().field("format", options.format).field("result", result);
  if (report.ok()) {
    write_report(json, *report);
  } else {
    write_error(json, report.error());
  }
  json.end_object();
  out << json.take() << '\n';
  return static_cast<int>(code);
}

}  // namespace clearspan
