// SPDX-License-Identifier: MIT
#include "http/date_cache.hpp"

namespace leat::http::detail {
namespace {

/// Writes numbers and names one behind the other.
class date_writer {
 public:
  explicit date_writer(char* to) noexcept : at_(to) {}

  void put(std::string_view text) noexcept {
    for (const char c : text) *at_++ = c;
  }
  void put_two_digits(unsigned number) noexcept {
    *at_++ = static_cast<char>('0' + number / 10 % 10);
    *at_++ = static_cast<char>('0' + number % 10);
  }

 private:
  char* at_;
};

/// The three letters of a name out of a row of such names.
constexpr std::string_view abbreviation(std::string_view row, unsigned index) noexcept {
  return row.substr(static_cast<std::size_t>(index) * 3, 3);
}

}  // namespace

void date_cache::refresh(time_point now) {
  using namespace std::chrono;
  const wall_time wall = wall_clock_ ? wall_clock_() : system_clock::now();
  const auto second = floor<seconds>(wall);
  valid_until_ = now + duration_cast<duration>(second + seconds(1) - wall);

  const auto day = floor<days>(second);
  const year_month_day date(day);
  const hh_mm_ss time(second - day);
  const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
  date_writer out(line_.data());
  out.put("Date: ");
  out.put(abbreviation("SunMonTueWedThuFriSat", weekday(day).c_encoding()));
  out.put(", ");
  out.put_two_digits(static_cast<unsigned>(date.day()));
  out.put(" ");
  out.put(abbreviation("JanFebMarAprMayJunJulAugSepOctNovDec",
                       static_cast<unsigned>(date.month()) - 1));
  out.put(" ");
  out.put_two_digits(year / 100);
  out.put_two_digits(year);
  out.put(" ");
  out.put_two_digits(static_cast<unsigned>(time.hours().count()));
  out.put(":");
  out.put_two_digits(static_cast<unsigned>(time.minutes().count()));
  out.put(":");
  out.put_two_digits(static_cast<unsigned>(time.seconds().count()));
  out.put(" GMT\r\n");
}

}  // namespace leat::http::detail
