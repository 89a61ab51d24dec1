// SPDX-License-Identifier: MIT
#pragma once

#include "leat/route/environment.hpp"

namespace leat::http {

using route::environment;
using route::process_environment;

}  // namespace leat::http
