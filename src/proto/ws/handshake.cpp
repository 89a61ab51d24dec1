// SPDX-License-Identifier: MIT
#include "leat/proto/ws/handshake.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "leat/proto/fields/ascii.hpp"
#include "leat/proto/fields/list.hpp"
#include "leat/proto/fields/validation.hpp"
#include "leat/proto/hash/hash.hpp"

namespace leat::proto::ws {
namespace {

constexpr std::string_view extensions_field = "Sec-WebSocket-Extensions";
constexpr std::string_view subprotocol_field = "Sec-WebSocket-Protocol";
constexpr std::string_view deflate_name = "permessage-deflate";

/// Takes what stands in front of the next `;`. No value of this extension holds one.
std::string_view take_part(std::string_view& rest) noexcept {
  const std::size_t end = std::min(rest.find(';'), rest.size());
  const std::string_view part = trim_blanks(rest.substr(0, end));
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

std::optional<std::uint8_t> window_bits(std::string_view text) noexcept {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    text = text.substr(1, text.size() - 2);
  }
  if (text == "8" || text == "9") return static_cast<std::uint8_t>(text[0] - '0');
  if (text.size() != 2 || text[0] != '1' || text[1] < '0' || text[1] > '5') return std::nullopt;
  return static_cast<std::uint8_t>(10 + (text[1] - '0'));
}

/// The parameters of one permessage-deflate, each at most once; `names_client_window` says that
/// client_max_window_bits is there, with a value or, in an offer, without.
struct parsed_deflate {
  deflate_parameters parameters;
  bool names_client_window = false;
};

std::optional<parsed_deflate> parse_deflate(std::string_view rest, bool is_offer) noexcept {
  parsed_deflate found;
  bool seen[4] = {};
  while (!rest.empty()) {
    const std::string_view part = take_part(rest);
    const std::size_t equals = part.find('=');
    const bool has_value = equals != std::string_view::npos;
    const std::string_view name = trim_blanks(part.substr(0, equals));
    const std::string_view value =
        has_value ? trim_blanks(part.substr(equals + 1)) : std::string_view();
    std::size_t which = 0;
    if (name == "server_no_context_takeover" && !has_value) {
      found.parameters.server_no_context_takeover = true;
    } else if (name == "client_no_context_takeover" && !has_value) {
      which = 1;
      found.parameters.client_no_context_takeover = true;
    } else if (name == "server_max_window_bits") {
      which = 2;
      const auto bits = window_bits(value);
      if (!bits) return std::nullopt;
      found.parameters.server_max_window_bits = *bits;
    } else if (name == "client_max_window_bits") {
      which = 3;
      found.names_client_window = true;
      if (has_value || !is_offer) {
        const auto bits = window_bits(value);
        if (!bits) return std::nullopt;
        found.parameters.client_max_window_bits = *bits;
      }
    } else {
      return std::nullopt;
    }
    if (std::exchange(seen[which], true)) return std::nullopt;
  }
  return found;
}

void add_deflate(fields& to, const parsed_deflate& agreed) {
  std::string text(deflate_name);
  const auto& all = agreed.parameters;
  if (all.server_no_context_takeover) text += "; server_no_context_takeover";
  if (all.client_no_context_takeover) text += "; client_no_context_takeover";
  if (all.server_max_window_bits != 15) {
    text += "; server_max_window_bits=" + std::to_string(all.server_max_window_bits);
  }
  if (agreed.names_client_window && all.client_max_window_bits != 15) {
    text += "; client_max_window_bits=" + std::to_string(all.client_max_window_bits);
  }
  to.add(extensions_field, text);
}

std::string joined(std::span<const std::string> list) {
  std::string text;
  for (const auto& each : list) {
    if (!text.empty()) text += ", ";
    text += each;
  }
  return text;
}

bool switches_to_websocket(fields_view head) noexcept {
  return head.has_token("Upgrade", "websocket") && head.has_token("Connection", "upgrade");
}

}  // namespace

std::string make_key(const std::array<std::byte, 16>& nonce) {
  return base64_encode({reinterpret_cast<const char*>(nonce.data()), nonce.size()});
}

std::optional<std::string> accept_for(std::string_view key) {
  const auto digest =
      hash(hash_algorithm::sha1, std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
  if (!digest) return std::nullopt;
  return base64_encode(*digest);
}

bool can_be_offered(std::span<const std::string> subprotocols) noexcept {
  for (std::size_t i = 0; i < subprotocols.size(); ++i) {
    if (!is_token(subprotocols[i])) return false;
    const auto before = subprotocols.first(i);
    if (std::ranges::find(before, subprotocols[i]) != before.end()) return false;
  }
  return true;
}

void add_request_fields(fields& to, const offer& offered) {
  to.set("Upgrade", "websocket");
  to.set("Connection", "Upgrade");
  to.set("Sec-WebSocket-Key", offered.key);
  to.set("Sec-WebSocket-Version", "13");
  if (!offered.subprotocols.empty()) to.set(subprotocol_field, joined(offered.subprotocols));
  if (offered.deflate) {
    to.set(extensions_field, std::string(deflate_name) + "; client_max_window_bits");
  }
}

std::error_code check_response(int status, fields_view answer, const offer& offered,
                               agreement& into) {
  if (status != 101) return errc::not_switched;
  if (!switches_to_websocket(answer)) return errc::upgrade_missing;
  const auto expected = accept_for(offered.key);
  if (!expected) return errc::hash_forbidden;
  if (answer.get_all("Sec-WebSocket-Accept") != std::vector<std::string_view>{*expected}) {
    return errc::bad_accept;
  }

  agreement found;
  const auto chosen = answer.get_all(subprotocol_field);
  if (chosen.size() > 1) return errc::unknown_subprotocol;
  if (!chosen.empty()) {
    if (std::ranges::find(offered.subprotocols, chosen[0]) == offered.subprotocols.end()) {
      return errc::unknown_subprotocol;
    }
    found.subprotocol = chosen[0];
  }

  const std::string extensions = answer.joined(extensions_field).value_or("");
  std::string_view list = extensions;
  while (auto each = next_list_element(list)) {
    if (take_part(*each) != deflate_name || !offered.deflate || found.deflate) {
      return errc::bad_extension;
    }
    const auto parsed = parse_deflate(*each, false);
    if (!parsed) return errc::bad_extension;
    found.deflate = parsed->parameters;
  }
  into = std::move(found);
  return {};
}

std::error_code accept_request(const http1::request_head& request, const accept_options& options,
                               fields& answer, agreement& into) {
  const auto key = request.fields.get_all("Sec-WebSocket-Key");
  const auto version = request.fields.get_all("Sec-WebSocket-Version");
  const bool is_good_key =
      key.size() == 1 && base64_decode(key[0]).value_or(std::string()).size() == 16;
  if (request.method != "GET" || request.http_version != http1::version::http_1_1 ||
      !switches_to_websocket(request.fields) || !is_good_key || version.size() != 1 ||
      version[0] != "13") {
    return errc::bad_request;
  }
  const auto accept = accept_for(key[0]);
  if (!accept) return errc::hash_forbidden;

  agreement found;
  const std::string offered = request.fields.joined(subprotocol_field).value_or("");
  for (const auto& mine : options.subprotocols) {
    std::string_view list = offered;
    while (auto each = next_list_element(list)) {
      if (*each == mine && found.subprotocol.empty()) found.subprotocol = mine;
    }
  }

  std::optional<parsed_deflate> compression;
  const std::string extensions = request.fields.joined(extensions_field).value_or("");
  std::string_view list = extensions;
  while (auto each = next_list_element(list)) {
    if (take_part(*each) != deflate_name || !options.deflate || compression) continue;
    // An offer that cannot be met is passed over (RFC 7692, section 5.1).
    const auto parsed = parse_deflate(*each, true);
    if (parsed && parsed->parameters.server_max_window_bits != 8) compression = parsed;
  }

  answer.set("Upgrade", "websocket");
  answer.set("Connection", "Upgrade");
  answer.set("Sec-WebSocket-Accept", *accept);
  if (!found.subprotocol.empty()) answer.set(subprotocol_field, found.subprotocol);
  if (compression) {
    found.deflate = compression->parameters;
    add_deflate(answer, *compression);
  }
  into = std::move(found);
  return {};
}

}  // namespace leat::proto::ws
