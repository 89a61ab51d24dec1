// SPDX-License-Identifier: MIT
#include "io/tls/context.hpp"

#include <algorithm>

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "leat/io/error.hpp"

namespace leat::io {
namespace {

struct bio_deleter {
  void operator()(BIO* memory) const noexcept { BIO_free(memory); }
};
struct x509_deleter {
  void operator()(X509* certificate) const noexcept { X509_free(certificate); }
};
struct key_deleter {
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
};
using bio_ptr = std::unique_ptr<BIO, bio_deleter>;
using x509_ptr = std::unique_ptr<X509, x509_deleter>;
using key_ptr = std::unique_ptr<EVP_PKEY, key_deleter>;

[[noreturn]] void fail(const std::string& what) {
  throw tls_error(what + ": " + take_ssl_errors());
}

bio_ptr reader_of(const std::string& pem) {
  return bio_ptr(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

/// The certificates of a PEM text, in their order.
std::vector<x509_ptr> read_certificates(const std::string& pem, const char* what) {
  ERR_clear_error();
  const auto from = reader_of(pem);
  std::vector<x509_ptr> all;
  while (auto* const each = PEM_read_bio_X509(from.get(), nullptr, nullptr, nullptr)) {
    all.emplace_back(each);
  }
  // The end of the text is told as an error, too.
  const auto code = ERR_peek_last_error();
  if (all.empty() || ERR_GET_REASON(code) != PEM_R_NO_START_LINE) {
    fail(std::string(what) + " cannot be read");
  }
  ERR_clear_error();
  return all;
}

int give_password(char* into, int size, int /*is_writing*/, void* given) {
  const auto& password = *static_cast<const std::string*>(given);
  if (password.size() > static_cast<std::size_t>(size)) return -1;
  std::ranges::copy(password, into);
  return static_cast<int>(password.size());
}

std::string encode_alpn(const std::vector<std::string>& protocols) {
  std::string encoded;
  for (const auto& each : protocols) {
    if (each.empty() || each.size() > 255) throw tls_error("a protocol has 1 to 255 bytes of name");
    encoded += static_cast<char>(each.size());
    encoded += each;
  }
  return encoded;
}

const unsigned char* as_unsigned(const std::string& text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// The first of ours that the client offers.
int select_alpn(SSL*, const unsigned char** chosen, unsigned char* size,
                const unsigned char* offered, unsigned int offered_size, void* ours) {
  const auto& accepted = *static_cast<const std::string*>(ours);
  unsigned char* found = nullptr;
  if (SSL_select_next_proto(&found, size, as_unsigned(accepted),
                            static_cast<unsigned>(accepted.size()), offered,
                            offered_size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

bool is_address(const std::string& host) noexcept {
  in6_addr parsed{};
  return ::inet_pton(AF_INET, host.c_str(), &parsed) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), &parsed) == 1;
}

std::unique_ptr<SSL_CTX, ssl_deleter> make_context(const SSL_METHOD* method) {
  std::unique_ptr<SSL_CTX, ssl_deleter> made(SSL_CTX_new(method));
  if (made == nullptr) fail("TLS cannot be used");
  SSL_CTX_set_min_proto_version(made.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(made.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  // Reads and writes are retried with whatever memory the caller has then.
  SSL_CTX_set_mode(made.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                   SSL_MODE_RELEASE_BUFFERS);
  return made;
}

}  // namespace

std::string take_ssl_errors() {
  const auto code = ERR_peek_last_error();
  ERR_clear_error();
  if (code == 0) return "no reason was given";
  const char* const reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : "error " + std::to_string(code);
}

tls_context tls_context::client(const tls_client_options& options) {
  return tls_context(std::make_shared<const impl>(options));
}

tls_context tls_context::server(const tls_server_options& options) {
  return tls_context(std::make_shared<const impl>(options));
}

tls_context::impl::impl(const tls_client_options& options)
    : context_(make_context(TLS_client_method())),
      pinned_keys_(options.pinned_keys),
      alpn_(encode_alpn(options.alpn)),
      verification_(options.verification),
      is_server_(false) {
  if (options.verification != tls_verification::none) {
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
    if (options.trusted.empty()) {
      trust_stored(options.trusted_file, options.trusted_folder);
    } else {
      trust(options.trusted);
    }
  }
  if (!options.identity.key.empty()) use_identity(options.identity);
  if (!alpn_.empty() && SSL_CTX_set_alpn_protos(context_.get(), as_unsigned(alpn_),
                                                static_cast<unsigned>(alpn_.size())) != 0) {
    fail("the protocols cannot be offered");
  }
}

tls_context::impl::impl(const tls_server_options& options)
    : context_(make_context(TLS_server_method())),
      alpn_(encode_alpn(options.alpn)),
      is_server_(true) {
  use_identity(options.identity);
  if (!options.client_authorities.empty()) {
    trust(options.client_authorities);
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  if (!alpn_.empty()) SSL_CTX_set_alpn_select_cb(context_.get(), select_alpn, &alpn_);
}

// OpenSSL's own way to its defaults would ask the environment.
void tls_context::impl::trust_stored(const std::string& file, const std::string& folder) {
  SSL_CTX* const context = context_.get();
  if (!file.empty()) {
    if (SSL_CTX_load_verify_file(context, file.c_str()) != 1) {
      fail("the file of trusted certificates cannot be read");
    }
  } else if (SSL_CTX_load_verify_file(context, X509_get_default_cert_file()) != 1) {
    ERR_clear_error();  // few systems have it
  }
  const char* const from = folder.empty() ? X509_get_default_cert_dir() : folder.c_str();
  if (SSL_CTX_load_verify_dir(context, from) != 1) {
    fail("the folder of trusted certificates cannot be read");
  }
}

void tls_context::impl::trust(const std::string& pem) {
  X509_STORE* const store = SSL_CTX_get_cert_store(context_.get());
  for (const auto& each : read_certificates(pem, "the trusted certificates")) {
    if (X509_STORE_add_cert(store, each.get()) != 1) fail("a trusted certificate is refused");
  }
}

void tls_context::impl::use_identity(const tls_identity& identity) {
  const auto chain = read_certificates(identity.certificate_chain, "the certificate chain");
  const auto from = reader_of(identity.key);
  const key_ptr key(PEM_read_bio_PrivateKey(from.get(), nullptr, give_password,
                                            const_cast<std::string*>(&identity.key_password)));
  if (key == nullptr) fail("the key cannot be read");
  if (SSL_CTX_use_certificate(context_.get(), chain.front().get()) != 1) {
    fail("the certificate is refused");
  }
  if (SSL_CTX_use_PrivateKey(context_.get(), key.get()) != 1 ||
      SSL_CTX_check_private_key(context_.get()) != 1) {
    fail("the key does not belong to the certificate");
  }
  for (std::size_t i = 1; i < chain.size(); ++i) {
    if (SSL_CTX_add1_chain_cert(context_.get(), chain[i].get()) != 1) {
      fail("the certificate chain is refused");
    }
  }
}

ssl_ptr tls_context::impl::make_connection(const std::string& host) const {
  ssl_ptr made(SSL_new(context_.get()));
  BIO* const incoming = BIO_new(BIO_s_mem());
  BIO* const outgoing = BIO_new(BIO_s_mem());
  if (made == nullptr || incoming == nullptr || outgoing == nullptr) {
    BIO_free(incoming);
    BIO_free(outgoing);
    fail("TLS cannot begin");
  }
  // An empty memory means that more may come, until it is told otherwise.
  BIO_set_mem_eof_return(incoming, -1);
  BIO_set_mem_eof_return(outgoing, -1);
  SSL_set_bio(made.get(), incoming, outgoing);
  if (is_server_) {
    SSL_set_accept_state(made.get());
    return made;
  }

  SSL_set_connect_state(made.get());
  if (verification_ == tls_verification::chain_and_host) {
    X509_VERIFY_PARAM* const rules = SSL_get0_param(made.get());
    X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    const bool is_set = is_address(host)
                            ? X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str()) == 1
                            : X509_VERIFY_PARAM_set1_host(rules, host.data(), host.size()) == 1;
    if (!is_set || host.empty()) fail("no certificate can be of the host \"" + host + "\"");
  }
  // RFC 6066, section 3: addresses are not sent.
  if (!host.empty() && !is_address(host) &&
      SSL_set_tlsext_host_name(made.get(), host.c_str()) != 1) {
    fail("the host \"" + host + "\" cannot be asked for");
  }
  return made;
}

bool tls_context::impl::accepts_key(SSL* connection) const {
  if (pinned_keys_.empty()) return true;
  const x509_ptr certificate(SSL_get1_peer_certificate(connection));
  if (certificate == nullptr) return false;
  unsigned char* encoded = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate.get()), &encoded);
  if (size <= 0) return false;
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int digest_size = 0;
  const bool is_hashed = EVP_Digest(encoded, static_cast<std::size_t>(size), digest, &digest_size,
                                    EVP_sha256(), nullptr) == 1;
  OPENSSL_free(encoded);
  if (!is_hashed) return false;
  unsigned char text[EVP_MAX_MD_SIZE * 2];
  const int length = EVP_EncodeBlock(text, digest, static_cast<int>(digest_size));
  const std::string pin(reinterpret_cast<const char*>(text), static_cast<std::size_t>(length));
  return std::ranges::find(pinned_keys_, pin) != pinned_keys_.end();
}

}  // namespace leat::io
