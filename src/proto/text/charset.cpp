// SPDX-License-Identifier: MIT
#include "leat/proto/text/charset.hpp"

#include "leat/proto/fields/ascii.hpp"

namespace leat::proto {
namespace {

struct label {
  std::string_view name;
  charset value;
};

// The encoding standard, section 4.2.
constexpr std::array labels{
    label{"utf-8", charset::utf_8},
    label{"utf8", charset::utf_8},
    label{"unicode-1-1-utf-8", charset::utf_8},
    label{"unicode11utf8", charset::utf_8},
    label{"unicode20utf8", charset::utf_8},
    label{"x-unicode20utf8", charset::utf_8},
    label{"iso-8859-1", charset::windows_1252},
    label{"us-ascii", charset::windows_1252},
    label{"ascii", charset::windows_1252},
    label{"windows-1252", charset::windows_1252},
    label{"latin1", charset::windows_1252},
    label{"ansi_x3.4-1968", charset::windows_1252},
    label{"cp1252", charset::windows_1252},
    label{"cp819", charset::windows_1252},
    label{"csisolatin1", charset::windows_1252},
    label{"ibm819", charset::windows_1252},
    label{"iso-ir-100", charset::windows_1252},
    label{"iso8859-1", charset::windows_1252},
    label{"iso88591", charset::windows_1252},
    label{"iso_8859-1", charset::windows_1252},
    label{"iso_8859-1:1987", charset::windows_1252},
    label{"l1", charset::windows_1252},
    label{"x-cp1252", charset::windows_1252},
    label{"utf-16", charset::utf_16},
    label{"csunicode", charset::utf_16},
    label{"iso-10646-ucs-2", charset::utf_16},
    label{"ucs-2", charset::utf_16},
    label{"unicode", charset::utf_16},
    label{"utf-16le", charset::utf_16le},
    label{"unicodefeff", charset::utf_16le},
    label{"utf-16be", charset::utf_16be},
    label{"unicodefffe", charset::utf_16be},
};

}  // namespace

std::optional<charset> find_charset(std::string_view name) noexcept {
  for (const label& each : labels) {
    if (equals_ignoring_case(each.name, name)) return each.value;
  }
  return std::nullopt;
}

std::string_view name_of(charset value) noexcept {
  switch (value) {
    case charset::utf_8: return "utf-8";
    case charset::windows_1252: return "windows-1252";
    case charset::utf_16: return "utf-16";
    case charset::utf_16le: return "utf-16le";
    case charset::utf_16be: return "utf-16be";
  }
  return {};
}

}  // namespace leat::proto
