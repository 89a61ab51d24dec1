// SPDX-License-Identifier: MIT
#include "leat/proto/ws/connection.hpp"

#include <string>
#include <utility>
#include <vector>

#include "leat/base/error.hpp"
#include "leat/testing/splits.hpp"

#include "support/test.hpp"

using leat::byte_buffer;
using leat::failure;
namespace testing = leat::testing;
using namespace leat::proto::ws;

namespace {

connection client(connection_options options = {}) {
  options.mask_source = [] { return 0x37FA213DU; };  // the key of RFC 6455, section 5.7
  return {role::client, std::move(options)};
}

connection server(connection_options options = {}) {
  return {role::server, std::move(options)};
}

std::string bytes(std::initializer_list<int> list) {
  std::string text;
  for (const int each : list) text.push_back(static_cast<char>(each));
  return text;
}

/// A frame as a server sends it.
std::string frame(int first, std::string_view payload) {
  std::string text = bytes({first});
  if (payload.size() < 126) {
    text += bytes({static_cast<int>(payload.size())});
  } else {
    text += bytes(
        {126, static_cast<int>(payload.size() >> 8), static_cast<int>(payload.size() & 0xFF)});
  }
  return text += payload;
}

struct told {
  std::vector<std::string> events;
  std::error_code error;
};

void collect(connection& machine, std::string_view input, told& into) {
  for (;;) {
    const event found = machine.next(input);
    switch (found.kind) {
      case event_kind::need_more: return;
      case event_kind::message:
        into.events.push_back((found.kind_of_message == message_kind::text ? "text:" : "binary:") +
                              std::string(found.data));
        break;
      case event_kind::ping: into.events.push_back("ping:" + std::string(found.data)); break;
      case event_kind::pong: into.events.push_back("pong:" + std::string(found.data)); break;
      case event_kind::close:
        into.events.push_back("close:" + std::to_string(found.code) + ":" +
                              std::string(found.data));
        break;
      case event_kind::failed: into.error = found.error; return;
    }
  }
}

told read_all(connection machine, std::string_view input) {
  told all;
  collect(machine, input, all);
  return all;
}

using texts = std::vector<std::string>;

const connection_options with_deflate{.deflate = deflate_parameters()};

}  // namespace

TEST_CASE("frames: the examples of RFC 6455 are read as they say, wherever they are split") {
  const struct {
    std::string input;
    texts events;
    bool is_server;
  } cases[] = {
      {bytes({0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f}), {"text:Hello"}, false},
      {bytes({0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58}),
       {"text:Hello"},
       true},
      {bytes({0x01, 0x03, 0x48, 0x65, 0x6c, 0x80, 0x02, 0x6c, 0x6f}), {"text:Hello"}, false},
      {bytes({0x89, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f}), {"ping:Hello"}, false},
      {bytes({0x8a, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58}),
       {"pong:Hello"},
       true},
      {frame(0x82, std::string(256, 'b')), {"binary:" + std::string(256, 'b')}, false},
      {frame(0x01, "a") + frame(0x89, "p") + frame(0x00, "b") + frame(0x80, "c") +
           frame(0x88, bytes({0x03, 0xe8}) + "bye"),
       {"ping:p", "text:abc", "close:1000:bye"},
       false},
      {frame(0x88, "") + "what follows is dropped", {"close:1005:"}, false},
      {frame(0x81, "\xce\xba\xf0\x9f\x98\x80"), {"text:\xce\xba\xf0\x9f\x98\x80"}, false},
  };
  for (const auto& each : cases) {
    testing::for_each_split(each.input, [&each](auto head, auto tail) {
      connection machine = each.is_server ? server() : client();
      told all;
      collect(machine, head, all);
      collect(machine, tail, all);
      CHECK(all.events == each.events);
      CHECK_FALSE(all.error);
    });
  }
}

TEST_CASE("frames: what breaks the protocol is refused with its reason, wherever it is split") {
  const struct {
    std::string input;
    errc why;
  } cases[] = {
      {frame(0x91, ""), errc::reserved_bit},
      {frame(0xa1, ""), errc::reserved_bit},
      {frame(0xc1, ""), errc::reserved_bit},
      {frame(0x83, ""), errc::reserved_opcode},
      {frame(0x8b, ""), errc::reserved_opcode},
      {frame(0x09, ""), errc::control_fragmented},
      {frame(0x89, std::string(126, 'p')), errc::control_too_long},
      {frame(0x80, "x"), errc::unexpected_continuation},
      {frame(0x01, "x") + frame(0x81, "y"), errc::continuation_expected},
      {bytes({0x81, 126, 0, 5}) + "Hello", errc::length_not_minimal},
      {bytes({0x81, 127, 0, 0, 0, 0, 0, 0, 0xff, 0xff}), errc::length_not_minimal},
      {bytes({0x81, 127, 0x80, 0, 0, 0, 0, 0, 0, 0}), errc::length_too_large},
      {bytes({0x81, 0x80, 1, 2, 3, 4}), errc::mask_forbidden},
      {frame(0x88, "x"), errc::bad_close_payload},
      {frame(0x81, "\xed\xa0\x80"), errc::invalid_utf8},
      {frame(0x01, "\xce") + frame(0x80, "x"), errc::invalid_utf8},
      {frame(0x81, "\xf0\x9f\x98"), errc::invalid_utf8},
      {frame(0x88, bytes({0x03, 0xe8}) + "\xff"), errc::invalid_utf8},
  };
  for (const auto& each : cases) {
    testing::for_each_split(each.input, [&each](auto head, auto tail) {
      connection machine = client();
      told all;
      collect(machine, head, all);
      if (!all.error) collect(machine, tail, all);
      CHECK(all.error == each.why);
      CHECK(all.error == failure::peer_fault);
    });
  }
}

TEST_CASE("frames: text that can no longer become UTF-8 is refused before the frame is whole") {
  for (const char* start : {"\xf4\x90", "\xf0\x8f", "\xe0\x9f", "\xed\xa0", "\xc0", "\xff"}) {
    connection machine = client();
    told all;
    collect(machine, bytes({0x81, 100}) + start, all);
    CHECK(all.error == errc::invalid_utf8);
  }
  for (const char* start :
       {"\xf4\x8f", "\xf0\x90", "\xe0\xa0", "\xed\x9f", "\xc2", "\xf1\x80\x80"}) {
    connection machine = client();
    told all;
    collect(machine, bytes({0x81, 100}) + start, all);
    CHECK_FALSE(all.error);
  }
}

TEST_CASE("frames: a server refuses what is not masked") {
  CHECK(read_all(server(), frame(0x81, "x")).error == errc::mask_required);
}

TEST_CASE("frames: close codes are those that may be sent") {
  for (const int code : {1000, 1001, 1002, 1003, 1007, 1011, 1014, 3000, 3999, 4000, 4999}) {
    const auto input = frame(0x88, bytes({code >> 8, code & 0xff}));
    CHECK(read_all(client(), input).events == texts{"close:" + std::to_string(code) + ":"});
  }
  for (const int code : {0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535}) {
    const auto input = frame(0x88, bytes({code >> 8, code & 0xff}));
    CHECK(read_all(client(), input).error == errc::bad_close_code);
  }
}

TEST_CASE("frames: limits hold for a frame and for the message of many") {
  const connection_options limits{.max_frame_bytes = 10, .max_message_bytes = 15};
  CHECK(read_all(client(limits), frame(0x81, "0123456789")).events == texts{"text:0123456789"});
  CHECK(read_all(client(limits), frame(0x81, "0123456789a")).error == errc::frame_too_large);
  CHECK(read_all(client(limits), frame(0x01, "0123456789") + frame(0x80, "01234")).events ==
        texts{"text:012345678901234"});
  const auto above = read_all(client(limits), frame(0x01, "0123456789") + frame(0x80, "012345"));
  CHECK(above.error == errc::message_too_large);
  CHECK(suggested_close_code(above.error) == close_code::too_big);
}

TEST_CASE("frames: the end of the input without a close frame is told") {
  connection machine = client();
  std::string_view nothing;
  machine.end_of_input();
  CHECK(machine.next(nothing).error == errc::truncated);

  connection closed = client();
  told all;
  collect(closed, frame(0x88, ""), all);
  closed.end_of_input();
  CHECK(closed.next(nothing).kind == event_kind::need_more);
}

TEST_CASE("frames: a client and a server understand each other at every boundary of lengths") {
  for (const std::size_t size : {0U, 1U, 125U, 126U, 127U, 65535U, 65536U, 70001U}) {
    for (const bool is_compressed : {false, true}) {
      const auto options = is_compressed ? with_deflate : connection_options();
      connection one = client(options);
      connection other = server(options);
      std::string text(size, '\0');
      for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i * i % 23);
      byte_buffer out;
      REQUIRE_FALSE(one.send_message(out, message_kind::text, text));
      REQUIRE_FALSE(one.send_message(out, message_kind::binary, text));
      REQUIRE_FALSE(one.send_ping(out, "p"));
      told all;
      testing::in_pieces(out.text(), 4099, [&](auto piece) { collect(other, piece, all); });
      CHECK(all.events == texts{"text:" + text, "binary:" + text, "ping:p"});

      byte_buffer back;
      REQUIRE_FALSE(other.send_message(back, message_kind::text, text));
      REQUIRE_FALSE(other.send_close(back, 1001, "gone"));
      told answer;
      collect(one, back.text(), answer);
      CHECK(answer.events == texts{"text:" + text, "close:1001:gone"});
      CHECK(one.has_received_close());
    }
  }
}

TEST_CASE("frames: what must not be sent is refused and leaves nothing behind") {
  connection machine = client();
  byte_buffer out;
  CHECK(machine.send_ping(out, std::string(126, 'p')) == errc::payload_too_long);
  CHECK(machine.send_message(out, message_kind::text, "\xff") == errc::text_not_utf8);
  CHECK(machine.send_close(out, 1006) == errc::invalid_close_code);
  CHECK(machine.send_close(out, 1000, std::string(124, 'r')) == errc::payload_too_long);
  CHECK(out.is_empty());
  CHECK_FALSE(machine.send_close(out, 1000, std::string(123, 'r')));
  out.clear();
  CHECK(machine.send_close(out, 1000) == errc::close_sent);
  CHECK(machine.send_message(out, message_kind::text, "x") == errc::close_sent);
  CHECK(out.is_empty());
}

TEST_CASE("deflate: the examples of RFC 7692 are expanded, wherever they are split") {
  const struct {
    std::string input;
    texts events;
  } cases[] = {
      // Section 7.2.3.1 and, fragmented, the same.
      {bytes({0xc1, 0x07, 0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00}), {"text:Hello"}},
      {bytes({0x41, 0x03, 0xf2, 0x48, 0xcd, 0x80, 0x04, 0xc9, 0xc9, 0x07, 0x00}), {"text:Hello"}},
      // 7.2.3.2: the second message refers to the first.
      {bytes({0xc1, 0x07, 0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00,  //
              0xc1, 0x05, 0xf2, 0x00, 0x11, 0x00, 0x00}),
       {"text:Hello", "text:Hello"}},
      // 7.2.3.3: a block without compression. 7.2.3.4: a final block.
      {bytes({0xc1, 0x0b, 0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00}),
       {"text:Hello"}},
      {bytes({0xc1, 0x08, 0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00,  //
              0xc1, 0x05, 0xf2, 0x00, 0x11, 0x00, 0x00}),
       {"text:Hello", "text:Hello"}},
      // 7.2.3.5: two blocks. 7.2.3.6: nothing.
      {bytes({0xc1, 0x0d, 0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07,
              0x00}),
       {"text:Hello"}},
      {bytes({0xc1, 0x01, 0x00}), {"text:"}},
  };
  for (const auto& each : cases) {
    testing::for_each_split(each.input, [&each](auto head, auto tail) {
      connection machine = client(with_deflate);
      told all;
      collect(machine, head, all);
      collect(machine, tail, all);
      CHECK(all.events == each.events);
    });
  }
}

TEST_CASE("deflate: a bomb is stopped at the limit of the message") {
  connection sender = server(with_deflate);
  byte_buffer out;
  REQUIRE_FALSE(sender.send_message(out, message_kind::binary, std::string(5'000'000, '\0')));
  CHECK(out.size() < 10'000);
  auto options = with_deflate;
  options.max_message_bytes = 100'000;
  CHECK(read_all(client(options), out.text()).error == errc::message_too_large);
}

TEST_CASE("deflate: corrupt data and bits in the wrong place are refused") {
  CHECK(read_all(client(with_deflate), frame(0xc1, "\xff\xff\xff")).error == errc::bad_compression);
  CHECK(read_all(client(with_deflate), frame(0xc9, "")).error == errc::reserved_bit);
  CHECK(read_all(client(with_deflate), frame(0x41, "") + frame(0xc0, "")).error ==
        errc::reserved_bit);
}

TEST_CASE("deflate: a message that is cut off is refused, wherever that is") {
  auto options = with_deflate;
  options.min_compressed_bytes = 0;
  connection sender = server(options);
  byte_buffer out;
  const std::string text = "what is cut off is no message, what is cut off is no message";
  REQUIRE_FALSE(sender.send_message(out, message_kind::text, text));
  const std::string payload(out.text().substr(2));
  CHECK(read_all(client(with_deflate), frame(0xc1, payload)).events == texts{"text:" + text});
  for (std::size_t size = 1; size < payload.size(); ++size) {
    CAPTURE(size);
    const auto all = read_all(client(with_deflate), frame(0xc1, payload.substr(0, size)));
    CHECK(all.events.empty());
    CHECK(all.error == errc::bad_compression);
  }
}

TEST_CASE("deflate: nothing at all is an empty message, and what follows is read") {
  const std::string hello = bytes({0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00});
  // Behind a final block the sender should have written one more byte.
  const std::string final_hello = bytes({0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00});
  CHECK(read_all(client(with_deflate),
                 frame(0xc1, "") + frame(0xc1, hello) + frame(0x41, "") + frame(0x80, ""))
            .events == texts{"text:", "text:Hello", "text:"});
  CHECK(read_all(client(with_deflate), frame(0xc1, final_hello) + frame(0xc1, hello)).events ==
        texts{"text:Hello", "text:Hello"});
}

TEST_CASE("deflate: final blocks are not begun without end in one message") {
  const auto message = [](std::size_t count) {
    std::string payload;
    for (std::size_t i = 0; i < count; ++i) payload += bytes({0x03, 0x00});
    return frame(0xc2, payload);
  };
  CHECK(read_all(client(with_deflate), message(16) + message(16)).events ==
        texts{"binary:", "binary:"});
  CHECK(read_all(client(with_deflate), message(17)).error == errc::bad_compression);
}

TEST_CASE("deflate: every agreement carries messages in both directions") {
  const std::string text =
      "{\"kind\": \"update\", \"value\": 1, \"kind\": \"update\", \"value\": 2}";
  for (int choice = 0; choice < 16; ++choice) {
    for (const int bits : {8, 9, 12, 15}) {
      deflate_parameters agreed;
      agreed.server_no_context_takeover = (choice & 1) != 0;
      agreed.client_no_context_takeover = (choice & 2) != 0;
      if ((choice & 4) != 0) agreed.server_max_window_bits = static_cast<std::uint8_t>(bits);
      if ((choice & 8) != 0) agreed.client_max_window_bits = static_cast<std::uint8_t>(bits);
      const connection_options options{.deflate = agreed, .min_compressed_bytes = 0};
      connection one = client(options);
      connection other = server(options);
      for (const auto& each : {text, std::string(), text + text, std::string()}) {
        byte_buffer out;
        REQUIRE_FALSE(one.send_message(out, message_kind::text, each));
        told all;
        collect(other, out.text(), all);
        CHECK(all.events == texts{"text:" + each});
        byte_buffer back;
        REQUIRE_FALSE(other.send_message(back, message_kind::text, each));
        told answer;
        collect(one, back.text(), answer);
        CHECK(answer.events == texts{"text:" + each});
      }
    }
  }
}
