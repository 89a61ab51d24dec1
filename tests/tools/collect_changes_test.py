# SPDX-License-Identifier: MIT
"""Collects fragments in a folder of its own, well formed and otherwise."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]

CHANGELOG = """\
# Changelog

<!-- releases, newest first -->

## 0.1.0 (2026-01-01)

### New

- The first one.
"""


class ChangeCollector(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        (self.root / "changes").mkdir()
        (self.root / "CHANGELOG.md").write_text(CHANGELOG)
        self.write("README.md", "# Not a fragment\n")

    def write(self, name: str, text: str) -> None:
        (self.root / "changes" / name).write_text(text)

    def run_tool(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, ROOT / "tools/collect_changes.py", "--root", self.root, *arguments],
            capture_output=True, text=True, check=False,
        )

    def refuses(self, name: str, text: str, *words: str) -> None:
        self.write(name, text)
        run = self.run_tool("--check")
        self.assertEqual(run.returncode, 1)
        for word in (name, *words):
            self.assertIn(word, run.stdout)

    def test_a_release_collects_the_fragments_by_kind_above_the_last_one(self):
        self.write("7.fix.md", "A pool no longer\nleaks.\n")
        self.write("5.feature.md", "Streams.\n")
        self.write("9-names.breaking.md", "Say `run`.\n")

        run = self.run_tool("0.2.0", "2026-03-01")

        self.assertEqual(run.returncode, 0, run.stdout)
        self.assertIn(
            "<!-- releases, newest first -->\n\n"
            "## 0.2.0 (2026-03-01)\n\n"
            "### Changes that break code\n\n- Say `run`.\n\n"
            "### New\n\n- Streams.\n\n"
            "### Fixed\n\n- A pool no longer leaks.\n\n"
            "## 0.1.0 (2026-01-01)\n",
            (self.root / "CHANGELOG.md").read_text(),
        )

    def test_a_release_removes_the_fragments_and_nothing_else(self):
        self.write("7.fix.md", "Fixed.\n")

        self.run_tool("0.2.0", "2026-03-01")

        self.assertEqual([each.name for each in (self.root / "changes").iterdir()], ["README.md"])

    def test_the_check_changes_nothing(self):
        self.write("7.fix.md", "Fixed.\n")

        run = self.run_tool("--check")

        self.assertEqual((run.returncode, run.stdout), (0, ""))
        self.assertEqual((self.root / "CHANGELOG.md").read_text(), CHANGELOG)

    def test_a_kind_that_is_not_known_is_refused(self):
        self.refuses("7.misc.md", "Fixed.\n", "breaking|feature|fix|docs")

    def test_a_fragment_without_an_issue_is_refused(self):
        self.refuses("streams.feature.md", "Streams.\n", "<issue>")

    def test_a_fragment_that_is_no_paragraph_is_refused(self):
        for text in ("", "no end", "# A heading.\n", "- A list.\n", "One.\n\nTwo.\n"):
            with self.subTest(text):
                self.refuses("7.fix.md", text, "one paragraph")

    def test_nothing_is_released_when_a_fragment_is_wrong(self):
        self.write("7.fix.md", "Fixed.\n")
        self.write("8.fix.md", "")

        self.assertEqual(self.run_tool("0.2.0", "2026-03-01").returncode, 1)
        self.assertTrue((self.root / "changes/7.fix.md").exists())

    def test_a_release_of_nothing_is_refused(self):
        self.assertEqual(self.run_tool("0.2.0", "2026-03-01").returncode, 1)

    def test_a_version_or_date_of_another_form_is_refused(self):
        self.write("7.fix.md", "Fixed.\n")
        for arguments in (["0.2", "2026-03-01"], ["0.2.0", "March"], ["0.2.0"], []):
            with self.subTest(arguments):
                self.assertEqual(self.run_tool(*arguments).returncode, 2)


if __name__ == "__main__":
    unittest.main()
