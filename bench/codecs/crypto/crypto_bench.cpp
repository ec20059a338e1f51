// Hashes of the sizes that blocks have, and signatures.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "codecs/crypto/cpu.hpp"
#include "codecs/crypto/ed25519.hpp"
#include "codecs/crypto/keccak.hpp"
#include "codecs/crypto/secp256k1.hpp"
#include "codecs/crypto/sha256.hpp"

namespace clearspan::crypto {
namespace {

void require(bool condition) {
  if (condition) return;
  std::fputs("crypto_bench: a wrong answer\n", stderr);
  std::exit(1);
}

constexpr std::size_t kMany = 200;  // messages at once

bool is_available(CpuPath path) {
  const std::vector<CpuPath> paths = available_cpu_paths();
  return std::find(paths.begin(), paths.end(), path) != paths.end();
}

Bytes message_of(std::size_t size) {
  return Bytes(size, 0x5a);
}

void keccak(benchmark::State& state) {
  require(to_hex(keccak256({}).view()).starts_with("c5d2460186f7233c"));
  const Bytes message = message_of(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(keccak256(message));
  state.SetBytesProcessed(state.range(0) * state.iterations());
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(keccak)->Arg(32)->Arg(120)->Arg(532)->Arg(65536);

// So many messages of one length, on each path that the machine has. Items are permutations, of which a message takes
// one per 136 bytes.
void keccak_many(benchmark::State& state) {
  const auto path = static_cast<CpuPath>(state.range(0));
  const auto size = static_cast<std::size_t>(state.range(1));
  const std::vector<Bytes> messages(kMany, message_of(size));
  const std::vector<ByteView> views(messages.begin(), messages.end());
  std::vector<Hash32> hashes(views.size());
  if (!is_available(path)) return state.SkipWithError("not on this machine");
  const CpuPathGuard guard(path);
  keccak256_many(views, hashes);
  require(hashes.front() == keccak256(messages[0]) && hashes.back() == hashes.front());
  for (auto _ : state) {
    keccak256_many(views, hashes);
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(kMany * (size / 136 + 1)) * state.iterations());
  state.SetLabel(std::string(to_string(path)));
}

BENCHMARK(keccak_many)->ArgNames({"path", "bytes"})->ArgsProduct({{0, 1, 2}, {120, 532, 4096}});

// What the machine allows: the vector operations of a round, all in registers and hardly one of them waiting for
// another. With AVX2 a round is 58 shifts and 126 others for 4 lanes, with AVX-512 29 rotations and 61 others for 8.
// Items are permutations.
void operations_of_a_round(CpuPath path) {
  if (path == CpuPath::avx512) {
    asm volatile(
        ".rept 29\n"
        "vprolq $7, %%zmm0, %%zmm0\n"
        "vpternlogq $0x96, %%zmm1, %%zmm1, %%zmm1\n"
        "vpternlogq $0xd2, %%zmm2, %%zmm2, %%zmm2\n"
        ".endr\n"
        ".rept 3\n"
        "vpternlogq $0x96, %%zmm3, %%zmm3, %%zmm3\n"
        ".endr\n" ::
            : "xmm0", "xmm1", "xmm2", "xmm3");
  } else {
    asm volatile(
        ".rept 29\n"
        "vpsllq $7, %%ymm0, %%ymm0\n"
        "vpxor %%ymm2, %%ymm6, %%ymm2\n"
        "vpandn %%ymm3, %%ymm6, %%ymm3\n"
        "vpsrlq $57, %%ymm1, %%ymm1\n"
        "vpor %%ymm4, %%ymm6, %%ymm4\n"
        "vpxor %%ymm5, %%ymm6, %%ymm5\n"
        ".endr\n"
        ".rept 10\n"
        "vpxor %%ymm7, %%ymm6, %%ymm7\n"
        ".endr\n" ::
            : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7");
  }
}

void keccak_operations(benchmark::State& state) {
  constexpr int kRounds = 24;
  const auto path = static_cast<CpuPath>(state.range(0));
  if (!is_available(path)) return state.SkipWithError("not on this machine");
  for (auto _ : state) {
    for (int round = 0; round < kRounds; ++round) operations_of_a_round(path);
  }
  asm volatile("vzeroupper");
  state.SetItemsProcessed(state.iterations() * (path == CpuPath::avx512 ? 8 : 4));
  state.SetLabel(std::string(to_string(path)));
}

BENCHMARK(keccak_operations)->ArgName("path")->Arg(1)->Arg(2);

// As keccak_many, for SHA-256; items are messages.
void sha_256_many(benchmark::State& state) {
  const auto path = static_cast<CpuPath>(state.range(0));
  const std::vector<Bytes> messages(kMany, message_of(static_cast<std::size_t>(state.range(1))));
  const std::vector<ByteView> views(messages.begin(), messages.end());
  std::vector<Hash32> hashes(views.size());
  if (!is_available(path)) return state.SkipWithError("not on this machine");
  const CpuPathGuard guard(path);
  sha256_many(views, hashes);
  require(hashes.front() == sha256(messages[0]) && hashes.back() == hashes.front());
  for (auto _ : state) {
    sha256_many(views, hashes);
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(kMany) * state.iterations());
  state.SetLabel(has_sha_instructions() ? "SHA instructions, two at a time" : "OpenSSL");
}

BENCHMARK(sha_256_many)->ArgNames({"path", "bytes"})->ArgsProduct({{0, 2}, {36, 64, 256}});

void sha_256(benchmark::State& state) {
  require(to_hex(sha256(as_bytes("abc")).view()).starts_with("ba7816bf8f01cfea"));
  const Bytes message = message_of(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(sha256(message));
  state.SetBytesProcessed(state.range(0) * state.iterations());
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(sha_256)->Arg(64)->Arg(256)->Arg(65536);

void secp256k1_sign(benchmark::State& state) {
  const SecretKey key = SecretKey::random();
  const Hash32 digest = sha256(as_bytes("digest"));
  require(*recover(digest, *sign(key, digest)) == *public_key_of(key));
  for (auto _ : state) benchmark::DoNotOptimize(sign(key, digest).ok());
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(secp256k1_sign);

void secp256k1_recover(benchmark::State& state) {
  const SecretKey key = SecretKey::random();
  const Hash32 digest = sha256(as_bytes("digest"));
  const Signature signature = *sign(key, digest);
  require(*recover(digest, signature) == *public_key_of(key));
  for (auto _ : state) benchmark::DoNotOptimize(recover(digest, signature).ok());
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(secp256k1_recover);

void ed25519_sign(benchmark::State& state) {
  const Ed25519Signer signer(SecretKey::random());
  const Bytes message = message_of(256);
  require(verify(signer.public_key(), message, signer.sign(message)));
  for (auto _ : state) benchmark::DoNotOptimize(signer.sign(message));
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(ed25519_sign);

void ed25519_verify(benchmark::State& state) {
  const Ed25519Signer signer(SecretKey::random());
  const Bytes message = message_of(256);
  const Ed25519Signature signature = signer.sign(message);
  require(verify(signer.public_key(), message, signature));
  for (auto _ : state) benchmark::DoNotOptimize(verify(signer.public_key(), message, signature));
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(ed25519_verify);

}  // namespace
}  // namespace clearspan::crypto

BENCHMARK_MAIN();
