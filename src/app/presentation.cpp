// SPDX-License-Identifier: MIT
#include "leat/app/presentation.hpp"

#include <array>

#include "app/error_document.hpp"
#include "app/rendering.hpp"
#include "app/words.hpp"

namespace leat::app {
namespace {

constexpr std::array words{
    word("plain", presentation::plain),       word("rich", presentation::rich),
    word("json", presentation::json),         word("toml", presentation::toml),
    word("markdown", presentation::markdown),
};

std::string render_document(const document& what, const rendering& how) {
  switch (how.presentation) {
    case presentation::plain: return render_plain(what, false);
    case presentation::rich: return render_plain(what, how.has_colours);
    case presentation::json: return render_json(what, how.is_compact);
    case presentation::toml: return render_toml(what);
    case presentation::markdown: break;
  }
  return render_markdown(what);
}

std::string render_error_document(const document& shown, const rendering& how) {
  switch (how.presentation) {
    case presentation::plain: return error_for_people(shown, false);
    case presentation::rich: return error_for_people(shown, how.has_colours);
    case presentation::markdown: return error_in_markdown(shown);
    case presentation::json:
    case presentation::toml: break;
  }
  return render_document(shown, how);
}

}  // namespace

std::string detail::render(model::detail::function_ref<void(model::writer&)> write,
                           const rendering& how) {
  return render_document(document_of(write), how);
}

std::string render_error(const std::exception& what, const rendering& how) {
  return render_error_document(document_of_error(what), how);
}

std::string render_error(const std::exception_ptr& what, const rendering& how) {
  return render_error_document(document_of_error(what), how);
}

}  // namespace leat::app

namespace leat::model {

bool codec<app::presentation>::read(reader& in, app::presentation& to) {
  return app::read_word(in, to, app::words);
}
void codec<app::presentation>::write(writer& out, app::presentation value) {
  app::write_word(out, value, app::words);
}
value_form codec<app::presentation>::form() {
  return app::form_of_words(app::words);
}

}  // namespace leat::model
