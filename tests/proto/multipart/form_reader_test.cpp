// SPDX-License-Identifier: MIT
#include "leat/proto/multipart/form_reader.hpp"

#include <string>
#include <vector>

#include "leat/proto/multipart/error.hpp"
#include "leat/proto/multipart/form_writer.hpp"
#include "leat/testing/splits.hpp"

#include "support/test.hpp"

using namespace leat::proto;

namespace {

struct part {
  std::string name;
  std::optional<std::string> filename;
  std::string content_type;
  std::string content;
  bool is_complete = false;
};

struct form {
  std::vector<part> parts;
  std::error_code error;
  bool is_over = false;
};

void drain(form_reader& reader, form& into) {
  while (!into.is_over) {
    switch (reader.next()) {
      case form_event::need_more: return;
      case form_event::part:
        into.parts.push_back(
            {reader.part().name, reader.part().filename, reader.part().content_type, {}});
        break;
      case form_event::data: into.parts.back().content += reader.data(); break;
      case form_event::part_end: into.parts.back().is_complete = true; break;
      case form_event::failed: into.error = reader.error(); [[fallthrough]];
      case form_event::end: into.is_over = true; break;
    }
  }
}

form read(std::string_view head, std::string_view tail = {}, const form_limits& limits = {}) {
  form_reader reader("xyz", limits);
  form got;
  for (const auto piece : {head, tail}) {
    // A copy, so that the sanitizers see a view that is kept too long.
    const std::string copy(piece);
    reader.feed(copy);
    drain(reader, got);
  }
  reader.finish();
  drain(reader, got);
  CHECK(got.is_over);
  return got;
}

form read_bytewise(std::string_view body, const form_limits& limits = {}) {
  form_reader reader("xyz", limits);
  form got;
  leat::testing::in_pieces(body, 1, [&](std::string_view each) {
    const std::string copy(each);
    reader.feed(copy);
    drain(reader, got);
  });
  reader.finish();
  drain(reader, got);
  return got;
}

/// What is wrong with `body`, which is the same wherever it is cut.
std::error_code refusal(std::string_view body, const form_limits& limits = {}) {
  const auto whole = read(body, {}, limits);
  leat::testing::for_each_split(body, [&](std::string_view head, std::string_view tail) {
    CAPTURE(head.size());
    CHECK(read(head, tail, limits).error == whole.error);
  });
  CHECK(read_bytewise(body, limits).error == whole.error);
  return whole.error;
}

std::string part_text(std::string_view header, std::string_view content) {
  return "--xyz\r\n" + std::string(header) + "\r\n\r\n" + std::string(content) + "\r\n";
}

const std::string a_field = part_text("Content-Disposition: form-data; name=\"a\"", "1");

}  // namespace

TEST_CASE("form reader: fields and files, wherever the body is cut") {
  const std::string body = "nobody reads this\r\n" + a_field +
                           part_text(
                               "content-type: text/plain\r\n"
                               "CONTENT-DISPOSITION: form-data; filename=\"x.txt\"; name=f",
                               "line\r\n--xy\r\n--\r\n-\r\n\r") +
                           part_text("Content-Disposition: form-data; name=\"\"", "") +
                           "--xyz--\r\nnor this";
  const auto check = [](const form& got) {
    CHECK_FALSE(got.error);
    REQUIRE(got.parts.size() == 3);
    CHECK(got.parts[0].name == "a");
    CHECK_FALSE(got.parts[0].filename);
    CHECK(got.parts[0].content_type.empty());
    CHECK(got.parts[0].content == "1");
    CHECK(got.parts[1].name == "f");
    CHECK(got.parts[1].filename == "x.txt");
    CHECK(got.parts[1].content_type == "text/plain");
    CHECK(got.parts[1].content == "line\r\n--xy\r\n--\r\n-\r\n\r");
    CHECK(got.parts[2].name.empty());
    CHECK(got.parts[2].content.empty());
    for (const auto& each : got.parts) CHECK(each.is_complete);
  };
  check(read(body));
  check(read_bytewise(body));
  leat::testing::for_each_split(body, [&](std::string_view head, std::string_view tail) {
    CAPTURE(head.size());
    check(read(head, tail));
  });
}

TEST_CASE("form reader: reads what the writer writes") {
  form_writer writer("xyz");
  std::string body = writer.begin_field("na\"me\r\n") + "value";
  body += writer.begin_file("file", "caf\xC3\xA9 \"1\".txt", "text/x-note") + std::string(3, '\0');
  body += writer.end();
  const auto got = read(body);
  REQUIRE(got.parts.size() == 2);
  CHECK(got.parts[0].name == "na\"me\r\n");
  CHECK(got.parts[1].filename == "caf\xC3\xA9 \"1\".txt");
  CHECK(got.parts[1].content_type == "text/x-note");
  CHECK(got.parts[1].content == std::string(3, '\0'));
  CHECK_FALSE(read(form_writer("xyz").end()).error);  // no parts at all
}

TEST_CASE("form reader: names with backslashes, and names without quotes") {
  const auto name_of = [](std::string_view disposition) {
    const auto got =
        read(part_text("Content-Disposition: form-data; name=n; " + std::string(disposition), "") +
             "--xyz--");
    return got.error ? got.error.message() : got.parts.at(0).filename.value_or("none");
  };
  CHECK(name_of("filename=\"a\\\"b\"") == "a\"b");
  CHECK(name_of("filename=\"C:\\dir\\x\"") == "C:\\dir\\x");
  CHECK(name_of("filename=x.txt") == "x.txt");
  CHECK(name_of("filename=\"a;b=c\"") == "a;b=c");
  CHECK(name_of("filename=\"100%25\"") == "100%25");
  CHECK(name_of("filename*=UTF-8''x") == "none");
}

TEST_CASE("form reader: blanks may follow a boundary, and nothing else") {
  CHECK_FALSE(refusal("--xyz \t \r\n" + a_field.substr(7) + "--xyz--"));
  CHECK(refusal(a_field + "--xyzz\r\n") == multipart_errc::malformed_delimiter);
  CHECK(refusal(a_field + "--xyz\n") == multipart_errc::malformed_delimiter);
  CHECK(refusal(a_field + "--xyz -") == multipart_errc::malformed_delimiter);
  CHECK(refusal(a_field + "--xyz-x") == multipart_errc::malformed_delimiter);
  CHECK(refusal(a_field + "--xyz\rx") == multipart_errc::malformed_delimiter);
  CHECK(refusal(a_field + "--xyz" + std::string(300, ' ')) == multipart_errc::malformed_delimiter);
}

TEST_CASE("form reader: a line end that is none of HTTP's is content, or malformed") {
  const auto got =
      read(part_text("Content-Disposition: form-data; name=a", "1\n--xyz--") + "--xyz--");
  REQUIRE(got.parts.size() == 1);
  CHECK(got.parts[0].content == "1\n--xyz--");
  CHECK(refusal(part_text("Content-Disposition: form-data; name=a\nX: y", "") + "--xyz--") ==
        multipart_errc::malformed_header);
}

TEST_CASE("form reader: malformed headers are refused") {
  for (const char* header :
       {"Content-Disposition", "Content-Disposition form-data", ": form-data; name=a",
        "Content-Disposition: form-data;\r\n name=a", "Content Disposition: form-data; name=a",
        "Content-Disposition: form-data; name=\"a\x01\""}) {
    CAPTURE(header);
    CHECK(refusal(part_text(header, "") + "--xyz--") == multipart_errc::malformed_header);
  }
}

TEST_CASE("form reader: every part is form-data with one name") {
  for (const char* header :
       {"X: y", "Content-Disposition: attachment; name=a", "Content-Disposition: form-data",
        "Content-Disposition: form-data; name", "Content-Disposition: form-data; name=\"a",
        "Content-Disposition: form-data; name=a; name=b",
        "Content-Disposition: form-data; name=a; filename=x; filename=y",
        "Content-Disposition: form-data; name=\"a\"b\"",
        "Content-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=a"}) {
    CAPTURE(header);
    CHECK(refusal(part_text(header, "") + "--xyz--") == multipart_errc::missing_disposition);
  }
  CHECK(refusal("--xyz\r\n\r\n\r\n--xyz--") == multipart_errc::missing_disposition);
}

TEST_CASE("form reader: a body that ends early is truncated, wherever it ends") {
  const std::string body = a_field + "--xyz--";
  for (std::size_t size = 0; size < body.size(); ++size) {
    CAPTURE(size);
    CHECK(read(body.substr(0, size)).error == multipart_errc::truncated);
  }
  CHECK_FALSE(read(body).error);
}

TEST_CASE("form reader: limits, on both sides of each") {
  const std::string body = a_field + a_field + "--xyz--";
  form_limits limits;
  limits.max_parts = 2;
  CHECK_FALSE(refusal(body, limits));
  limits.max_parts = 1;
  CHECK(refusal(body, limits) == multipart_errc::too_many_parts);

  limits = {};
  limits.max_part_bytes = 1;
  CHECK_FALSE(refusal(body, limits));
  limits.max_part_bytes = 0;
  CHECK(refusal(body, limits) == multipart_errc::part_too_long);

  limits = {};
  limits.max_body_bytes = body.size();
  CHECK_FALSE(refusal(body, limits));
  limits.max_body_bytes = body.size() - 1;
  CHECK(refusal(body, limits) == multipart_errc::body_too_long);

  const std::string header = "Content-Disposition: form-data; name=\"a\"";
  limits = {};
  limits.max_header_bytes = 2 + header.size() + 4;
  CHECK_FALSE(refusal(body, limits));
  --limits.max_header_bytes;
  CHECK(refusal(body, limits) == multipart_errc::header_too_long);
}

TEST_CASE("form reader: the boundary stands in the content type") {
  using reader = form_reader;
  CHECK(reader::boundary_of("multipart/form-data; boundary=xyz") == "xyz");
  CHECK(reader::boundary_of("Multipart/Form-Data; charset=utf-8; Boundary=\"a b'()+_,-./:=?c\"") ==
        "a b'()+_,-./:=?c");
  CHECK(reader::boundary_of("multipart/form-data; boundary=" + std::string(70, 'x')));
  const std::string too_long = "multipart/form-data; boundary=" + std::string(71, 'x');
  for (const std::string& type :
       {std::string(), std::string("multipart/form-data"),
        std::string("multipart/mixed; boundary=x"), std::string("multipart/form-data; boundary="),
        std::string("multipart/form-data; boundary=\"\""),
        std::string("multipart/form-data; boundary=\"x \""),
        std::string("multipart/form-data; boundary=\"x\\\"\""), too_long}) {
    CAPTURE(type);
    CHECK_FALSE(reader::boundary_of(type));
  }
}
