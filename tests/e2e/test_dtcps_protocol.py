"""What dtcps says, to the letter: KAME's clients compare little, Feel6's
less, and both are out there unchanged."""

import socket
import time

from broker import PAIRS, BrokerCase
from lib import CLIENT4, DELEGATED, SERVER4

PONG = "+OK hi, happy to hear from you"
BYE = "+OK see you soon."
FAILED = "-ERR authentication failed."
HOST = (f"+OK {CLIENT4} {SERVER4} 2001:db8:ffff::0006 2001:db8:ffff::0005")


class TestDtcpsProtocol(BrokerCase):

    def test_greeting(self):
        self.serve()
        greetings = {self.talk().greet().greeting for _ in range(4)}
        self.assertEqual(len(greetings), 4)
        for greeting in greetings:
            self.assertRegex(greeting,
                             r"^\+OK [0-9A-F]{32} KAME tunnel server$")

    def test_small_talk(self):
        self.serve()
        talk = self.talk().greet()
        for word in "ping", "PING", "PiNg":
            self.assertEqual(talk.ask(word), PONG)
        self.assertEqual(talk.ask("help"),
                         "+OK valid commands are: TUNNEL PING QUIT")
        self.assertEqual(talk.ask("nonsense"), "-ERR invalid command")
        self.assertEqual(talk.ask(""), "-ERR invalid command")
        self.assertEqual(talk.ask("ping", end="\n"), PONG)
        self.assertEqual(talk.ask("QUIT"), BYE)
        self.assertEqual(talk.line(), "")

    def test_types(self):
        self.serve()
        for kind, reply in (
                ("tunnelonly", f"+OK {CLIENT4} {SERVER4}"),
                ("host", HOST),
                ("network", f"+OK {CLIENT4} {SERVER4} {DELEGATED}"),
                ("tunnelroute", f"+OK {CLIENT4} {SERVER4} {DELEGATED}")):
            talk = self.talk()
            self.assertEqual(talk.tunnel(kind), reply)
            self.assertEqual(talk.ask("ping"), PONG)
            self.assertEqual(talk.ask("quit"), BYE)
            self.assertEqual(talk.line(), "")

    def test_network_with_a_peer_pair(self):
        self.serve("-a")
        self.assertEqual(self.talk().tunnel("network"),
                         f"{HOST} {DELEGATED}")

    def test_digest_in_either_case(self):
        self.serve()
        talk = self.talk()
        words = talk.request("tunnelonly").split()
        words[2] = words[2].lower()
        self.assertRegex(talk.ask(" ".join(words)), r"^\+OK ")

    def test_command_word_in_any_case_with_a_bare_line_feed(self):
        self.serve()
        talk = self.talk()
        line = talk.request("host").replace("tunnel ", "TunneL ", 1)
        self.assertEqual(talk.ask(line, end="\n"), HOST)

    def test_refused_alike(self):
        self.serve()

        def refused(make):
            talk = self.talk().greet()
            self.assertEqual(talk.ask(make(talk)), FAILED)
            # The connection stays open, and the challenge good.
            self.assertEqual(talk.ask("ping"), PONG)
            return talk

        refused(lambda t: t.request("host", password="wrong"))
        refused(lambda t: t.request("host", user="nobody"))
        refused(lambda t: t.request("host").replace("foo", "FOO", 1))
        refused(lambda t: t.request("host") + " extra")
        refused(lambda t: t.request("host") + " ")
        refused(lambda t: t.request("host").replace(" ", "  ", 1))
        refused(lambda t: " ".join(t.request("host").split()[:3]))
        refused(lambda t: "tunnel")
        refused(lambda t: "tunnel foo " + "0" * 31 + "x host")
        refused(lambda t: "tunnel foo " + "0" * 31 + " host")
        refused(lambda t: "tunnel " + "x" * 65 + " " + "0" * 32 + " host")
        talk = refused(lambda t: "tunnel colon:a " + "0" * 32 + " host")
        self.assertEqual(talk.tunnel("host"), HOST)

    def test_three_refused_logins_end_a_connection(self):
        self.serve()
        talk = self.talk()
        for _ in range(3):
            self.assertEqual(talk.tunnel("host", password="wrong"), FAILED)
        self.assertEqual(talk.line(), "")

    def test_password_with_colons_and_blanks(self):
        self.serve()
        self.assertEqual(self.talk().tunnel("host", user="colon",
                                            password="a:b c"), HOST)

    def test_unsupported_types(self):
        self.serve(prefix=(), routes="jane 2001:db8:2::/48\n")
        talk = self.talk()
        self.assertEqual(talk.tunnel("Host"),
                         "-ERR unsupported tunnel type Host")
        for kind in "host", "network", "tunnelroute", "6to4":
            self.assertEqual(talk.tunnel(kind),
                             f"-ERR unsupported tunnel type {kind}")
        self.assertEqual(talk.ask("ping"), PONG)
        self.assertEqual(talk.tunnel("tunnelonly"),
                         f"+OK {CLIENT4} {SERVER4}")
        # Who cannot log in is not told what there is.
        self.assertEqual(self.talk().tunnel("6to4", password="no"), FAILED)

    def test_unsupported_over_udp(self):
        self.serve()
        self.assertEqual(
            self.talk().tunnel("host", keys="proto=udp port=4028"),
            "-ERR unsupported tunnel type host over UDP")

    def test_second_tunnel_on_a_connection_replaces_the_first(self):
        self.serve()
        talk = self.talk()
        self.assertEqual(talk.tunnel("host"), HOST)
        self.assertEqual(talk.tunnel("host"), HOST)
        self.assertEqual(talk.tunnel("network"),
                         f"+OK {CLIENT4} {SERVER4} {DELEGATED}")
        self.server.wait_sessions(1)
        self.assertIn(DELEGATED, self.net.server.routes6())
        # One that is refused leaves what there is.
        self.assertEqual(talk.tunnel("network", password="wrong"), FAILED)
        self.server.wait_sessions(1)
        self.assertEqual(talk.tunnel("host"), HOST)
        self.assertNotIn(DELEGATED, self.net.server.routes6())
        self.assertEqual(talk.ask("quit"), BYE)
        self.server.wait_sessions(0)

    def test_commands_in_one_go(self):
        self.serve()
        talk = self.talk().greet()
        talk.say("ping\r\n" + talk.request("host") + "\nhelp\r\nquit")
        self.assertEqual([talk.line() for _ in range(5)],
                         [PONG, HOST,
                          "+OK valid commands are: TUNNEL PING QUIT", BYE,
                          ""])

    def test_a_command_octet_by_octet(self):
        self.serve()
        talk = self.talk()
        talk.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for octet in talk.request("host") + "\r\n":
            talk.say(octet, end="")
        self.assertEqual(talk.line(), HOST)

    def test_a_close_ends_the_tunnel(self):
        self.serve()
        talk = self.talk()
        self.assertEqual(talk.tunnel("network"),
                         f"+OK {CLIENT4} {SERVER4} {DELEGATED}")
        talk.close()
        self.server.wait_gone(user="foo")
        self.assertNotIn(DELEGATED, self.net.server.routes6())

    def test_half_a_close_ends_it_after_the_answer(self):
        self.serve()
        talk = self.talk().greet()
        talk.say("ping")
        talk.socket.shutdown(socket.SHUT_WR)
        self.assertEqual((talk.line(), talk.line()), (PONG, ""))

    def test_units_are_used_again_lowest_first(self):
        self.serve("-U")
        users = [self.udp(), self.udp(user="jane", password="secret"),
                 self.udp()]
        self.assertEqual([(u.server6, u.own6) for u in users], PAIRS[:3])
        self.assertEqual([u.port for u in users], [4028, 4029, 4030])
        users[1].talk.ask("quit")
        self.server.wait_sessions(2)
        again = self.udp()
        self.assertEqual((again.own6, again.port), (PAIRS[1][1], 4029))

    def test_idle_before_a_tunnel(self):
        self.serve()
        kept, idle = self.talk().greet(), self.talk().greet()
        began = time.monotonic()
        idle.socket.settimeout(90)
        kept.socket.settimeout(90)
        self.assertTrue(idle.silent(40))
        # A line begins the time anew.
        self.assertEqual(kept.ask("ping"), PONG)
        self.assertEqual(idle.line(),
                         "-ERR connection timed out, disconnecting")
        self.assertEqual(idle.line(), "")
        self.assertLess(abs(time.monotonic() - began - 60), 10)
        self.assertTrue(kept.silent(10))
        self.assertEqual(kept.ask("ping"), PONG)

    test_idle_before_a_tunnel.slow = True
