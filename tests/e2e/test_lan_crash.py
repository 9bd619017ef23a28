"""What the LAN is told of a router that died, where no grant comes after."""

import os
import signal
import time

from lan import (OTHER_DELEGATED, OTHER_SUBNET, PREFERRED, ROUTER_LIFETIME,
                 SUBNET, VALID, LanCase)
from lib import PATIENCE, eventually

ICMPV6 = ":003A "   # as /proc/net/raw6 says it
SOCKETS = 3         # of an interface of -P


class TestCrash(LanCase):

    def setUp(self):
        super().setUp()
        self.serve()
        self.crashed = self.lan_up()
        self.assertReaches()
        self.assertIn("default", self.host.routes6())

    def killed(self):
        """All of it, and the server is away."""
        self.server.stop()
        self.crashed.kill(self.crashed.child)
        return self.crashed

    def sockets(self):
        return self.net.client.run(
            "cat", "/proc/net/raw6").count(ICMPV6)

    def wait_farewell(self, timeout, start):
        """No router any more, but the prefix is as good as before; that is
        what the host makes of it, too."""
        ra = self.recorder.wait(
            lambda ra: self.ours(ra) and ra.router_lifetime == 0, timeout,
            start, "router lifetime 0")
        self.assertEqual({p: said.lifetimes
                          for p, said in ra.prefixes.items()},
                         {SUBNET: (VALID, PREFERRED)})
        eventually(lambda: "default" not in self.host.routes6(), PATIENCE,
                   "the host has no default router any more")
        self.assertFalse(self.host.slaac(SUBNET).get("deprecated"))
        return ra

    def stop_with_farewell(self, client):
        """Long before it would have begun to advertise."""
        eventually(lambda: self.sockets() == SOCKETS, 10,
                   "the sockets for advertisements are there")
        at = self.recorder.mark()
        self.assertEqual(client.stop(), 0)
        self.wait_farewell(PATIENCE, at)

    def start_anew(self, client):
        """Nothing is left of the one before, and signals are heard."""
        eventually(lambda: self.sockets() == 0, 10, "its sockets are gone")
        client.start().wait_state("connecting")

    def test_stopped_before_a_grant(self):
        client = self.killed()
        self.start_anew(client)
        self.stop_with_farewell(client)
        self.assertEqual(client.lines("ra="), [])
        # Nothing has changed for the one after it.
        self.start_anew(client)
        self.stop_with_farewell(client)

    def test_engine_killed_and_stopped_before_a_grant(self):
        client, was = self.crashed, str(self.crashed.engine)
        self.server.stop()
        client.wait_state("waiting", 10, client.at)
        os.kill(int(was), signal.SIGKILL)
        eventually(lambda: client.status()[1].get("engine", was)
                   not in ("0", was), 10, "there is another engine")
        self.stop_with_farewell(client)

    def test_no_grant_and_then_another_prefix(self):
        client = self.killed()
        at = self.recorder.mark()
        start = time.time()
        client.start()
        ra = self.wait_farewell(30 + 4 + PATIENCE, at)
        self.assertGreater(ra.time - start, 30)
        client.wait_log(f"ra=begins if=lan0 prefix={SUBNET}", PATIENCE)
        at = self.recorder.mark()
        self.serve(behave=[f"prefix={OTHER_DELEGATED}"])
        client.wait_state("up", 5 * PATIENCE, client.at)
        ra = self.wait_ours(SUBNET, 15, at, (0, 0))
        self.assertIn(OTHER_SUBNET, ra.prefixes)
        self.recorder.wait(
            lambda ra: self.ours(ra) and ra.router_lifetime
            == ROUTER_LIFETIME, 10, at, "a router again")
        self.host.wait_deprecated(SUBNET, PATIENCE)
        self.assertReaches(OTHER_SUBNET)
        self.assertEqual(len(client.lines(
            rf"ra=withdrawn if=lan0 prefix={SUBNET}")), 1, client.log.items)
    test_no_grant_and_then_another_prefix.slow = True

    def test_withdrawn_stays_withdrawn(self):
        client = self.crashed
        self.server.behave(f"prefix={OTHER_DELEGATED}")
        client.send(signal.SIGHUP)
        client.wait_state("up", 5 * PATIENCE, client.at)
        self.wait_ours(SUBNET, 15, 0, (0, 0))
        self.killed()
        at = self.recorder.mark()
        client.start()
        ra = self.wait_ours(SUBNET, 30 + 4 + PATIENCE, at, (0, 0))
        self.assertEqual(ra.prefixes[OTHER_SUBNET].lifetimes,
                         (VALID, PREFERRED))
        self.assertEqual(ra.router_lifetime, 0)
        self.assertEqual(len(client.lines(
            rf"ra=withdrawn if=lan0 prefix={SUBNET}")), 1, client.log.items)
    test_withdrawn_stays_withdrawn.slow = True
