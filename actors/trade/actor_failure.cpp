#include "actors/trade/actor_failure.hpp"

#include <spdlog/spdlog.h>

#include <cstdlib>

namespace clearspan::actors {
namespace {

std::string text_of(const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& known) {
    return known.what();
  } catch (...) {
    return "an exception without a text";
  }
}

}  // namespace

void log_failure(const char* actor, const std::exception_ptr& exception) {
  spdlog::error("{}: {}", actor, text_of(exception));
}

caf::error end_process_after_exception(caf::scheduled_actor* self, std::exception_ptr& exception) {
  spdlog::critical("{}: {}", self->name(), text_of(exception));
  spdlog::default_logger()->flush();
  std::abort();
}

}  // namespace clearspan::actors
