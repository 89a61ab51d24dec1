// SPDX-License-Identifier: MIT
#include "support/certificates.hpp"

#include <stdexcept>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace {

struct deleter {
  void operator()(X509* each) const noexcept { X509_free(each); }
  void operator()(EVP_PKEY* each) const noexcept { EVP_PKEY_free(each); }
  void operator()(BIO* each) const noexcept { BIO_free(each); }
};
using x509_ptr = std::unique_ptr<X509, deleter>;
using key_ptr = std::unique_ptr<EVP_PKEY, deleter>;
using bio_ptr = std::unique_ptr<BIO, deleter>;

void require(bool holds) {
  if (!holds) throw std::runtime_error("a certificate for tests could not be made");
}

key_ptr make_key() {
  return key_ptr(EVP_EC_gen("P-256"));
}

template <class Write>
std::string to_pem(Write write) {
  const bio_ptr memory(BIO_new(BIO_s_mem()));
  require(write(memory.get()) == 1);
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string to_pem(X509* certificate) {
  return to_pem([=](BIO* to) { return PEM_write_bio_X509(to, certificate); });
}
std::string to_pem(EVP_PKEY* key) {
  return to_pem([=](BIO* to) {
    return PEM_write_bio_PrivateKey(to, key, nullptr, nullptr, 0, nullptr, nullptr);
  });
}

void add_extension(X509* to, X509* issuer, int id, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, to, nullptr, nullptr, 0);
  X509_EXTENSION* const made = X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str());
  require(made != nullptr && X509_add_ext(to, made, -1) == 1);
  X509_EXTENSION_free(made);
}

x509_ptr make_certificate(EVP_PKEY* key, const char* name, int days_from, int days_until) {
  static long serial = 1;
  x509_ptr made(X509_new());
  X509_set_version(made.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), ++serial);
  constexpr long day = 24L * 60 * 60;
  X509_gmtime_adj(X509_getm_notBefore(made.get()), days_from * day);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), days_until * day);
  X509_set_pubkey(made.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  return made;
}

}  // namespace

class test_authority::impl {
 public:
  impl() : key(make_key()), certificate(make_certificate(key.get(), "Leat test authority", -1, 2)) {
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
    add_extension(certificate.get(), certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
    add_extension(certificate.get(), certificate.get(), NID_key_usage, "critical,keyCertSign");
    require(X509_sign(certificate.get(), key.get(), EVP_sha256()) != 0);
    pem = to_pem(certificate.get());
  }

  key_ptr key;
  x509_ptr certificate;
  std::string pem;
};

test_authority::test_authority() : impl_(std::make_unique<impl>()) {}
test_authority::test_authority(test_authority&&) noexcept = default;
test_authority::~test_authority() = default;

const std::string& test_authority::certificate() const noexcept {
  return impl_->pem;
}

leat::io::tls_identity test_authority::issue(const wish& wanted) const {
  const auto key = make_key();
  const auto made =
      make_certificate(key.get(), "Leat test server", wanted.days_from, wanted.days_until);
  X509* const issuer = wanted.is_self_signed ? made.get() : impl_->certificate.get();
  X509_set_issuer_name(made.get(), X509_get_subject_name(issuer));
  std::string alternatives;
  for (const auto& each : wanted.names) alternatives += ",DNS:" + each;
  for (const auto& each : wanted.addresses) alternatives += ",IP:" + each;
  if (!alternatives.empty()) {
    add_extension(made.get(), issuer, NID_subject_alt_name, alternatives.substr(1));
  }
  require(X509_sign(made.get(), (wanted.is_self_signed ? key : impl_->key).get(), EVP_sha256()) !=
          0);
  return {to_pem(made.get()), to_pem(key.get()), {}};
}

std::string pin_of(const std::string& certificate) {
  const bio_ptr from(BIO_new_mem_buf(certificate.data(), static_cast<int>(certificate.size())));
  const x509_ptr read(PEM_read_bio_X509(from.get(), nullptr, nullptr, nullptr));
  unsigned char* encoded = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(read.get()), &encoded);
  require(size > 0);
  unsigned char digest[32];
  require(EVP_Digest(encoded, static_cast<std::size_t>(size), digest, nullptr, EVP_sha256(),
                     nullptr) == 1);
  OPENSSL_free(encoded);
  unsigned char text[64];
  return {reinterpret_cast<const char*>(text),
          static_cast<std::size_t>(EVP_EncodeBlock(text, digest, 32))};
}
