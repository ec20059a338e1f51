// The command line of `clearspan`. Each subcommand reads its options here and does its work in a file of its own; what
// the exit status says is in exit_codes.hpp.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <functional>
#include <iostream>
#include <memory>

#include "tools/clearspan/audit_command.hpp"
#include "tools/clearspan/bench.hpp"
#include "tools/clearspan/block_verify.hpp"
#include "tools/clearspan/demo.hpp"
#include "tools/clearspan/devnet.hpp"
#include "tools/clearspan/doctor.hpp"
#include "tools/clearspan/evidence_commands.hpp"
#include "tools/clearspan/evidence_verify.hpp"
#include "tools/clearspan/evidence_views.hpp"
#include "tools/clearspan/exit_codes.hpp"
#include "tools/clearspan/index_rebuild.hpp"
#include "tools/clearspan/prove.hpp"
#include "tools/clearspan/serve.hpp"
#include "tools/clearspan/trade_commands.hpp"
#include "tools/clearspan/witness.hpp"

// Read by jemalloc, where it is linked (docs/adr/008): pages that a burst has used are kept for the next one, and they
// are large ones, for trades lie far apart.
extern "C" const char* malloc_conf;
const char* malloc_conf = "dirty_decay_ms:30000,muzzy_decay_ms:30000,thp:always,metadata_thp:auto";

namespace clearspan::tools {
namespace {

constexpr const char* kExitStatuses =
    "Exit status: 0 done and good; 1 done, and the answer is bad (a check failed, a trade ended unsettled, the server\n"
    "refused); 2 the command line, the configuration or an input cannot be used; 3 no answer from the server, so what\n"
    "it did is unknown.";

// The chosen subcommand sets it; main calls it after parsing.
using Run = std::function<int()>;

void add_config(CLI::App& command, std::filesystem::path& config) {
  command.add_option("--config", config, "The configuration file (TOML)")->required()->option_text("FILE");
}

void add_log_level(CLI::App& command, std::string& level) {
  command.add_option("--log-level", level, "trace, debug, info, warn or error")
      ->capture_default_str()
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error"}));
}

void add_json(CLI::App& command, bool& json) {
  command.add_flag("--json", json, "Answer as JSON");
}

void add_url(CLI::App& command, std::string& url) {
  command.add_option("--api,--url", url, "Where `clearspan serve` listens")->capture_default_str()->option_text("URL");
}

void add_api(CLI::App& command, ApiOptions& api) {
  add_url(command, api.url);
  command.add_option("--key-file", api.key_file, "The API's key file")->required()->option_text("FILE");
  add_json(command, api.json);
}

void add_serve(CLI::App& app, Run& run) {
  CLI::App* command = app.add_subcommand("serve", "Run the engine and its REST API");
  const auto options = std::make_shared<ServeOptions>();
  add_config(*command, options->config);
  add_log_level(*command, options->log_level);
  command->callback([options, &run] { run = [options] { return run_serve(*options); }; });
}

void add_devnet(CLI::App& app, Run& run) {
  CLI::App* command = app.add_subcommand("devnet", "Run a simulated ledger that a `clearspan serve` can use");
  const auto options = std::make_shared<DevnetOptions>();
  const auto interval = std::make_shared<std::optional<std::uint32_t>>();
  CLI::Option* genesis = command->add_option("--genesis", options->genesis_file, "The ledger's beginning (TOML)");
  CLI::Option* ledger =
      command->add_option("--ledger", options->ledger, "Name of the demo ledger")->capture_default_str();
  CLI::Option* asset =
      command->add_option("--asset", options->asset, "Asset of the demo ledger")->capture_default_str();
  command->add_option("--address", options->address, "Where to listen: a loopback address")->capture_default_str();
  command->add_option("--port", options->port, "0: any free one")->capture_default_str();
  command->add_option("--block-interval-ms", *interval, "Instead of the genesis's");
  command->add_option("--finality-depth", options->finality_depth, "Blocks that must follow; instead of the genesis's");
  command->add_option("--seed", options->seed, "Decides what scripted faults leave to chance")->capture_default_str();
  genesis->excludes(ledger)->excludes(asset);
  command->callback([options, interval, &run] {
    if (*interval) options->block_interval = Millis(**interval);
    run = [options] { return run_devnet(*options); };
  });
}

void add_demo(CLI::App& app, Run& run) {
  CLI::App* command =
      app.add_subcommand("demo", "Settle thousands of trades, fail a tenth on purpose, and check the books");
  const auto options = std::make_shared<DemoOptions>();
  command->add_option("--trades", options->trades, "How many; 0: 10,000 on simulated ledgers, 500 on EVM nodes")
      ->capture_default_str();
  command->add_option("--seed", options->seed, "Decides which trades fail, and how")->capture_default_str();
  command->add_option("--data-dir", options->data_dir, "Where the engine keeps its logs; kept afterwards");
  command->add_flag("--evm", options->evm, "Between two EVM nodes");
  CLI::Option* a = command->add_option("--endpoint-a", options->endpoint_a, "An EVM node that is there already");
  CLI::Option* b = command->add_option("--endpoint-b", options->endpoint_b, "The other one");
  CLI::Option* key = command->add_option("--key-file", options->key_file, "The key of an account with funds on both");
  command->add_option("--contracts", options->contracts_dir, "Where the compiled contracts are")->capture_default_str();
  a->needs(b)->needs(key);
  b->needs(a);
  add_json(*command, options->json);
  command->callback([options, &run] { run = [options] { return run_demo(*options, std::cout, std::cerr); }; });
}

void add_trade_submit(CLI::App& trade, Run& run) {
  CLI::App* command = trade.add_subcommand("submit", "Create a trade: a payment from options, or any from a file");
  const auto options = std::make_shared<TradeSubmitOptions>();
  add_api(*command, options->api);
  CLI::Option* file =
      command->add_option("--file", options->file, "A JSON body, one trade or an array; - for standard input");
  CLI::Option* payer = command->add_option("--payer", options->payer, "The payer's account on the source ledger");
  CLI::Option* merchant = command->add_option("--merchant", options->merchant, "The merchant's account");
  CLI::Option* profile = command->add_option("--profile", options->profile, "The exchanger's profile");
  CLI::Option* units = command->add_option("--units", options->units, "What the merchant gets, in smallest units");
  command->add_option("--scale", options->scale, "Decimal places of the merchant's asset")->capture_default_str();
  command->add_option("--placed-by", options->placed_by, "Who places the hold: engine or payer")->capture_default_str();
  command->add_option("--deadline", options->deadline, "The payment's last moment (RFC 3339)");
  command->add_option("--reclaim-after", options->reclaim_after, "When the payer may take its value back (RFC 3339)");
  command->add_option("--idempotency-key", options->idempotency_key, "The same key and trade are created once");
  command->add_flag("--watch", options->watch, "Follow the trade to its end");
  for (CLI::Option* option : {payer, merchant, profile, units}) file->excludes(option);
  payer->needs(merchant)->needs(profile)->needs(units);
  command->callback([=, &run] {
    if (options->file.empty() && options->payer.empty()) {
      throw CLI::RequiredError("--file, or --payer, --merchant, --profile and --units");
    }
    run = [options] { return run_trade_submit(*options); };
  });
}

void add_trade_list(CLI::App& trade, Run& run) {
  CLI::App* command = trade.add_subcommand("list", "List trades, newest first");
  const auto options = std::make_shared<TradeListOptions>();
  add_api(*command, options->api);
  command->add_option("--phase", options->phase, "Only trades in this phase");
  command->add_option("--scenario", options->scenario, "payment, pvp or return");
  command->add_option("--ledger", options->ledger, "Only trades with a leg on this ledger");
  command->add_option("--account", options->account, "Only trades in which this account pays or is paid");
  command->add_option("--created-after", options->created_after, "RFC 3339, inclusive");
  command->add_option("--created-before", options->created_before, "RFC 3339, exclusive");
  command->add_option("--limit", options->limit, "Trades per page");
  command->add_option("--cursor", options->cursor, "As given by the page before");
  command->callback([options, &run] { run = [options] { return run_trade_list(*options); }; });
}

void add_trade_by_id(CLI::App& trade, Run& run, const char* name, const char* about,
                     int (*action)(const TradeOptions&)) {
  CLI::App* command = trade.add_subcommand(name, about);
  const auto options = std::make_shared<TradeOptions>();
  add_api(*command, options->api);
  command->add_option("id", options->id, "The trade's id")->required();
  command->callback([options, action, &run] { run = [options, action] { return action(*options); }; });
}

void add_trade(CLI::App& app, Run& run) {
  CLI::App* trade = app.add_subcommand("trade", "Create, show, list, watch and cancel trades through the REST API");
  trade->require_subcommand(1);
  add_trade_submit(*trade, run);
  add_trade_list(*trade, run);
  add_trade_by_id(*trade, run, "show", "Show a trade with the proofs of its steps", run_trade_show);
  add_trade_by_id(*trade, run, "watch", "Follow a trade to its end", run_trade_watch);
  add_trade_by_id(*trade, run, "cancel", "Stop a trade before its decision", run_trade_cancel);
}

void add_evidence_verify(CLI::App& evidence, Run& run) {
  CLI::App* command =
      evidence.add_subcommand("verify", "Check a bundle, or the directory of a log, without the engine");
  const auto options = std::make_shared<EvidenceVerifyOptions>();
  command->add_option("path", options->path, "The bundle, or the log's directory")->required()->option_text("PATH");
  command->add_option("--trust", options->trust, "Whom to believe: a trust file")->required()->option_text("KEYS");
  add_json(*command, options->json);
  command->callback(
      [options, &run] { run = [options] { return run_evidence_verify(*options, std::cout, std::cerr); }; });
}

void add_evidence_export(CLI::App& evidence, Run& run) {
  CLI::App* command = evidence.add_subcommand("export", "Fetch one trade's evidence as a bundle");
  const auto options = std::make_shared<EvidenceExportOptions>();
  add_api(*command, options->api);
  command->add_option("trade", options->trade, "The trade's id")->required()->option_text("TRADE");
  command->add_option("--out", options->out, "Where to write it; TRADE.evidence if not given")->option_text("FILE");
  command->callback([options, &run] { run = [options] { return run_evidence_export(*options); }; });
}

void add_evidence_keys(CLI::App& evidence, Run& run) {
  CLI::App* command = evidence.add_subcommand("keys", "Print the public keys of an engine's logs as a trust file");
  const auto options = std::make_shared<EvidenceKeysOptions>();
  add_url(*command, options->url);
  command->callback([options, &run] { run = [options] { return run_evidence_keys(*options); }; });
}

void add_evidence(CLI::App& app, Run& run) {
  CLI::App* evidence = app.add_subcommand("evidence", "Export and check evidence that needs no trust in the engine");
  evidence->require_subcommand(1);
  add_evidence_verify(*evidence, run);
  add_evidence_export(*evidence, run);
  add_evidence_keys(*evidence, run);
  add_evidence_views(*evidence, run);
}

void add_witness(CLI::App& app, Run& run) {
  CLI::App* command = app.add_subcommand("witness", "Sign the checkpoints of other people's logs while they only grow");
  const auto options = std::make_shared<WitnessOptions>();
  CLI::Option* listen = command->add_option("--listen", options->listen, "Where to listen")->option_text("ADDR:PORT");
  CLI::Option* state =
      command->add_option("--state", options->state, "The folder of what was signed")->option_text("DIR");
  command->add_option("--key-file", options->key_file, "The witness's key; made if absent")
      ->required()
      ->option_text("FILE");
  command->add_option("--name", options->name, "The witness's name in its signatures")->required();
  CLI::Option* trust =
      command->add_option("--trust", options->trust, "The logs to sign for: a trust file")->option_text("KEYS");
  CLI::Option* print =
      command->add_flag("--print-key", options->print_key, "Print the public key as a line of a trust file, and end");
  add_log_level(*command, options->log_level);
  command->callback([=, &run] {
    const bool can_run = listen->count() != 0 && state->count() != 0 && trust->count() != 0;
    if (!can_run && print->count() == 0) throw CLI::RequiredError("--listen, --state and --trust, or --print-key");
    run = [options] { return run_witness(*options); };
  });
}

void add_audit(CLI::App& app, Run& run) {
  CLI::App* command = app.add_subcommand("audit", "Check an engine's evidence against the ledgers' own books");
  const auto options = std::make_shared<AuditOptions>();
  command->add_option("--evidence", options->evidence, "The engine's data folder")->required()->option_text("DIR");
  command->add_option("--ledger", options->ledgers, "A ledger's node, or a book that was saved; once for each ledger")
      ->option_text("NAME=SOURCE");
  command->add_option("--save-books", options->save_books, "Keep the books that were read")->option_text("DIR");
  command->add_option("--trust", options->trust, "The keys that may sign checkpoints")->option_text("FILE");
  command->add_option("--head", options->heads, "A checkpoint that was seen outside")->option_text("FILE");
  command->add_option("--seen", options->seen, "Phases that were shown: lines TRADE PHASE")->option_text("FILE");
  command->add_option("--first-block", options->first_block, "Of EVM chains: none before it matters");
  command->add_flag("--ended", options->ended, "Nothing may be left on the way");
  command->add_flag("--closed", options->closed, "The engine was shut down in order: nothing may be torn");
  command->add_flag("--clocks-jump", options->clocks_jump, "Times say nothing about the order of two logs' records");
  add_json(*command, options->json);
  command->callback([options, &run] { run = [options] { return run_audit(*options, std::cout, std::cerr); }; });
}

void add_block(CLI::App& app, Run& run) {
  CLI::App* block = app.add_subcommand("block", "Work on block data in files");
  block->require_subcommand(1);
  CLI::App* command = block->add_subcommand("verify", "Recompute every hash of a block and say what is verified");
  const auto options = std::make_shared<BlockVerifyOptions>();
  command->add_option("--format", options->format, "The block's format: ethereum")
      ->capture_default_str()
      ->check(CLI::IsMember({"ethereum"}));
  command->add_option("block", options->block_path, "The block as JSON")->required()->option_text("BLOCK.json");
  command->add_option("--receipts", options->receipts_path, "Its receipts as JSON")->option_text("R.json");
  command->add_option("--uncles", options->uncles_path, "Its uncle headers as JSON")->option_text("U.json");
  // The answer is JSON anyway.
  command->add_flag("--json")->group("");
  command->callback([options, &run] { run = [options] { return run_block_verify(*options, std::cout, std::cerr); }; });
}

void add_doctor(CLI::App& app, Run& run) {
  CLI::App* command = app.add_subcommand("doctor", "Look at everything that `serve` needs, and say what is wrong");
  const auto options = std::make_shared<DoctorOptions>();
  add_config(*command, options->config);
  add_json(*command, options->json);
  command->callback([options, &run] { run = [options] { return run_doctor(*options); }; });
}

void add_index(CLI::App& app, Run& run) {
  CLI::App* index = app.add_subcommand("index", "Work on the trade index");
  index->require_subcommand(1);
  CLI::App* command = index->add_subcommand("rebuild", "Make the trade index again from the evidence logs");
  const auto options = std::make_shared<IndexRebuildOptions>();
  add_config(*command, options->config);
  add_json(*command, options->json);
  command->callback([options, &run] { run = [options] { return run_index_rebuild(*options); }; });
}

void add_version(CLI::App& app, Run& run) {
  CLI::App* command = app.add_subcommand("version", "Print the version");
  const auto json = std::make_shared<bool>(false);
  add_json(*command, *json);
  command->callback([json, &run] {
    run = [json] {
      if (*json) {
        fmt::print("{{\"version\":\"{}\"}}\n", CLEARSPAN_VERSION);
      } else {
        fmt::print("clearspan {}\n", CLEARSPAN_VERSION);
      }
      return kExitOk;
    };
  });
}

int run_main(int argc, char** argv) {
  CLI::App app("Clearspan settles escrow trades across ledgers, every step on verified blocks.", "clearspan");
  app.footer(kExitStatuses);
  app.require_subcommand(1);
  app.failure_message(CLI::FailureMessage::simple);
  Run run;
  add_serve(app, run);
  add_devnet(app, run);
  add_demo(app, run);
  add_trade(app, run);
  add_evidence(app, run);
  add_witness(app, run);
  add_audit(app, run);
  add_block(app, run);
  add_doctor(app, run);
  add_index(app, run);
  add_prove(app, run);
  add_bench(app, run);
  add_version(app, run);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitOk : kExitUsage;
  }
  return run();
}

}  // namespace
}  // namespace clearspan::tools

int main(int argc, char** argv) {
  try {
    return clearspan::tools::run_main(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "clearspan: {}\n", error.what());
    return clearspan::tools::kExitNegative;
  }
}
