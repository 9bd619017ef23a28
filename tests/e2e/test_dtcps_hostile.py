"""What strangers and mistakes can do to dtcps, and what live sessions see of
it: nothing."""

import contextlib
import os
import signal
import socket
import time

from broker import PORT, USERS, BrokerCase, TwoNet
from lib import (DELEGATED, PATIENCE, SERVER4, SERVER6, alive, eventually,
                 holds, inside)

OF_ONE, LOGINS = 64, 1024   # connections without a tunnel
FAILED = "-ERR authentication failed."
TOO_LONG = 1 << 20


class HostileCase(BrokerCase):
    network = TwoNet

    def live(self):
        """A session that whatever comes must not disturb."""
        self.serve("-U")
        return self.up("-t", "host", "-l")

    def assertServed(self, keys="proto=udp", **more):
        # Of the same address: over protocol 41 there is one already.
        super().assertServed(keys, **more)

    def crowd(self, count, source=""):
        """Connections that say nothing: those that were greeted."""
        def make():
            made = []
            for _ in range(count):
                s = socket.socket()
                s.bind((source, 0))
                s.settimeout(10)
                s.connect((SERVER4, PORT))
                made.append(s)
            return made
        made = inside(self.net.client, make)
        for s in made:
            self.addCleanup(s.close)
        return made

    def assertBounded(self, before, kb, fds):
        """Neither process took more than that, whatever came."""
        def bounded():
            return all(
                rss1 - rss0 < kb and fds1 - fds0 <= fds for
                (rss0, fds0), (rss1, fds1) in zip(before, self.server.cost(),
                                                  strict=True))
        # A file may just be open that is written.
        eventually(bounded, 2, f"at most {kb} kB and {fds} descriptors more: "
                   f"{before}, {self.server.cost()}")


class TestDtcpsCrowds(HostileCase):

    def test_idle_connections_of_one_address(self):
        client = self.live()
        with self.undisturbed(client):
            before = self.server.cost()
            crowd = self.crowd(OF_ONE)
            for s in crowd:
                self.assertTrue(s.recv(100).startswith(b"+OK "))
            extra = self.talk()
            self.assertEqual(extra.line(), "-ERR too many connections from "
                             "your address")
            self.assertEqual(extra.line(), "")
            # Others are served as ever.
            self.assertServed(host=self.net.other)
            self.assertBounded(before, 1024, OF_ONE)
            # The oldest one makes room, as soon as it is 10 s old.
            eventually(lambda: self.talk().line().startswith("+OK "), 20,
                       "the oldest one makes room")
            self.assertEqual(crowd[0].recv(100)[:4], b"-ERR")
            self.assertEqual(crowd[0].recv(100), b"")

    def test_idle_connections_of_many_addresses(self):
        self.many()
        client = self.live()
        with self.undisturbed(client):
            before = self.server.cost()
            crowd = []
            for n in range(LOGINS // OF_ONE + 4):
                crowd += self.crowd(OF_ONE, f"10.0.0.{n + 1}")
            # Those that had to wait get their turn, and so does anybody.
            self.assertServed(host=self.net.other)
            self.assertBounded(before, 16384, LOGINS)
            for s in crowd:
                s.close()
            eventually(lambda: self.server.cost()[1][1] <= before[1][1],
                       PATIENCE, "all is closed")

    def test_half_open_connections(self):
        client = self.live()
        with self.undisturbed(client):
            before = self.server.cost()
            for _ in range(OF_ONE):
                self.talk().greet().vanish()
            self.assertServed(host=self.net.other)
            self.assertBounded(before, 1024, OF_ONE)

    def test_connections_that_come_and_go(self):
        client = self.live()
        with self.undisturbed(client):
            self.crowd(1)[0].close()
            before = self.server.cost()
            for _ in range(20):
                for s in self.crowd(50):
                    s.close()
            self.assertServed()
            eventually(lambda: self.server.cost()[1][1] <= before[1][1],
                       PATIENCE, "all is closed")
            self.assertBounded(before, 1024, 0)

    def test_one_that_reads_nothing(self):
        client = self.live()
        with self.undisturbed(client):
            before = self.server.cost()
            talk = self.talk().greet()
            talk.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            with contextlib.suppress(OSError):
                for _ in range(2000):
                    talk.say("help\r\n" * 1000)
            self.assertServed(host=self.net.other)
            self.assertBounded(before, 1024, 1)


class TestDtcpsGuessing(HostileCase):

    def guess(self, source):
        """Wrong passwords until it is not listened to; how many."""
        for count in range(60):
            talk = self.talk(source=source).greet()
            if talk.greeting.startswith("-ERR"):
                self.assertEqual(talk.greeting, "-ERR too many failed logins,"
                                 " try again later")
                self.assertEqual(talk.line(), "")
                return count
            self.assertEqual(talk.tunnel("host", password="hunter2"),
                             FAILED)
            talk.close()
        raise AssertionError("it may guess for ever")

    def test_many_wrong_passwords(self):
        self.many()
        client = self.live()
        with self.undisturbed(client):
            self.assertLessEqual(self.guess("10.0.0.1"), 21)
            # Nobody else is held responsible.
            self.assertServed(host=self.net.other)
            self.assertServed(source="10.0.0.2")
            # An account is not locked by who guesses at it.
            talk = self.talk(source="10.0.0.3")
            self.assertRegex(talk.tunnel("network"), r"^\+OK ")
        said = self.server.lines("login refused")
        self.assertTrue(said)
        self.assertLessEqual(len(said), 25)
        self.assertEqual(self.server.lines("hunter2"), [])

    def test_from_many_addresses(self):
        self.many()
        client = self.live()
        with self.undisturbed(client):
            before = self.server.cost()
            for n in range(400):
                talk = self.talk(source=f"10.0.{n >> 8}.{n & 255 or 1}")
                talk.tunnel("host", password="wrong")
                talk.close()
            self.assertServed(host=self.net.other)
            self.assertBounded(before, 1024, 2)
        # A flood is not passed on to the log.
        self.assertLess(len(self.server.lines("login refused")), 300)

    def test_the_live_session_of_the_same_address(self):
        client = self.live()
        with self.undisturbed(client):
            self.guess("")
            # It goes on, though it could not come back at the moment.
            self.server.wait_sessions(1)


class TestDtcpsGarbage(HostileCase):

    def test_lines_that_are_none(self):
        client = self.live()
        with self.undisturbed(client):
            for junk in (b"x" * TOO_LONG + b"\r\n", b"x" * 1025 + b"\r\n",
                         b"ping\0\r\n", b"\0", b"pi\x07ng\n", b"\x1b[2J\n",
                         b"ping\tping\n", b"ping\rping\r\n", b"\xff\xfe\n",
                         b"tunnel foo\x7f " + b"0" * 32 + b" host\n",
                         b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
                         os.urandom(4096)):
                before = self.server.cost()
                talk = self.talk().greet()
                with contextlib.suppress(ConnectionError):
                    talk.socket.sendall(junk)
                    talk.socket.shutdown(socket.SHUT_WR)
                got = []
                while not got or got[-1]:
                    got.append(talk.line())
                for line in got[:-1]:
                    self.assertRegex(line, "^-ERR ", junk[:20])
                self.assertBounded(before, 256, 1)
            self.assertServed()

    def test_a_line_without_an_end(self):
        client = self.live()
        with self.undisturbed(client):
            before = self.server.cost()
            talk = self.talk().greet()
            with contextlib.suppress(ConnectionError):
                for _ in range(64):
                    talk.socket.sendall(b"x" * (TOO_LONG // 64))
            self.assertRegex(talk.line(), "^(-ERR .*|)$")
            self.assertBounded(before, 256, 1)

    def test_what_a_log_must_not_show_as_it_is(self):
        self.live()
        talk = self.talk().greet()
        for user in 'a"b', "a=b", "state=up", "%n%s", "a\\nb", "é":
            talk.say(f"tunnel {user} {'0' * 32} host")
            self.assertRegex(talk.line(), "^-ERR |^$")
            talk = self.talk().greet()
        self.assertServed()
        for line in self.server.log.items:
            self.assertTrue(line.isprintable() and line.isascii(), line)

    def test_many_commands_leave_room_for_others(self):
        client = self.live()
        with self.undisturbed(client):
            talk = self.talk().greet()
            # As many as there is room for the replies to.
            talk.say("ping\r\n" * 400)
            other = self.talk().greet()
            began = time.monotonic()
            self.assertRegex(other.ask("ping"), r"^\+OK ")
            self.assertLess(time.monotonic() - began, PATIENCE)
            for _ in range(400):
                self.assertRegex(talk.line(), r"^\+OK ")


class TestDtcpsUsersFile(HostileCase):

    def reloaded(self, pattern, live, accounts=3):
        """After SIGHUP: what was said, and who can log in."""
        with self.undisturbed(live):
            self.assertRegex(self.server.reload(), pattern)
            self.assertServed()
            eventually(lambda: self.server.status()[1]["users"]
                       == str(accounts), PATIENCE, f"{accounts} users")

    def test_a_new_one(self):
        client = self.live()
        new = {"user": "new", "password": "pass", "keys": "proto=udp"}
        talk = self.talk()
        self.assertEqual(talk.tunnel("tunnelonly", **new), FAILED)
        # Written, but not read before the signal says so.
        self.server.rewrite(self.server.users, "new:pass\n" + USERS)
        self.assertEqual(talk.tunnel("tunnelonly", **new), FAILED)
        self.reloaded("users=4", client, 4)
        self.assertRegex(self.talk().tunnel("tunnelonly", **new), r"^\+OK ")

    def test_who_is_not_in_it_any_more(self):
        client = self.live()
        self.server.rewrite(self.server.users, "jane:secret\n")
        # The session is as it was; another there will not be.
        self.reloaded("users=1", client, 1)
        self.assertEqual(self.talk().tunnel("host"), FAILED)

    def test_a_new_route_table(self):
        client = self.live()
        talk = self.talk(host=self.net.other)
        self.assertRegex(talk.tunnel("network"), DELEGATED)
        self.server.rewrite(self.server.routes, "foo 2001:db8:3::/48\n")
        self.reloaded("reread users=3", client)
        # The tunnel there is, stays; the next one has the new prefix.
        self.assertIn(DELEGATED, self.net.server.routes6())
        self.assertRegex(talk.tunnel("network"), " 2001:db8:3::/48$")
        self.assertNotIn(DELEGATED, self.net.server.routes6())

    def test_it_vanishes(self):
        client = self.live()
        os.unlink(self.server.users)
        self.reloaded("warning.*dtcps.users", client)

    def test_others_can_read_it(self):
        client = self.live()
        os.chmod(self.server.users, 0o644)
        self.reloaded("warning.*dtcps.users.*chmod", client)

    def test_it_gets_bad(self):
        client = self.live()
        for text, why in (("foo\n", "line 1"), ("foo:bar\nfoo:baz\n",
                          "line 2"), ("foo:\n", "line 1"),
                          ("foo:a\0b\n", "line 1"),
                          ("x" * 65 + ":y\n", "line 1"),
                          ("foo:" + "y" * 257 + "\n", "line 1")):
            self.server.rewrite(self.server.users, text)
            self.reloaded(f"warning.*{why}", client)

    def test_the_route_table_gets_bad(self):
        client = self.live()
        for text in ("foo\n", "foo 2001:db8:1::1/48\n", "foo fe80::/64\n",
                     "foo 2001:db8:1::/48\njane 2001:db8:1:2::/64\n",
                     # The prefix of hosts is nobody's.
                     "foo 2001:db8:ffff::/64\n"):
            self.server.rewrite(self.server.routes, text)
            self.reloaded("warning.*dtcps.routes line [12]", client)

    def test_it_is_a_directory_or_huge(self):
        client = self.live()
        os.unlink(self.server.users)
        os.mkdir(self.server.users)
        self.reloaded("warning.*dtcps.users", client)
        os.rmdir(self.server.users)
        with open(self.server.users, "w") as f:
            os.chmod(self.server.users, 0o600)
            f.truncate(1 << 30)
        before = self.server.cost()
        self.reloaded("warning.*dtcps.users", client)
        self.assertBounded(before, 4096, 0)

    def test_read_again_and_again(self):
        client = self.live()
        self.server.rewrite(self.server.users, "".join(
            f"user{n}:password{n}\n" for n in range(10000)) + USERS)
        self.reloaded("users=10003", client, 10003)
        before = self.server.cost()
        with self.undisturbed(client):
            for _ in range(20):
                self.server.reload()
        self.assertBounded(before, 2048, 0)

    def test_signals_in_a_heap(self):
        client = self.live()
        with self.undisturbed(client):
            for _ in range(50):
                self.server.send(signal.SIGHUP)
                self.server.send(signal.SIGUSR1)
            self.assertServed()
            self.assertTrue(alive(self.server.pid))

    def test_the_passwords_are_in_the_root_process_alone(self):
        secret = "correct-horse-battery-staple"
        self.serve(users=f"foo:{secret}\n")
        self.assertRegex(self.talk().tunnel("host", password=secret),
                         r"^\+OK ")
        self.assertFalse(holds(self.server.engine, secret.encode()))
        self.assertTrue(holds(self.server.pid, secret.encode()))


class TestDtcpsPackets(HostileCase):

    def test_a_flood_from_nobody(self):
        """Datagrams to the port of a session, which is not disturbed."""
        client = self.live()
        victim = self.udp(user="jane", password="secret")
        victim.assertAnswered()
        with self.undisturbed(client):
            before = self.server.cost()
            flooder = victim.bound()
            for size in range(2000):
                flooder.sendto(bytes(size % 1400), victim.far)
            # Some may be lost in its queue, but it is not lost for good.
            eventually(victim.answered, 10, "an answer")
            self.assertBounded(before, 1024, 0)
        self.assertTrue(self.net.client.ping(SERVER6))
