// SPDX-License-Identifier: MIT
#include "progress.hpp"

#include <limits>
#include <string>

#include "support/test.hpp"

using namespace std::chrono_literals;

TEST_CASE("progress: sizes have three digits or so") {
  CHECK(cli::shown_bytes(0) == "0 B");
  CHECK(cli::shown_bytes(999) == "999 B");
  CHECK(cli::shown_bytes(1000) == "1.0 KiB");
  CHECK(cli::shown_bytes(1536) == "1.5 KiB");
  CHECK(cli::shown_bytes(250 << 10) == "250 KiB");
  CHECK(cli::shown_bytes(1023 << 10) == "1.0 MiB");
  CHECK(cli::shown_bytes(std::uint64_t{5} << 30) == "5.0 GiB");
  CHECK(cli::shown_bytes(std::numeric_limits<std::uint64_t>::max()) == "16.0 EiB");
}

TEST_CASE("progress: a known size has a bar") {
  CHECK(cli::progress_line(512, 1024, 1s, 60) ==
        " 50 % [#############.............] 512 B of 1.0 KiB, 512 B/s");
  CHECK(cli::progress_line(0, 0, 0s, 40) == "100 % [#####################] 0 B of 0 B");
}

TEST_CASE("progress: an unknown size has figures alone") {
  CHECK(cli::progress_line(2048, std::nullopt, 2s, 80) == "2.0 KiB, 1.0 KiB/s");
}

TEST_CASE("progress: more than was announced is all of it") {
  CHECK(cli::progress_line(20, 10, 0s, 40).starts_with("100 % "));
}

TEST_CASE("progress: is never wider than the terminal") {
  for (std::size_t width = 0; width < 120; ++width) {
    CHECK(cli::progress_line(1 << 20, 3 << 20, 7s, width).size() <= width);
    CHECK(cli::progress_line(1 << 20, std::nullopt, 7s, width).size() <= width);
  }
}
