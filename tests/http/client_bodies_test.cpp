// SPDX-License-Identifier: MIT
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "leat/http/error.hpp"
#include "leat/http/one_shot.hpp"
#include "leat/proto/multipart/form_reader.hpp"

#include "http/surfaces.hpp"
#include "log/captured.hpp"
#include "support/raw_peer.hpp"
#include "support/scratch_folder.hpp"
#include "support/server_thread.hpp"

// Bodies that are sent: forms with files, files, streams with a length, and bodies that wait for
// consent. Each case on both surfaces.

using namespace leat;
using namespace std::chrono_literals;
using http::server_request;
using http::server_response;

#define LEAT_BOTH_SURFACES(name) \
  TEST_CASE_TEMPLATE("client: " name, Surface, async_surface, blocking_surface)

namespace {

std::string write_file(const std::string& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

/// Answers with what came: how it was framed, its type and its body.
http::router echo() {
  http::router all;
  const auto show = [](server_request& r) -> task<server_response> {
    const auto field = [&r](std::string_view name) {
      return r.headers().joined(name).value_or("-");
    };
    co_return server_response::text(field("content-length") + " " + field("transfer-encoding") +
                                    " " + field("content-type") + "\n" + std::string(r.body()));
  };
  all.post("/", show);
  all.put("/", show);
  all.get("/", show);
  all.post("/moved", [](server_request&) -> task<server_response> {
    auto answer = server_response::text("", 307);
    answer.headers().add("location", "/");
    co_return answer;
  });
  all.post("/found", [](server_request&) -> task<server_response> {
    auto answer = server_response::text("", 302);
    answer.headers().add("location", "/?found#here");
    co_return answer;
  });
  return all;
}

constexpr std::string_view form_text =
    "--xyz\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nAda\r\n"
    "--xyz\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a %22b.jpg\"\r\n"
    "Content-Type: image/jpeg\r\n\r\nbytes\r\n"
    "--xyz--\r\n";

}  // namespace

LEAT_BOTH_SURFACES("sends a form that is in memory in one piece") {
  const server_thread server(echo());
  Surface api;
  typename Surface::form_data form;
  form.boundary("xyz").field("title", "Ada").content("photo", "a \"b.jpg", "bytes", "image/jpeg");
  typename Surface::request_options options;
  const auto answer = api.post(server.url("/"), options.multipart(std::move(form)));
  CHECK(answer.content() == std::to_string(form_text.size()) +
                                " - multipart/form-data; boundary=xyz\n" + std::string(form_text));
}

LEAT_BOTH_SURFACES("sends a form with files of the disk, with its length") {
  const scratch_folder folder;
  const std::string path = write_file(folder / "a \"b.jpg", "bytes");
  const server_thread server(echo());
  Surface api;
  typename Surface::form_data form;
  form.boundary("xyz").field("title", "Ada").file("photo", path, "image/jpeg");
  typename Surface::request_options options;
  const auto answer = api.post(server.url("/"), options.multipart(std::move(form)));
  CHECK(answer.content() == std::to_string(form_text.size()) +
                                " - multipart/form-data; boundary=xyz\n" + std::string(form_text));
}

LEAT_BOTH_SURFACES("sends a form with a stream of unknown length in chunks") {
  const server_thread server(echo());
  Surface api;
  typename Surface::form_data form;
  form.boundary("xyz").field("title", "Ada");
  form.stream("photo", "a \"b.jpg", Surface::pieces({"by", "", "tes"}), "image/jpeg");
  typename Surface::request_options options;
  const auto answer = api.post(server.url("/"), options.multipart(std::move(form)));
  CHECK(answer.content() ==
        "- chunked multipart/form-data; boundary=xyz\n" + std::string(form_text));
}

LEAT_BOTH_SURFACES("what a form sends can be read again") {
  const scratch_folder folder;
  std::string bytes;
  while (bytes.size() < 300'000) bytes += "\r\n--" + std::to_string(bytes.size());
  const std::string path = write_file(folder / "large", bytes);
  const server_thread server(echo());
  Surface api;
  typename Surface::form_data form;
  form.file("large", path).field("title", "\xC3\xA9");
  typename Surface::request_options options;
  const auto answer = api.post(server.url("/"), options.multipart(std::move(form)));
  const std::string_view all = answer.content();
  const std::size_t line = all.find('\n');
  const std::string_view head = all.substr(0, line);
  const auto boundary = proto::form_reader::boundary_of(head.substr(head.find("multipart")));
  REQUIRE(boundary);
  CHECK(boundary->size() == 32);  // 128 random bits
  proto::form_reader reader(*boundary);
  reader.feed(all.substr(line + 1));
  std::vector<std::string> contents;
  for (auto event = reader.next(); event != proto::form_event::end; event = reader.next()) {
    REQUIRE(event != proto::form_event::failed);
    REQUIRE(event != proto::form_event::need_more);
    if (event == proto::form_event::part) contents.emplace_back();
    if (event == proto::form_event::data) contents.back() += reader.data();
  }
  CHECK(contents == std::vector<std::string>{bytes, "\xC3\xA9"});
}

LEAT_BOTH_SURFACES("a boundary that is none is refused") {
  typename Surface::form_data form;
  CHECK_THROWS_AS(form.boundary("a b"), invalid_argument);
  CHECK_THROWS_AS(form.boundary(""), invalid_argument);
  CHECK_THROWS_AS(form.boundary(std::string(71, 'x')), invalid_argument);
}

LEAT_BOTH_SURFACES("sends a file with its length, and again after a redirect") {
  const scratch_folder folder;
  const std::string bytes(std::size_t{200'000}, 'f');
  const std::string path = write_file(folder / "file", bytes);
  const server_thread server(echo());
  Surface api;
  for (const char* target : {"/", "/moved"}) {
    CAPTURE(target);
    typename Surface::request_options options;
    options.stream(Surface::file(path), "text/x-log").follow_redirects();
    const auto answer = api.post(server.url(target), options);
    CHECK(answer.content() == "200000 - text/x-log\n" + bytes);
  }
  typename Surface::request_options options;
  options.stream(Surface::file(write_file(folder / "empty", "")));
  CHECK(api.post(server.url("/"), options).content() == "0 - application/octet-stream\n");
}

LEAT_BOTH_SURFACES("a form with a stream cannot be sent again, and one without can") {
  const server_thread server(echo());
  Surface api;
  typename Surface::form_data form;
  form.boundary("xyz").stream("a", "b", Surface::pieces({"c"}));
  typename Surface::request_options options;
  options.multipart(std::move(form)).follow_redirects();
  CHECK_THROWS_AS(static_cast<void>(api.post(server.url("/moved"), options)),
                  http::body_not_replayable);

  const scratch_folder folder;
  typename Surface::form_data again;
  again.boundary("xyz").file("a", write_file(folder / "b", "c"));
  typename Surface::request_options others;
  others.multipart(std::move(again)).follow_redirects();
  const auto answer = api.post(server.url("/moved"), others);
  CHECK(answer.content().find("filename=\"b\"") != std::string::npos);
  CHECK(answer.history().size() == 1);
}

LEAT_BOTH_SURFACES("a file that cannot be read ends the request before anything is sent") {
  const scratch_folder folder;
  const server_thread server(echo());
  Surface api;
  const auto refusal = [&](const std::string& path) {
    typename Surface::request_options options;
    options.stream(Surface::file(path));
    try {
      static_cast<void>(api.post(server.url("/"), options));
    } catch (const http::unreadable_body& e) {
      CHECK(e.code() == failure::caller_fault);
      return e.cause();
    }
    return std::error_code();
  };
  CHECK(refusal(folder / "missing") == std::errc::no_such_file_or_directory);
  CHECK(refusal(folder / ".") == std::errc::is_a_directory);
  CHECK(refusal("/dev/null") == std::errc::not_supported);
  CHECK(api.client().statistics().idle == 0);  // nobody has connected
}

LEAT_BOTH_SURFACES("a file that has become shorter is an error, not a short body") {
  const scratch_folder folder;
  const std::string path = write_file(folder / "file", std::string(std::size_t{1} << 20, 'x'));
  raw_peer peer([&](raw_peer::conversation& talk) {
    talk.read_until();
    std::filesystem::resize_file(path, 70'000);
    talk.wait_closed();
  });
  Surface api;
  typename Surface::form_data form;
  // The first part is sent by hand, so that the file is cut between its pieces.
  form.content("head", "h", std::string(std::size_t{8} << 20, 'h')).file("file", path);
  typename Surface::request_options options;
  CHECK_THROWS_AS(static_cast<void>(api.post(peer.url(), options.multipart(std::move(form)))),
                  http::unreadable_body);
}

LEAT_BOTH_SURFACES("a length that the caller gives is that of the stream, or an error") {
  const server_thread server(echo());
  const auto send = [&](const char* length, std::vector<std::string> pieces) {
    Surface api;
    typename Surface::request_options options;
    options.stream(Surface::pieces(std::move(pieces)), "a/b").header("content-length", length);
    return api.post(server.url("/"), options).content();
  };
  CHECK(send("5", {"he", "llo"}) == "5 - a/b\nhello");
  for (const char* length :
       {"4", "6", "5x", "-5", "+5", "5, 5", " ", "0x5", "18446744073709551616"}) {
    CAPTURE(length);
    CHECK_THROWS_AS(static_cast<void>(send(length, {"he", "llo"})), http::local_protocol_error);
  }
}

LEAT_BOTH_SURFACES("a body waits for consent") {
  std::string head;
  std::string body;
  raw_peer peer([&](raw_peer::conversation& talk) {
    head = talk.read_until();
    talk.send("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n");
    body = talk.read_exactly(4);
    talk.send("HTTP/1.1 204 No Content\r\n\r\n");
    talk.read_until();  // the next request, on the same connection
    talk.send("HTTP/1.1 204 No Content\r\n\r\n");
    talk.wait_closed();
  });
  {
    Surface api;
    const auto options =
        http::request_options().content("body", "text/plain").expect_continue(no_timeout);
    CHECK(api.post(peer.url(), options).status() == 204);
    CHECK(api.get(peer.url(), http::request_options().expect_continue(no_timeout)).status() == 204);
  }
  peer.finish();
  CHECK(head.find("\r\nexpect: 100-continue\r\n") != std::string::npos);
  CHECK(body == "body");
}

LEAT_BOTH_SURFACES("a body that is refused at once is not sent") {
  raw_peer peer([&](raw_peer::conversation& talk) {
    talk.read_until();
    talk.send("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 2\r\n\r\nno");
    CHECK_THROWS(talk.read_exactly(1));  // closed without a byte
  });
  Surface api;
  const auto options =
      http::request_options().content(std::string(100, 'x'), "text/plain").expect_continue(1h);
  const auto answer = api.post(peer.url(), options);
  CHECK(answer.status() == 417);
  CHECK(answer.content() == "no");
  CHECK(api.client().statistics().idle == 0);
  api.client().close();
  peer.finish();
}

LEAT_BOTH_SURFACES("a server that closes in place of consent has not answered") {
  raw_peer peer([&](raw_peer::conversation& talk) { talk.read_until(); });
  Surface api;
  const auto options = http::request_options().content("body", "text/plain").expect_continue(1h);
  CHECK_THROWS_AS(static_cast<void>(api.post(peer.url(), options)), http::no_response);
  CHECK(api.client().statistics().active == 0);
}

LEAT_BOTH_SURFACES("a body does not wait for ever for consent") {
  raw_peer peer([&](raw_peer::conversation& talk) {
    talk.read_until();
    CHECK(talk.read_exactly(4) == "body");
    talk.send("HTTP/1.1 204 No Content\r\n\r\n");
  });
  Surface api;
  const auto options = http::request_options().content("body", "text/plain").expect_continue(1ms);
  CHECK(api.post(peer.url(), options).status() == 204);
  CHECK_THROWS_AS(
      static_cast<void>(
          api.post(peer.url(), http::request_options().content("b", "a/b").expect_continue(-1s))),
      invalid_argument);
}

LEAT_BOTH_SURFACES("the request that a redirect asks for can be had without following it") {
  const server_thread server(echo());
  Surface api;
  auto sent = api.client().build_request("POST", server.url("/found"),
                                         http::request_options().content("x", "a/b"));
  const auto answer = api.send(sent);
  CHECK(answer.status() == 302);
  auto next = api.client().next_request(sent, answer);
  REQUIRE(next);
  CHECK(next->method == "GET");
  CHECK(next->url.text() == server.url("/?found#here"));
  CHECK(next->content.empty());
  CHECK_FALSE(next->headers.contains("content-type"));
  const auto last = api.send(*next);
  CHECK(last.status() == 200);
  CHECK_FALSE(api.client().next_request(*next, last));

  auto moved = api.client().build_request("POST", server.url("/moved"),
                                          http::request_options().content("x", "a/b"));
  const auto kept = api.client().next_request(moved, api.send(moved));
  REQUIRE(kept);
  CHECK(kept->method == "POST");
  CHECK(kept->content == "x");

  typename Surface::request_options streamed;
  streamed.stream(Surface::pieces({"x"}));
  auto lost = api.client().build_request("POST", server.url("/moved"), streamed);
  const auto asked = api.send(lost);
  CHECK_THROWS_AS(static_cast<void>(api.client().next_request(lost, asked)),
                  http::body_not_replayable);
}

LEAT_BOTH_SURFACES("says one line for each request, without credentials") {
  testing::captured_log log({.presentation = log::presentation::plain});
  const server_thread server(echo());
  typename Surface::options options;
  options.logger = log.logger();
  Surface api(options);
  const std::string url = "http://ada:s3cret@" + server.url("/moved").substr(7);
  const auto more = http::request_options().content("x", "a/b").follow_redirects();
  CHECK(api.post(url, more).status() == 200);
  const auto lines = log.lines();
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].find("HTTP Request: POST http://[secure]@" + server.url("/moved").substr(7) +
                      " \"HTTP/1.1 307 Temporary Redirect\"") != std::string::npos);
  CHECK(lines[0].find("status=307") != std::string::npos);
  CHECK(lines[1].find("\"HTTP/1.1 200 OK\"") != std::string::npos);
  for (const auto& each : lines) CHECK(each.find("s3cret") == std::string::npos);
}

TEST_CASE("client: requests without a client") {
  const server_thread server(echo());
  CHECK(http::get(server.url("/")).status() == 200);
  CHECK(http::head(server.url("/")).content().empty());
  CHECK(http::options(server.url("/")).status() != 0);
  CHECK(http::post(server.url("/"), http::request_options().content("x", "a/b")).content() ==
        "1 - a/b\nx");
  CHECK(http::put(server.url("/"), http::request_options().content("x", "a/b")).content() ==
        "1 - a/b\nx");
  CHECK(http::patch(server.url("/")).status() == 405);
  CHECK(http::del(server.url("/")).status() == 405);
  http::one_shot_stream answer("GET", server.url("/"));
  CHECK(answer->status() == 200);
  CHECK(answer->read_all() == "- - -\n");
  CHECK_THROWS_AS(static_cast<void>(http::get("/relative")), http::invalid_url);
}
