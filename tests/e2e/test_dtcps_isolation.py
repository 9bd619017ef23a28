"""A client can neither send nor receive what is another's."""

from broker import OTHER6, PAIRS, BrokerCase, TwoNet, echo_request
from lan import WORLD6
from lib import CLIENT6, PREFIX6, SERVER4, SERVER6, eventually
from traffic import Traffic


class TestDtcpsIsolation(BrokerCase):

    def setUp(self):
        super().setUp()
        self.net.server.ip(f"addr add {WORLD6}/128 dev lo nodad")
        self.net.server.run("sysctl", "-qw", "net.ipv6.conf.all.forwarding=1")

    def two(self):
        self.serve("-U")
        return self.udp(), self.udp(user="jane", password="secret")

    def settled(self, *clients):
        """All that was sent before has been dealt with."""
        for client in clients:
            client.assertAnswered()

    def test_sources_that_are_not_the_sessions_own(self):
        one, two = self.two()
        three = self.udp("network")
        self.settled(one, two)
        before = self.arrived()
        sources = [two.own6, SERVER6, two.server6, WORLD6, "2001:db8:77::1",
                   PREFIX6 + "d", PREFIX6 + "e", PREFIX6, "::", "::1",
                   "fe80::1", "ff02::1", "::ffff:192.0.2.1",
                   "2001:db8:1::1"]
        for source in sources:
            for target in SERVER6, WORLD6, two.own6:
                one.ask(source, target)
        # Nor may a network take what lies outside its prefix.
        for source in one.own6, "2001:db8:2::1", "2001:db8:0:ffff::1":
            three.ask(source, WORLD6)
        self.settled(one, two)
        self.assertEqual(self.arrived() - before, 2)
        one.assertNothing()
        two.assertNothing()
        three.assertAnswered(source="2001:db8:1:ffff::1", target=WORLD6)

    def test_targets_that_are_for_the_link(self):
        one, two = self.two()
        self.settled(one, two)
        before = self.arrived()
        for target in "ff02::1", "ff02::2", "ff05::1", "fe80::1":
            one.ask(target=target)
        self.settled(one, two)
        self.assertEqual(self.arrived() - before, 2)
        two.assertNothing()

    def test_what_is_for_one_comes_to_no_other(self):
        one, two = self.two()
        three = self.udp("network")
        self.settled(one, two)
        three.assertAnswered(source="2001:db8:1::1", target=WORLD6)
        # Between the two, by way of the server.
        two.send(echo_request(two.own6, one.own6, 77))
        got = one.receive()
        self.assertEqual(got[40], 128)
        self.assertEqual(got[8:24].hex(), echo_request(
            two.own6, one.own6, 77)[8:24].hex())
        two.assertNothing()
        three.assertNothing()
        # What nobody has is nobody's, and does not go round.
        before = self.arrived()
        self.assertFalse(self.net.server.ping(PAIRS[5][1], "-W", "1"))
        two.send(echo_request(two.own6, PAIRS[5][1], 78))
        self.settled(one)
        # The server says so to who asked.
        got = two.receive()
        self.assertEqual((got[6], got[40]), (58, 1))
        for client in one, two, three:
            client.assertNothing()
        self.assertLessEqual(self.arrived() - before, 2)

    def test_what_was_anothers_is_nobodys_afterwards(self):
        one, two = self.two()
        self.settled(one, two)
        gone = two.own6
        two.talk.ask("quit")
        self.server.wait_sessions(1)
        self.assertFalse(self.net.server.ping(gone, "-W", "1"))
        before = self.arrived()
        two.ask()
        one.ask(gone)
        self.settled(one)
        self.assertEqual(self.arrived() - before, 1)
        two.assertNothing()

    def test_forged_keepalives(self):
        one, two = self.two()
        self.settled(one, two)
        forger = one.bound()
        for key in (b"", bytes(16), two.key, one.key[:15], one.key + b"x",
                    one.key[:15] + bytes([one.key[15] ^ 1])):
            one.keepalive(key, forger)
        one.ask(by=forger)
        self.settled(one, two)
        one.assertNothing(forger)

    def test_a_keepalive_with_the_key_moves_it(self):
        one, two = self.two()
        self.settled(one, two)
        moved = one.bound()
        one.keepalive(by=moved)
        one.assertAnswered(moved)
        # What comes from the old place is nobody's now.
        one.ask()
        one.assertAnswered(moved)
        one.assertNothing()
        # And back.
        one.keepalive()
        one.assertAnswered()
        one.assertNothing(moved)
        two.assertAnswered()

    def test_it_moves_to_another_address(self):
        self.many()
        one, _ = self.two()
        one.source = "10.1.2.3"
        moved = one.bound()
        one.keepalive(by=moved)
        one.assertAnswered(moved)

    def test_without_a_port_nothing_is_heard_before_the_key(self):
        self.serve("-U")
        one = self.udp(announce=False)
        one.ask()
        self.assertFalse(self.net.server.ping(one.own6, "-W", "1"))
        one.assertNothing()
        one.keepalive()
        eventually(one.answered, 10, "an answer")

    def test_one_at_anothers_port(self):
        one, two = self.two()
        self.settled(one, two)
        before = self.arrived()
        # From where one is, but to two's socket, under both names.
        one.socket.sendto(echo_request(two.own6, SERVER6, 5), two.far)
        one.socket.sendto(echo_request(one.own6, SERVER6, 6), two.far)
        self.settled(one, two)
        self.assertEqual(self.arrived() - before, 2)

    def test_damaged_packets(self):
        one, two = self.two()
        self.settled(one, two)
        before = self.arrived()
        good = echo_request(one.own6, SERVER6, 9)
        for packet in (b"", b"\x60", good[:39], good[:-1], good + b"x",
                       b"\x45" + good[1:], bytes(1280),
                       good[:4] + b"\0\0\0" + good[7:40] + b"\xc2\4" * 4,
                       b"\xff" * 1500):
            one.send(packet)
        self.settled(one, two)
        self.assertEqual(self.arrived() - before, 2)

    def test_tunnelonly_has_a_device_of_its_own(self):
        self.serve("-U")
        one = self.udp()
        one.assertAnswered()
        shared, = self.devices()
        only = self.udp("tunnelonly", user="jane", password="secret")
        own, = set(self.devices()) - {shared}
        # It may use any source, and gets nothing but what is routed there.
        self.net.server.ip(f"addr add 2001:db8:a::1/64 dev {own} nodad")
        eventually(lambda: only.answered(source="2001:db8:a::2",
                                         target="2001:db8:a::1"), 10,
                   "an answer")
        only.talk.ask("quit")
        self.server.wait_sessions(1)
        self.assertEqual(self.devices(), [shared])
        one.assertAnswered()


class TestDtcpsIsolation41(BrokerCase):
    """Protocol 41, whose outer source anybody can forge: not the inner."""
    network = TwoNet

    def test_inner_sources(self):
        self.serve()
        # The client lets them out, for its part.
        self.up("-t", "host", "-A", f"{OTHER6}/128,2001:db8:77::1/128")
        two = self.other("-t", "host")
        self.assertPings()
        before = self.arrived()
        for address in OTHER6, "2001:db8:77::1":
            self.assertFalse(self.net.client.ping(SERVER6, "-I", address,
                                                  "-W", "1"))
        self.assertEqual(self.arrived(), before)
        self.assertTrue(self.net.other.ping(PAIRS[1][0]))
        self.assertEqual(two.lines("state=")[-1:], two.lines("state=up"))

    def test_an_outer_source_without_a_session(self):
        self.serve()
        self.up("-t", "host")
        self.assertPings()
        before = self.arrived()
        Traffic(self, self.net.other, "protocol41", SERVER4,
                echo_request(CLIENT6, SERVER6, 1).hex())
        self.assertTrue(self.net.client.ping(SERVER6))
        # That packet, and nothing else.
        self.assertEqual(self.arrived() - before, 1)
