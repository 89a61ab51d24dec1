// SPDX-License-Identifier: MIT
#include "revenue.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>

#include <leat/base/error.hpp>

namespace gateway {
namespace {

constexpr std::string_view head_line = "date,product,kind,amount_cents";

struct entry {
  std::string_view month;
  std::string_view product;
  bool is_refund = false;
  std::int64_t cents = 0;
};

std::string_view next_part(std::string_view& rest, char separator) noexcept {
  const auto end = rest.find(separator);
  const auto part = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return part;
}

bool is_date(std::string_view text) noexcept {
  constexpr std::string_view shape = "dddd-dd-dd";
  if (text.size() != shape.size()) return false;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const bool is_digit = text[i] >= '0' && text[i] <= '9';
    if (shape[i] == 'd' ? !is_digit : text[i] != shape[i]) return false;
  }
  return true;
}

std::optional<entry> parse_entry(std::string_view line) noexcept {
  const auto date = next_part(line, ',');
  const auto product = next_part(line, ',');
  const auto kind = next_part(line, ',');
  entry read{date.substr(0, 7), product, kind == "refund", 0};
  const auto [end, failure] = std::from_chars(line.data(), line.data() + line.size(), read.cents);
  const bool is_number = failure == std::errc{} && end == line.data() + line.size();
  const bool is_whole = is_date(date) && !product.empty() && (kind == "sale" || read.is_refund);
  if (!is_whole || !is_number || read.cents <= 0) return std::nullopt;
  return read;
}

}  // namespace

revenue_stream add_up_ledger(std::string_view csv) {
  if (next_part(csv, '\n') != head_line) {
    throw leat::invalid_argument("the ledger does not begin with " + std::string(head_line));
  }
  revenue_stream total;
  std::map<std::string_view, month_revenue> months;
  std::map<std::string_view, product_revenue> products;
  for (std::size_t number = 2; !csv.empty(); ++number) {
    const auto line = next_part(csv, '\n');
    const auto read = parse_entry(line);
    if (!read) {
      throw leat::invalid_argument("line " + std::to_string(number) +
                                   " of the ledger is no date,product,kind,amount_cents");
    }
    const std::int64_t net = read->is_refund ? -read->cents : read->cents;
    ++total.transactions;
    (read->is_refund ? total.refunded_cents : total.gross_cents) += read->cents;
    auto& month = months[read->month];
    ++month.transactions;
    month.net_cents += net;
    auto& product = products[read->product];
    ++product.transactions;
    product.net_cents += net;
  }
  total.net_cents = total.gross_cents - total.refunded_cents;
  for (auto& [name, month] : months) {
    month.month = name;
    total.months.push_back(std::move(month));
  }
  for (auto& [name, product] : products) {
    product.product = name;
    total.products.push_back(std::move(product));
  }
  std::ranges::sort(total.products, [](const auto& a, const auto& b) {
    return a.net_cents != b.net_cents ? a.net_cents > b.net_cents : a.product < b.product;
  });
  return total;
}

revenue_stream load_ledger(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) {
    throw leat::invalid_argument("the ledger " + file +
                                 " cannot be read: " + std::generic_category().message(errno));
  }
  return add_up_ledger(text.view());
}

}  // namespace gateway
