# SPDX-License-Identifier: MIT
"""Gives the document checker documents that are right, and one for each way to be wrong."""

import pathlib
import subprocess
import sys
import tempfile
import textwrap
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]

PROGRAM = """\
// SPDX-License-Identifier: MIT
// region program
int main() {
  // region body
  return 0;
  // endregion body
}
// endregion program
"""


class DocumentChecker(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.write("examples/01_first.cpp", PROGRAM)
        self.write("examples/CMakeLists.txt", "leat_example(01_first)\n")

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text))

    def check(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, ROOT / "tools/check_docs.py", *arguments, self.root],
            capture_output=True, text=True, check=False,
        )

    def accepts(self, text: str) -> None:
        self.write("README.md", text)
        run = self.check()
        self.assertEqual((run.returncode, run.stdout), (0, ""))

    def reports(self, text: str, *words: str) -> None:
        self.write("README.md", text)
        run = self.check()
        self.assertEqual(run.returncode, 1)
        self.assertEqual(len(run.stdout.splitlines()), 1, run.stdout)
        for word in words:
            self.assertIn(word, run.stdout)

    def test_a_block_that_equals_its_region_is_accepted(self):
        self.accepts("""\
            <!-- source: examples/01_first.cpp#program -->
            ```cpp
            int main() {
              return 0;
            }
            ```
            """)

    def test_a_region_loses_its_indentation(self):
        self.accepts("""\
            <!-- source: examples/01_first.cpp#body -->

            ```cpp
            return 0;
            ```
            """)

    def test_a_block_in_a_list_keeps_the_indentation_of_the_list(self):
        self.accepts("""\
            - So:

              <!-- source: examples/01_first.cpp#body -->
              ```cpp
              return 0;
              ```
            """)

    def test_a_block_that_differs_is_reported(self):
        self.reports("""\
            <!-- source: examples/01_first.cpp#body -->
            ```cpp
            return 1;
            ```
            """, "README.md:2", "differs from examples/01_first.cpp#body")

    def test_documents_in_folders_are_checked(self):
        self.write("README.md", "Fine.\n")
        self.write("docs/guides/first.md", "```cpp\nint x;\n```\n")
        self.assertIn("docs/guides/first.md:1", self.check().stdout)

    def test_cpp_without_a_source_is_reported(self):
        self.reports("""\
            ```cpp
            return 0;
            ```
            """, "README.md:1", "C++ without a source")

    def test_a_comment_does_not_reach_beyond_the_next_text(self):
        self.reports("""\
            <!-- source: examples/01_first.cpp#body -->
            Some text.
            """, "no block follows")

    def test_a_source_that_does_not_exist_is_reported(self):
        self.reports("""\
            <!-- source: examples/02_second.cpp#body -->
            ```cpp
            return 0;
            ```
            """, "examples/02_second.cpp does not exist")

    def test_a_region_that_does_not_exist_is_reported(self):
        self.reports("""\
            <!-- source: examples/01_first.cpp#other -->
            ```cpp
            return 0;
            ```
            """, "has no single region other")

    def test_a_region_that_never_ends_is_reported(self):
        self.write("examples/01_first.cpp", "// region body\nreturn 0;\n")
        self.reports("""\
            <!-- source: examples/01_first.cpp#body -->
            ```cpp
            return 0;
            ```
            """, "has no single region body")

    def test_a_source_that_nothing_compiles_is_reported(self):
        self.write("examples/CMakeLists.txt", "leat_example(01_first_of_all)\n")
        self.reports("""\
            <!-- source: examples/01_first.cpp#body -->
            ```cpp
            return 0;
            ```
            """, "built by no CMake file")

    def test_other_languages_need_no_source(self):
        self.accepts("""\
            ```sh
            make run
            ```
            """)

    def test_other_languages_are_compared_if_they_name_one(self):
        self.write("examples/gateway.toml", "# region port\nport = 8080\n# endregion port\n")
        self.write("examples/CMakeLists.txt", "install(FILES gateway.toml)\n")
        self.reports("""\
            <!-- source: examples/gateway.toml#port -->
            ```toml
            port = 80
            ```
            """, "differs from examples/gateway.toml#port")

    def test_a_block_of_no_language_is_reported(self):
        self.reports("""\
            ```
            int x;
            ```
            """, "does not name its language")

    def test_a_link_to_a_file_that_is_not_there_is_reported(self):
        self.reports("See [the tour](docs/tour.md).\n", "README.md:1: leads to docs/tour.md")

    def test_links_that_lead_somewhere_are_accepted(self):
        self.write("docs/tour.md", "Back to [the top](../README.md#leat).\n")
        self.accepts("See [the tour](docs/tour.md), [this](#leat), [that](https://a.test/b).\n")

    def test_write_copies_the_region_into_the_document(self):
        self.write("README.md", """\
            Before.

            <!-- source: examples/01_first.cpp#program -->
            ```cpp
            ```

            After.
            """)

        first = self.check("--write")
        second = self.check()

        self.assertEqual(first.returncode, 0, first.stdout)
        self.assertEqual((second.returncode, second.stdout), (0, ""))
        text = (self.root / "README.md").read_text()
        self.assertIn("```cpp\nint main() {\n  return 0;\n}\n```\n\nAfter.\n", text)

    def test_write_still_fails_on_what_it_cannot_mend(self):
        self.write("README.md", "```cpp\nint x;\n```\n")
        self.assertEqual(self.check("--write").returncode, 1)

    def test_the_tool_fails_where_there_is_nothing_to_check(self):
        self.assertEqual(self.check().returncode, 2)


if __name__ == "__main__":
    unittest.main()
