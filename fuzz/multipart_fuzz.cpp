// SPDX-License-Identifier: MIT

// Invariant: fed whole and byte by byte, a form gives the same parts and the same verdict, within
// the limits; and the parts of one that was read, written again, read the same.

#include <string>
#include <string_view>
#include <vector>

#include "leat/proto/multipart/error.hpp"
#include "leat/proto/multipart/form_reader.hpp"
#include "leat/proto/multipart/form_writer.hpp"

#include "fuzz.hpp"

namespace {

using namespace leat::proto;

struct part {
  std::string name;
  std::optional<std::string> filename;
  std::string content;

  friend bool operator==(const part&, const part&) = default;
};

struct result {
  std::vector<part> parts;
  std::error_code error;
  bool is_open = false;
};

/// Takes what there is. Returns whether the form is over.
bool drain(form_reader& reader, const form_limits& limits, result& into) {
  for (;;) {
    switch (reader.next()) {
      case form_event::need_more: return false;
      case form_event::part:
        LEAT_REQUIRE(!into.is_open);
        into.is_open = true;
        into.parts.push_back({reader.part().name, reader.part().filename, {}});
        LEAT_REQUIRE(into.parts.size() <= limits.max_parts);
        break;
      case form_event::data:
        LEAT_REQUIRE(into.is_open && !reader.data().empty());
        into.parts.back().content += reader.data();
        LEAT_REQUIRE(into.parts.back().content.size() <= limits.max_part_bytes);
        break;
      case form_event::part_end:
        LEAT_REQUIRE(into.is_open);
        into.is_open = false;
        break;
      case form_event::end: LEAT_REQUIRE(!into.is_open); return true;
      case form_event::failed: into.error = reader.error(); return true;
    }
  }
}

result read(std::string_view boundary, std::string_view input, std::size_t piece_size,
            const form_limits& limits) {
  form_reader reader(boundary, limits);
  result got;
  while (!input.empty()) {
    // A copy, so that a view that is kept too long is found.
    const std::string piece(input.substr(0, piece_size));
    input.remove_prefix(piece.size());
    reader.feed(piece);
    if (drain(reader, limits, got)) return got;
  }
  reader.finish();
  LEAT_REQUIRE(drain(reader, limits, got));
  return got;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = leat::fuzz::as_text(data, size);
  form_limits limits;
  limits.max_parts = 5;
  limits.max_header_bytes = 300;
  limits.max_part_bytes = 1000;
  const auto whole = read("b", input, input.size(), limits);
  const auto bytewise = read("b", input, 1, limits);
  LEAT_REQUIRE(whole.error == bytewise.error);
  LEAT_REQUIRE(whole.parts.size() == bytewise.parts.size());
  if (whole.error) return 0;
  LEAT_REQUIRE(whole.parts == bytewise.parts);

  // No content of one form has the boundary of the other unless it says so.
  const std::string boundary = "7ac3f0e1b2d49586";
  if (input.find(boundary) != input.npos) return 0;
  form_writer writer(boundary);
  std::string again;
  for (const part& each : whole.parts) {
    again += each.filename ? writer.begin_file(each.name, *each.filename)
                           : writer.begin_field(each.name);
    again += each.content;
  }
  again += writer.end();
  const auto reread = read(boundary, again, again.size(), {});
  LEAT_REQUIRE(!reread.error);
  LEAT_REQUIRE(reread.parts.size() == whole.parts.size());
  for (std::size_t i = 0; i < whole.parts.size(); ++i) {
    LEAT_REQUIRE(reread.parts[i].content == whole.parts[i].content);
  }
  return 0;
}
