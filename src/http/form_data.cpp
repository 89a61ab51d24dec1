// SPDX-License-Identifier: MIT
#include "leat/http/form_data.hpp"

#include <optional>

#include "leat/base/error.hpp"
#include "leat/io/policy.hpp"
#include "leat/proto/multipart/form_writer.hpp"

#include "http/file_body.hpp"
#include "http/random_text.hpp"

namespace leat::http {
namespace {

/// Texts and other sources one behind the other.
template <class Io>
class sources_in_row final : public basic_body_source<Io> {
 public:
  using source_ptr = std::shared_ptr<basic_body_source<Io>>;

  void add(std::string text) {
    if (pieces_.empty() || pieces_.back().source != nullptr) pieces_.emplace_back();
    pieces_.back().text += text;
  }
  void add(source_ptr source) { pieces_.push_back({{}, std::move(source)}); }

  typename Io::template result<void> prepare() override { return Io::expose(prepare_all()); }
  typename Io::template result<std::optional<std::string>> next() override {
    return Io::expose(read());
  }
  [[nodiscard]] std::optional<std::uint64_t> size() const noexcept override {
    std::uint64_t sum = 0;
    for (const piece& each : pieces_) {
      const auto size = each.source == nullptr ? each.text.size() : each.source->size();
      if (!size) return std::nullopt;
      sum += *size;
    }
    return sum;
  }
  bool rewind() override {
    for (piece& each : pieces_) {
      if (each.source != nullptr && !each.source->rewind()) return false;
    }
    at_ = 0;
    return true;
  }

 private:
  struct piece {
    std::string text;
    source_ptr source;  // in place of the text
  };

  typename Io::template task<void> prepare_all() {
    for (piece& each : pieces_) {
      if (each.source == nullptr) continue;
      const auto prepare = [&each] { return each.source->prepare(); };
      co_await Io::call(prepare);
    }
  }

  typename Io::template task<std::optional<std::string>> read() {
    while (at_ < pieces_.size()) {
      piece& current = pieces_[at_];
      if (current.source == nullptr) {
        ++at_;
        co_return current.text;
      }
      auto bytes = co_await Io::await(current.source->next());
      if (bytes) co_return bytes;
      ++at_;
    }
    co_return std::nullopt;
  }

  std::vector<piece> pieces_;
  std::size_t at_ = 0;
};

}  // namespace

template <class Io>
basic_form_data<Io>& basic_form_data<Io>::boundary(std::string text) & {
  if (!proto::form_writer::is_boundary(text)) {
    throw invalid_argument("form_data::boundary: 1 to 70 letters, digits, hyphens or underscores");
  }
  boundary_ = std::move(text);
  return *this;
}

template <class Io>
basic_form_data<Io>& basic_form_data<Io>::file(std::string name, std::string path,
                                               std::string type) & {
  std::string filename = path.substr(path.rfind('/') + 1);
  return stream(std::move(name), std::move(filename),
                std::make_shared<file_source<Io>>(std::move(path)), std::move(type));
}

template <class Io>
auto basic_form_data<Io>::encode() && -> encoded {
  proto::form_writer writer(boundary_.empty() ? random_text() : std::move(boundary_));
  auto row = std::make_shared<sources_in_row<Io>>();
  std::string text;
  bool is_in_memory = true;
  for (part& each : parts_) {
    text += each.is_file ? writer.begin_file(each.name, each.filename, each.type)
                         : writer.begin_field(each.name);
    if (each.source == nullptr) {
      text += each.bytes;
      continue;
    }
    is_in_memory = false;
    row->add(std::exchange(text, {}));
    row->add(std::move(each.source));
  }
  text += writer.end();
  if (is_in_memory) return {writer.content_type(), std::move(text), nullptr};
  row->add(std::move(text));
  return {writer.content_type(), {}, std::move(row)};
}

template <class Io>
basic_form_data<Io>::basic_form_data() noexcept = default;
template <class Io>
basic_form_data<Io>::basic_form_data(const basic_form_data&) = default;
template <class Io>
basic_form_data<Io>::basic_form_data(basic_form_data&&) noexcept = default;
template <class Io>
basic_form_data<Io>& basic_form_data<Io>::operator=(const basic_form_data&) = default;
template <class Io>
basic_form_data<Io>& basic_form_data<Io>::operator=(basic_form_data&&) noexcept = default;
template <class Io>
basic_form_data<Io>::~basic_form_data() = default;

template <class Io>
basic_form_data<Io>& basic_form_data<Io>::add(part&& added) {
  parts_.push_back(std::move(added));
  return *this;
}

template <class Io>
basic_form_data<Io>& basic_form_data<Io>::field(std::string name, std::string value) & {
  return add({std::move(name), {}, {}, std::move(value), nullptr, false});
}
template <class Io>
basic_form_data<Io>&& basic_form_data<Io>::field(std::string name, std::string value) && {
  return std::move(field(std::move(name), std::move(value)));
}

template <class Io>
basic_form_data<Io>&& basic_form_data<Io>::file(std::string name, std::string path,
                                                std::string type) && {
  return std::move(file(std::move(name), std::move(path), std::move(type)));
}

template <class Io>
basic_form_data<Io>& basic_form_data<Io>::content(std::string name, std::string filename,
                                                  std::string bytes, std::string type) & {
  return add(
      {std::move(name), std::move(filename), std::move(type), std::move(bytes), nullptr, true});
}
template <class Io>
basic_form_data<Io>&& basic_form_data<Io>::content(std::string name, std::string filename,
                                                   std::string bytes, std::string type) && {
  return std::move(
      content(std::move(name), std::move(filename), std::move(bytes), std::move(type)));
}

template <class Io>
basic_form_data<Io>& basic_form_data<Io>::stream(std::string name, std::string filename,
                                                 source_ptr source, std::string type) & {
  return add({std::move(name), std::move(filename), std::move(type), {}, std::move(source), true});
}
template <class Io>
basic_form_data<Io>&& basic_form_data<Io>::stream(std::string name, std::string filename,
                                                  source_ptr source, std::string type) && {
  return std::move(
      stream(std::move(name), std::move(filename), std::move(source), std::move(type)));
}

template <class Io>
basic_form_data<Io>&& basic_form_data<Io>::boundary(std::string text) && {
  return std::move(boundary(std::move(text)));
}

template class basic_form_data<io::async>;
template class basic_form_data<io::blocking>;

}  // namespace leat::http
