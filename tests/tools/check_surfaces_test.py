#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Shows the checker of surfaces two classes that differ in one thing each time."""

import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tools"))

import check_surfaces  # noqa: E402

ASYNC = """
/// Mentions task<int> spoken() only in a comment.
class async_client : public base {
 public:
  explicit async_client(async_client_options options = {});
  async_client(const async_client&) = delete;
  ~async_client();
  [[nodiscard]] task<response> get(std::string url, async_request_options options = {}) {
    return request("GET", std::move(url), std::move(options));
  }
  [[nodiscard]] async_request build(const std::string& url) const;
  task<async_response_stream> open(async_request built);
  void close() noexcept;
  using head::status;
 private:
  task<void> hidden();
};
"""

BLOCKING = """
class client {
 public:
  explicit client(client_options options = {});
  [[nodiscard]] response get(std::string url, blocking_request_options options = {});
  [[nodiscard]] http::request build(const std::string& url) const;
  response_stream open(http::request built);
  void close() noexcept;
  using head::status;
};
"""


class CheckSurfacesTest(unittest.TestCase):
    def of_async(self, text=ASYNC):
        return check_surfaces.methods(text, "async_client")

    def of_blocking(self, text=BLOCKING):
        return check_surfaces.methods(text, "client")

    def test_twins_are_the_same(self):
        self.assertEqual(self.of_async(), self.of_blocking())
        self.assertEqual(len(self.of_async()), 5)

    def test_a_method_that_is_missing(self):
        less = BLOCKING.replace("  void close() noexcept;\n", "")
        self.assertEqual(self.of_async() - self.of_blocking(less), {"void close()"})

    def test_another_parameter(self):
        other = BLOCKING.replace("const std::string& url", "std::string url")
        self.assertNotEqual(self.of_async(), self.of_blocking(other))

    def test_another_result(self):
        other = BLOCKING.replace("response_stream open", "response open")
        self.assertNotEqual(self.of_async(), self.of_blocking(other))

    def test_what_is_private_does_not_count(self):
        self.assertFalse(any("hidden" in each for each in self.of_async()))

    def test_the_surfaces_of_this_tree(self):
        self.assertEqual(list(check_surfaces.problems(ROOT)), [])


if __name__ == "__main__":
    unittest.main()
