"""The sandbox that the units of systemd name is one that the programs can work
in.  What systemd would do is done by setpriv(1) as far as that goes; the rest
is compared with what strace(1) sees.
"""

import os
import re
import shutil
import signal
import unittest

from broker import BrokerCase
from lan import LanCase
from lib import TOP, UML, sh


class Unit:
    """The settings of a unit, each with its values in a row."""

    def __init__(self, name):
        self.settings = {}
        with open(os.path.join(TOP, "etc", name + ".in")) as f:
            for line in f:
                key, equals, words = line.strip().partition("=")
                if equals and key.isalpha():
                    self.settings.setdefault(key, []).extend(words.split())

    def words(self, key):
        return self.settings[key]

    def wrap(self, trace):
        """A command before the program."""
        capabilities = [word.removeprefix("CAP_").lower()
                        for word in self.words("CapabilityBoundingSet")]
        # With -D it is the tracer that is the child.
        return ["strace", "-D", "-f", "-qq", "-o", trace, "setpriv",
                "--bounding-set", ",".join(["-all"] + [
                    "+" + word for word in capabilities]),
                "--inh-caps", "-all", "--no-new-privs"]

    def calls(self):
        """The system calls that the filter lets pass."""
        def members(name):
            if not name.startswith("@"):
                return {name}
            listed = sh("systemd-analyze", "syscall-filter", name)
            return set().union(*(
                members(word) for word in re.findall(
                    r"(?m)^ {4}([-@\w]+)$", listed)))

        return set().union(*map(members, self.words("SystemCallFilter")))


@unittest.skipIf(UML, "no systemd in there")
@unittest.skipUnless(shutil.which("systemd-analyze"), "needs systemd-analyze")
class UnitMixin:

    def sandbox(self, name):
        self.unit = Unit(name)
        self.trace = f"/tmp/dtcp-e2e-{os.getpid()}-{self.id()}.trace"
        self.addCleanup(os.unlink, self.trace)
        return self.unit.wrap(self.trace)

    def assertInside(self, running):
        """All that was asked of the kernel is what the unit lets pass."""
        program = running.argv[0]
        with open(self.trace) as f:
            text = f.read()
        began = re.search(rf"(?m)^\d+ +execve\(\"{re.escape(program)}\"",
                          text)
        text = text[began.end():]
        calls = set(re.findall(r"(?m)^\d+ +(\w+)\(", text))
        self.assertEqual(calls - self.unit.calls(), set())
        self.assertGreater(len(calls), 30)
        families = set(re.findall(r"(?m)^\d+ +socket\((?:PF|AF)_(\w+)", text))
        allowed = {word.removeprefix("AF_") for word in
                   self.unit.words("RestrictAddressFamilies")}
        self.assertEqual(families - allowed, set())
        self.assertIn("NETLINK", families)
        self.assertEqual(re.findall(
            r"(?m)^.*PROT_[A-Z_|]*WRITE\|PROT_EXEC.*$", text), [])
        # ProtectSystem=strict: folders of its own, and what the unit leaves.
        for path in re.findall(
                r"open(?:at)?\([^\"]*\"([^\"]+)\", [A-Z_|]*O_(?:WRONLY|RDWR)",
                text):
            self.assertTrue(path.startswith(
                (running.dir + "/", "/dev/", "/proc/sys/net/")), path)
        devices = set(re.findall(r"open(?:at)?\([^\"]*\"(/dev/[^\"]+)\"",
                                 text))
        # systemd's closed policy has the harmless ones.
        self.assertEqual(devices - {"/dev/null", "/dev/urandom", "/dev/log"},
                         {self.unit.words("DeviceAllow")[0]})


class TestServerUnit(UnitMixin, BrokerCase):

    def test_dtcps(self):
        before = self.net.server.snapshot()
        self.serve("-U", wrap=self.sandbox("dtcps.service"))
        client = self.up("-t", "network", "-l")
        for _ in range(2):
            for kind in "host", "tunnelonly":
                self.udp(kind, user="jane", password="secret")
        self.server.wait_sessions(5)
        self.server.reload()
        client.stop()
        self.server.wait_sessions(4)
        os.kill(self.server.engine, signal.SIGKILL)
        self.server.wait_log("begun anew")
        self.server.wait_sessions(0)
        self.assertEqual(self.server.stop(), 0)
        self.assertServerUnchanged(before)
        self.assertInside(self.server)


class TestClientUnit(UnitMixin, LanCase):

    def test_dtcpc(self):
        self.serve()
        client = self.lan_up("-l", wrap=self.sandbox("dtcpc@.service"))
        self.host.wait_slaac()
        start = client.mark()
        client.send(signal.SIGHUP)
        client.wait_state("up", 10, start)
        self.assertEqual(client.stop(), 0)
        self.assertInside(client)
