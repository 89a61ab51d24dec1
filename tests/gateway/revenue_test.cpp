// SPDX-License-Identifier: MIT
#include "revenue.hpp"

#include "leat/base/error.hpp"

#include "support/test.hpp"

using gateway::add_up_ledger;

TEST_CASE("ledger: adds up sales and takes refunds off") {
  const auto total = add_up_ledger(
      "date,product,kind,amount_cents\n"
      "2026-01-05,team,sale,5000\n"
      "2026-01-06,team,refund,1000\n"
      "2026-02-01,starter,sale,1900\n");
  CHECK(total.transactions == 3);
  CHECK(total.gross_cents == 6900);
  CHECK(total.refunded_cents == 1000);
  CHECK(total.net_cents == 5900);
  REQUIRE(total.months.size() == 2);
  CHECK(total.months[0].month == "2026-01");
  CHECK(total.months[0].net_cents == 4000);
  REQUIRE(total.products.size() == 2);
  CHECK(total.products[0].product == "team");
}

TEST_CASE("ledger: a line that is no entry is named") {
  for (const std::string line :
       {"2026-01-05,team,gift,5000", "2026-1-05,team,sale,5000", "2026-01-05,,sale,5000",
        "2026-01-05,team,sale,5x", "2026-01-05,team,sale,-5", "2026-01-05,team,sale,5,6", ""}) {
    CAPTURE(line);
    CHECK_THROWS_WITH_AS(
        static_cast<void>(add_up_ledger("date,product,kind,amount_cents\n" + line + "\n")),
        "line 2 of the ledger is no date,product,kind,amount_cents", leat::invalid_argument);
  }
}

TEST_CASE("ledger: a text without the head line is refused") {
  CHECK_THROWS_AS(static_cast<void>(add_up_ledger("2026-01-05,team,sale,5000\n")),
                  leat::invalid_argument);
}

TEST_CASE("ledger: the one that is shipped has 10,000 entries that add up") {
  const auto total = gateway::load_ledger(GATEWAY_SOURCE_DIR "/ledger.csv");
  CHECK(total.transactions == 10'000);
  CHECK(total.net_cents == total.gross_cents - total.refunded_cents);
  std::int64_t by_month = 0;
  for (const auto& each : total.months) by_month += each.net_cents;
  std::int64_t by_product = 0;
  for (const auto& each : total.products) by_product += each.net_cents;
  CHECK(by_month == total.net_cents);
  CHECK(by_product == total.net_cents);
}
