import signal
import subprocess
import sys
import unittest


def start(program):
    return subprocess.Popen([sys.executable, "-c", "import orca, time\n" + program], text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


class Running(unittest.TestCase):
    def outcome(self, program):
        process = start(program)
        output, errors = process.communicate(timeout=20)
        return process.returncode, output, errors

    def test_success(self):
        self.assertEqual(self.outcome("orca.run(lambda: orca.log('done'))"), (0, "done\n", ""))

    def test_bad_input_is_one_sentence(self):
        code, _, errors = self.outcome("orca.run(lambda: orca.integer('EPOCHS_OF_NOBODY'))")
        self.assertEqual(code, 2)
        self.assertEqual(errors, "Parameter EPOCHS_OF_NOBODY is missing; it must be a whole number.\n")

    def test_a_bug_keeps_its_traceback(self):
        code, _, errors = self.outcome("orca.run(lambda: 1 / 0)")
        self.assertEqual(code, 1)
        self.assertIn("ZeroDivisionError", errors)

    def test_sigterm_ends_it_at_once(self):
        process = start("orca.run(lambda: (orca.log('ready'), time.sleep(60)))")
        self.assertEqual(process.stdout.readline(), "ready\n")
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=5)
        self.assertEqual((process.returncode, errors), (143, "Stopped by SIGTERM.\n"))

    def test_sigterm_also_ends_what_catches_everything(self):
        process = start("def train():\n orca.log('ready')\n while True:\n  try: time.sleep(60)\n  except BaseException: pass\n"
                        "orca.run(train)")
        process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=5)
        self.assertEqual(process.returncode, 143)
