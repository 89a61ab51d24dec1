// SPDX-License-Identifier: MIT
#pragma once

#include "leat/proto/fields/fields.hpp"

namespace leat::http {

/// The header of a message: a multimap in order whose names are compared without regard to
/// case.
using headers = proto::fields;

}  // namespace leat::http
