// SPDX-License-Identifier: MIT
#include "leat/model/duration.hpp"

#include <chrono>

#include "support/test.hpp"

using namespace leat;
using namespace leat::model;
using namespace std::chrono_literals;

TEST_CASE("duration: reads every unit") {
  CHECK(parse_duration("2d") == 48h);
  CHECK(parse_duration("3h") == 3h);
  CHECK(parse_duration("4m") == 4min);
  CHECK(parse_duration("5s") == 5s);
  CHECK(parse_duration("250ms") == 250ms);
  CHECK(parse_duration("6us") == 6us);
  CHECK(parse_duration("7ns") == 7ns);
}

TEST_CASE("duration: reads several units, the larger first") {
  CHECK(parse_duration("1m30s") == 90s);
  CHECK(parse_duration("1h0m1ms") == 1h + 1ms);
}

TEST_CASE("duration: reads a fraction exactly") {
  CHECK(parse_duration("1.5s") == 1500ms);
  CHECK(parse_duration("0.1s") == 100ms);
  CHECK(parse_duration("0.000000001s") == 1ns);
  CHECK(parse_duration("1.5m") == 90s);
}

TEST_CASE("duration: refuses a fraction of a nanosecond") {
  CHECK(parse_duration("0.5ns") == std::nullopt);
  CHECK(parse_duration("1.0000000001s") == std::nullopt);
  CHECK(parse_duration("1.0000000000s") == 1s);
}

TEST_CASE("duration: refuses what is not a length of time") {
  for (const auto* text : {"", "5", "s", "5 s", " 5s", "5s ", "-5s", "+5s", "5S", "5min", ".5s",
                           "5.s", "1s1s", "1s1m", "1ms1s", "0x5s", "1e3s", "5sec", "none"}) {
    CAPTURE(text);
    CHECK(parse_duration(text) == std::nullopt);
  }
}

TEST_CASE("duration: refuses what 64 bits of nanoseconds do not hold") {
  CHECK(parse_duration("9223372036854775807ns") == duration::max());
  CHECK(parse_duration("9223372036854775808ns") == std::nullopt);
  CHECK(parse_duration("106752d") == std::nullopt);
  CHECK(parse_duration("99999999999999999999999s") == std::nullopt);
  CHECK(parse_duration("9223372036s855ms") == std::nullopt);
}

TEST_CASE("duration: reads the one way to say that a wait has no limit") {
  CHECK(parse_duration("no_timeout") == no_timeout);
}

TEST_CASE("duration: is written with the largest unit that is exact") {
  CHECK(format_duration(1500ms) == "1500ms");
  CHECK(format_duration(5s) == "5s");
  CHECK(format_duration(3600s) == "1h");
  CHECK(format_duration(90s) == "90s");
  CHECK(format_duration(0s) == "0s");
  CHECK(format_duration(1ns) == "1ns");
}

TEST_CASE("duration: reads back what it writes") {
  for (const duration value : {duration(0), duration(1), duration(1'000), duration(86'400s),
                               duration::max() - duration(1), no_timeout}) {
    CHECK(parse_duration(format_duration(value)) == value);
  }
}
