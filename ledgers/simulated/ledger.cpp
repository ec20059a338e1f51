#include "ledgers/simulated/ledger.hpp"

#include <algorithm>

#include "codecs/simulated/block_writer.hpp"
#include "codecs/simulated/wire.hpp"

namespace clearspan::simulated {
namespace {

std::uint64_t to_ms(Timestamp time) {
  return static_cast<std::uint64_t>(std::max<Millis::rep>(0, time.time_since_epoch().count()));
}

// The block with one of its digits altered: somebody's amount, ref or height is not what the ledger decided.
std::shared_ptr<const std::string> altered(const std::string& json, std::uint64_t dice) {
  const std::size_t txns = json.find(R"("txns":[{)");
  const std::size_t start = txns == std::string::npos ? json.find(R"("hash")") : txns;
  auto lie = std::make_shared<std::string>(json);
  const std::size_t offset = dice % (json.size() - start);
  for (std::size_t i = 0; i < json.size() - start; ++i) {
    char& c = (*lie)[start + (offset + i) % (json.size() - start)];
    if (c < '1' || c > '9')
      continue;  // a zero may stand alone or lead, and must not become something that is no number
    c = c == '9' ? '8' : static_cast<char>(c + 1);
    break;
  }
  return lie;
}

}  // namespace

Chain Ledger::first_chain(const Genesis& genesis, const Clock& clock) {
  BlockHeader header;
  header.ledger = genesis.ledger.text;
  header.parent = digest_of(genesis).as<BlockHash>();
  header.timestamp_ms = to_ms(clock.now());
  RenderedBlock block = render_block(header, {});
  return {ChainBlock{{Height{0}, block.hash}, std::make_shared<const std::string>(std::move(block.json))},
          genesis.history_bytes_max};
}

Ledger::Ledger(Genesis genesis, const Clock& clock, std::uint64_t seed)
    : genesis_(std::move(genesis)),
      clock_(clock),
      chain_(first_chain(genesis_, clock)),
      state_(genesis_),
      faults_(seed),
      timestamp_ms_(to_ms(clock.now())) {}

// Clients

Status Ledger::submit(ByteView raw, Millis timeout) {
  if (auto passed = pass_node(timeout); !passed.ok() && passed.error().code == ErrorCode::unreachable) return passed;
  CLEARSPAN_TRY(auto txn, parse_signed_txn(raw));
  if (txn->content.header.ledger != genesis_.ledger.text) {
    return make_error(ErrorCode::unknown_ledger, "the txn is for " + std::string(txn->content.header.ledger), "ledger");
  }
  {
    const std::lock_guard lock(node_mutex_);
    if (node_fault_ == NodeFault::stalled) {
      held_operations_ += txn->content.operations.size();
      if (held_operations_ > kPoolOperationsMax) return make_error(ErrorCode::overloaded, "the node is behind");
      held_.push_back(std::move(txn));
      return Done{};
    }
  }
  if (node_fault() != NodeFault::silent) return add_to_pool(std::move(txn));
  // The caller cannot know which of the two it is.
  if (txn->id.bytes.back() % 2 == 0) static_cast<void>(add_to_pool(std::move(txn)).ok());
  return make_error(ErrorCode::timed_out, "the node does not answer");
}

Status Ledger::add_to_pool(PendingTxnPtr txn) {
  return pool_.add(std::move(txn), chain_.true_head().number.plus(1));
}

Result<Head> Ledger::head(Millis timeout) {
  CLEARSPAN_CHECK_OK(pass_node(timeout));
  return chain_.shown_head();
}

Result<std::shared_ptr<const std::string>> Ledger::block(Height number, Millis timeout) {
  CLEARSPAN_CHECK_OK(pass_node(timeout));
  auto json = chain_.find(number);
  if (json == nullptr) {
    return make_error(ErrorCode::block_unavailable, "no block " + std::to_string(number.value) + " here");
  }
  if (node_fault() == NodeFault::lying) return altered(*json, number.value * 0x9e3779b97f4a7c15u);
  return json;
}

Result<Amount> Ledger::balance(std::string_view account, std::string_view asset, Height height, Millis timeout) {
  CLEARSPAN_CHECK_OK(pass_node(timeout));
  const std::lock_guard lock(state_mutex_);
  return state_.balance(account, asset, height);
}

// Node faults

Status Ledger::pass_node(Millis timeout) {
  std::unique_lock lock(node_mutex_);
  node_changed_.wait_for(lock, timeout, [&] { return node_fault_ != NodeFault::silent; });
  switch (node_fault_) {
    case NodeFault::none:
    case NodeFault::stalled:
    case NodeFault::lying:
      return Done{};
    case NodeFault::silent:
      return make_error(ErrorCode::timed_out, "the node does not answer");
    case NodeFault::unreachable:
      return make_error(ErrorCode::unreachable, "the node cannot be reached");
  }
  return Done{};
}

NodeFault Ledger::node_fault() const {
  const std::lock_guard lock(node_mutex_);
  return node_fault_;
}

void Ledger::set_node_fault(NodeFault fault, std::uint64_t blocks) {
  std::vector<PendingTxnPtr> held;
  {
    const std::lock_guard lock(node_mutex_);
    node_fault_ = fault;
    node_fault_blocks_ = blocks;
    if (fault != NodeFault::stalled) {
      held.swap(held_);
      held_operations_ = 0;
    }
  }
  node_changed_.notify_all();
  if (fault == NodeFault::stalled) {
    chain_.freeze();
  } else {
    chain_.thaw();
  }
  // Those that have expired meanwhile are lost, as they are on any ledger.
  for (PendingTxnPtr& txn : held) static_cast<void>(add_to_pool(std::move(txn)).ok());
}

void Ledger::count_fault_block() {
  bool is_over = false;
  {
    const std::lock_guard lock(node_mutex_);
    is_over = node_fault_blocks_ > 0 && --node_fault_blocks_ == 0;
  }
  if (is_over) set_node_fault(NodeFault::none, 0);
}

// The script

Status Ledger::add_fault(FaultRule rule) {
  CLEARSPAN_CHECK_OK(check_fault_rule(rule));
  const std::lock_guard lock(state_mutex_);
  faults_.add(std::move(rule));
  return Done{};
}

void Ledger::clear_faults() {
  const std::lock_guard lock(state_mutex_);
  faults_.clear();
}

void Ledger::set_head_listener(HeadListener listener) {
  const std::lock_guard lock(listener_mutex_);
  listener_ = std::move(listener);
}

void Ledger::tell_head() {
  const NodeFault fault = node_fault();
  if (fault != NodeFault::none && fault != NodeFault::lying) return;
  const std::lock_guard lock(listener_mutex_);
  if (listener_) listener_(chain_.shown_head());
}

void Ledger::reserve(std::size_t refs) {
  const std::lock_guard lock(state_mutex_);
  state_.reserve(refs);
}

Head Ledger::produce() {
  Head head;
  {
    const std::lock_guard lock(state_mutex_);
    const Head parent = chain_.true_head();
    ChainBlock block = make_block(parent);
    head = block.head;
    chain_.replace_above(parent.number, {std::move(block)});
  }
  count_fault_block();
  tell_head();
  return head;
}

std::vector<PendingTxnPtr> Ledger::choose_txns(Height number) {
  std::vector<PendingTxnPtr> txns = pool_.take(number);
  if (faults_.empty()) return txns;
  std::vector<PendingTxnPtr> delayed;
  std::erase_if(txns, [&](PendingTxnPtr& txn) {
    if (txn->was_delayed) return false;
    const FaultRule* rule = faults_.txn_fault(txn->content, txn->id, number, state_);
    if (rule == nullptr) return false;
    if (rule->action == FaultAction::drop) {
      pool_.forget(txn->id);
      return true;
    }
    txn->was_delayed = true;
    txn->not_before = number.plus(rule->delay_blocks);
    delayed.push_back(std::move(txn));
    return true;
  });
  while (!delayed.empty()) {
    pool_.put_back(std::move(delayed.back()));
    delayed.pop_back();
  }
  return txns;
}

std::vector<OperationResult> Ledger::apply_all(const std::vector<PendingTxnPtr>& txns, Height number) {
  std::size_t operations = 0;
  for (const PendingTxnPtr& txn : txns) operations += txn->content.operations.size();
  std::vector<OperationResult> results;
  results.reserve(operations);
  for (const PendingTxnPtr& txn : txns) {
    const SignerKey& signer = txn->content.header.signer;
    std::uint32_t index = 0;
    for (const Operation& operation : txn->content.operations) {
      const std::string_view fault =
          faults_.empty() ? std::string_view() : faults_.operation_fault(operation, signer, number, state_);
      if (fault.empty()) {
        results.push_back(state_.apply(operation, signer, txn->id, index));
      } else {
        results.emplace_back().reason = fault;
      }
      ++index;
    }
  }
  return results;
}

ChainBlock Ledger::make_block(const Head& parent) {
  const Height number = parent.number.plus(1);
  state_.begin_block(number);
  std::vector<PendingTxnPtr> txns = choose_txns(number);
  const std::vector<OperationResult> results = apply_all(txns, number);

  std::vector<BlockTxn> shown;
  shown.reserve(txns.size());
  std::span<const OperationResult> rest = results;
  for (const PendingTxnPtr& txn : txns) {
    const std::size_t count = txn->content.operations.size();
    shown.push_back({txn->id, &txn->content, &txn->signature, rest.first(count)});
    rest = rest.subspan(count);
  }
  timestamp_ms_ = std::max(timestamp_ms_, to_ms(clock_.now()));
  BlockHeader header;
  header.ledger = genesis_.ledger.text;
  header.number = number;
  header.branch = branch_;
  header.parent = parent.hash;
  header.timestamp_ms = timestamp_ms_;
  RenderedBlock block = render_block(header, shown);
  keep_included(std::move(txns));
  return {{number, block.hash}, std::make_shared<const std::string>(std::move(block.json))};
}

void Ledger::keep_included(std::vector<PendingTxnPtr> txns) {
  std::vector<Bytes> raws;
  raws.reserve(txns.size());
  for (PendingTxnPtr& txn : txns) {
    pool_.mark_included(txn->id, txn->content.header.not_after);
    raws.push_back(std::move(txn->raw));
  }
  included_.push_back(std::move(raws));
  while (included_.size() > state_.undoable_blocks()) included_.pop_front();
}

void Ledger::take_back(Bytes raw, ReorganisedTxns txns) {
  PendingTxnPtr txn = restore_signed_txn(std::move(raw));
  switch (txns) {
    case ReorganisedTxns::returned:
      pool_.put_back(std::move(txn));
      break;
    case ReorganisedTxns::dropped:
      pool_.forget(txn->id);
      break;
  }
}

Status Ledger::reorganise(std::uint64_t depth, ReorganisedTxns txns) {
  {
    const std::lock_guard lock(state_mutex_);
    const Height newest = chain_.true_head().number;
    if (depth == 0 || depth > newest.value || depth > state_.undoable_blocks()) {
      return make_error(ErrorCode::out_of_range, "only the newest blocks can be replaced", "depth");
    }
    const Height fork{newest.value - depth};
    auto parent = chain_.head_at(fork);
    if (!parent) return make_error(ErrorCode::out_of_range, "the block below is no longer kept", "depth");
    for (std::uint64_t i = 0; i < depth; ++i) {
      CLEARSPAN_VERIFY(state_.undo_block());
      std::vector<Bytes> raws = std::move(included_.back());
      included_.pop_back();
      for (auto raw = raws.rbegin(); raw != raws.rend(); ++raw) take_back(std::move(*raw), txns);
    }
    ++branch_;
    std::vector<ChainBlock> blocks;
    for (std::uint64_t i = 0; i < depth; ++i) {
      blocks.push_back(make_block(*parent));
      parent = blocks.back().head;
    }
    chain_.replace_above(fork, std::move(blocks));
  }
  tell_head();
  return Done{};
}

// The auditor

Status Ledger::falsify(std::string_view account, std::string_view asset, const Amount& amount) {
  const std::lock_guard lock(state_mutex_);
  return state_.falsify(account, asset, amount);
}

Books Ledger::books() const {
  const std::lock_guard lock(state_mutex_);
  return state_.books();
}

std::vector<RefEffects> Ledger::effects() const {
  const std::lock_guard lock(state_mutex_);
  return state_.effects();
}

}  // namespace clearspan::simulated
