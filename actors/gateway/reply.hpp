// How a resource answers: once, from any thread.
#pragma once

#include <functional>
#include <memory>

#include "ledgers/transport/request.hpp"
#include "ledgers/transport/response.hpp"

namespace clearspan::gateway {

using Reply = std::function<void(transport::Response)>;
using RequestPtr = std::shared_ptr<const transport::Request>;

}  // namespace clearspan::gateway
