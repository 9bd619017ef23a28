"""However dtcps ends, nothing of it stays; and what it never does."""

import os
import re
import signal

from broker import BrokerCase
from lib import (CLIENT6, DELEGATED, PATIENCE, SERVER6, UML, alive, children,
                 eventually)


class StopCase(BrokerCase):

    def sessions(self):
        """Some of every kind that there is here."""
        talks = [self.talk()]
        self.assertRegex(talks[0].tunnel("network"), r"^\+OK ")
        if not UML:
            talks += [self.udp(k, user="jane", password="secret").talk
                      for k in ("host", "network", "tunnelonly", "host")]
        return talks

    def kinds(self):
        return () if UML else ("-U",)

    def foreign(self):
        """What is there before has to be there after."""
        self.net.server.ip(
            "addr add 2001:db8:e::2/64 dev wan nodad",
            "route add 2001:db8:5::/48 via 2001:db8:e::1 dev wan",
            "route add unreachable 2001:db8:6::/48",
            "rule add from 192.0.2.9 table 77")

    def gone(self, *pids):
        eventually(lambda: not any(map(alive, pids)), 2 * PATIENCE,
                   "the processes end")


class TestDtcpsStop(StopCase):
    uml = True

    def test_term(self):
        self.foreign()
        before = self.net.server.snapshot()
        self.serve(*self.kinds())
        talks = self.sessions()
        engine = self.server.engine
        self.assertStoppedAs(before)
        for talk in talks:
            self.assertEqual(talk.line(), "-ERR server is shutting down")
            self.assertEqual(talk.line(), "")
        self.assertFalse(alive(engine))

    def test_int(self):
        before = self.net.server.snapshot()
        self.serve()
        self.assertStoppedAs(before, signal.SIGINT)

    def test_many_terms(self):
        before = self.net.server.snapshot()
        self.serve(*self.kinds())
        self.sessions()
        for _ in range(5):
            self.server.send(signal.SIGTERM)
        self.assertStoppedAs(before)

    def test_term_while_logins_come(self):
        before = self.net.server.snapshot()
        for _ in range(5):
            self.serve(*self.kinds())
            talks = [self.talk().greet() for _ in range(8)]
            for talk in talks:
                talk.say(talk.request("network"))
            self.assertStoppedAs(before)

    def test_clients_come_back_after_a_restart(self):
        self.serve()
        client = self.up("-t", "host", "-l")
        start = client.mark()
        self.assertEqual(self.server.stop(), 0)
        self.server.start().wait_listening()
        client.wait_state("up", 10 * PATIENCE, start)
        self.assertPingsAs(client)

    def test_kill_of_the_engine(self):
        self.foreign()
        before = self.net.server.snapshot()
        self.serve(*self.kinds())
        client = self.up("-t", "host", "-l")
        talks = [] if UML else [self.udp(user="jane", password="secret").talk]
        engine, start = self.server.engine, client.mark()
        os.kill(engine, signal.SIGKILL)
        for talk in talks:
            self.assertEqual(talk.line(), "")
        self.server.wait_log("engine ended unexpectedly")
        client.wait_state("up", 10 * PATIENCE, start)
        self.assertNotEqual(self.server.engine, engine)
        self.assertPingsAs(client)
        self.server.wait_sessions(1)
        self.assertStoppedAs(before)

    def test_the_engine_dies_too_often(self):
        before = self.net.server.snapshot()
        self.serve()
        while self.server.child.poll() is None:
            start = self.server.mark()
            engine, = children(self.server.pid)
            os.kill(engine, signal.SIGKILL)
            self.server.wait_log("engine ended unexpectedly", 10, start)
            self.server.wait_log("listening on|too often", 10, start)
            if self.server.lines("too often", start):
                break
        self.assertLessEqual(len(self.server.lines("unexpectedly")), 6)
        self.assertEqual(self.server.wait_exit(), 1)
        self.assertServerUnchanged(before)

    def test_kill_of_the_root_process(self):
        self.foreign()
        before = self.net.server.snapshot()
        self.serve(*self.kinds())
        talks = self.sessions()
        engine = self.server.engine
        os.kill(self.server.pid, signal.SIGKILL)
        self.server.wait_exit()
        self.gone(engine)
        for talk in talks:
            self.assertEqual(talk.line(), "")
        # The next start cleans up first, and serves again.
        self.server.start().wait_listening()
        self.server.wait_sessions(0)
        self.assertNotIn(DELEGATED, self.net.server.routes6())
        client = self.up("-t", "host")
        self.assertPings(SERVER6, CLIENT6)
        client.stop()
        self.assertStoppedAs(before)

    def test_kill_and_a_start_that_gets_no_further(self):
        before = self.net.server.snapshot()
        self.serve(*self.kinds())
        self.sessions()
        engine = self.server.engine
        os.kill(self.server.pid, signal.SIGKILL)
        self.server.wait_exit()
        self.gone(engine)
        # The address is nobody's here.
        self.server.argv[1:1] = ["--listen", "203.0.113.77"]
        self.server.start()
        self.assertEqual(self.server.wait_exit(), 1)
        self.assertServerUnchanged(before)

    def test_the_device_of_a_session_is_removed(self):
        self.serve()
        talk = self.talk()
        self.assertRegex(talk.tunnel("tunnelonly"), r"^\+OK ")
        dev, = (d for d in self.devices() if re.search(
            rf"tunnel={d} ", self.server.wait_log("login .*").string))
        self.net.server.ip(f"link del {dev}")
        self.assertRegex(talk.line(), "^-ERR the tunnel ")
        self.server.wait_sessions(0)
        self.assertServed()


class TestDtcpsConfinement(StopCase):

    def test_no_execve_after_start(self):
        broker = self.broker("-U")
        trace = os.path.join(broker.dir, "trace")
        broker.prefix += ["strace", "-f", "-qq", "-o", trace, "-e",
                          "trace=execve,execveat,clone,clone3,fork,vfork"]
        broker.start().wait_listening(30)
        pid = int(broker.status()[1]["pid"])
        self.sessions()
        engine = broker.engine
        os.kill(pid, signal.SIGHUP)
        broker.wait_log("reread", 30)
        os.kill(engine, signal.SIGKILL)
        eventually(lambda: broker.engine != engine, 30, "another engine")
        self.sessions()
        os.kill(pid, signal.SIGTERM)
        broker.wait_exit(30)
        with open(trace) as f:
            text = f.read()
        self.assertEqual(len(re.findall(r"execve(?:at)?\(", text)), 1, text)
        # It did watch the children, too.
        self.assertGreaterEqual(len(re.findall(r"clone|fork", text)), 2)

    def test_the_engine_is_shut_in(self):
        self.serve("-U")
        self.sessions()
        engine = self.server.engine
        with open(f"/proc/{engine}/status") as f:
            text = f.read()
        self.assertRegex(text, r"Uid:\t65534\t65534\t65534\t65534")
        self.assertRegex(text, r"Gid:\t65534\t65534\t65534\t65534")
        self.assertRegex(text, r"CapEff:\t0+\n")
        self.assertRegex(text, r"CapPrm:\t0+\n")
        self.assertRegex(text, r"NoNewPrivs:\t1")
        self.assertRegex(text, r"Seccomp:\t2")
        self.assertNotEqual(os.readlink(f"/proc/{engine}/root"), "/")
        self.assertEqual(children(self.server.pid), [engine])

    def test_the_root_process_keeps_none_of_the_sockets(self):
        self.serve("-U")
        self.sessions()
        before = self.server.cost()[0][1]
        for _ in range(10):
            self.udp()
        eventually(lambda: self.server.cost()[0][1] <= before, PATIENCE,
                   "no more than before")

    def test_nothing_leaks(self):
        self.serve("-U")
        def round_of_logins():
            for talk in self.sessions():
                talk.ask("quit")
                talk.close()
            self.server.wait_sessions(0)
        for _ in range(3):
            round_of_logins()
        shot = self.net.server.snapshot()
        before = self.server.cost()
        for _ in range(20):
            round_of_logins()
        eventually(lambda: all(
            fds1 <= fds0 and rss1 < rss0 + 256 for (rss0, fds0), (rss1, fds1)
            in zip(before, self.server.cost())), PATIENCE,
            f"no more than {before}")
        self.assertSame(shot, self.net.server.snapshot())
