// What a verified bundle says, in sentences.
#pragma once

#include <iosfwd>

#include "codecs/evidence/verify_bundle.hpp"

namespace clearspan::tools {

void tell_bundle(std::ostream& out, const evidence::BundleReport& report);

}  // namespace clearspan::tools
