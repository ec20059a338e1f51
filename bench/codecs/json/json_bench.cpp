// Parsing with all checks, on a document like a block: many objects of about twenty short fields.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "codecs/json/document.hpp"
#include "codecs/json/writer.hpp"

namespace clearspan::json {
namespace {

std::string make_document(std::size_t objects) {
  Writer out;
  out.begin_object().key("result").begin_array();
  for (std::size_t i = 0; i < objects; ++i) {
    out.begin_object();
    for (int field = 0; field < 20; ++field) {
      out.field("fieldNumber" + std::to_string(field),
                "0x" + std::string(static_cast<std::size_t>(4 + field * 3), 'a'));
    }
    out.field("index", i).end_object();
  }
  return out.end_array().end_object().take();
}

void require(bool condition) {
  if (condition) return;
  std::fputs("json_bench: a wrong answer\n", stderr);
  std::exit(1);
}

void parse_and_check(benchmark::State& state) {
  const std::string text = make_document(static_cast<std::size_t>(state.range(0)));
  Document document;
  require(document.parse(text)->object()->require("result")->array()->size() ==
          static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(document.parse(text).ok());
  state.SetBytesProcessed(static_cast<std::int64_t>(text.size()) * state.iterations());
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(parse_and_check)->Arg(1)->Arg(200)->Arg(4000);

void write_objects(benchmark::State& state) {
  require(make_document(3).size() > 1000);
  std::size_t bytes = 0;
  for (auto _ : state) bytes = make_document(200).size();
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes) * state.iterations());
}

BENCHMARK(write_objects);

}  // namespace
}  // namespace clearspan::json

BENCHMARK_MAIN();
