// SPDX-License-Identifier: MIT
#include "leat/proto/multipart/form_writer.hpp"

#include <string>

#include "support/test.hpp"

using namespace leat::proto;

TEST_CASE("form_writer: frames fields and files") {
  form_writer form("b1");
  CHECK(form.content_type() == "multipart/form-data; boundary=b1");
  std::string body = form.begin_field("name") + "Ada";
  body += form.begin_file("photo", "a b.jpg", "image/jpeg") + "\xFF\xD8";
  body += form.begin_file("data", "x") + "\r\n";
  body += form.end();
  CHECK(body ==
        "--b1\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nAda\r\n"
        "--b1\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a b.jpg\"\r\n"
        "Content-Type: image/jpeg\r\n\r\n\xFF\xD8\r\n"
        "--b1\r\nContent-Disposition: form-data; name=\"data\"; filename=\"x\"\r\n"
        "Content-Type: application/octet-stream\r\n\r\n\r\n\r\n"
        "--b1--\r\n");
}

TEST_CASE("form_writer: a form without parts is its end") {
  CHECK(form_writer("b").end() == "--b--\r\n");
}

TEST_CASE("form_writer: no name, filename or type can begin a field of its own") {
  form_writer form("b");
  CHECK(form.begin_field("a\"\r\nX: y") ==
        "--b\r\nContent-Disposition: form-data; name=\"a%22%0D%0AX: y\"\r\n\r\n");
  CHECK(form.begin_file("n", "\"; x=\"\n", "a/b\r\nX: y") ==
        "\r\n--b\r\nContent-Disposition: form-data; name=\"n\"; filename=\"%22; x=%22%0A\"\r\n"
        "Content-Type: application/octet-stream\r\n\r\n");
}

TEST_CASE("form_writer: other characters, a percent sign among them, stay as they are") {
  form_writer form("b");
  CHECK(form.begin_field("100%22 \\ \xC3\xA9").find("name=\"100%22 \\ \xC3\xA9\"") !=
        std::string::npos);
}

TEST_CASE("form_writer: boundaries need no quotes") {
  CHECK(form_writer::is_boundary("----LeatForm_0a"));
  CHECK(form_writer::is_boundary(std::string(70, 'a')));
  for (const auto& refused : {std::string(), std::string(71, 'a'), std::string("a b"),
                              std::string("a\r\n"), std::string("a\"")}) {
    CHECK_FALSE(form_writer::is_boundary(refused));
  }
}
