// SPDX-License-Identifier: MIT
#include "leat/proto/hash/hash.hpp"

#include <string>

#include "support/test.hpp"

using namespace leat::proto;

TEST_CASE("hash: gives the published values for abc") {
  CHECK(hash_hex(hash_algorithm::md5, "abc") == "900150983cd24fb0d6963f7d28e17f72");
  CHECK(hash_hex(hash_algorithm::sha1, "abc") == "a9993e364706816aba3e25717850c26c9cd0d89d");
  CHECK(hash_hex(hash_algorithm::sha256, "abc") ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hash_hex(hash_algorithm::sha512_256, "abc") ==
        "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23");
  CHECK(hash(hash_algorithm::sha512, "abc")->size() == 64);
}

TEST_CASE("base64: gives the values of RFC 4648, section 10") {
  constexpr std::pair<std::string_view, std::string_view> values[] = {{"", ""},
                                                                      {"f", "Zg=="},
                                                                      {"fo", "Zm8="},
                                                                      {"foo", "Zm9v"},
                                                                      {"foob", "Zm9vYg=="},
                                                                      {"fooba", "Zm9vYmE="},
                                                                      {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : values) {
    CHECK(base64_encode(bytes) == text);
    CHECK(base64_decode(text) == bytes);
  }
}

TEST_CASE("base64: every byte comes back") {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  for (std::size_t size = 253; size <= 256; ++size) {
    CHECK(base64_decode(base64_encode(all.substr(0, size))) == all.substr(0, size));
  }
}

TEST_CASE("base64: refuses what is not exactly the encoding of something") {
  for (std::string_view text :
       {"Zg", "Zg=", "Zh==", "Zm9=", "Z===", "====", "Zm 9", "Zg==Zg==", "Zm9v\n", "Zm-_"}) {
    CAPTURE(text);
    CHECK_FALSE(base64_decode(text));
  }
}
