# SPDX-License-Identifier: MIT
"""Runs tools/bootstrap where dpkg, apt-get, sudo and id are scripts that play a part.

The stage is a folder on PATH. It holds the fakes, and a file each for what they share: the
packages that are `installed`, and the `journal` of the commands that would change a system.
"""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BOOTSTRAP = ROOT / "tools/bootstrap"

DPKG_QUERY = """
for name; do
  case "$name" in -*|*'$'*) ;; *) grep -qxF "$name" "$STAGE/installed" && echo "installed $name" ;; esac
done
"""

# Fails as often as there are lines in `failures`, each with that line as its complaint.
APT_GET = r"""
echo "apt-get $*" >> "$STAGE/journal"
case " $* " in *" update "*) exit 0 ;; esac
if [ -s "$STAGE/failures" ]; then
  head -n 1 "$STAGE/failures"
  sed -i 1d "$STAGE/failures"
  exit 100
fi
for name; do echo "$name" >> "$STAGE/installed"; done
"""

SUDO = """
echo "sudo" >> "$STAGE/journal"
while [ "$1" != -- ]; do shift; done
shift
"$@"
"""

SUDO_WITHOUT_TERMINAL = "echo 'sudo: a password is required' >&2; exit 1"


def listed(*sections: str) -> list[str]:
    """The packages of these sections of tools/packages.txt, read in another way."""
    packages, section = [], ""
    for line in (ROOT / "tools/packages.txt").read_text().splitlines():
        word = line.split("#")[0].strip()
        if word.startswith("["):
            section = word.strip("[]")
        elif word and section in sections:
            packages.append(word)
    return packages


ALL = listed("run", "test", "bench", "check")


class Bootstrap(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.stage = pathlib.Path(folder.name)
        for tool in ("bash", "sh", "env", "grep", "sed", "head", "tail", "sort", "mktemp", "rm",
                     "chmod", "cat"):
            (self.stage / tool).symlink_to(shutil.which(tool))
        self.fake("id", "echo 0")
        self.fake("dpkg-query", DPKG_QUERY)
        self.fake("apt-get", APT_GET)
        self.installed(ALL)
        self.apt_fails()

    def fake(self, name: str, body: str) -> None:
        file = self.stage / name
        file.write_text(f"#!{shutil.which('bash')}\n{body}\n")
        file.chmod(0o755)

    def installed(self, packages: list[str]) -> None:
        (self.stage / "installed").write_text("".join(f"{each}\n" for each in packages))

    def apt_fails(self, *complaints: str) -> None:
        (self.stage / "failures").write_text("".join(f"{each}\n" for each in complaints))

    def is_not_root(self) -> None:
        self.fake("id", "echo 1000")

    def run_bootstrap(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [str(BOOTSTRAP), *arguments],
            env={"PATH": str(self.stage), "STAGE": str(self.stage), "TMPDIR": str(self.stage),
                 "LEAT_SERVICE_POLICY": str(self.stage / "policy")},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, check=False,
        )

    def journal(self) -> list[str]:
        file = self.stage / "journal"
        return file.read_text().splitlines() if file.exists() else []

    def installs(self) -> list[set[str]]:
        return [set(line.split()) & set(ALL) for line in self.journal() if " install " in line]

    def assert_fails(self, run: subprocess.CompletedProcess, *words: str) -> None:
        self.assertEqual(run.returncode, 1, run.stdout)
        for word in words:
            self.assertIn(word, run.stdout)

    def test_does_nothing_but_say_so_when_all_is_installed(self):
        run = self.run_bootstrap()

        self.assertEqual(run.returncode, 0)
        self.assertEqual(run.stdout, f"bootstrap: all {len(ALL)} packages are installed\n")
        self.assertEqual(self.journal(), [])

    def test_installs_exactly_what_is_missing(self):
        self.installed([each for each in ALL if each not in ("wrk", "clang-19")])

        run = self.run_bootstrap()

        self.assertEqual(run.returncode, 0, run.stdout)
        self.assertEqual(self.installs(), [{"wrk", "clang-19"}])
        self.assertNotIn("update", "".join(self.journal()))

    def test_a_section_leaves_out_those_below_it(self):
        self.installed([])

        self.run_bootstrap("run")

        self.assertEqual(self.installs(), [set(listed("run"))])

    def test_a_section_includes_those_above_it(self):
        self.installed([])

        self.run_bootstrap("test")

        self.assertEqual(self.installs(), [set(listed("run", "test"))])

    def test_a_second_run_has_nothing_to_do(self):
        self.installed([])

        self.run_bootstrap()
        run = self.run_bootstrap()

        self.assertEqual(len(self.installs()), 1)
        self.assertIn("are installed", run.stdout)

    def test_goes_through_sudo_when_it_is_not_root(self):
        self.is_not_root()
        self.fake("sudo", SUDO)
        self.installed(ALL[1:])

        run = self.run_bootstrap()

        self.assertEqual(run.returncode, 0, run.stdout)
        self.assertEqual(self.journal()[0], "sudo")
        self.assertEqual(self.installs(), [{ALL[0]}])

    def test_needs_no_sudo_when_all_is_installed(self):
        self.is_not_root()

        self.assertEqual(self.run_bootstrap().returncode, 0)

    def test_says_what_to_run_as_root_where_there_is_no_sudo(self):
        self.is_not_root()
        self.installed(ALL[1:])

        self.assert_fails(self.run_bootstrap(), "root or sudo",
                          f"apt-get install --no-install-recommends {ALL[0]}")

    def test_says_what_to_run_as_root_when_sudo_cannot_ask_for_a_password(self):
        self.is_not_root()
        self.fake("sudo", SUDO_WITHOUT_TERMINAL)
        self.installed(ALL[1:])

        self.assert_fails(self.run_bootstrap(), "sudo wants a password", "As root, run: apt-get")

    def test_names_the_packages_on_a_system_that_is_not_debian(self):
        (self.stage / "dpkg-query").unlink()

        self.assert_fails(self.run_bootstrap(), "no Debian system", *ALL,
                          "make test BOOTSTRAP=true")

    def test_fetches_the_lists_of_packages_only_when_they_are_absent(self):
        self.installed(ALL[1:])
        self.apt_fails(f"E: Unable to locate package {ALL[0]}")

        run = self.run_bootstrap()

        self.assertEqual(run.returncode, 0, run.stdout)
        self.assertEqual(len(self.installs()), 2)
        self.assertEqual(sum(" update" in line for line in self.journal()), 1)

    def test_fetches_the_lists_of_packages_when_they_are_outdated(self):
        self.installed(ALL[1:])
        self.apt_fails("E: Failed to fetch http://mirror/x.deb  404  Not Found")

        self.assertEqual(self.run_bootstrap().returncode, 0)

    def test_says_that_the_network_is_down(self):
        self.installed(ALL[1:])
        for complaint in ("E: Failed to fetch x  Temporary failure resolving 'deb.debian.org'",
                          "E: Failed to fetch x  Could not connect to deb.debian.org:80"):
            with self.subTest(complaint):
                self.apt_fails("E: Unable to locate package x", complaint)
                self.assert_fails(self.run_bootstrap(), "mirror cannot be reached", "/etc/apt")

    def test_says_that_the_system_does_not_offer_a_package(self):
        self.installed(ALL[1:])
        self.apt_fails("E: Unable to locate package x", "E: Unable to locate package x")

        self.assert_fails(self.run_bootstrap(), "does not offer", "package x", "Debian 12")

    def test_says_that_another_package_manager_is_at_work(self):
        self.installed(ALL[1:])
        self.apt_fails("E: Could not get lock /var/lib/dpkg/lock-frontend.")

        self.assert_fails(self.run_bootstrap(), "another package manager")

    def test_says_that_the_disk_is_full(self):
        self.installed(ALL[1:])
        self.apt_fails("E: You don't have enough free space in /var/cache/apt/archives/.")

        self.assert_fails(self.run_bootstrap(), "disk is full")

    def test_shows_what_apt_said_when_it_does_not_know_the_cause(self):
        self.installed(ALL[1:])
        self.apt_fails("E: the moon is in the wrong phase")

        self.assert_fails(self.run_bootstrap(), "the moon is in the wrong phase", "As root, run")

    def test_does_not_believe_apt_when_a_package_is_still_missing(self):
        self.installed(ALL[1:])
        self.fake("apt-get", "exit 0")

        self.assert_fails(self.run_bootstrap(), "still missing", ALL[0])

    def test_holds_services_back_only_while_it_installs(self):
        self.installed(ALL[1:])
        self.fake("apt-get", 'cat "$STAGE/policy" > "$STAGE/seen"\n' + APT_GET)

        run = self.run_bootstrap()

        self.assertEqual(run.returncode, 0, run.stdout)
        self.assertIn("exit 101", (self.stage / "seen").read_text())
        self.assertFalse((self.stage / "policy").exists())

    def test_leaves_the_systems_own_service_policy_alone(self):
        self.installed(ALL[1:])
        (self.stage / "policy").write_text("mine")

        self.run_bootstrap()

        self.assertEqual((self.stage / "policy").read_text(), "mine")

    def test_refuses_a_section_that_is_not_in_the_list(self):
        self.assert_fails(self.run_bootstrap("everything"), "no section 'everything'", "Usage")

    def test_every_package_in_the_list_has_its_reason(self):
        for line in (ROOT / "tools/packages.txt").read_text().splitlines():
            with self.subTest(line):
                self.assertRegex(line, r"^(#.*|\[\w+\] +# .+|[a-z0-9.+-]+ +# .+|)$")


if __name__ == "__main__":
    unittest.main()
