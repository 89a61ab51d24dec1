#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Shows the checker of sweeps trees with awaitables that no test cancels, and others."""

import pathlib
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tools"))

import check_sweeps  # noqa: E402

HEADER = """
namespace leat {
namespace detail {
task<void> hidden();
class some_awaiter { void start(); };
}
/// Mentions task<int> spoken() only in a comment.
task<int> plain(int a = 1);
[[nodiscard]] inline detail::sleep_awaiter with_awaiter() noexcept { return {}; }
template <class T, class U = std::vector<T>>
  requires std::same_as<T, U>
auto combined(T value) -> task<T> { auto local(1); return {}; }
class thing : public base<int> {
 public:
  class [[nodiscard]] awaiter final : public leaf {
   public:
    void await_resume();
  };
  [[nodiscard]] awaiter acquire() noexcept { return awaiter(*this); }
  virtual task<void> close(deadline until) = 0;
  void plain_call();
 private:
  task<void> secret();
};
struct open_to_all { task<void> visible(); };
}
"""
DECLARED = ["plain", "with_awaiter", "combined", "thing::acquire", "thing::close",
            "open_to_all::visible"]
TEST = "for_each_cancellation plain with_awaiter combined acquire close visible"


class CheckSweeps(unittest.TestCase):
    def problems(self, rows: list[str], test: str = TEST) -> list[str]:
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "include/leat/coro").mkdir(parents=True)
            (root / "include/leat/coro/a.hpp").write_text(HEADER)
            (root / "tests").mkdir()
            (root / "tests/a_test.cpp").write_text(test)
            (root / check_sweeps.TABLE).write_text("# header, name, test\n" + "\n".join(rows))
            return list(check_sweeps.problems(root))

    def rows(self, **proofs: str) -> list[str]:
        return [f"coro/a.hpp {name} {proofs.get(name, 'a_test.cpp')}" for name in DECLARED]

    def test_what_users_can_await_is_found_and_nothing_else(self):
        self.assertEqual(list(check_sweeps.declarations(HEADER)), DECLARED)

    def test_a_complete_table_is_accepted(self):
        self.assertEqual(self.problems(self.rows()), [])

    def test_an_awaitable_without_a_line_is_reported(self):
        found = self.problems(self.rows()[1:])
        self.assertEqual(len(found), 1)
        self.assertIn("plain can be awaited and stands nowhere", found[0])

    def test_a_line_for_what_is_gone_is_reported(self):
        found = self.problems([*self.rows(), "coro/a.hpp gone a_test.cpp"])
        self.assertIn("does not declare gone", "".join(found))

    def test_a_line_that_stands_twice_is_reported(self):
        self.assertIn("twice", "".join(self.problems([*self.rows(), self.rows()[0]])))

    def test_a_test_that_does_not_exist_is_reported(self):
        self.assertIn("neither", "".join(self.problems(self.rows(plain="b_test.cpp"))))

    def test_a_test_without_the_harness_or_the_name_is_reported(self):
        self.assertIn("does not use", "".join(self.problems(self.rows(), "plain")))
        without = TEST.replace("visible", "// visible")
        self.assertIn("does not name visible", "".join(self.problems(self.rows(), without)))

    def test_a_reason_stands_for_a_test_but_not_an_empty_one(self):
        self.assertEqual(self.problems(self.rows(plain="- only forwards to another")), [])
        self.assertEqual(len(self.problems(self.rows(plain="-"))), 1)


if __name__ == "__main__":
    unittest.main()
