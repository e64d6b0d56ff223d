import os
import subprocess
import sys
import unittest
from pathlib import Path

import orca

BAR, METRIC = "100%|####|", '{"orca":"metric","loss":0.5}\n'


def run(program, merged=False, buffered=False):
    """Standard output and standard error of a program; one text where both share a pipe."""
    environment = {name: os.environ[name] for name in ("PATH", "PYTHONDONTWRITEBYTECODE") if name in os.environ}
    environment |= {"PYTHONPATH": str(Path(orca.__file__).parents[1])} | ({} if buffered else {"PYTHONUNBUFFERED": "1"})
    process = subprocess.run([sys.executable, "-W", "ignore", "-c", f"import orca, os, signal, sys, threading\n{program}"], timeout=20,
                             env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT if merged else subprocess.PIPE)
    return process.stdout.decode() if merged else (process.stdout.decode(), process.stderr.decode())


class FreshLines(unittest.TestCase):
    def test_a_metric_begins_a_line_of_its_own_after_a_bar(self):
        for bar in (f"print('{BAR}', end='')", f"sys.stdout.write('{BAR}')", f"sys.stdout.buffer.write(b'{BAR}')",
                    f"print('1 | 10%', end='\\r'); sys.stdout.write('{BAR}')"):
            for buffered in (False, True):
                with self.subTest(bar, buffered=buffered):
                    output, _ = run(f"{bar}\norca.metric(loss=0.5)", buffered=buffered)
                    self.assertTrue(output.endswith(f"{BAR}\n{METRIC}"), output)

    def test_so_does_one_after_a_bar_on_standard_error_that_shares_the_pipe(self):
        program = f"sys.stderr.write('{BAR}')\norca.metric(loss=0.5)\nsys.stderr.write('after\\n')"
        for buffered in (False, True):
            self.assertEqual(run(program, merged=True, buffered=buffered), f"{BAR}\n{METRIC}after\n")
        self.assertEqual(run(program), (METRIC, f"{BAR}after\n"))

    def test_a_bar_written_by_a_function_that_was_taken_before_counts_too(self):
        output, _ = run("orca.metric(loss=0.5)\nwrite = sys.__stdout__.write\nwrite('\\r10%')\norca.progress(1, 2)")
        self.assertEqual(output, METRIC + '\r10%\n{"orca":"progress","done":1,"total":2}\n')

    def test_no_empty_line_where_the_last_one_has_its_end(self):
        output, _ = run("print('one')\norca.log('two')\norca.log('three')\nsys.stdout.write('\\n')\norca.log('four')")
        self.assertEqual(output, "one\ntwo\nthree\n\nfour\n")

    def test_what_stands_in_for_standard_output_has_it_too(self):
        program = ("import contextlib, io\nwith contextlib.redirect_stdout(io.StringIO()) as text:\n"
                   f"  orca.log('first')\n  print('{BAR}', end='')\n  orca.metric(loss=0.5)\nsys.stderr.write(text.getvalue())")
        self.assertEqual(run(program), ("", f"first\n{BAR}\n{METRIC}"))

    def test_the_sentence_of_a_failure_begins_a_line(self):
        program = "def train():\n  sys.stderr.write('10%')\n  raise orca.InputError('No\\ngood.')\norca.run(train)"
        self.assertEqual(run(program), ("", "10%\nNo good.\n"))

    def test_so_does_the_word_of_a_stop(self):
        program = "def train():\n  sys.stderr.write('10%')\n  os.kill(os.getpid(), signal.SIGTERM)\norca.run(train)"
        self.assertEqual(run(program), ("", "10%\nStopped by SIGTERM.\n"))

    def test_lines_of_many_threads_stay_whole(self):
        program = ("def say(n):\n  for _ in range(200):\n    print('#', end='')\n    orca.log(str(n) * 5000)\n"
                   "threads = [threading.Thread(target=say, args=(n,)) for n in range(4)]\n"
                   "[t.start() for t in threads]\n[t.join() for t in threads]")
        lines = run(program)[0].split("\n")
        self.assertEqual(sum(line in {str(n) * 5000 for n in range(4)} for line in lines), 800)

    def test_a_forked_child_can_speak_while_a_thread_of_its_parent_does(self):
        program = ("from orca import lines\nlines._lock.acquire()\n"
                   "def fork():\n  child = os.fork()\n  if child == 0:\n    orca.log('child')\n    os._exit(0)\n  os.waitpid(child, 0)\n"
                   "thread = threading.Thread(target=fork)\nthread.start()\nthread.join()")
        self.assertEqual(run(program)[0], "child\n")

    def test_without_standard_output_nothing_is_said(self):
        self.assertEqual(run("sys.stdout.close()\nsys.stdout = None\norca.log('x')\norca.metric(loss=1)"), ("", ""))

    def test_half_a_character_is_told_by_its_number(self):
        self.assertEqual(run("orca.log('a\\udcff')")[0], "a\\udcff\n")
