// SPDX-License-Identifier: MIT
// The floor for clients that block: one socket, one request after the other, and bytes counted.
//
//     raw_blocking_client --port N --path /hello --requests 100000
//     raw_blocking_client --port N --path /hello --requests 1000 --ca ca.pem --fresh
//
// With --ca each request goes through libssl, and with --fresh over a connection of its own: what
// a TLS handshake costs by itself. Every answer must have the length of the first one.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "raw_blocking_client: %s\n", what.c_str());
  std::exit(1);
}

struct options {
  std::uint16_t port = 0;
  std::string path = "/hello";
  long requests = 1;
  const char* authority = nullptr;
  bool is_fresh = false;
};

options parse(int argc, char** argv) {
  options found;
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--fresh") {
      found.is_fresh = true;
    } else if (i + 1 == argc) {
      fail("no such option, or no value: " + std::string(name));
    } else if (name == "--port") {
      found.port = static_cast<std::uint16_t>(std::atoi(argv[++i]));
    } else if (name == "--path") {
      found.path = argv[++i];
    } else if (name == "--requests") {
      found.requests = std::atol(argv[++i]);
    } else if (name == "--ca") {
      found.authority = argv[++i];
    } else {
      fail("no such option: " + std::string(name));
    }
  }
  return found;
}

struct free_ssl {
  void operator()(SSL* each) const noexcept { SSL_free(each); }
  void operator()(SSL_CTX* each) const noexcept { SSL_CTX_free(each); }
};

class connection {
 public:
  connection(std::uint16_t port, SSL_CTX* tls) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd_, reinterpret_cast<sockaddr*>(&at), sizeof at) != 0) fail("cannot connect");
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (tls == nullptr) return;
    ssl_.reset(SSL_new(tls));
    SSL_set_fd(ssl_.get(), fd_);
    SSL_set_tlsext_host_name(ssl_.get(), "localhost");
    SSL_set1_host(ssl_.get(), "localhost");
    if (SSL_connect(ssl_.get()) != 1) fail("the TLS handshake has failed");
  }
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;
  ~connection() {
    if (ssl_ != nullptr) SSL_shutdown(ssl_.get());
    ::close(fd_);
  }

  void send(std::string_view request) {
    const auto sent = ssl_ != nullptr
                          ? SSL_write(ssl_.get(), request.data(), static_cast<int>(request.size()))
                          : ::send(fd_, request.data(), request.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(request.size())) fail("cannot send");
  }
  std::size_t receive(char* into, std::size_t size) {
    const auto got = ssl_ != nullptr ? SSL_read(ssl_.get(), into, static_cast<int>(size))
                                     : ::recv(fd_, into, size, 0);
    if (got <= 0) fail("the server closed the connection");
    return static_cast<std::size_t>(got);
  }

 private:
  int fd_;
  std::unique_ptr<SSL, free_ssl> ssl_;
};

class asker {
 public:
  explicit asker(std::string request) : request_(std::move(request)) {}

  void ask(connection& on) {
    on.send(request_);
    std::size_t got = 0;
    if (length_ == 0) got = read_first(on);
    while (got < length_) got += on.receive(buffer_.data(), buffer_.size());
    if (got != length_) fail("an answer is longer than the first one");
  }

 private:
  /// Reads the head, which says how long an answer is; returns how much of it has come.
  std::size_t read_first(connection& on) {
    std::string head;
    while (head.find("\r\n\r\n") == std::string::npos) {
      head.append(buffer_.data(), on.receive(buffer_.data(), buffer_.size()));
    }
    const auto field = head.find("Content-Length: ");
    if (field == std::string::npos) fail("the answer does not say how long it is");
    length_ = head.find("\r\n\r\n") + 4 + std::stoul(head.substr(field + 16));
    return head.size();
  }

  std::string request_;
  std::size_t length_ = 0;
  std::array<char, 65536> buffer_;
};

}  // namespace

int main(int argc, char** argv) {
  const options chosen = parse(argc, argv);
  std::unique_ptr<SSL_CTX, free_ssl> tls;
  if (chosen.authority != nullptr) {
    tls.reset(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_verify(tls.get(), SSL_VERIFY_PEER, nullptr);
    if (SSL_CTX_load_verify_file(tls.get(), chosen.authority) != 1) fail("cannot read --ca");
  }
  // The fields that http_client_load sends, so that the server has the same to do, which by the
  // clock is a part of a request.
  asker asks("GET " + chosen.path + " HTTP/1.1\r\nhost: localhost:" + std::to_string(chosen.port) +
             "\r\naccept: */*\r\nconnection: keep-alive\r\nuser-agent: raw/0.1\r\n"
             "accept-encoding: gzip, deflate, br, zstd\r\n\r\n");
  std::unique_ptr<connection> on;
  for (long i = 0; i < chosen.requests; ++i) {
    if (on == nullptr || chosen.is_fresh) {
      on.reset();
      on = std::make_unique<connection>(chosen.port, tls.get());
    }
    asks.ask(*on);
  }
}
