"""Many sessions of dtcps at once; thousands: tests/bench/server."""

import os
import re
import subprocess

from broker import PORT, BrokerCase
from lib import DTCPS, SERVER4, UML, descriptors

SERVER_LOAD = os.path.join(os.path.dirname(DTCPS), "tests", "bench",
                           "server_load")
FIRST4 = "10.1.0.1"
STORM = 60          # seconds that all may take
SESSION_KB = 16     # of both processes; it is about 3
AGAIN_KB = 300      # by those who come again; it is about 40


class Load:
    """The clients, in one process; what they do is in its source."""

    def __init__(self, case, kind, addresses, sessions):
        self.case = case
        self.child = subprocess.Popen(
            [*case.net.client.enter, SERVER_LOAD, kind, SERVER4, str(PORT),
             FIRST4, str(addresses), str(sessions)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True)
        case.addCleanup(self.end)

    def do(self, *command):
        """A command's answer: its fields."""
        self.child.stdin.write(" ".join(map(str, command)) + "\n")
        self.child.stdin.flush()
        for said in self.child.stdout:
            self.case.note("load", said.rstrip())
            # Otherwise it is what went wrong with a session.
            if said.startswith(command[0]):
                return dict(re.findall(r"(\w+)=(\S+)", said))
        raise AssertionError("the clients have ended")

    def end(self):
        self.child.kill()
        self.child.wait()
        self.child.stdin.close()
        self.child.stdout.close()


class TestDtcpsLoad(BrokerCase):

    def begin(self, kind, addresses, sessions, *options):
        """A server that has room for these and one more, and the clients."""
        self.many()
        self.before = self.net.server.snapshot()
        self.sessions = sessions
        self.serve("--max-sessions", str(sessions + 1), *options,
                   users="foo:bar\n" + "".join(f"load{k}:secret\n"
                                               for k in range(addresses)))
        self.load = Load(self, kind, addresses, sessions)

    def assertAllServed(self):
        got = self.load.do("login", STORM)
        self.assertEqual(
            (got["up"], got["pending"], got["refused"], got["lost"]),
            (str(self.sessions), "0", "0", "0"))
        words = self.server.status()[1]
        self.assertEqual(words["refused"], "0")

    def assertAnswers(self, count):
        self.assertEqual(self.load.do("echo", count)["answered"], str(count))

    def memory(self):
        return sum(kb for kb, _ in self.server.cost())

    def test_a_storm_over_udp(self):
        self.begin("udp", 6, 300, "-U")
        client = self.up("-U", "-t", "host")
        words = client.status()[1]
        with self.undisturbed(client, words["server6"], words["client6"]):
            empty = self.memory()
            self.assertAllServed()
            self.assertAnswers(50)
            full = self.memory()
            self.assertLess(full - empty, SESSION_KB * self.sessions)
            for _ in range(3):
                self.load.do("drop")
                self.assertAllServed()
                self.assertAnswers(50)
            # Who comes again costs nothing more than before.
            self.assertLess(self.memory() - full, AGAIN_KB)
            self.assertEqual(self.load.do("hold", 2)["up"],
                             str(self.sessions))
            self.load.do("drop")
            self.server.wait_sessions(1)
        self.assertLess(descriptors(self.server.engine), 50)
        client.stop()
        self.assertStoppedAs(self.before)

    test_a_storm_over_udp.slow = True

    def test_a_storm_over_protocol_41(self):
        self.begin("raw", 60, 60)
        for _ in range(2):
            self.assertAllServed()
            self.assertAnswers(60)
            self.load.do("drop")
        self.server.wait_sessions(0)
        self.assertEqual(len(self.server.lines(
            f"login .*encap={'kernel' if UML else 'user'}")), 120)

    test_a_storm_over_protocol_41.uml = True    # a device each

    def test_more_than_there_is_room_for(self):
        self.begin("udp", 2, 60, "-U")
        self.up("-U", "-t", "host")
        self.assertAllServed()
        got = Load(self, "udp", 1, 1).do("login", STORM)
        self.assertEqual((got["up"], got["refused"]), ("0", "1"))
        self.assertAnswers(60)
