// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <utility>

#include "leat/http/mock_transport.hpp"

/// Options of a client of `Surface` for which a function answers in place of a network.
template <class Surface, class Answer>
typename Surface::options answered_by(Answer answer) {
  typename Surface::options options;
  options.transport =
      std::make_shared<leat::http::basic_mock_transport<typename Surface::io>>(std::move(answer));
  return options;
}
