// SPDX-License-Identifier: MIT
#include "leat/base/impl_ptr.hpp"

#include <utility>

#include "support/test.hpp"

using namespace leat;

namespace {

struct counted {
  explicit counted(int& alive) : alive_(alive) { ++alive_; }
  counted(const counted&) = delete;
  counted& operator=(const counted&) = delete;
  ~counted() { --alive_; }

  int& alive_;
};

}  // namespace

TEST_CASE("impl_ptr: destroys what it owns, once") {
  int alive = 0;
  {
    impl_ptr<counted> first = make_impl<counted>(alive);
    impl_ptr<counted> second = std::move(first);
    CHECK(alive == 1);
    CHECK(first == nullptr);  // NOLINT(bugprone-use-after-move): a moved one is empty
    CHECK(second);
    CHECK(&second->alive_ == &alive);
  }
  CHECK(alive == 0);
}

TEST_CASE("impl_ptr: destroys what it owned when it is given another") {
  int alive = 0;
  impl_ptr<counted> kept = make_impl<counted>(alive);
  kept = make_impl<counted>(alive);
  CHECK(alive == 1);
  auto& same = kept;
  kept = std::move(same);
  CHECK(alive == 1);
  kept = {};
  CHECK(alive == 0);
}
