// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>

namespace leat::testing {

/// Calls `check(head, tail)` for every way to cut `input` in two, so that a parser is tested at
/// every point where a read could end. Either part may be empty.
template <class Check>
void for_each_split(std::string_view input, Check check) {
  for (std::size_t cut = 0; cut <= input.size(); ++cut) {
    check(input.substr(0, cut), input.substr(cut));
  }
}

/// Calls `feed(piece)` for each piece of `input` in order, every piece `size` bytes long but the
/// last: with 1, a peer that sends byte by byte.
template <class Feed>
void in_pieces(std::string_view input, std::size_t size, Feed feed) {
  while (!input.empty()) {
    feed(input.substr(0, size));
    input.remove_prefix(size < input.size() ? size : input.size());
  }
}

}  // namespace leat::testing
