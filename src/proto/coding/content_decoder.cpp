// SPDX-License-Identifier: MIT
#include "leat/proto/coding/content_decoder.hpp"

#include <algorithm>
#include <utility>

#include "leat/base/assert.hpp"
#include "leat/proto/coding/coding.hpp"
#include "leat/proto/coding/error.hpp"

#include "proto/coding/decoding_stage.hpp"

namespace leat::proto {
namespace {

// Two are seen in the wild. Each costs a window, and their ratios multiply.
constexpr std::size_t most_codings = 4;

std::string_view trimmed(std::string_view text) noexcept {
  const auto from = text.find_first_not_of(" \t");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

bool is_identity_name(std::string_view name) noexcept {
  constexpr std::string_view identity = "identity";
  return std::ranges::equal(name, identity, [](char a, char b) { return (a | 0x20) == b; });
}

std::unique_ptr<detail::decoding_stage> make_stage(content_coding coding) {
  switch (coding) {
    case content_coding::gzip: return detail::make_gzip_stage();
    case content_coding::deflate: return detail::make_deflate_stage();
    case content_coding::br: return detail::make_brotli_stage();
    case content_coding::zstd: return detail::make_zstd_stage();
  }
  return nullptr;
}

}  // namespace

content_decoder::content_decoder() noexcept = default;
content_decoder::content_decoder(content_decoder&&) noexcept = default;
content_decoder& content_decoder::operator=(content_decoder&&) noexcept = default;
content_decoder::~content_decoder() = default;

bool content_decoder::is_identity() const noexcept {
  return stages_.empty();
}

std::error_code content_decoder::start(std::string_view content_encoding, decoder_limits limits,
                                       unknown_coding unknown) {
  *this = content_decoder();
  limits_ = limits;
  std::vector<content_coding> applied;
  for (bool is_last = false; !is_last;) {
    const auto comma = content_encoding.find(',');
    is_last = comma == std::string_view::npos;
    const auto name = trimmed(content_encoding.substr(0, comma));
    if (!is_last) content_encoding.remove_prefix(comma + 1);
    if (name.empty() || is_identity_name(name)) continue;
    const auto known = find_coding(name);
    if (!known) {
      if (unknown == unknown_coding::refuse) return failure_ = coding_errc::unknown_coding;
      return {};
    }
    if (applied.size() == most_codings) return failure_ = coding_errc::too_many_codings;
    applied.push_back(*known);
  }
  std::ranges::reverse(applied);
  for (const auto each : applied) stages_.push_back(make_stage(each));
  return {};
}

void content_decoder::feed(std::string_view input) noexcept {
  LEAT_ASSERT(input_.empty());
  input_ = input;
  input_size_ += input.size();
}

std::error_code content_decoder::read(std::string_view& piece) {
  piece = {};
  if (!failure_) failure_ = pull(stages_.size(), piece);
  if (failure_) piece = {};
  return failure_;
}

/// What comes out of the first `count` stages.
std::error_code content_decoder::pull(std::size_t count, std::string_view& piece) {
  if (count == 0) {
    piece = std::exchange(input_, {});
    return {};
  }
  auto& stage = *stages_[count - 1];
  for (;;) {
    // Also without input: a stage may hold more than its last piece had room for.
    const std::size_t before = stage.input.size();
    const std::size_t size = stage.step(stage.input, stage.output);
    if (stage.is_corrupt()) return coding_errc::corrupt;
    if (size != 0) {
      stage.produced += size;
      piece = {stage.output.data(), size};
      return check_limits(stage.produced);
    }
    if (!stage.input.empty()) {
      if (stage.input.size() == before) return coding_errc::corrupt;  // takes and gives nothing
      continue;
    }
    if (const auto wrong = pull(count - 1, stage.input)) return wrong;
    if (!stage.input.empty()) continue;
    const bool is_over = stage.is_complete() || input_size_ == 0 || !is_finished_;
    return is_over ? std::error_code() : coding_errc::truncated;
  }
}

std::error_code content_decoder::check_limits(std::uint64_t produced) const noexcept {
  if (produced > limits_.max_output) return coding_errc::output_too_long;
  const bool is_bomb = produced > limits_.ratio_from &&
                       produced / std::max<std::uint64_t>(limits_.max_ratio, 1) > input_size_;
  return is_bomb ? std::error_code(coding_errc::ratio_too_high) : std::error_code();
}

}  // namespace leat::proto
