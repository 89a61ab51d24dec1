// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>
#include <utility>

#include "leat/http/error.hpp"
#include "leat/http/response.hpp"
#include "leat/proto/url/url.hpp"

/// How errors come to know the request that they are of (docs/adr/0040).
namespace leat::http {

/// Gives `problem` the request that it has ended, unless it has one: the innermost counts. One that
/// several requests are thrown stays as it is, and a copy is thrown in its place; where it has a
/// type that is not known here, it goes on without a request. So it does without memory.
void name_request(leat::error& problem, std::string_view method, const proto::url& url);
/// `url` is without credentials.
void name_request(leat::error& problem, std::string_view method, std::string_view url);

/// Throws an error that the answer to a request has caused.
template <class Error>
[[noreturn]] void throw_of(const response_head& answer, Error problem) {
  name_request(problem, answer.method(), answer.url());
  throw problem;
}

/// Throws what a request ends with that takes longer than its `timeouts::total`. `url` is without
/// credentials.
[[noreturn]] void throw_total_exceeded(std::string_view method, std::string_view url);

}  // namespace leat::http
