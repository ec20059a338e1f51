// Another implementation reads what this one writes: Go's checksum database (golang.org/x/mod/sumdb, as Debian packages
// it), in the program interop/check.go. It verifies the note, the tiles, the entries and the proofs, and builds the
// proofs and the log's signature again.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>

#include "codecs/tlog/note.hpp"
#include "codecs/tlog/tile.hpp"

namespace clearspan::tlog {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSize = 66'000;  // three levels of tiles, each with a partial one
constexpr const char* kGoPath = "/usr/share/gocode";

struct Ran {
  int status = -1;
  std::string output;
};

Ran run(const std::string& command) {
  Ran ran;
  std::FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return ran;
  std::array<char, 4096> buffer{};
  while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe))
    ran.output.append(buffer.data(), size);
  ran.status = ::pclose(pipe);
  return ran;
}

// Debian's Go: its version goes with that of the package.
std::optional<std::string> find_go() {
  for (const char* path : {"/usr/bin/go", "/usr/lib/go-1.19/bin/go"}) {
    if (fs::exists(path)) return path;
  }
  return std::nullopt;
}

void write(const fs::path& path, ByteView bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(bytes.data()), std::ssize(bytes));
}

// A log in memory, as a store would build it, and the folder that it is written to.
class ServedLog {
 public:
  explicit ServedLog(fs::path folder) : folder_(std::move(folder)) {
    for (std::size_t i = 0; i < kSize; ++i) append("entry " + std::to_string(i) + std::string(i % 50, '.'));
  }

  void write_all() {
    write_tiles();
    write_note();
    write_proofs();
  }

 private:
  void append(const std::string& entry) {
    const std::size_t bundle = frontier_.size() / kTileWidth;
    if (bundle == bundles_.size()) bundles_.emplace_back();
    ASSERT_TRUE(append_entry(as_bytes(entry), bundles_[bundle]).ok());
    frontier_.append(leaf_hash(as_bytes(entry)), [&](NodeId node, const Hash32& hash) {
      if (node.level % kTileHeight != 0) return;
      Bytes& row = rows_[node.level / kTileHeight];
      row.insert(row.end(), hash.bytes.begin(), hash.bytes.end());
    });
  }

  [[nodiscard]] Bytes tile(const Tile& tile) const {
    const auto begin = rows_[tile.level].begin() + static_cast<std::ptrdiff_t>(tile.index * kTileWidth * Hash32::kSize);
    return {begin, begin + static_cast<std::ptrdiff_t>(tile.width * Hash32::kSize)};
  }

  void write_tiles() {
    for (unsigned level = 0; level < kTileLevels; ++level) {
      for (std::uint64_t index = 0; tile_width(level, index, kSize) != 0; ++index) {
        const unsigned width = tile_width(level, index, kSize);
        const Tile hashes{TileKind::hashes, level, index, width};
        write(folder_ / path_of(hashes), tile(hashes));
        if (level == 0) write(folder_ / path_of({TileKind::entries, 0, index, width}), bundles_[index]);
      }
    }
  }

  void write_note() {
    std::array<std::uint8_t, 32> seed{};
    seed.fill(0x11);
    const crypto::Ed25519Signer log{crypto::SecretKey(seed)};
    write(folder_ / "log-seed", as_bytes(to_hex(seed)));
    seed.fill(0x22);
    const crypto::Ed25519Signer witness{crypto::SecretKey(seed)};
    EngineTag engine;
    engine.bytes.fill(0xe5);
    const std::string origin = origin_of(engine, "shard-0");
    Note note = sign_checkpoint({origin, kSize, frontier_.root()}, log);
    note.signatures.push_back(cosign(note.text, "witness.example/one", 1'795'000'000, witness));
    write(folder_ / "checkpoint", as_bytes(to_string(note)));
    write(folder_ / "log-key", as_bytes(to_string(PublicKey{origin, KeyType::log, log.public_key()})));
    write(folder_ / "witness-key",
          as_bytes(to_string(PublicKey{"witness.example/one", KeyType::witness, witness.public_key()})));
  }

  void write_proofs() {
    TileHashReader reader(kSize, [&](const Tile& wanted) -> Result<Bytes> { return tile(wanted); });
    std::string lines;
    const auto add = [&](const std::string& start, const Result<Proof>& proof) {
      ASSERT_TRUE(proof.ok());
      lines += start;
      for (const Hash32& hash : *proof) lines += ' ' + to_hex(hash.view());
      lines += '\n';
    };
    for (const std::uint64_t size : {std::uint64_t{1}, std::uint64_t{255}, std::uint64_t{256}, std::uint64_t{257},
                                     std::uint64_t{1000}, std::uint64_t{65'535}, std::uint64_t{65'536}, kSize}) {
      for (const std::uint64_t index : {std::uint64_t{0}, size / 3, size / 2, size - 1}) {
        add("inclusion " + std::to_string(index) + ' ' + std::to_string(size), inclusion_proof(index, size, reader));
      }
      for (const std::uint64_t old_size : {std::uint64_t{1}, size / 3 + 1, size / 2 + 1, size - size / 256, size}) {
        if (old_size > size) continue;
        const Hash32 old_root = *tree_root(old_size, reader);
        add("consistency " + std::to_string(old_size) + ' ' + std::to_string(size) + ' ' + to_hex(old_root.view()),
            consistency_proof(old_size, size, reader));
      }
    }
    write(folder_ / "proofs", as_bytes(lines));
  }

  fs::path folder_;
  Frontier frontier_;
  std::vector<Bytes> bundles_;
  std::array<Bytes, kTileLevels> rows_;
};

class InteropTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto go = find_go();
    if (!go) GTEST_SKIP() << "Go is not installed (Debian: golang-go)";
    if (!fs::exists(fs::path(kGoPath) / "src/golang.org/x/mod/sumdb/tlog")) {
      GTEST_SKIP() << "Go's sumdb packages are not installed (Debian: golang-golang-x-mod-dev)";
    }
    std::string name = (fs::temp_directory_path() / "clearspan-interop-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    // No module, no network: what the Debian package has installed, and nothing else.
    const Ran built =
        run("GO111MODULE=off GOPROXY=off GOFLAGS= GOTOOLCHAIN=local CGO_ENABLED=0 GOPATH=" + std::string(kGoPath) +
            " GOCACHE=" CLEARSPAN_GO_CACHE " " + *go + " build -o " + (folder_ / "check").string() +
            " tests/codecs/tlog/interop/check.go");
    ASSERT_EQ(built.status, 0) << built.output;
    ServedLog(folder_ / "log").write_all();
  }

  void TearDown() override {
    if (!folder_.empty()) fs::remove_all(folder_);
  }

  [[nodiscard]] Ran check() const { return run((folder_ / "check").string() + ' ' + (folder_ / "log").string()); }

  // What the other implementation says when one byte of that file is another one.
  [[nodiscard]] std::string verdict_with_changed(const std::string& file, std::size_t at) const {
    const fs::path path = folder_ / "log" / file;
    std::fstream stream(path, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(static_cast<std::streamoff>(at));
    const int byte = stream.get();
    const auto put = [&](int value) {
      stream.seekp(static_cast<std::streamoff>(at));
      stream.put(static_cast<char>(value)).flush();
    };
    EXPECT_TRUE(stream.good()) << path;
    put(byte ^ 1);
    const Ran ran = check();
    put(byte);
    return ran.output;
  }

  fs::path folder_;
};

TEST_F(InteropTest, the_checksum_database_of_go_accepts_what_we_write_and_refuses_what_was_changed) {
  const Ran ran = check();
  EXPECT_EQ(ran.status, 0) << ran.output;
  EXPECT_EQ(ran.output, "verified size 66000 witnesses 1 entries 66000 proofs 72\n");

  const std::size_t in_origin = 32;  // within the origin's engine tag
  EXPECT_EQ(verdict_with_changed("checkpoint", in_origin).substr(0, 14), "refused: note:");
  EXPECT_EQ(verdict_with_changed("tile/0/007", 100).substr(0, 8), "refused:");
  EXPECT_EQ(verdict_with_changed("tile/1/000", 31).substr(0, 8), "refused:");
  EXPECT_EQ(verdict_with_changed("tile/entries/100", 2).substr(0, 17), "refused: entries:");
  EXPECT_EQ(verdict_with_changed("proofs", 200).substr(0, 16), "refused: proofs:");
  EXPECT_EQ(check().status, 0);
}

}  // namespace
}  // namespace clearspan::tlog
