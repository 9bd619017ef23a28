"""Who comes back from elsewhere is not locked out by its own ghost."""

import os
import signal

from broker import OTHER4, BrokerCase, TwoNet
from lib import (CLIENT4, CLIENT6, DELEGATED, PATIENCE, ROUTER4, SERVER4,
                 SERVER6, alive, eventually)

NEW4 = "192.0.2.7"
REPLACED = "-ERR replaced by a new login"
NETWORK = f"{SERVER4} {DELEGATED}"


class TestDtcpsTakeover(BrokerCase):
    network = TwoNet

    def move(self):
        """The client's address is another one."""
        self.net.client.ip(f"addr del {CLIENT4}/24 dev wan",
                           f"addr add {NEW4}/24 dev wan",
                           f"route add default via {ROUTER4}")

    def test_the_same_user_from_a_new_address(self):
        self.serve()
        old = self.talk()
        self.assertEqual(old.tunnel("network"), f"+OK {CLIENT4} {NETWORK}")
        new = self.talk(host=self.net.other)
        self.assertEqual(new.tunnel("network"), f"+OK {OTHER4} {NETWORK}")
        self.assertEqual(old.line(), REPLACED)
        self.assertEqual(old.line(), "")
        self.assertEqual(self.server.wait_gone(client4=CLIENT4), "replaced")
        self.server.wait_sessions(1)
        self.assertEqual(new.ask("ping"), "+OK hi, happy to hear from you")

    def test_over_udp(self):
        self.serve("-U")
        old = self.udp("network")
        new = self.udp("network", host=self.net.other, source=OTHER4)
        self.assertEqual(old.talk.line(), REPLACED)
        # The old one's port may still be open when the new one is given.
        self.assertEqual(old.port, 4028)
        self.assertIn(new.port, (4028, 4029))
        self.assertNotEqual(old.key, new.key)
        self.server.wait_sessions(1)

    def test_a_ghost_does_not_lock_out(self):
        self.serve()
        ghost = self.talk()
        self.assertEqual(ghost.tunnel("network"), f"+OK {CLIENT4} {NETWORK}")
        ghost.vanish()
        self.move()
        self.assertEqual(self.talk().tunnel("network"),
                         f"+OK {NEW4} {NETWORK}")
        self.server.wait_sessions(1)

    def test_a_ghost_of_the_same_address(self):
        self.serve()
        ghost = self.talk()
        self.assertRegex(ghost.tunnel("host"), f"^.OK {CLIENT4} ")
        ghost.vanish()
        # Two protocol-41 tunnels between two addresses there cannot be.
        self.up("-t", "host")
        self.assertPings()
        self.server.wait_sessions(1)

    def test_hosts_of_one_user_live_side_by_side(self):
        self.serve("-U")
        one, two = self.udp(), self.udp()
        one.assertAnswered()
        two.assertAnswered()
        self.assertTrue(one.talk.silent())

    def test_another_users_outer_pair_cannot_be_taken(self):
        self.serve()
        first = self.talk()
        self.assertRegex(first.tunnel("host"), r"^\+OK ")
        second = self.talk()
        self.assertRegex(second.tunnel("host", user="jane",
                                       password="secret"),
                         "^-ERR internal error: ")
        line = self.server.wait_log(f"refused .*{CLIENT4}.*").string
        self.assertRegex(line, "foo.*jane|jane.*foo")
        self.assertTrue(first.silent())

    def test_a_refused_login_takes_nothing_over(self):
        self.serve()
        client = self.up("-t", "network", "-A", "2001:db8:1::1/64")
        start = client.mark()
        other = self.talk(host=self.net.other)
        self.assertEqual(other.tunnel("network", password="wrong"),
                         "-ERR authentication failed.")
        self.assertEqual(other.tunnel("network", keys="proto=udp"),
                         "-ERR unsupported tunnel type network over UDP")
        self.server.wait_sessions(1)
        self.assertEqual(client.lines("state=", start), [])

    def test_a_client_whose_address_changes(self):
        self.serve("-a")
        client = self.up("-t", "network", "-l")
        start = client.mark()
        self.move()
        client.wait_state("up", 10 * PATIENCE, start)
        self.assertPings(SERVER6, client.status()[1]["client6"])
        self.assertEqual(client.lines("refused", start), [])
        self.server.wait_sessions(1)

    def test_a_client_killed_and_started_again(self):
        self.serve("-a")
        client = self.up("-t", "network", "-l")
        engine = client.engine
        with self.net.blackhole():      # so that the server hears nothing
            os.kill(client.pid, signal.SIGKILL)
            client.wait_exit()
            eventually(lambda: not alive(engine), PATIENCE, "both ended")
        client.start().wait_state("up")
        self.assertPings(SERVER6, client.status()[1]["client6"])
        self.server.wait_sessions(1)

    def test_two_machines_on_one_account_do_not_fight(self):
        self.serve("-a")
        usual = ("-t", "network", "-l", "--retry-min", "1", "--retry-max",
                 "300")
        one = self.up(*usual)
        two = self.other(*usual, user="foo", password="bar")
        one.wait_state("waiting", 10, one.at)
        self.assertTrue(one.lines("replaced by a new login"), one.log.items)
        eventually(lambda: self.net.other.ping(SERVER6), 10, "the other one")
        # One that came back at once would have been here by now.
        self.assertTrue(self.net.other.ping(SERVER6, "-c", "3"))
        self.assertEqual(two.lines("state=up"), two.lines("state=")[-1:])
        self.assertEqual(len(one.lines("state=up")), 1)

    def test_without_l_the_first_one_ends(self):
        self.serve("-a")
        one = self.up("-t", "network")
        self.other("-t", "network", user="foo", password="bar")
        self.assertEqual(one.wait_exit(), 1)
        self.assertTrue(one.lines("replaced by a new login"), one.log.items)
        self.assertTrue(self.net.other.ping(SERVER6))
        self.assertTrue(self.net.server.ping(CLIENT6))
