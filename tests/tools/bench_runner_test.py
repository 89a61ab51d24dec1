# SPDX-License-Identifier: MIT
"""What the benchmark runner makes of samples: medians, ratios, budgets and a table."""

import contextlib
import io
import json
import pathlib
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))

from runner import processes, report, samples  # noqa: E402
from runner.report import Budget  # noqa: E402
from runner.samples import Sample  # noqa: E402


def line(**fields) -> str:
    return json.dumps({"name": "await", "unit": "ns", "who": "leat", "value": 5} | fields)


class Parsing(unittest.TestCase):
    def test_finds_samples_among_other_lines(self):
        text = "warming up\n" + line(value=5.5) + "\n\n" + line(who="Asio", value=12) + "\n"
        self.assertEqual(samples.parse(text), [Sample("await", "ns", "leat", 5.5),
                                               Sample("await", "ns", "Asio", 12)])

    def test_refuses_a_sample_that_is_cut_off(self):
        with self.assertRaises(ValueError):
            samples.parse('{"name": "await", "unit')

    def test_refuses_a_sample_without_one_of_its_fields(self):
        for field in ("name", "unit", "who", "value"):
            with self.subTest(field), self.assertRaisesRegex(ValueError, f"no {field}"):
                samples.parse(line(**{field: None}))

    def test_reads_what_callgrind_counted_last(self):
        self.assertEqual(processes.instructions_of("==1== Collected : 7\n==2== Collected : 305\n"),
                         305)
        with self.assertRaises(ValueError):
            processes.instructions_of("==1== killed\n")


SPEAKS_AND_LISTENS = """
import socket, sys
for number in range(30):
    print("line", number)
sys.stdout.flush()
listening = socket.socket()
listening.bind(("127.0.0.1", int(sys.argv[1])))
listening.listen()
while True:
    listening.accept()
"""


class Servers(unittest.TestCase):
    def use(self, act) -> str:
        """What is printed when `act()` is done while a server runs that has written 30 lines."""
        with tempfile.TemporaryDirectory() as folder:
            port = processes.free_port()
            command = [sys.executable, "-c", SPEAKS_AND_LISTENS, port]
            printed = io.StringIO()
            with contextlib.redirect_stderr(printed), contextlib.suppress(RuntimeError):
                with processes.Server(command, port, pathlib.Path(folder) / "log"):
                    act()
            return printed.getvalue()

    def test_its_last_lines_are_printed_where_a_client_failed(self):
        def fail():
            raise RuntimeError("the client failed")
        printed = self.use(fail)
        self.assertIn("line 10\n", printed)
        self.assertIn("line 29\n", printed)
        self.assertNotIn("line 9\n", printed)

    def test_nothing_is_printed_where_all_went_well(self):
        self.assertEqual(self.use(lambda: None), "")


def rows(**values):
    """The rows of one name, with these values by who."""
    return samples.rows_of([Sample("await", "ns", who, value)
                            for who, all_of in values.items() for value in all_of])


class Rows(unittest.TestCase):
    def test_a_median_of_an_odd_and_of_an_even_number_of_rounds(self):
        [row] = rows(leat=[9, 1, 5], Asio=[4, 1, 2, 100])
        self.assertEqual((row.median(), row.median("Asio")), (5, 3))

    def test_a_ratio_is_ours_divided_by_the_peers(self):
        [row] = rows(leat=[6], Asio=[12])
        self.assertEqual(row.ratio("Asio"), 0.5)

    def test_a_ratio_is_that_of_the_rounds_if_both_were_in_each(self):
        [slow_in_the_end] = rows(leat=[2, 3, 40, 60], Asio=[1, 3, 40, 30])
        self.assertEqual(slow_in_the_end.ratio("Asio"), 1.5)
        [once] = rows(leat=[2, 3, 40], Asio=[2])
        self.assertEqual(once.ratio("Asio"), 1.5)

    def test_there_is_no_ratio_to_nothing(self):
        [row] = rows(leat=[6], Asio=[0])
        self.assertIsNone(row.ratio("Asio"))

    def test_the_spread_is_a_part_of_the_median(self):
        [row] = rows(leat=[8, 10, 13])
        self.assertEqual(row.spread(), 0.5)
        [row] = rows(leat=[0, 0])
        self.assertEqual(row.spread(), 0)

    def test_rows_keep_their_order_and_do_not_mix_units(self):
        found = samples.rows_of([Sample("b", "ns", "leat", 1), Sample("a", "ns", "leat", 2),
                                 Sample("b", "B", "leat", 3), Sample("b", "ns", "leat", 5)])
        self.assertEqual([(row.name, row.unit, row.samples["leat"]) for row in found],
                         [("b", "ns", [1, 5]), ("a", "ns", [2]), ("b", "B", [3])])

    def test_a_row_of_peers_alone_is_an_error(self):
        with self.assertRaisesRegex(ValueError, "only peers"):
            rows(Asio=[1])

    def test_json_has_an_object_for_each_peer(self):
        [row] = rows(leat=[6], Asio=[12], Beast=[3])
        found = [json.loads(each) for each in samples.to_json_lines([row]).splitlines()]
        self.assertEqual(found, [
            {"name": "await", "value": 6, "unit": "ns", "peer": "Asio", "peer_value": 12,
             "ratio": 0.5},
            {"name": "await", "value": 6, "unit": "ns", "peer": "Beast", "peer_value": 3,
             "ratio": 2.0}])

    def test_json_has_one_object_for_a_row_without_a_peer(self):
        [found] = [json.loads(each) for each in samples.to_json_lines(rows(leat=[6])).splitlines()]
        self.assertEqual(found, {"name": "await", "value": 6, "unit": "ns", "peer": None,
                                 "peer_value": None, "ratio": None})


class Budgets(unittest.TestCase):
    def judge(self, budget, **values):
        [verdict] = report.judge(rows(**values), [budget])
        return verdict

    def test_a_value_at_its_limit_is_met(self):
        self.assertTrue(self.judge(Budget("await", 8), leat=[8]).is_met)

    def test_a_missed_value_says_by_how_much(self):
        verdict = self.judge(Budget("await", 8), leat=[10])
        self.assertFalse(verdict.is_met)
        self.assertIn("missed by 25 %", str(verdict))

    def test_a_ratio_is_judged_against_its_own_peer(self):
        self.assertTrue(self.judge(Budget("await", 1.1, "b"), leat=[11], a=[1], b=[10]).is_met)
        self.assertFalse(self.judge(Budget("await", 1.1, "a"), leat=[11], a=[1], b=[10]).is_met)

    def test_a_peer_that_was_not_measured_does_not_meet_a_budget(self):
        verdict = self.judge(Budget("await", 1.1, "Asio"), leat=[1])
        self.assertFalse(verdict.is_met)
        self.assertIn("not measured", str(verdict))

    def test_a_row_may_have_wildcards_and_others_are_left_alone(self):
        self.assertEqual(len(report.judge(rows(leat=[1]), [Budget("aw*", 8), Budget("x*", 8)])), 1)

    def read(self, *budgets):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "budgets.json"
            path.write_text(json.dumps(budgets))
            return report.read_budgets(path)

    def test_a_budget_is_a_value_or_a_ratio_to_a_peer(self):
        self.assertEqual(self.read({"row": "a", "value": 8}, {"row": "b", "ratio": 2, "peer": "p"}),
                         [Budget("a", 8), Budget("b", 2, "p")])
        for wrong in ({"row": "a"}, {"row": "a", "ratio": 2}, {"row": "a", "value": 2, "peer": "p"},
                      {"row": "a", "value": 1, "ratio": 2, "peer": "p"}):
            with self.subTest(wrong), self.assertRaises(ValueError):
                self.read(wrong)

    def test_the_budgets_of_the_project_can_be_read(self):
        self.assertTrue(report.read_budgets(ROOT / "benchmarks/budgets.json"))


class Table(unittest.TestCase):
    def test_shows_medians_ratios_and_verdicts(self):
        found = rows(leat=[6, 6, 9], Asio=[12], Beast=[0])
        text = report.table(found, report.judge(found, [Budget("await", 8)]))
        self.assertEqual(text.splitlines()[2],
                         "| await | 6.00 ns | 50 % | Asio 12.0 (0.50), Beast 0.00 | "
                         "<= 8.00 ns: met |")

    def test_numbers_have_three_digits_that_matter(self):
        self.assertEqual([report.number(each) for each in (0, 1.256, 12.34, 123.6, 41235.2)],
                         ["0.00", "1.26", "12.3", "124", "41,235"])


if __name__ == "__main__":
    unittest.main()
