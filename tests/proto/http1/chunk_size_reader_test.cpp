// SPDX-License-Identifier: MIT
#include "leat/proto/http1/chunk_size_reader.hpp"

#include <string_view>

#include "leat/base/error.hpp"
#include "leat/testing/splits.hpp"

#include "support/test.hpp"

using leat::proto::http1::chunk_size_reader;
using leat::proto::http1::errc;
using status = chunk_size_reader::status;

TEST_CASE("chunk size: is read wherever the line is split") {
  leat::testing::for_each_split("1aF;name=value\r\n", [](auto head, auto tail) {
    chunk_size_reader reader(64);
    reader.feed(head);
    CHECK(reader.feed(tail) == status::done);
    CHECK(reader.size() == 0x1af);
  });
}

TEST_CASE("chunk size: leaves what follows the line unread") {
  std::string_view input = "3\r\nabc";
  chunk_size_reader reader(64);

  CHECK(reader.feed(input) == status::done);
  CHECK(input == "abc");
}

TEST_CASE("chunk size: accepts what the grammar allows") {
  for (std::string_view line : {"5\r\n", "0005\r\n", "5;\r\n", "5 ;a\r\n", "5\t; a=\"x;y\"\r\n"}) {
    CAPTURE(line);
    chunk_size_reader reader(64);
    CHECK(reader.feed(line) == status::done);
    CHECK(reader.size() == 5);
  }
}

TEST_CASE("chunk size: refuses a malformed line as the peer's fault") {
  for (std::string_view line : {"\r\n",
                                "\n",
                                ";a\r\n",
                                "x\r\n",
                                "1x\r\n",
                                "1 2\r\n",
                                "1\n",
                                "1\rx",
                                "1;a\n",
                                "1;a\rb",
                                "1 \r\n",
                                " 1\r\n",
                                "\t1\r\n",
                                "+1\r\n",
                                "-1\r\n",
                                "0x1\r\n",
                                "1,1\r\n",
                                "1;\x01\r\n",
                                "8000000000000000\r\n",
                                "10000000000000000\r\n",
                                "ffffffffffffffffff\r\n"}) {
    CAPTURE(line);
    chunk_size_reader reader(64);
    CHECK(reader.feed(line) == status::failed);
    CHECK(reader.error() == errc::bad_chunk);
    CHECK(reader.error() == leat::failure::peer_fault);
  }
}

TEST_CASE("chunk size: reaches to 2^63 - 1") {
  std::string_view input = "7fffffffffffffff\r\n";
  chunk_size_reader reader(64);

  CHECK(reader.feed(input) == status::done);
  CHECK(reader.size() == 0x7fff'ffff'ffff'ffffU);
}

TEST_CASE("chunk size: accepts a line as long as the limit") {
  std::string_view input = "0001;abc\r\n";
  chunk_size_reader reader(8);

  CHECK(reader.feed(input) == status::done);
}

TEST_CASE("chunk size: refuses a line longer than the limit as soon as it is") {
  std::string_view input = "0001;abcd";
  chunk_size_reader reader(8);

  CHECK(reader.feed(input) == status::failed);
  CHECK(reader.error() == errc::chunk_line_too_long);
}

TEST_CASE("chunk size: counts the bytes of extensions") {
  std::string_view input = "1;abc\r\n";
  chunk_size_reader reader(64);
  reader.feed(input);

  CHECK(reader.extension_bytes() == 4);
}

TEST_CASE("chunk size: consumes nothing once it has failed") {
  std::string_view input = "xyz";
  chunk_size_reader reader(64);
  reader.feed(input);

  CHECK(reader.feed(input) == status::failed);
  CHECK(input == "yz");
}
