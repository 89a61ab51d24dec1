// SPDX-License-Identifier: MIT
#include "io/tls/engine.hpp"

#include <openssl/err.h>
#include <openssl/x509.h>

namespace leat::io {

tls_engine::tls_engine(tls_context context, std::string host)
    : context_(std::move(context)), connection_(context_.get().make_connection(host)) {}

tls_engine::step tls_engine::judge(int result) {
  switch (SSL_get_error(connection_.get(), result)) {
    case SSL_ERROR_NONE: return step::done;
    case SSL_ERROR_ZERO_RETURN: return step::closed;
    case SSL_ERROR_WANT_READ: return has_input_ended_ ? step::truncated : step::needs_input;
    default: break;
  }
  if (ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_CERTIFICATE_VERIFY_FAILED) {
    const long verdict = SSL_get_verify_result(connection_.get());
    fail(std::string("the certificate is refused: ") + X509_verify_cert_error_string(verdict));
    ERR_clear_error();
  } else {
    fail(take_ssl_errors());
  }
  return step::failed;
}

void tls_engine::fail(std::string why) {
  if (failure_.empty()) failure_ = std::move(why);
}

tls_engine::step tls_engine::shake_hands() {
  ERR_clear_error();
  const step reached = judge(SSL_do_handshake(connection_.get()));
  if (reached == step::closed) return step::truncated;
  if (reached == step::done && !context_.get().accepts_key(connection_.get())) {
    fail("the server's key is none of those that were pinned");
    return step::failed;
  }
  return reached;
}

tls_engine::step tls_engine::read(std::span<std::byte> into, std::size_t& size) {
  ERR_clear_error();
  size = 0;
  return judge(SSL_read_ex(connection_.get(), into.data(), into.size(), &size));
}

tls_engine::step tls_engine::write(std::span<const std::byte> from, std::size_t& size) {
  ERR_clear_error();
  size = 0;
  return judge(SSL_write_ex(connection_.get(), from.data(), from.size(), &size));
}

void tls_engine::close() noexcept {
  ERR_clear_error();
  // Not in the middle of a handshake, nor after a failure: OpenSSL refuses both.
  if (failure_.empty() && SSL_is_init_finished(connection_.get()) == 1) {
    SSL_shutdown(connection_.get());
  }
  ERR_clear_error();
}

void tls_engine::feed(std::span<const std::byte> input) {
  BIO* const memory = SSL_get_rbio(connection_.get());
  const int taken = BIO_write(memory, input.data(), static_cast<int>(input.size()));
  if (taken != static_cast<int>(input.size())) throw std::bad_alloc();
}

void tls_engine::take_output(byte_buffer& out) {
  BIO* const memory = SSL_get_wbio(connection_.get());
  const std::size_t pending = BIO_ctrl_pending(memory);
  if (pending == 0) return;
  const auto room = out.prepare(pending);
  const int moved = BIO_read(memory, room.data(), static_cast<int>(pending));
  if (moved > 0) out.commit(static_cast<std::size_t>(moved));
}

bool tls_engine::has_output() const noexcept {
  return BIO_ctrl_pending(SSL_get_wbio(connection_.get())) != 0;
}

bool tls_engine::is_silent() {
  std::byte probe{};
  std::size_t size = 0;
  ERR_clear_error();
  return judge(SSL_peek_ex(connection_.get(), &probe, 1, &size)) == step::needs_input;
}

tls_info tls_engine::describe() const {
  tls_info info;
  info.version = SSL_get_version(connection_.get());
  info.cipher = SSL_get_cipher_name(connection_.get());
  const unsigned char* chosen = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(connection_.get(), &chosen, &size);
  if (size != 0) info.alpn.assign(reinterpret_cast<const char*>(chosen), size);
  return info;
}

}  // namespace leat::io
