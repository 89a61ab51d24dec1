#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""check_container.py, on Dockerfiles that fit their tree and on those that break a rule."""

import pathlib
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tools"))

import check_container  # noqa: E402

# A program that every Debian has, and a package of a library that it needs beyond those of every
# image.
PROGRAM = pathlib.Path("/bin/ls")
PACKAGE = "libselinux1"
# Asked once: it takes a second.
NEEDED = check_container.packages_needed([PROGRAM])

GOOD = """
FROM debian:12-slim AS build
COPY tools/list tools/
RUN apt-get update && apt-get install -y compiler
FROM debian:12-slim
RUN apt-get update && apt-get install -y --no-install-recommends \\
      libpcre2-8-0 libselinux1 \\
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /src/build/release/bin/ls /usr/local/bin/
USER 65532:65532
HEALTHCHECK --interval=10s CMD ["ls", "/"]
ENTRYPOINT ["/usr/local/bin/ls"]
CMD ["-l"]
"""


class CheckContainerTest(unittest.TestCase):
    def setUp(self):
        before = check_container.packages_needed
        check_container.packages_needed = lambda programs: NEEDED
        self.addCleanup(setattr, check_container, "packages_needed", before)

    def said(self, text):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "tools").mkdir()
            (root / "tools/list").touch()
            (root / "Dockerfile").write_text(text)
            return list(check_container.problems(root, [PROGRAM]))

    def check(self, wrong, *parts):
        self.assertNotEqual(wrong, GOOD)
        said = self.said(wrong)
        self.assertEqual(len(said), len(parts), said)
        for part, problem in zip(parts, said):
            self.assertIn(part, problem)

    def test_good(self):
        self.assertEqual(self.said(GOOD), [])

    def test_needed(self):
        self.assertIn(PACKAGE, NEEDED)
        self.assertIn("libc6", NEEDED)

    def test_package_missing(self):
        self.check(GOOD.replace("libselinux1 ", ""), f"does not install {PACKAGE}")

    def test_package_without_use(self):
        self.check(GOOD.replace("libselinux1 ", "libselinux1 curl "), "installs curl")

    def test_copy_of_nothing(self):
        self.check(GOOD.replace("COPY tools/list", "COPY tools/lost"), "tools/lost is not there")

    def test_copy_of_another_program(self):
        self.check(GOOD.replace("bin/ls /usr", "bin/lsd /usr"), "bin/lsd is none of the programs")

    def test_root(self):
        self.check(GOOD.replace("USER 65532:65532", "USER 0"), "USER: 0 is not a number")
        self.check(GOOD.replace("USER 65532:65532\n", ""), "USER: nobody")
        self.check(GOOD.replace("USER 65532:65532", "USER www-data"), "USER: www-data")

    def test_shell(self):
        self.check(GOOD.replace('["/usr/local/bin/ls"]', "/usr/local/bin/ls"), "ENTRYPOINT: ")
        self.check(GOOD.replace('CMD ["ls", "/"]', "CMD ls /"), "HEALTHCHECK: ")

    def test_check_without_program(self):
        self.check(GOOD.replace('CMD ["ls", "/"]', 'CMD ["curl", "/"]'), "HEALTHCHECK: curl is none")


if __name__ == "__main__":
    unittest.main()
