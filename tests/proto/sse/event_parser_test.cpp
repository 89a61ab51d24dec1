// SPDX-License-Identifier: MIT
#include "leat/proto/sse/event_parser.hpp"

#include <string>
#include <string_view>

#include "leat/base/error.hpp"
#include "leat/testing/splits.hpp"

#include "support/test.hpp"

namespace sse = leat::proto::sse;

namespace {

/// What a parser tells of one more piece: `type=data#id` for each event.
std::string feed(sse::event_parser& parser, std::string_view input) {
  std::string told;
  for (;;) {
    const sse::event found = parser.next(input);
    switch (found.kind) {
      case sse::event_kind::need_more: CHECK(input.empty()); return told;
      case sse::event_kind::message:
        told += std::string(found.type) + "=" + std::string(found.data) + "#" +
                parser.last_event_id() + ";";
        break;
      case sse::event_kind::retry:
        told += "retry=" + std::to_string(found.retry.count()) + ";";
        break;
      case sse::event_kind::failed: return told + "failed: " + found.error.message();
    }
  }
}

/// The same of a whole stream, which has to be told the same wherever it is cut.
std::string told_of(std::string_view stream, sse::limits allowed = {}) {
  sse::event_parser whole(allowed);
  const std::string told = feed(whole, stream);
  leat::testing::for_each_split(stream, [&](std::string_view head, std::string_view tail) {
    sse::event_parser parser(allowed);
    std::string both = feed(parser, head);
    if (both.find("failed") == std::string::npos) both += feed(parser, tail);
    CHECK(both == told);
  });
  sse::event_parser drop_by_drop(allowed);
  std::string drops;
  leat::testing::in_pieces(stream, 1, [&](std::string_view part) {
    if (drops.find("failed") == std::string::npos) drops += feed(drop_by_drop, part);
  });
  CHECK(drops == told);
  return told;
}

}  // namespace

TEST_CASE("sse: an event is its data, with the lines joined") {
  CHECK(told_of("data: one\n\n") == "message=one#;");
  CHECK(told_of("data: YHOO\ndata: +2\ndata: 10\n\n") == "message=YHOO\n+2\n10#;");
}

TEST_CASE("sse: a type and an id belong to the event of their block") {
  CHECK(told_of("event: add\ndata: 1\nid: 7\n\ndata: 2\n\n") == "add=1#7;message=2#7;");
}

TEST_CASE("sse: lines end with LF, CR or both, in any mixture") {
  CHECK(told_of("data: a\r\rdata: b\n\ndata: c\r\n\r\n") == "message=a#;message=b#;message=c#;");
  CHECK(told_of("data: a\r\ndata: b\rdata: c\n\r\n") == "message=a\nb\nc#;");
}

TEST_CASE("sse: an event that ends with CR is told before its line feed comes") {
  sse::event_parser parser;
  CHECK(feed(parser, "data: a\r\n\r") == "message=a#;");
  CHECK(feed(parser, "\ndata: b\n\n") == "message=b#;");
}

TEST_CASE("sse: one byte order mark at the begin is dropped") {
  CHECK(told_of("\xEF\xBB\xBF"
                "data: a\n\n") == "message=a#;");
  CHECK(told_of("\xEF\xBB\xBF\xEF\xBB\xBF"
                "data: a\n\n") == "");
  CHECK(told_of("\n\xEF\xBB\xBF"
                "data: a\n\n") == "");
}

TEST_CASE("sse: comments and unknown fields are skipped") {
  CHECK(told_of(": ping\n\n:\n\nfoo: bar\nDATA: no\n data: no\ndata: a\n: more\n\n") ==
        "message=a#;");
}

TEST_CASE("sse: one space behind the colon is dropped, no more") {
  CHECK(told_of("data:a\ndata: b\ndata:  c\ndata:\td\n\n") == "message=a\nb\n c\n\td#;");
}

TEST_CASE("sse: a field without a colon has an empty value") {
  CHECK(told_of("data\n\n") == "message=#;");
  CHECK(told_of("data\ndata\n\n") == "message=\n#;");
}

TEST_CASE("sse: a block without data is no event, and its type is forgotten") {
  CHECK(told_of("\n\n\n") == "");
  CHECK(told_of("event: add\n\ndata: a\n\n") == "message=a#;");
}

TEST_CASE("sse: an id alone is kept for the events behind it") {
  CHECK(told_of("id: 3\n\ndata: a\n\n") == "message=a#3;");
  sse::event_parser parser;
  CHECK(feed(parser, "id: 3\n\n").empty());
  CHECK(parser.last_event_id() == "3");
}

TEST_CASE("sse: an empty id takes the last one back") {
  CHECK(told_of("id: 3\ndata: a\n\nid\ndata: b\n\n") == "message=a#3;message=b#;");
}

TEST_CASE("sse: an id with a NUL is ignored") {
  CHECK(told_of(std::string_view("id: 3\n\nid: 4\0\ndata: a\n\n", 23)) == "message=a#3;");
}

TEST_CASE("sse: an id counts from the end of its block on") {
  sse::event_parser parser;
  feed(parser, "id: 3\ndata: a\n");
  CHECK(parser.last_event_id().empty());
  feed(parser, "\n");
  CHECK(parser.last_event_id() == "3");
}

TEST_CASE("sse: a retry of digits only is told, in milliseconds") {
  CHECK(told_of("retry: 1500\n\n") == "retry=1500;");
  CHECK(told_of("retry:0\n") == "retry=0;");
  CHECK(told_of("retry: 1.5\nretry: -1\nretry: 1 \nretry\nretry: +1\nretry: 0x1\n") == "");
}

TEST_CASE("sse: a retry beyond all reason stays a number") {
  CHECK(told_of("retry: 99999999999999999999999999\n") == "retry=1000000000000;");
}

TEST_CASE("sse: what the end of the stream leaves unfinished is no event") {
  CHECK(told_of("data: a\n\ndata: b\n") == "message=a#;");
  CHECK(told_of("data: a") == "");
}

TEST_CASE("sse: a new stream begins afresh, but for the last id") {
  sse::event_parser parser;
  CHECK(feed(parser, "id: 1\ndata: a\n\nid: 2\nevent: x\ndata: lost\ndata: ha") == "message=a#1;");
  parser.restart();
  CHECK(feed(parser,
             "\xEF\xBB\xBF"
             "data: b\n\n") == "message=b#1;");
}

TEST_CASE("sse: begins with the id that an earlier source ended with") {
  sse::event_parser parser({}, "41");
  CHECK(parser.last_event_id() == "41");
  CHECK(feed(parser, "data: b\n\n") == "message=b#41;");
}

TEST_CASE("sse: bytes that are no UTF-8 become U+FFFD, as many as in a browser") {
  CHECK(told_of("data: \xC3\xA4 \xE2\x82\xAC\n\n") == "message=\xC3\xA4 \xE2\x82\xAC#;");
  const std::string mark = "\xEF\xBF\xBD";
  CHECK(told_of("data: \xE2\x82z\n\n") == "message=" + mark + "z#;");
  CHECK(told_of("data: \xF0\x9F\x98\n\n") == "message=" + mark + "#;");
  CHECK(told_of("data: \xC0\xAF\xED\xA0\x80\n\n") ==
        "message=" + mark + mark + mark + mark + mark + "#;");
  const auto marks = [&mark](std::size_t count) {
    std::string all;
    for (std::size_t i = 0; i < count; ++i) all += mark;
    return all;
  };
  CHECK(told_of("data: \xE0\x80\x80\n\n") == "message=" + marks(3) + "#;");
  CHECK(told_of("data: \xF0\x8F\xBF\xBF\n\n") == "message=" + marks(4) + "#;");
  CHECK(told_of("data: \xF4\x90\x80\x80\n\n") == "message=" + marks(4) + "#;");
  CHECK(told_of("data: \xF1\x80\x80z\xC2\n\n") == "message=" + mark + "z" + mark + "#;");
  CHECK(told_of("data: \xE1\x80\xE1\x80\x80\xFF\n\n") ==
        "message=" + mark + "\xE1\x80\x80" + mark + "#;");
}

TEST_CASE("sse: a line may be as long as its limit") {
  const sse::limits allowed{.max_line_bytes = 8};
  CHECK(told_of("data: 12\n\n", allowed) == "message=12#;");
  CHECK(told_of("data: 123\n\n", allowed) == "failed: line over the limit");
  CHECK(told_of(": a long comment", allowed) == "failed: line over the limit");
}

TEST_CASE("sse: an event may be as long as its limit") {
  const sse::limits allowed{.max_event_bytes = 5};
  CHECK(told_of("data: 12\ndata: 34\n\n", allowed) == "message=12\n34#;");
  CHECK(told_of("data: 12\ndata: 345\n\n", allowed) == "failed: event over the limit");
  CHECK(told_of("data: 12\nevent: abc\n\n", allowed) == "abc=12#;");
  CHECK(told_of("data: 12\nevent: abcd\n\n", allowed) == "failed: event over the limit");
  CHECK(told_of("data: 12345\n\ndata: 12345\n\n", allowed) == "message=12345#;message=12345#;");
}

TEST_CASE("sse: a stream that has failed tells nothing more") {
  sse::event_parser parser({.max_line_bytes = 8});
  feed(parser, "data: 123");
  std::string_view more = "\n\ndata: 1\n\n";
  const auto found = parser.next(more);
  CHECK(found.kind == sse::event_kind::failed);
  CHECK(found.error == leat::failure::peer_fault);
  CHECK(found.error == sse::errc::line_too_long);
}
