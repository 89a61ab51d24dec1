// SPDX-License-Identifier: MIT
#include <exception>
#include <utility>

#include "leat/coro/event.hpp"
#include "leat/coro/task.hpp"

using namespace leat;

namespace others {  // as in <experimental/scope> and in many a library

template <class Action>
class scope_success {  // refused: leat-exception-count
 public:
  explicit scope_success(Action action) : action_(action) {}  // refused: leat-exception-count
  scope_success(const scope_success&) = delete;               // refused: leat-exception-count
  ~scope_success() {                                          // refused: leat-exception-count
    if (std::uncaught_exceptions() == 0) action_();           // refused: leat-exception-count
  }

 private:
  Action action_;
};

}  // namespace others

namespace {

class transaction {
 public:
  ~transaction() {
    if (!is_committed_) ++rollbacks;
  }
  void commit() noexcept { is_committed_ = true; }
  static inline int rollbacks = 0;

 private:
  bool is_committed_ = false;
};

// region mistake
task<void> wrong(event& saved) {
  transaction change;
  const others::scope_success commit([&] { change.commit(); });  // refused: leat-exception-count
  co_await saved.wait();                                         // stopped here, it commits
}
// endregion mistake

// region instead
task<void> right(event& saved) {
  transaction change;  // rolls back when it is destroyed
  co_await saved.wait();
  change.commit();
}
// endregion instead

}  // namespace

task<void> all(event& saved) {
  co_await wrong(saved);
  co_await right(saved);
}
