// SPDX-License-Identifier: MIT
#include "leat/base/byte_buffer.hpp"

#include <string>

#include "support/test.hpp"

using leat::byte_buffer;

TEST_CASE("byte buffer: gives back what was appended") {
  byte_buffer buffer;
  buffer.append("hello ");
  buffer.append("world");
  CHECK(buffer.text() == "hello world");
}

TEST_CASE("byte buffer: keeps the rest when the front is consumed") {
  byte_buffer buffer;
  buffer.append("abcdef");
  buffer.consume(4);
  CHECK(buffer.text() == "ef");
}

TEST_CASE("byte buffer: keeps its content when it grows") {
  byte_buffer buffer;
  std::string expected;
  for (int i = 0; i < 5000; ++i) {
    buffer.append("0123456789");
    expected += "0123456789";
    if (i % 7 == 0) {
      buffer.consume(3);
      expected.erase(0, 3);
    }
  }
  CHECK(buffer.text() == expected);
}

TEST_CASE("byte buffer: reuses the consumed front instead of growing") {
  byte_buffer buffer;
  buffer.append(std::string(400, 'x'));
  const auto before = buffer.capacity();
  buffer.consume(390);
  buffer.append(std::string(400, 'y'));
  CHECK(buffer.capacity() == before);
  CHECK(buffer.text() == std::string(10, 'x') + std::string(400, 'y'));
}

TEST_CASE("byte buffer: gives its memory back when released") {
  byte_buffer buffer;
  buffer.append("abc");
  buffer.consume(3);
  buffer.release();
  CHECK(buffer.capacity() == 0);
  buffer.append("again");
  CHECK(buffer.text() == "again");
}

TEST_CASE("byte buffer: a moved-from buffer is empty and usable") {
  byte_buffer buffer;
  buffer.append("abc");
  byte_buffer taken(std::move(buffer));
  CHECK(taken.text() == "abc");
  buffer.append("new");
  CHECK(buffer.text() == "new");
}
