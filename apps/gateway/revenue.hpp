// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/describe.hpp>

namespace gateway {

/// One month of the ledger. Amounts are in minor units (cents), because sums of money must be
/// exact.
struct month_revenue {
  std::string month;  ///< `2026-01`.
  std::uint64_t transactions = 0;
  std::int64_t net_cents = 0;
};
BOOST_DESCRIBE_STRUCT(month_revenue, (), (month, transactions, net_cents))

struct product_revenue {
  std::string product;
  std::uint64_t transactions = 0;
  std::int64_t net_cents = 0;
};
BOOST_DESCRIBE_STRUCT(product_revenue, (), (product, transactions, net_cents))

struct revenue_stream {
  std::uint64_t transactions = 0;
  std::int64_t gross_cents = 0;
  std::int64_t refunded_cents = 0;
  std::int64_t net_cents = 0;
  std::vector<month_revenue> months;      ///< In order of time.
  std::vector<product_revenue> products;  ///< Highest net first.
};
BOOST_DESCRIBE_STRUCT(revenue_stream, (),
                      (transactions, gross_cents, refunded_cents, net_cents, months, products))

/// Adds up a ledger: CSV with the head line `date,product,kind,amount_cents`, where a kind is
/// `sale` or `refund` and amounts are positive.
/// Errors: `leat::invalid_argument`, naming the line that is wrong.
[[nodiscard]] revenue_stream add_up_ledger(std::string_view csv);

/// Reads the ledger file and adds it up. Blocks.
/// Errors: `leat::invalid_argument`, naming the file.
[[nodiscard]] revenue_stream load_ledger(const std::string& file);

}  // namespace gateway
