// SPDX-License-Identifier: MIT

// Question: what does it cost to answer with a described struct, and to read one, next to
// what Boost.JSON takes for the same text?
//
//     model_json_bench <case> [iterations]
//
// Cases: write, boost_serialize (of a finished value), boost_write (value made of the struct
// first), read, boost_read, write_long and boost_serialize_long (an array of 100 structs).

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "leat/model/json.hpp"

namespace {

namespace json = boost::json;

struct order {
  std::uint64_t id = 0;
  std::string customer;
  double price = 0;
  bool is_paid = false;
  std::vector<std::string> tags;
};
BOOST_DESCRIBE_STRUCT(order, (), (id, customer, price, is_paid, tags))

const order sample{48'211, "Tamar Valley Water Company", 1249.95, true, {"pump", "valve"}};

template <class Step>
void measure(std::string_view name, long iterations, Step step) {
  std::size_t bytes = 0;  // used, so that nothing is optimised away
  const auto begin = std::chrono::steady_clock::now();
  for (long i = 0; i < iterations; ++i) bytes += step();
  const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - begin;
  std::printf("%.*s: %.1f ns each over %ld iterations (%zu)\n", static_cast<int>(name.size()),
              name.data(), spent.count() / static_cast<double>(iterations), iterations, bytes);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "write";
  const long iterations = argc > 2 ? std::atol(argv[2]) : 1'000'000;

  const std::string text = leat::model::to_json(sample);
  const json::value value = json::value_from(sample);
  const std::vector<order> many(100, sample);
  const json::value many_values = json::value_from(many);
  std::string out;

  // A response body keeps its memory between requests, and so do both writers here.
  const auto serialize = [&](const json::value& from) {
    static json::serializer serializer;
    serializer.reset(&from);
    out.clear();
    char buffer[1024];
    while (!serializer.done()) out.append(serializer.read(buffer));
    return out.size();
  };
  const auto write = [&](const auto& from) {
    out.clear();
    leat::model::write_json(from, out);
    return out.size();
  };

  if (what == "write") {
    measure(what, iterations, [&] { return write(sample); });
  } else if (what == "write_long") {
    measure(what, iterations, [&] { return write(many); });
  } else if (what == "boost_serialize") {
    measure(what, iterations, [&] { return serialize(value); });
  } else if (what == "boost_serialize_long") {
    measure(what, iterations, [&] { return serialize(many_values); });
  } else if (what == "boost_write") {
    measure(what, iterations, [&] { return json::serialize(json::value_from(sample)).size(); });
  } else if (what == "read") {
    measure(what, iterations, [&] { return leat::model::from_json<order>(text).customer.size(); });
  } else if (what == "boost_read") {
    measure(what, iterations,
            [&] { return json::value_to<order>(json::parse(text)).customer.size(); });
  } else {
    std::fprintf(stderr, "no such case: %s\n", argv[1]);
    return 1;
  }
}
