// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "leat/base/memory.hpp"
#include "leat/http/body_source.hpp"

namespace leat::http {

/// A form with files, sent as multipart/form-data (RFC 7578):
///
///     http::async_form_data form;
///     form.field("title", "Ada").file("photo", "/srv/ada.jpg", "image/jpeg");
///     co_await api.post("/people", http::async_request_options().multipart(std::move(form)));
///
/// Parts are sent in the order in which they were added. If the length of each is known, as it is
/// of texts and of files, the whole has a Content-Length; otherwise it is sent in chunks. It can be
/// sent again if each part can. Names are written as browsers do it (`proto::form_writer`).
template <class Io>
class basic_form_data {
 public:
  using source_ptr = std::shared_ptr<basic_body_source<Io>>;

  basic_form_data() noexcept;
  basic_form_data(const basic_form_data&);
  basic_form_data(basic_form_data&&) noexcept;
  basic_form_data& operator=(const basic_form_data&);
  basic_form_data& operator=(basic_form_data&&) noexcept;
  ~basic_form_data();

  /// Adds a field. The ends of lines in it stay as they are; browsers make each CR LF.
  basic_form_data& field(std::string name, std::string value) &;
  basic_form_data&& field(std::string name, std::string value) &&;

  /// Adds a file of the disk under the last part of its path, as `file_body()` reads it.
  basic_form_data& file(std::string name, std::string path, std::string type = {}) &;
  basic_form_data&& file(std::string name, std::string path, std::string type = {}) &&;

  /// Adds a file that is in memory.
  basic_form_data& content(std::string name, std::string filename, std::string bytes,
                           std::string type = {}) &;
  basic_form_data&& content(std::string name, std::string filename, std::string bytes,
                            std::string type = {}) &&;

  /// Adds a file that is what `source` gives.
  basic_form_data& stream(std::string name, std::string filename, source_ptr source,
                          std::string type = {}) &;
  basic_form_data&& stream(std::string name, std::string filename, source_ptr source,
                           std::string type = {}) &&;

  /// Sets what stands between the parts; for tests. By default it has 128 random bits, which are in
  /// no content.
  /// Errors: `invalid_argument` for what is none (`proto::form_writer::is_boundary()`).
  basic_form_data& boundary(std::string text) &;
  basic_form_data&& boundary(std::string text) &&;

  /// The form as a body. For options.
  struct encoded {
    std::string content_type;
    std::string content;  ///< All of it, if it is in memory.
    source_ptr streamed;  ///< Null if it is.
  };
  [[nodiscard]] encoded encode() &&;

 private:
  struct part {
    std::string name;
    std::string filename;
    std::string type;
    std::string bytes;
    source_ptr source;  // in place of bytes
    bool is_file = false;
  };

  basic_form_data& add(part&& added);

  std::vector<part> parts_;
  std::string boundary_;
};

/// For `async_client`.
using async_form_data = basic_form_data<io::async>;
/// For `client`.
using form_data = basic_form_data<io::blocking>;

}  // namespace leat::http
