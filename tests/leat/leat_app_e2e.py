#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The built `leat app` and `leat new`: what they print, where, and how they end.

    leat_app_e2e.py LEAT [test...]

Every test has a home of its own, and no variable of whoever runs it.
"""

import json
import os
import pathlib
import pty
import stat
import subprocess
import sys
import tempfile
import tomllib
import unittest

LEAT = ""
PATIENCE = 30  # seconds; only a failing test waits so long


class LeatAppTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.home = pathlib.Path(self.folder.name)
        self.variables = {"HOME": str(self.home), "PATH": "/usr/bin:/bin"}

    def run_leat(self, *arguments, code=0, **more):
        done = subprocess.run([LEAT, *arguments], capture_output=True, text=True, timeout=PATIENCE,
                              env=self.variables | more, cwd=self.home, check=False)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def write(self, path, text):
        file = self.home / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return str(file)

    def everything(self):
        return {str(each.relative_to(self.home)): each.read_bytes()
                for each in self.home.rglob("*") if each.is_file()}

    def demo(self):
        self.write(".config/demo/general.toml",
                   'includes = ["more.toml"]\n[server]\nport = 1\nname = "{user_home}/x"\n'
                   'password = "hunter2"\n')
        self.write(".config/demo/more.toml", '[server]\nhosts = ["ä", "b"]\n')

    def test_configuration(self):
        self.demo()
        expected = {"server": {"port": 9000, "name": f"{self.home}/x", "password": "[redacted]",
                               "hosts": ["ä", "b"]}}
        of = ["app", "configuration", "demo", "--display.presentation"]
        done = self.run_leat(*of, "json", DEMO_CONFIG_SERVER__PORT="9000")
        self.assertEqual(json.loads(done.stdout), expected)
        self.assertIn("ä", done.stdout)
        self.assertEqual(done.stderr, "")
        done = self.run_leat(*of, "toml", DEMO_CONFIG_SERVER__PORT="9000")
        self.assertEqual(tomllib.loads(done.stdout), expected)
        done = self.run_leat(*of, "plain", DEMO_CONFIG_SERVER__PORT="9000")
        self.assertIn("server:\n  port: 9000\n", done.stdout)
        done = self.run_leat(*of, "rich")
        self.assertIn("  port: 1\n", done.stdout)
        done = self.run_leat(*of, "markdown")
        self.assertIn("- **server**:\n  - **port**: 1\n", done.stdout)
        compact = self.run_leat(*of, "json", "--display.compact").stdout
        self.assertEqual(compact.count("\n"), 1)

    def test_environment(self):
        done = self.run_leat("app", "environment", "my-app", "--display.presentation", "json",
                             MY_APP_X="1", MY_APP_PASSWORD="hunter2", MY_APPLE="no", OTHER="no")
        self.assertEqual(json.loads(done.stdout), {"MY_APP_PASSWORD": "[redacted]", "MY_APP_X": "1"})

    def test_directories(self):
        done = self.run_leat("app", "directories", "demo", "--display.presentation", "json",
                             XDG_CACHE_HOME="/var/cache")
        self.assertEqual(json.loads(done.stdout), {
            "configuration": f"{self.home}/.config/demo",
            "data": f"{self.home}/.local/share/demo",
            "state": f"{self.home}/.local/state/demo",
            "cache": "/var/cache/demo"})
        # A configuration that is wrong does not keep anybody from asking where it is.
        self.write(".config/demo/general.toml", "not toml")
        self.run_leat("app", "directories", "demo", DEMO_LOG_LEVEL="loud")
        self.assertEqual(sorted(self.everything()), [".config/demo/general.toml"])

    def test_targets(self):
        """Output and log land in different places."""
        self.demo()
        done = self.run_leat("app", "configuration", "demo", "--display.target-file", "out/a.json",
                             "--display.presentation=json", "--inscription.target-file", "log/a.log",
                             "--inscription.level", "debug", "--inscription.presentation", "json")
        self.assertEqual((done.stdout, done.stderr), ("", ""))
        self.assertEqual(json.loads((self.home / "out/a.json").read_text())["server"]["port"], 1)
        records = [json.loads(each) for each in (self.home / "log/a.log").read_text().splitlines()]
        self.assertIn("cache location", [each["event"] for each in records])
        done = self.run_leat("app", "configuration", "demo", "--inscription.level", "debug")
        self.assertIn("cache location", done.stderr)
        self.assertNotIn("cache location", done.stdout)
        done = self.run_leat("app", "directories", "demo", "--display.target-stream", "stderr",
                             "--inscription.target-stream", "stdout", "--inscription.level=debug")
        self.assertIn("cache location", done.stdout)
        self.assertIn("configuration: ", done.stderr)
        self.run_leat("app", "directories", "--display.target-file", "/proc/nowhere/x", code=1)

    def test_configfile_and_no_environment(self):
        file = self.write("other.toml", "a = 1\nlevel = 2\n")
        of = ["app", "configuration", "demo", "--configfile", file, "--display.presentation", "json"]
        self.assertEqual(json.loads(self.run_leat(*of, DEMO_CONFIG_A="5").stdout),
                         {"a": 5, "level": 2})
        done = self.run_leat(*of, "--no-environment", DEMO_CONFIG_A="5", DEMO_LOG_LEVEL="loud")
        self.assertEqual(json.loads(done.stdout), {"a": 1, "level": 2})
        self.write(".env", "DEMO_CONFIG_A=7\n")
        for words, a in (([], 1), (["--environment"], 7), (["--environment", "--no-environment"], 1)):
            self.assertEqual(json.loads(self.run_leat(*of, *words).stdout), {"a": a, "level": 2}, words)
        shown = self.run_leat("app", "environment", "demo", "--environment", "--display.presentation=json")
        self.assertEqual(json.loads(shown.stdout), {"DEMO_CONFIG_A": "7"})

    def test_bad_input(self):
        """One error that lists every problem with its source, exit code 1, and nothing written."""
        rows = [
            ("a = [1,\n", {}, ["bad.toml line 1, column "]),
            ('[inscription]\nlevel = "loud"\n', {}, ["line 2, column 9: inscription.level: must be"]),
            ("", {"DEMO_LOG_LEVEL": "loud"}, ["environment variable DEMO_LOG_LEVEL: must be one of"]),
            ("[locations]\ncash = 1\n", {}, ["line 2, column 8: locations.cash: is not known"]),
            ("[locations]\ncache = 1\n", {}, ["line 2, column 9: locations.cache: must be a path"]),
            ('includes = ["gone.toml", "bad2.toml"]\n[inscription]\nlevel = 1\n',
             {"DEMO_CONFIG_INSCRIPTION__PRESENTATION": "loud", "DEMO_CONFIG_INCLUDES__X": "1"},
             ["/gone.toml: No such file or directory", "bad2.toml line 2, column ",
              "line 3, column 9: inscription.level: must be",
              "environment variable DEMO_CONFIG_INSCRIPTION__PRESENTATION: inscription.presentation"]),
            ('a = "{nothing}"\n', {}, ["line 1, column 5: a: has a name in braces"]),
        ]
        self.write("bad2.toml", "x = 1\ny\n")
        for text, variables, told in rows:
            with self.subTest(text=text):
                file = self.write("bad.toml", text)
                before = self.everything()
                done = self.run_leat("app", "configuration", "demo", "--configfile", file, code=1,
                                     **variables)
                self.assertEqual(done.stdout, "")
                self.assertTrue(done.stderr.startswith(
                    "leat app: configuration is not valid [leat::app::invalid_configuration]\n"))
                for each in told:
                    self.assertIn(each, done.stderr)
                self.assertEqual(self.everything(), before)
        missing = self.run_leat("app", "configuration", "--configfile", "/gone.toml", code=1)
        self.assertIn("/gone.toml: No such file or directory", missing.stderr)
        folder = self.run_leat("app", "configuration", "--configfile", str(self.home), code=1)
        self.assertIn(str(self.home) + ": ", folder.stderr)
        # A folder that not even root can list.
        unreadable = self.home / "circle"
        unreadable.symlink_to(unreadable)
        file = self.write("dir.toml", f'includes = ["{unreadable}"]\n')
        done = self.run_leat("app", "configuration", "--configfile", file, code=1)
        self.assertIn(f"{unreadable}: Too many levels of symbolic links", done.stderr)

    def test_errors_in_each_presentation(self):
        file = self.write("bad.toml", '[inscription]\nlevel = "loud"\n')
        of = ["app", "configuration", "--configfile", file, "--display.presentation"]
        told = json.loads(self.run_leat(*of, "json", code=1).stderr)
        self.assertEqual((told["class"], told["fqclass"]),
                         ("invalid_configuration", "leat::app::invalid_configuration"))
        self.assertEqual({key: told["problems"][0][key] for key in ("key", "source", "line")},
                         {"key": "inscription.level", "source": file, "line": 2})
        told = tomllib.loads(self.run_leat(*of, "toml", code=1).stderr)
        self.assertEqual(told["problems"][0]["line"], 2)
        told = self.run_leat(*of, "markdown", code=1).stderr
        self.assertTrue(told.startswith("[**leat::app::invalid_configuration**] configuration is"))

    def test_usage(self):
        for arguments, told in [
            (["app"], 'leat app: a command is missing\n"leat app --help" says what there is.\n'),
            (["app", "configurations"], 'is no command; did you mean "configuration"?'),
            (["app", "directories", "--vresion", "1"], 'did you mean "--version"?'),
            (["app", "directories", "--display.presentation", "yaml"], "must be one of"),
            (["app", "directories", "--display.target-file=a", "--display.target-stream=stdout"],
             "cannot be given with"),
        ]:
            with self.subTest(arguments=arguments):
                done = self.run_leat(*arguments, code=2)
                self.assertEqual(done.stdout, "")
                self.assertIn(told, done.stderr)
        self.assertEqual(self.everything(), {})

    def test_help_on_any_terminal(self):
        for terminal in ("dumb", "xterm-256color", ""):
            done = self.run_leat("app", "configuration", "--help", TERM=terminal)
            self.assertEqual(done.stderr, "")
            self.assertIn("--display.target-file", done.stdout)
            self.assertTrue(done.stdout.isascii())
            self.assertNotIn("\x1b", done.stdout)
            self.assertLessEqual(max(map(len, done.stdout.splitlines())), 80)
        self.assertIn("configuration", self.run_leat("app", "--help").stdout)
        self.assertIn("app ", self.run_leat("--help").stdout)

    def on_terminal(self, *arguments, **more):
        """What a terminal gets to see."""
        ours, theirs = pty.openpty()
        done = subprocess.Popen([LEAT, *arguments], stdout=theirs, stderr=theirs, cwd=self.home,
                                env=self.variables | more)
        os.close(theirs)
        shown = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # the other side is closed
                break
            if not piece:
                break
            shown += piece
        os.close(ours)
        self.assertEqual(done.wait(PATIENCE), 0)
        return shown.decode()

    def test_colours(self):
        of = ["app", "directories", "demo", "--display.presentation", "rich"]
        self.assertIn("\x1b[36mcache\x1b[0m", self.on_terminal(*of))
        self.assertNotIn("\x1b", self.on_terminal(*of, NO_COLOR="1"))
        self.assertIn("\x1b", self.on_terminal(*of, NO_COLOR=""))
        self.assertNotIn("\x1b", self.on_terminal(*of, "--no-ansi-sgr"))
        self.assertNotIn("\x1b", self.on_terminal(*of, "--display.no-colorize"))
        self.assertNotIn("\x1b", self.on_terminal("app", "directories", "demo"))
        self.assertNotIn("\x1b", self.run_leat(*of).stdout)
        self.assertIn("\x1b", self.run_leat(*of, "--force-tty", NO_COLOR="1").stdout)

    def test_broken_pipe(self):
        reader, writer = os.pipe()
        os.close(reader)
        done = subprocess.run([LEAT, "app", "directories"], stdout=writer, stderr=subprocess.PIPE,
                              env=self.variables, timeout=PATIENCE, check=False)
        os.close(writer)
        self.assertEqual((done.returncode, done.stderr), (141, b""))
        with open("/dev/full", "wb") as full:
            done = subprocess.run([LEAT, "app", "directories"], stdout=full, stderr=subprocess.PIPE,
                                  env=self.variables, timeout=PATIENCE, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"cannot write to the standard output: No space left on device", done.stderr)

    def test_new(self):
        done = self.run_leat("new", "tea-shop")
        self.assertIn("tea-shop", done.stdout)
        made = self.home / "tea-shop"
        self.assertTrue((made / "tests/serve_test.sh").stat().st_mode & stat.S_IXUSR)
        before = self.everything()
        for arguments in (["tea-shop"], ["Tea"], [], ["a", "b"]):
            self.assertEqual(self.run_leat("new", *arguments, code=2).stdout, "")
        self.assertEqual(self.run_leat("new", "demo", "--in", "nowhere", code=1).stdout, "")
        self.assertEqual(self.everything(), before)
        self.run_leat("new", "demo", "--in", "tea-shop")
        self.assertTrue((made / "demo/CMakeLists.txt").is_file())


if __name__ == "__main__":
    LEAT = os.path.abspath(sys.argv[1])
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
