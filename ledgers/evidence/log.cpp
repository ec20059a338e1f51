#include "ledgers/evidence/log.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <vector>

#include "core/base/kill_point.hpp"
#include "ledgers/evidence/layout.hpp"
#include "ledgers/this_thread.hpp"

namespace clearspan::evidence {
namespace {

constexpr std::size_t kSpareBuffersMax = 4;  // kept for reuse; more are made under load and freed afterwards

// Memory for one group, aligned as O_DIRECT asks. Pages that are never filled are never touched.
class GroupBuffer {
 public:
  explicit GroupBuffer(std::size_t capacity)
      : memory_(static_cast<std::uint8_t*>(std::aligned_alloc(kBlockBytes, capacity))) {
    CLEARSPAN_VERIFY(memory_ != nullptr);
  }

  [[nodiscard]] std::uint8_t* data() const { return memory_.get(); }

 private:
  struct Free {
    void operator()(std::uint8_t* memory) const { std::free(memory); }
  };

  std::unique_ptr<std::uint8_t, Free> memory_;
};

// A group that gathers, or waits to be written.
struct Gathered {
  GroupBuffer buffer;
  GroupHeader header;           // without the head, which is known when it is written
  std::uint64_t producers = 0;  // a bit for each one that has a record in it

  [[nodiscard]] std::uint64_t last_sequence() const { return header.first_sequence + header.count - 1; }

  [[nodiscard]] GroupView records() const {
    return {{buffer.data() + kGroupHeaderBytes, static_cast<std::size_t>(header.payload_bytes)}, header.count};
  }
};

}  // namespace

class Log::Writer {
 public:
  Writer(Disk& disk, std::string directory, const LogOptions& options, OnDurable on_durable)
      : disk_(disk),
        directory_(std::move(directory)),
        options_(options),
        payload_max_(static_cast<std::size_t>(
            std::min<std::uint64_t>(kGroupPayloadBytesMax, options.segment_bytes - 3 * kBlockBytes))),
        on_durable_(std::move(on_durable)) {}

  Status open(const RecordVisitor& visit);
  Result<std::uint64_t> append(const EncodedGroup& group, std::uint8_t producer);
  bool step();
  bool wait_for_work();
  void stop();
  void close();

  [[nodiscard]] LogPosition durable() const {
    const std::lock_guard lock(mutex_);
    return durable_;
  }

  [[nodiscard]] Queued queued() const {
    const std::lock_guard lock(mutex_);
    return queued_;
  }

  [[nodiscard]] const HashStore& tree() const { return *tree_; }

 private:
  [[nodiscard]] Status check_sizes(const GroupView& group) const;
  Result<LogEnd> read_with_tree(const RecordVisitor& visit);
  Status make_log();
  Status continue_log(const LogEnd& end);
  void gather(ByteView records, std::uint32_t count, std::uint8_t producer);
  GroupBuffer take_buffer();
  void chain(Gathered& group);
  void write(Gathered& group);
  void start_segment();
  Status create_segment();
  void write_watermark();
  Status replace_watermark();

  Disk& disk_;
  const std::string directory_;
  const LogOptions options_;
  const std::size_t payload_max_;
  const OnDurable on_durable_;
  std::unique_ptr<DirectoryLock> lock_;
  std::unique_ptr<HashStore> tree_;

  // I/O thread.
  std::unique_ptr<File> segment_;
  std::uint64_t segment_first_ = 0;  // its first sequence
  std::uint64_t offset_ = 0;         // of the next group in it
  std::uint64_t watermark_ = 0;
  std::vector<Hash32> heads_;  // after each record of the group that is being written

  mutable std::mutex mutex_;
  std::condition_variable work_;
  std::deque<Gathered> pending_;  // the last one may still grow
  std::vector<GroupBuffer> spare_;
  std::uint64_t appended_ = 0;  // the last sequence that was given to a record
  Queued queued_;
  std::uint64_t refused_ = 0;  // producers that were, since the last group became durable
  LogPosition durable_;
  bool stopping_ = false;
};

Status Log::Writer::open(const RecordVisitor& visit) {
  CLEARSPAN_VERIFY(options_.segment_bytes % kBlockBytes == 0 && options_.segment_bytes >= 4 * kBlockBytes);
  CLEARSPAN_CHECK_OK(disk_.make_directory(directory_));
  CLEARSPAN_TRY(lock_, disk_.lock(directory_));
  CLEARSPAN_TRY(tree_, HashStore::open(disk_, directory_));
  CLEARSPAN_TRY(const LogEnd end, read_with_tree(visit));
  durable_ = end.position;
  appended_ = durable_.sequence;
  watermark_ = end.position.sequence;
  return end.segment.empty() ? make_log() : continue_log(end);
}

// Reads the log and makes the tree fit it.
Result<LogEnd> Log::Writer::read_with_tree(const RecordVisitor& visit) {
  constexpr std::size_t kLeavesAtOnce = 4096;
  std::vector<Hash32> leaves;
  CLEARSPAN_TRY(const LogEnd end,
                read_log(disk_, directory_, options_.identity, {}, [&](const RecordRef& ref) -> Status {
                  leaves.push_back(ref.head);
                  if (leaves.size() == kLeavesAtOnce) {
                    CLEARSPAN_CHECK_OK(tree_->append(leaves));
                    leaves.clear();
                  }
                  return visit(ref);
                }));
  CLEARSPAN_CHECK_OK(tree_->append(leaves));
  CLEARSPAN_CHECK_OK(tree_->finish_restore());
  return end;
}

// HEAD stands before the first segment does, so that a log without HEAD has lost it.
Status Log::Writer::make_log() {
  CLEARSPAN_CHECK_OK(replace_watermark());
  CLEARSPAN_CHECK_OK(create_segment());
  return replace_watermark();
}

Status Log::Writer::continue_log(const LogEnd& end) {
  CLEARSPAN_TRY(segment_, disk_.open(directory_ + "/" + end.segment));
  segment_first_ = parse_segment_name(end.segment).value();
  offset_ = end.offset;
  if (end.torn_bytes > 0) kill_point(KillPoint::tail_found);
  if (end.torn_bytes > 0 || end.is_short) CLEARSPAN_CHECK_OK(segment_->cut_and_reserve(offset_, end.segment_bytes));
  if (end.torn_bytes > 0) kill_point(KillPoint::tail_mended);
  // Groups are cut to this run's segment size; a segment of another size is left as it is and a new one begun.
  if (end.segment_bytes != options_.segment_bytes) offset_ = options_.segment_bytes;
  return Done{};
}

Result<std::uint64_t> Log::Writer::append(const EncodedGroup& group, std::uint8_t producer) {
  CLEARSPAN_VERIFY(producer < kProducersMax);
  const ByteView bytes = group.view().bytes();
  CLEARSPAN_CHECK_OK(check_sizes(group.view()));
  std::unique_lock lock(mutex_);
  if (queued_.bytes > 0 && queued_.bytes + bytes.size() > kQueuedBytesMax) {
    refused_ |= std::uint64_t{1} << producer;
    return make_error(ErrorCode::overloaded, "too many evidence records wait for the disk");
  }
  std::size_t begin = 0;
  std::size_t at = 0;
  std::uint32_t count = 0;
  while (at < bytes.size()) {
    std::size_t next = at;
    GroupView::next_record(bytes, next);
    if (next - begin > payload_max_) {
      gather(bytes.subspan(begin, at - begin), std::exchange(count, 0), producer);
      begin = at;
    }
    ++count;
    at = next;
  }
  if (count > 0) gather(bytes.subspan(begin), count, producer);
  const std::uint64_t last = appended_;
  lock.unlock();
  work_.notify_one();
  return last;
}

Status Log::Writer::check_sizes(const GroupView& group) const {
  Status status = Done{};
  group.for_each([&](const RecordBytes& bytes) {
    const std::size_t total = bytes.record.size() + bytes.attachment.size() + 2 * kRecordLengthBytes;
    const bool fits = bytes.record.size() <= kRecordBytesMax && bytes.attachment.size() <= kAttachmentBytesMax;
    if (fits && total <= payload_max_) return;
    status = make_error(ErrorCode::too_large, "an evidence record of " + std::to_string(bytes.record.size()) +
                                                  " bytes, with an attachment of " +
                                                  std::to_string(bytes.attachment.size()));
  });
  return status;
}

// Under the lock: adds records to the last pending group or to a new one.
void Log::Writer::gather(ByteView records, std::uint32_t count, std::uint8_t producer) {
  if (pending_.empty() || pending_.back().header.payload_bytes + records.size() > payload_max_) {
    pending_.push_back({take_buffer(), {}, 0});
    pending_.back().header.first_sequence = appended_ + 1;
  }
  Gathered& group = pending_.back();
  std::memcpy(group.buffer.data() + kGroupHeaderBytes + group.header.payload_bytes, records.data(), records.size());
  group.header.payload_bytes += records.size();
  group.header.count += count;
  group.producers |= std::uint64_t{1} << producer;
  appended_ += count;
  queued_.records += count;
  queued_.bytes += records.size();
}

GroupBuffer Log::Writer::take_buffer() {
  if (spare_.empty()) return GroupBuffer(static_cast<std::size_t>(group_bytes(payload_max_)));
  GroupBuffer buffer = std::move(spare_.back());
  spare_.pop_back();
  return buffer;
}

bool Log::Writer::step() {
  std::unique_lock lock(mutex_);
  if (pending_.empty()) return false;
  Gathered group = std::move(pending_.front());
  pending_.pop_front();
  lock.unlock();

  chain(group);
  const auto before = std::chrono::steady_clock::now();
  write(group);
  const auto write_time = std::chrono::steady_clock::now() - before;
  // The tree can be made again from the log: while it cannot be written, the log goes on and no checkpoint is signed.
  static_cast<void>(tree_->append(heads_));
  kill_point(KillPoint::group_in_tree);

  const GroupHeader& header = group.header;
  lock.lock();
  durable_ = {group.last_sequence(), header.head_after};
  queued_.records -= header.count;
  queued_.bytes -= header.payload_bytes;
  const std::uint64_t producers = group.producers | std::exchange(refused_, 0);
  lock.unlock();

  if (on_durable_) {
    const LogOffset at{segment_first_, offset_ - group_bytes(header.payload_bytes) + kGroupHeaderBytes};
    on_durable_(
        {header.first_sequence, group.last_sequence(), header.head_after, group.records(), at, producers, write_time});
  }
  kill_point(KillPoint::group_told);
  if (group.last_sequence() - watermark_ >= kWatermarkEveryRecords) write_watermark();

  lock.lock();
  if (spare_.size() < kSpareBuffersMax) spare_.push_back(std::move(group.buffer));
  return true;
}

// Each head follows from the one before: what was gathered before this group is durable.
void Log::Writer::chain(Gathered& group) {
  heads_.clear();
  Hash32 head = durable_.head;
  group.records().for_each([&](const RecordBytes& bytes) {
    head = chain_next(head, bytes.record);
    heads_.push_back(head);
  });
  group.header.head_after = head;
}

void Log::Writer::write(Gathered& group) {
  const std::uint64_t total = group_bytes(group.header.payload_bytes);
  if (offset_ + total > options_.segment_bytes) start_segment();
  std::uint8_t* const data = group.buffer.data();
  const std::uint64_t content = kGroupHeaderBytes + group.header.payload_bytes;
  encode_group_header(group.header, data);
  std::memcpy(data + content, kGroupTrailer.data(), kGroupTrailer.size());
  const std::uint64_t padding = content + kGroupTrailer.size();
  std::memset(data + padding, 0, static_cast<std::size_t>(total - padding));
  kill_point(KillPoint::group_before_write);
  if (auto status = segment_->write(offset_, {data, static_cast<std::size_t>(total)}); !status.ok()) {
    options_.on_failed_write(status.error());
  }
  kill_point(KillPoint::group_written);
  offset_ += total;
}

void Log::Writer::start_segment() {
  kill_point(KillPoint::segment_full);
  if (auto status = create_segment(); !status.ok()) options_.on_failed_write(status.error());
  kill_point(KillPoint::segment_made);
  write_watermark();
}

Status Log::Writer::create_segment() {
  segment_first_ = durable_.sequence + 1;
  const Block header = encode_segment_header({options_.identity, durable_, options_.segment_bytes});
  CLEARSPAN_TRY(segment_,
                disk_.create(directory_ + "/" + segment_name(segment_first_), header, options_.segment_bytes));
  offset_ = kBlockBytes;
  return Done{};
}

void Log::Writer::write_watermark() {
  if (auto status = replace_watermark(); !status.ok()) options_.on_failed_write(status.error());
}

Status Log::Writer::replace_watermark() {
  const std::string text = encode_watermark({durable_, segment_first_});
  CLEARSPAN_CHECK_OK(disk_.replace(directory_ + "/" + std::string(kHeadFile), as_bytes(text)));
  watermark_ = durable_.sequence;
  return Done{};
}

bool Log::Writer::wait_for_work() {
  std::unique_lock lock(mutex_);
  work_.wait(lock, [&] { return stopping_ || !pending_.empty(); });
  return !pending_.empty();
}

void Log::Writer::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_all();
}

void Log::Writer::close() {
  while (step()) {
  }
  write_watermark();
}

Result<std::unique_ptr<Log>> Log::open(Disk& disk, const std::string& directory, const LogOptions& options,
                                       const RecordVisitor& visit, OnDurable on_durable) {
  if (options.identity.name.size() > kLogNameBytesMax) {
    return make_error(ErrorCode::config_invalid, "the log's name is too long");
  }
  auto writer = std::make_unique<Writer>(disk, directory, options, std::move(on_durable));
  CLEARSPAN_CHECK_OK(writer->open(visit));
  return std::unique_ptr<Log>(new Log(std::move(writer)));
}

Log::Log(std::unique_ptr<Writer> writer) : writer_(std::move(writer)) {}

Log::~Log() = default;

Result<std::uint64_t> Log::append(const EncodedGroup& group, std::uint8_t producer) {
  return writer_->append(group, producer);
}

LogPosition Log::durable() const {
  return writer_->durable();
}

Queued Log::queued() const {
  return writer_->queued();
}

const HashStore& Log::tree() const {
  return writer_->tree();
}

bool Log::step() {
  return writer_->step();
}

bool Log::wait_for_work() {
  return writer_->wait_for_work();
}

void Log::stop() {
  writer_->stop();
}

void Log::close() {
  writer_->close();
}

LogThread::LogThread(Log& log)
    : log_(log), thread_([&log] {
        name_this_thread("log");
        let_others_finish();  // what a shard records in the same moment goes into the same group
        while (log.wait_for_work()) log.step();
        log.close();
      }) {}

LogThread::~LogThread() {
  log_.stop();
  thread_.join();
}

void end_process_after_failed_write(const Error& error) {
  std::fprintf(stderr, "clearspan: the evidence log could not be written, and what the disk holds is unknown: %s\n",
               describe(error).c_str());
  std::fflush(stderr);
  std::abort();
}

}  // namespace clearspan::evidence
