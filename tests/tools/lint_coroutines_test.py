# SPDX-License-Identifier: MIT
"""Shows the coroutine lint what it must refuse, and what looks alike and is right."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "tests/compile_fail/lint_samples"
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tools"))

import lint_coroutines  # noqa: E402


class CoroutineLint(unittest.TestCase):
    def rules_in(self, code: str) -> list[str]:
        return [each.split(": ")[1] for each in lint_coroutines.problems("a.cpp", code)]

    def refuses(self, rule: str, *codes: str) -> None:
        for code in codes:
            with self.subTest(code):
                self.assertEqual(self.rules_in(code), [rule])

    def accepts(self, *codes: str) -> None:
        for code in codes:
            with self.subTest(code):
                self.assertEqual(self.rules_in(code), [])

    def test_an_await_among_the_arguments_of_new_is_refused(self):
        self.refuses(
            "leat-new-await",
            "auto* p = new connection(co_await dial(url));",
            "auto p = std::unique_ptr<big>(new big(co_await value()));",
            "auto* p = new ns::box<int>{co_await value()};",
            "auto* p = new std::map<int, long>(co_await value());",
            "auto* p = new item[2]{item(), co_await value()};",
            "auto* p = new connection(\n    options{.limit = 1},\n    co_await dial(url));",
            "auto* p = new (where) connection(co_await dial(url));",
        )

    def test_an_await_before_or_beside_new_is_accepted(self):
        self.accepts(
            "auto socket = co_await dial(url); auto* p = new connection(std::move(socket));",
            "auto p = std::make_unique<connection>(co_await dial(url));",
            "call(new item(), co_await value());",
            "void* operator new(std::size_t size); task<> f() { co_await g(); }",
            "auto* p = new handler([](stream& s) -> task<void> { co_await s.close(); });",
        )

    def test_counting_exceptions_is_refused(self):
        self.refuses(
            "leat-exception-count",
            "if (std::uncaught_exceptions() > before_) rollback();",
            "if (std::uncaught_exception()) rollback();",
            "std::experimental::scope_success commit([&] { tx.commit(); });",
            "std::experimental::scope_fail undo(rollback);",
            "SCOPE_FAIL { rollback(); };",
        )

    def test_a_guard_that_runs_on_every_exit_is_accepted(self):
        self.accepts("std::experimental::scope_exit close([fd] { ::close(fd); });")

    def test_a_child_that_captures_everything_by_reference_is_refused(self):
        self.refuses(
            "leat-spawn-by-reference",
            "group.spawn([&] { return work(x); });",
            "group->spawn([&]() -> task<void> { co_await work(x); });",
            "group.spawn([&, id] { return work(id); });",
            'group.spawn("worker", [ & ] { return work(x); });',
            "co_await group.start([&](auto ready) -> task<void> { co_await serve(ready); });",
            "group\n    .spawn(\n        [&] { return work(x); });",
        )

    def test_a_child_that_names_what_it_refers_to_is_accepted(self):
        self.accepts(
            "group.spawn([&results, id] { return work(results, id); });",
            "group.spawn(work, std::ref(results), id);",
            "group.spawn([items = std::move(items)] { return work(items); });",
        )

    def test_a_lambda_inside_the_child_is_the_childs_own_affair(self):
        self.accepts(
            "group.spawn([](list l) -> task<void> { sort(l, [&](int a, int b) { return a < b; });"
            " co_return; }, l);"
        )

    def test_the_body_of_a_group_may_capture_by_reference(self):
        self.accepts("co_await with_task_group([&](task_group& group) -> task<void> { co_return; });")

    def test_a_capturing_lambda_coroutine_that_is_called_on_the_spot_is_refused(self):
        self.refuses(
            "leat-dangling-lambda",
            "auto work = [x]() -> task<void> { co_await save(x); }();",
            "auto work = [&] -> leat::task<int> { co_return x; }();",
            "return [this, id](int n) -> task<void> {\n  co_await save(id, n);\n}(7);",
            "children.push_back([i]() -> task<int> { co_return i; }());",
            "auto items = [list = std::move(list)]() mutable -> stream<int> { co_yield 1; }();",
            "auto work = [x]() -> std::vector<int> { return {x}; }(), "
            "other = [x]() -> task<void> { co_return; }();",
        )

    def test_a_lambda_coroutine_that_outlives_its_task_is_accepted(self):
        self.accepts(
            "auto work = [](int n) -> task<void> { co_await save(n); }(x);",
            "co_await [x]() -> task<void> { co_await save(x); }();",
            "co_await when_all([x]() -> task<void> { co_await save(x); }(), other());",
            "leat::run(loop, [x]() -> task<void> { co_await save(x); }());",
            "group.spawn([x]() -> task<void> { co_await save(x); });",
            "const auto work = [x]() -> task<void> { co_await save(x); };\nco_await work();",
            "auto sum = [x] { return x + 1; }();",
            "values[i](x); [[maybe_unused]] int n = 0;",
        )

    def test_comments_and_literals_are_not_code(self):
        self.accepts(
            "// never new T(co_await x), never scope_fail",
            "/* uncaught_exceptions()\n group.spawn([&] {}); */",
            'const char* text = "new T(co_await x); // scope_fail";',
            'const char* text = R"(uncaught_exceptions() ")";',
            "const int n = 1'000; // it's scope_fail\nchar c = '\"'; // uncaught_exceptions",
        )

    def test_code_after_a_literal_is_seen(self):
        self.refuses(
            "leat-exception-count",
            "auto n = 1'000'000; auto c = '\\''; std::uncaught_exceptions();",
            'log("a \\" quote"); std::uncaught_exceptions();',
        )

    def test_a_suppression_names_its_rule_and_its_reason(self):
        bad = "std::uncaught_exceptions();"
        self.accepts(
            f"{bad}  // NOLINT(leat-exception-count): shows what it counts",
            f"// NOLINTNEXTLINE(leat-exception-count): shows what it counts\n{bad}",
        )
        self.refuses(
            "leat-exception-count",
            f"{bad}  // NOLINT",
            f"{bad}  // NOLINT(leat-exception-count)",
            f"{bad}  // NOLINT(leat-new-await): another rule",
        )

    def test_samples_of_every_mistake_are_refused_line_by_line(self):
        samples = sorted(SAMPLES.glob("*.cpp"))
        self.assertEqual(len(samples), len(lint_coroutines.ADVICE))
        for sample in samples:
            with self.subTest(sample.name):
                text = sample.read_text(encoding="utf-8")
                wanted = {
                    f"{number}: {line.split('// refused: ')[1]}"
                    for number, line in enumerate(text.splitlines(), start=1)
                    if "// refused: " in line
                }
                found = {
                    ":".join(each.split(":")[1:3])
                    for each in lint_coroutines.problems(sample.name, text)
                }
                self.assertTrue(wanted)
                self.assertEqual(found, wanted)

    def test_the_tool_fails_with_file_and_line(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "bad.cpp"
            file.write_text("\n\nauto* p = new a(co_await b());\n")
            run = subprocess.run([sys.executable, ROOT / "tools/lint_coroutines.py", folder],
                                 capture_output=True, text=True, check=False)
        self.assertEqual(run.returncode, 1)
        self.assertIn("bad.cpp:3: leat-new-await", run.stdout)

    def test_the_tool_fails_where_there_is_nothing_to_check(self):
        with tempfile.TemporaryDirectory() as folder:
            run = subprocess.run([sys.executable, ROOT / "tools/lint_coroutines.py", folder],
                                 capture_output=True, text=True, check=False)
        self.assertEqual(run.returncode, 2)


if __name__ == "__main__":
    unittest.main()
