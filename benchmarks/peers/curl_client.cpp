// SPDX-License-Identifier: MIT
// libcurl as a peer of http_client_load, with the same options. Alone it is the easy interface,
// with --concurrency above 1 the multi interface. Bodies are thrown away.

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <curl/curl.h>

namespace {

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "curl_client: %s\n", what.c_str());
  std::exit(1);
}

void check(CURLcode code) {
  if (code != CURLE_OK) fail(curl_easy_strerror(code));
}
void check(CURLMcode code) {
  if (code != CURLM_OK) fail(curl_multi_strerror(code));
}

struct load {
  std::string url;
  std::string authority;
  long requests = 1;
  long concurrency = 1;
  bool is_fresh = false;
  bool is_http1 = false;
};

load parse(int argc, char** argv) {
  load found;
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--fresh") {
      found.is_fresh = true;
    } else if (name == "--http1") {
      found.is_http1 = true;
    } else if (name == "--stream") {
      // It does nothing else.
    } else if (i + 1 == argc) {
      fail("no such option, or no value: " + std::string(name));
    } else if (name == "--url") {
      found.url = argv[++i];
    } else if (name == "--ca") {
      found.authority = argv[++i];
    } else if (name == "--requests") {
      found.requests = std::atol(argv[++i]);
    } else if (name == "--concurrency") {
      found.concurrency = std::atol(argv[++i]);
    } else {
      fail("no such option: " + std::string(name));
    }
  }
  return found;
}

std::size_t discard(char* /*data*/, std::size_t size, std::size_t count, void* /*nothing*/) {
  return size * count;
}

CURL* make(const load& asked) {
  CURL* const one = curl_easy_init();
  check(curl_easy_setopt(one, CURLOPT_URL, asked.url.c_str()));
  check(curl_easy_setopt(one, CURLOPT_WRITEFUNCTION, discard));
  check(curl_easy_setopt(one, CURLOPT_FAILONERROR, 1L));
  check(curl_easy_setopt(one, CURLOPT_PIPEWAIT, 1L));
  check(curl_easy_setopt(one, CURLOPT_HTTP_VERSION,
                         asked.is_http1 ? CURL_HTTP_VERSION_1_1 : CURL_HTTP_VERSION_2TLS));
  if (asked.is_fresh) {
    check(curl_easy_setopt(one, CURLOPT_FORBID_REUSE, 1L));
    check(curl_easy_setopt(one, CURLOPT_SSL_SESSIONID_CACHE, 0L));
  }
  if (!asked.authority.empty()) {
    check(curl_easy_setopt(one, CURLOPT_CAINFO, asked.authority.c_str()));
  }
  return one;
}

void ask_all(const load& asked) {
  CURLM* const many = curl_multi_init();
  check(curl_multi_setopt(many, CURLMOPT_MAXCONNECTS, asked.concurrency));
  long left = asked.requests;
  std::vector<CURL*> all;
  for (long i = 0; i < asked.concurrency && left > 0; ++i, --left) {
    all.push_back(make(asked));
    check(curl_multi_add_handle(many, all.back()));
  }
  for (int running = 1; running != 0;) {
    check(curl_multi_perform(many, &running));
    int queued = 0;
    while (const CURLMsg* const message = curl_multi_info_read(many, &queued)) {
      if (message->msg != CURLMSG_DONE) continue;
      check(message->data.result);
      CURL* const done = message->easy_handle;
      check(curl_multi_remove_handle(many, done));
      if (left == 0) continue;
      --left;
      check(curl_multi_add_handle(many, done));
      running = 1;
    }
    if (running != 0) check(curl_multi_poll(many, nullptr, 0, 1000, nullptr));
  }
  for (CURL* const each : all) curl_easy_cleanup(each);
  curl_multi_cleanup(many);
}

}  // namespace

int main(int argc, char** argv) {
  const load asked = parse(argc, argv);
  check(curl_global_init(CURL_GLOBAL_DEFAULT));
  if (asked.concurrency > 1) {
    ask_all(asked);
  } else {
    CURL* const one = make(asked);
    for (long i = 0; i < asked.requests; ++i) check(curl_easy_perform(one));
    curl_easy_cleanup(one);
  }
  curl_global_cleanup();
}
