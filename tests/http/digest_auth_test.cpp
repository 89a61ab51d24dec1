// SPDX-License-Identifier: MIT
#include <string>

#include "leat/http/auth.hpp"
#include "leat/http/error.hpp"
#include "leat/proto/hash/hash.hpp"

#include "support/test.hpp"

using namespace leat;
using http::auth_target;

namespace {

struct request {
  explicit request(std::string_view text) { REQUIRE(!proto::parse_url(text, url)); }

  auth_target target() { return {"GET", url, {}, headers}; }
  [[nodiscard]] std::string sent() const {
    return std::string(headers.get("authorization").value_or(""));
  }

  proto::url url;
  http::headers headers;
};

http::response_head refusal(std::initializer_list<std::string_view> challenges) {
  http::response_head::parts parts;
  parts.status = 401;
  for (const auto each : challenges) parts.headers.add("www-authenticate", each);
  return http::response_head(std::move(parts));
}

std::string parameter(const std::string& credentials, const std::string& name) {
  const auto at = credentials.find(" " + name + "=");
  if (at == std::string::npos) return "-";
  const auto begin = at + name.size() + 2;
  const auto end = credentials.find(',', begin);
  return credentials.substr(begin, end - begin);
}

constexpr std::string_view page = "http://www.example.org/dir/index.html";
constexpr std::string_view md5_challenge =
    R"(Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=MD5, )"
    R"(nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", )"
    R"(opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS")";

}  // namespace

TEST_CASE("digest: says nothing before it is asked") {
  request asked(page);
  auto target = asked.target();
  const auto flow = http::digest_auth("Mufasa", "Circle of Life")->start();
  flow->begin(target);
  CHECK(asked.sent().empty());
}

TEST_CASE("digest: answers a challenge with what it asked for") {
  request asked(page);
  auto target = asked.target();
  const auto flow = http::digest_auth("Mufasa", "Circle of Life")->start();
  flow->begin(target);
  REQUIRE(flow->again(target, refusal({md5_challenge})));
  const std::string sent = asked.sent();
  CHECK(sent.starts_with("Digest username=\"Mufasa\""));
  CHECK(parameter(sent, "realm") == "\"http-auth@example.org\"");
  CHECK(parameter(sent, "uri") == "\"/dir/index.html\"");
  CHECK(parameter(sent, "qop") == "auth");
  CHECK(parameter(sent, "nc") == "00000001");
  CHECK(parameter(sent, "algorithm") == "MD5");
  CHECK(parameter(sent, "opaque") == "\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"");
  CHECK(parameter(sent, "response").size() == 34);
}

TEST_CASE("digest: without a quality the answer is that of RFC 2069") {
  // The published example of that RFC, as corrected by its errata.
  request asked("http://a.test/dir/index.html");
  auto target = asked.target();
  const auto flow = http::digest_auth("Mufasa", "CircleOfLife")->start();
  flow->begin(target);
  REQUIRE(flow->again(target, refusal({R"(Digest realm="testrealm@host.com", )"
                                       R"(nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", )"
                                       R"(opaque="5ccc069c403ebaf9f0171e9517f40e41")"})));
  CHECK(parameter(asked.sent(), "response") == "\"1949323746fe6a43ef61f9606e7febea\"");
  CHECK(parameter(asked.sent(), "cnonce") == "-");
}

TEST_CASE("digest: the proof is the hash that RFC 7616 says, with each algorithm") {
  using proto::hash_algorithm;
  struct row {
    const char* name;
    hash_algorithm hash;
    bool is_session;
  };
  for (const auto& [name, algorithm, is_session] :
       {row{"MD5", hash_algorithm::md5, false}, row{"MD5-sess", hash_algorithm::md5, true},
        row{"sha", hash_algorithm::sha1, false}, row{"SHA-SESS", hash_algorithm::sha1, true},
        row{"SHA-256", hash_algorithm::sha256, false},
        row{"SHA-256-sess", hash_algorithm::sha256, true},
        row{"SHA-512", hash_algorithm::sha512, false},
        row{"SHA-512-sess", hash_algorithm::sha512, true},
        row{"SHA-512-256", hash_algorithm::sha512_256, false}}) {
    CAPTURE(name);
    request asked("http://a.test/dir?q=1");
    auto target = asked.target();
    const auto flow = http::digest_auth("Mufasa", "Circle of Life")->start();
    flow->begin(target);
    REQUIRE(flow->again(target, refusal({R"(Digest realm="r", nonce="n", qop="auth", algorithm=)" +
                                         std::string(name)})));
    const auto h = [hash = algorithm](const std::string& text) {
      return proto::hash_hex(hash, text).value();
    };
    const std::string quoted = parameter(asked.sent(), "cnonce");
    const std::string cnonce = quoted.substr(1, quoted.size() - 2);
    std::string a1 = h("Mufasa:r:Circle of Life");
    if (is_session) a1 = h(a1 + ":n:" + cnonce);
    const std::string proof = h(a1 + ":n:00000001:" + cnonce + ":auth:" + h("GET:/dir?q=1"));
    CHECK(parameter(asked.sent(), "response") == '"' + proof + '"');
    CHECK(parameter(asked.sent(), "algorithm") == name);
  }
}

TEST_CASE("digest: a user name that is to be hashed is not shown") {
  // RFC 7616, section 3.4.4.
  request asked("http://a.test/");
  auto target = asked.target();
  const auto flow = http::digest_auth("Mufasa", "p")->start();
  flow->begin(target);
  REQUIRE(flow->again(
      target, refusal({R"(Digest realm="r", nonce="n", algorithm=SHA-256, userhash=true)"})));
  CHECK(asked.sent().find("Mufasa") == std::string::npos);
  CHECK(parameter(asked.sent(), "userhash") == "true");
  CHECK(asked.sent().find(*proto::hash_hex(proto::hash_algorithm::sha256, "Mufasa:r")) !=
        std::string::npos);
}

TEST_CASE("digest: takes the strongest algorithm that is offered") {
  request asked(page);
  auto target = asked.target();
  const auto flow = http::digest_auth("u", "p")->start();
  flow->begin(target);
  REQUIRE(flow->again(
      target,
      refusal({R"(Digest realm="r", nonce="1", algorithm=MD5, qop="auth")",
               R"(Digest realm="r", nonce="2", algorithm=SHA-256, qop="auth", Basic realm="b")"})));
  CHECK(parameter(asked.sent(), "algorithm") == "SHA-256");
  CHECK(parameter(asked.sent(), "nonce") == "\"2\"");
  CHECK(parameter(asked.sent(), "response").size() == 66);
}

TEST_CASE("digest: a second refusal of the same credentials is final") {
  request asked(page);
  auto target = asked.target();
  const auto flow = http::digest_auth("u", "wrong")->start();
  flow->begin(target);
  REQUIRE(flow->again(target, refusal({md5_challenge})));
  CHECK_FALSE(flow->again(target, refusal({md5_challenge})));
}

TEST_CASE("digest: a nonce that has grown old is replaced, though not for ever") {
  request asked(page);
  auto target = asked.target();
  const auto flow = http::digest_auth("u", "p")->start();
  flow->begin(target);
  REQUIRE(flow->again(target, refusal({R"(Digest realm="r", nonce="1", qop="auth")"})));
  const auto stale = refusal({R"(Digest realm="r", nonce="2", qop="auth", stale=TRUE)"});
  int rounds = 0;
  while (flow->again(target, stale) && rounds < 10) ++rounds;
  CHECK(rounds == 2);
}

TEST_CASE("digest: what a server asked for is used for the next request at once") {
  const auto credentials = http::digest_auth("u", "p");
  request first(page);
  auto target = first.target();
  const auto flow = credentials->start();
  flow->begin(target);
  REQUIRE(flow->again(target, refusal({md5_challenge})));

  request second("http://www.example.org/other");
  auto next = second.target();
  credentials->start()->begin(next);
  CHECK(parameter(second.sent(), "nc") == "00000002");
  CHECK(parameter(second.sent(), "uri") == "\"/other\"");

  request elsewhere("http://b.test/");
  auto foreign = elsewhere.target();
  credentials->start()->begin(foreign);
  CHECK(elsewhere.sent().empty());
}

TEST_CASE("digest: leaves the answer as it is where there is no challenge to meet") {
  for (const std::string_view challenge : {R"(Digest realm="r")", R"(Digest realm="r", nonce="1)",
                                           "Basic realm=\"r\"", "Digest", "", ",,, ="}) {
    CAPTURE(challenge);
    request asked(page);
    auto target = asked.target();
    const auto flow = http::digest_auth("u", "p")->start();
    flow->begin(target);
    CHECK_FALSE(flow->again(target, refusal({challenge})));
    CHECK(asked.sent().empty());
  }
}

TEST_CASE(
    "digest: a challenge that asks for what is not known is an error, unless it has a choice") {
  const std::string_view other = R"(Digest realm="r", nonce="1", qop="auth", algorithm=MD5)";
  for (const std::string_view challenge : {R"(Digest realm="r", nonce="1", algorithm=SHA3-256)",
                                           R"(Digest realm="r", nonce="1", qop="auth-int")"}) {
    CAPTURE(challenge);
    request asked(page);
    auto target = asked.target();
    const auto flow = http::digest_auth("u", "p")->start();
    flow->begin(target);
    CHECK_THROWS_AS(static_cast<void>(flow->again(target, refusal({challenge}))),
                    http::unsupported_challenge);
    CHECK(asked.sent().empty());
    CHECK(flow->again(target, refusal({challenge, other})));
  }
}

TEST_CASE("digest: quotes what stands between quotes") {
  request asked(page);
  auto target = asked.target();
  const auto flow = http::digest_auth("a\"b", "p")->start();
  flow->begin(target);
  REQUIRE(flow->again(target, refusal({R"(Digest realm="x\"y", nonce="1", qop=auth)"})));
  CHECK(asked.sent().starts_with(R"(Digest username="a\"b", realm="x\"y")"));
}

TEST_CASE("digest: what is asked for is what stands in the request line") {
  request asked(page);
  auto target = asked.target();
  target.target = "/own?a=b";
  const auto flow = http::digest_auth("u", "p")->start();
  flow->begin(target);
  REQUIRE(flow->again(target, refusal({md5_challenge})));
  CHECK(parameter(asked.sent(), "uri") == "\"/own?a=b\"");
}

TEST_CASE("digest: an answer that is no refusal stands") {
  request asked(page);
  auto target = asked.target();
  const auto flow = http::digest_auth("u", "p")->start();
  flow->begin(target);
  CHECK_FALSE(flow->again(target, http::response_head(http::response_head::parts{})));
}
