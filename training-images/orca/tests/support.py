import contextlib
import io
import os
import unittest
from unittest import mock

import orca


class EnvironmentTest(unittest.TestCase):
    """Each test starts with an environment of its own choice."""

    def environment(self, **variables):
        patch = mock.patch.dict(os.environ, variables, clear=True)
        patch.start()
        self.addCleanup(patch.stop)

    def assert_says(self, message, action):
        with self.assertRaises(orca.InputError) as caught:
            action()
        self.assertEqual(str(caught.exception), message)


def printed(action):
    """What an action writes to standard output."""
    with contextlib.redirect_stdout(io.StringIO()) as stream:
        action()
    return stream.getvalue()
