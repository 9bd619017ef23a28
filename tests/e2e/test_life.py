"""The life of a session: loss, signals, kills, repairs, many reconnects."""

import os
import re
import signal
import time

from lib import (CLIENT4, PATIENCE, ROUTER4, SERVER4, Case, alive, children,
                 descriptors, eventually, rss_kb)

# Everything that a host may have of its own, before and after.
FOREIGN = (
    "link add mine type veth peer name mine2",
    "link set mine addrgenmode none up",
    "link set mine2 addrgenmode none up",
    "addr add 2001:db8:f::1/64 dev mine nodad",
    "addr add fd00:f::1/64 dev wan nodad",
    "route add default via 2001:db8:f::2 dev mine metric 1024",
    "route add 2001:db8:e::/48 via 2001:db8:f::2 dev mine",
    "route add unreachable 2001:db8:d::/48",
    "rule add from 192.0.2.200 table 99",
    "tuntap add mode tun name theirs",
)


class TestLoss(Case):
    uml = True

    def test_server_vanished_silently(self):
        self.serve()
        before = self.net.client.snapshot()
        c = self.up("-t", "host", "-l")
        at = c.mark()
        with self.net.blackhole():
            # ping-interval + ping-timeout, times five
            c.wait_log("state=waiting.*does not answer", 2 * PATIENCE, at)
            # Routes went at once, the interface stayed.
            eventually(lambda: "default" not in self.net.client.routes6(),
                       PATIENCE, "routes gone")
            self.assertIn("dtcp0", self.net.client.links())
        c.wait_state("up", 20 + PATIENCE, c.at)
        # The server may still hold the old session: another pair.
        status = c.status()[1]
        self.assertPings(status["server6"], status["client6"])
        self.assertStops(c, before)

    def test_client_address_changes(self):
        server = self.serve()
        c = self.up("-t", "host", "-l")
        at, events = c.mark(), server.mark()
        self.net.client.ip(f"addr del {CLIENT4}/24 dev wan",
                           "addr add 192.0.2.3/24 dev wan",
                           f"route replace default via {ROUTER4}")
        c.wait_log(f"local address {CLIENT4} is gone", PATIENCE, at)
        c.wait_state("up", 3 * PATIENCE, at)
        server.wait("connect", 5, events, peer="192.0.2.3")
        status = c.status()[1]
        self.assertEqual(status["local4"], "192.0.2.3")
        self.assertPings(status["server6"], status["client6"])
        self.assertEqual(c.stop(), 0)

    def test_default_route_changes(self):
        self.serve()
        c = self.up("-t", "host", "-l", "--ping-interval", "60")
        at = c.mark()
        self.net.client.ip(f"route replace default via {ROUTER4} mtu 1400")
        c.wait_state("probing", PATIENCE, at)
        c.wait_state("up", PATIENCE, at)
        self.assertPings()
        self.assertEqual(c.stop(), 0)

    def test_another_prefix_after_reconnect_replaces_the_old_one(self):
        server = self.serve(behave=["ok", "prefix=2001:db8:9::/48"])
        before = self.net.client.snapshot()
        c = self.up("-t", "network", "-l")
        at = c.mark()
        server.control("cut")
        c.wait_state("up", 10, at)
        routes = self.net.client.routes6()
        self.assertIn("2001:db8:9::/48", routes)
        self.assertNotIn("2001:db8:1::/48", routes)
        self.assertStops(c, before)


class TestSignals(Case):

    def reconnects(self, c, server, events):
        c.send(signal.SIGHUP)
        server.wait("tunnel-up", 10, events)
        eventually(lambda: c.status()[0] == 0, 10, "up again")
        self.assertEqual(len(server.live()), 1)
        self.assertPings()

    def test_hup_while_up(self):
        server = self.serve()
        before = self.net.client.snapshot()
        c = self.up("-t", "host")
        events = server.mark()
        self.reconnects(c, server, events)
        self.assertEqual(len(server.events("quit", events)), 1)
        self.assertStops(c, before)

    def test_hup_while_connecting(self):
        server = self.serve(behave=["stall@connect", "ok"])
        c = self.client("-t", "host").start()
        c.wait_state("greeting")
        self.reconnects(c, server, 0)
        self.assertEqual(c.stop(), 0)

    def test_hup_while_the_dialler_is_at_work(self):
        server = self.serve()
        with self.net.blackhole():
            c = self.client("-t", "host").start()
            c.wait_state("connecting")
        self.reconnects(c, server, 0)
        self.assertEqual(c.stop(), 0)

    def test_hup_while_waiting(self):
        server = self.serve(behave=["auth-fail", "ok"])
        c = self.client("-t", "host", "-l", "--retry-max", "300").start()
        c.wait_state("waiting")
        self.reconnects(c, server, 0)
        self.assertEqual(c.stop(), 0)

    def test_hup_reads_the_password_again(self):
        self.serve()
        c = self.client("-t", "host", "-l", "--retry-max", "300",
                        password="wrong").start()
        c.wait_log("state=waiting.*authentication failed")
        with open(c.auth, "w") as f:
            f.write(f"{SERVER4}:foo:bar\n")
        c.send(signal.SIGHUP)
        c.wait_state("up")
        self.assertEqual(c.stop(), 0)

    def test_twenty_hups_in_a_second_leave_one_session(self):
        server = self.serve()
        before = self.net.client.snapshot()
        c = self.up("-t", "host", "-l")
        for _ in range(20):
            c.send(signal.SIGHUP)
            time.sleep(0.05)
        eventually(lambda: c.status()[0] == 0 and len(server.live()) == 1,
                   10, "one session")
        self.assertPings()
        self.assertStops(c, before)

    def test_usr1_says_how_things_are(self):
        self.serve()
        c = self.up("-t", "host")
        self.assertPings()
        c.send(signal.SIGUSR1)
        line = c.wait_log("info state=up.*").group(0)
        self.assertRegex(line, r"client6=2001:db8:ffff::6 .* in=\d")
        self.assertEqual(c.stop(), 0)


class TestTerm(Case):
    """SIGTERM at every state: the kernel is as it was before."""

    def stops_in(self, state, behave, *options):
        self.net.client.ip(*FOREIGN)
        self.serve(behave=[behave])
        before = self.net.client.snapshot()
        c = self.client("-t", "network", *options).start()
        c.wait_state(state)
        self.assertStops(c, before)

    def test_connecting(self):
        with self.net.blackhole():
            before = self.net.client.snapshot()
            c = self.client("-t", "host").start()
            c.wait_state("connecting")
            self.assertStops(c, before)

    def test_greeting(self):
        self.stops_in("greeting", "stall@connect")

    def test_requesting(self):
        self.stops_in("requesting", "stall@request")

    def test_configuring(self):
        self.stops_in("configuring", "ok")

    def test_up(self):
        self.stops_in("up", "ok")

    def test_probing(self):
        self.net.client.ip(*FOREIGN)
        self.serve()
        before = self.net.client.snapshot()
        c = self.up("-t", "network", "--ping-timeout", "20",
                    "--ping-interval", "60")
        with self.net.blackhole():
            self.net.client.ip(f"route replace default via {ROUTER4} mtu 1400",
                               f"route replace default via {ROUTER4}")
            c.wait_state("probing")
            self.assertStops(c, before)

    def test_leaving(self):
        self.serve()
        before = self.net.client.snapshot()
        c = self.up("-t", "network")
        with self.net.blackhole():
            c.send(signal.SIGHUP)
            c.wait_state("leaving")
            self.assertStops(c, before)

    def test_waiting(self):
        self.stops_in("waiting", "sold-out", "-l", "--retry-min", "60",
                      "--retry-max", "60")


class TestKills(Case):
    uml = True

    def test_engine_killed(self):
        server = self.serve()
        before = self.net.client.snapshot()
        c = self.up("-t", "network", "-l")
        at, events = c.mark(), server.mark()
        os.kill(c.engine, signal.SIGKILL)
        c.wait_log("engine ended unexpectedly; everything is undone",
                   2 * PATIENCE, at)
        c.wait_state("up", 10, at)
        server.wait("tunnel-up", 10, events)
        self.assertStops(c, before)

    def test_engine_killed_without_l(self):
        self.serve()
        before = self.net.client.snapshot()
        c = self.up("-t", "network")
        os.kill(c.engine, signal.SIGKILL)
        self.assertEqual(c.wait_exit(2 * PATIENCE), 1)
        self.assertUnchanged(before)

    def test_engine_killed_again_and_again(self):
        self.serve()
        before = self.net.client.snapshot()
        c = self.up("-t", "network", "-l")
        for _ in range(5):
            at = c.mark()
            os.kill(c.engine, signal.SIGKILL)
            c.wait_log("engine ended unexpectedly", 10, at)
            if c.child.poll() is None and len(
                    c.lines("ended unexpectedly")) < 5:
                c.wait_state("up", 10, at)
        self.assertEqual(c.wait_exit(), 1)
        c.wait_log("it ended too often")
        self.assertUnchanged(before)

    def test_root_process_killed(self):
        server = self.serve()
        before = self.net.client.snapshot()
        c = self.up("-t", "network")
        family = children(c.pid)
        os.kill(c.pid, signal.SIGKILL)
        c.child.wait()
        # Its children do not outlive it, and the server hears of it.
        eventually(lambda: not any(alive(p) for p in family), PATIENCE,
                   "children gone")
        server.wait("tunnel-down", 5)
        self.assertIn(self.delegated(), self.net.client.routes6())
        self.assertTrue(os.path.exists(c.pidfile + ".undo"))
        # The next start cleans up first, whatever comes of it.
        c.start()
        c.wait_log("left behind|cleaned up|undone")
        c.wait_state("up")
        self.assertStops(c, before)

    def delegated(self):
        return "2001:db8:1::/48"

    def test_next_start_cleans_up_even_if_it_gets_no_tunnel(self):
        server = self.serve()
        before = self.net.client.snapshot()
        c = self.up("-t", "network")
        os.kill(c.pid, signal.SIGKILL)
        c.child.wait()
        server.wait("tunnel-down", 5)
        server.behave("sold-out")
        c.start()
        self.assertEqual(c.wait_exit(), 1)
        self.assertUnchanged(before)


class TestForeign(Case):
    """What was there before is there after, whatever happened."""

    def test_foreign_objects_stay(self):
        self.net.client.ip(*FOREIGN)
        server = self.serve()
        before = self.net.client.snapshot()
        c = self.up("-t", "network", "-l")
        self.assertIn({"dst": "default", "metric": 1024},
                      [{k: r[k] for k in ("dst", "metric")}
                       for r in self.net.client.routes6()["default"]])
        for event in (lambda: server.control("cut"),
                      lambda: c.send(signal.SIGHUP),
                      lambda: os.kill(c.engine, signal.SIGKILL)):
            at = c.mark()
            event()
            c.wait_state("up", 10, at)
        self.assertStops(c, before)

    def test_default_route_of_the_same_metric_stays(self):
        self.net.client.ip("link set wan addrgenmode none",
                           "addr add fd00:f::1/64 dev wan nodad",
                           "route add default via fd00:f::2 metric 2048")
        self.serve()
        before = self.net.client.snapshot()
        c = self.up("-t", "host")
        c.wait_log("default.*(exists|already)")
        self.assertEqual(
            [r.get("gateway") for r in self.net.client.routes6()["default"]],
            ["fd00:f::2"])
        self.assertStops(c, before)

    def test_delegated_route_of_someone_else_stays(self):
        self.net.client.ip(
            "route add unreachable 2001:db8:1::/48 metric 2147483647")
        self.serve()
        before = self.net.client.snapshot()
        c = self.up("-t", "network")
        self.assertStops(c, before)


class TestRepair(Case):
    uml = True

    def test_interface_deleted(self):
        self.serve()
        before = self.net.client.snapshot()
        c = self.up("-t", "host", "-l")
        at = c.mark()
        self.net.client.ip(f"link del {self.tunnel()}")
        c.wait_log("repair=put-back", PATIENCE, at)
        eventually(lambda: "default" in self.net.client.routes6(), PATIENCE,
                   "put back")
        self.assertPings()
        self.assertStops(c, before)

    def test_route_deleted(self):
        self.serve()
        before = self.net.client.snapshot()
        c = self.up("-t", "network", "-l")
        at = c.mark()
        self.net.client.run("ip", "-6", "route", "del", "default", "metric",
                            "2048")
        line = c.wait_log("repair=put-back object=\"(.*)\"", PATIENCE, at)
        self.assertIn("default", line.group(1))
        eventually(lambda: "default" in self.net.client.routes6(), PATIENCE,
                   "put back")
        self.assertStops(c, before)

    def test_address_deleted_and_interface_down(self):
        self.serve()
        before = self.net.client.snapshot()
        c = self.up("-t", "host", "-l")
        dev = self.tunnel()
        self.net.client.ip(f"addr flush dev {dev} scope global")
        c.wait_log("repair=put-back.*address", PATIENCE)
        eventually(lambda: self.net.client.addresses6(dev), PATIENCE, "back")
        self.net.client.ip(f"link set {dev} down")
        c.wait_log("repair=put-back.*up dev", PATIENCE)
        eventually(lambda: "default" in self.net.client.routes6(), PATIENCE,
                   "route back")
        self.assertPings()
        self.assertStops(c, before)

    def test_given_up_after_five_times(self):
        self.serve()
        before = self.net.client.snapshot()
        c = self.up("-t", "host", "-l")
        for n in range(6):
            at = c.mark()
            self.net.client.run("ip", "-6", "route", "del", "default",
                                "metric", "2048")
            if n < 5:
                c.wait_log("repair=put-back", PATIENCE, at)
                eventually(lambda: "default" in self.net.client.routes6(),
                           PATIENCE, "put back")
        c.wait_log("repair=given-up", PATIENCE, at)
        self.assertNotIn("default", self.net.client.routes6())
        self.assertStops(c, before)


class TestEndurance(Case):

    def test_200_reconnects(self):
        self.serve(behave=["cut@up=0.02"])
        before = self.net.client.snapshot()
        c = self.client("-t", "network", "-l", "--retry-min", "0.01",
                        "--retry-max", "0.02").start()

        def reach(n):
            eventually(lambda: len(c.lines("state=up ")) >= n, 60,
                       f"{n} sessions")
            with self.paused(c):
                return [(rss_kb(p), descriptors(p))
                        for p in (c.pid, c.engine)]

        early = reach(50)
        late = reach(250)
        for (rss0, fds0), (rss1, fds1) in zip(early, late):
            # The connection and the dialler's channel come and go.
            self.assertLessEqual(fds1, fds0 + 2)
            self.assertLess(rss1, rss0 + 128)
        self.assertStops(c, before)

    def paused(self, c):
        class Pause:
            def __enter__(self):
                os.kill(c.engine, signal.SIGSTOP)

            def __exit__(self, *_):
                os.kill(c.engine, signal.SIGCONT)
        return Pause()

    def test_no_execve_after_start(self):
        server = self.serve()
        trace = os.path.join("/tmp", f"dtcp-e2e-{os.getpid()}.strace")
        self.addCleanup(lambda: os.path.exists(trace) and os.unlink(trace))
        c = self.client("-t", "network", "-l",
                        wrap=["strace", "-f", "-qq", "-o", trace, "-e",
                              "trace=execve,execveat,clone,fork,vfork"])
        c.start()
        c.wait_state("up", 30)
        pid = int(c.status()[1]["pid"])
        at = c.mark()
        server.control("cut")
        c.wait_state("up", 30, at)
        os.kill(pid, signal.SIGTERM)
        c.wait_exit(30)
        with open(trace) as f:
            text = f.read()
        self.assertEqual(len(re.findall(r"execve(?:at)?\(", text)), 1, text)
        # It did watch the children, too.
        self.assertGreaterEqual(len(re.findall(r"clone|fork", text)), 3)
