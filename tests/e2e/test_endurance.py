"""Many sessions, many deaths, and what the program never does."""

import os
import re
import signal

from lib import CLIENT6, PATIENCE, Case, descriptors, eventually, rss_kb


class TestEndurance(Case):

    def test_200_reconnects(self):
        self.serve(behave=["cut@up=0.02"])
        before = self.net.client.snapshot()
        # With a sanitizer, memory that was freed is to be used again.
        c = self.client("-t", "network", "-l", "--retry-min", "0.01",
                        "--retry-max", "0.02",
                        wrap=["env", "ASAN_OPTIONS=quarantine_size_mb=0:"
                              "thread_local_quarantine_size_kb=0"]).start()

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

    def test_default_route_is_added_when_the_one_in_its_place_goes(self):
        self.net.client.ip("link set wan addrgenmode none",
                           "addr add fd00:f::1/64 dev wan nodad")
        self.serve()
        before = self.net.client.snapshot()
        self.net.client.ip("route add default via fd00:f::2 metric 2048")
        c = self.up("-t", "host", "-l", "--retry-max", "0.05")
        c.wait_log("route add default .*: left out")
        dev, at = self.tunnel(), c.mark()
        self.net.client.ip("route del default via fd00:f::2")
        added = f"route add default dev {dev} metric 2048: added"
        c.wait_log(added, start=at)
        routes = self.net.client.routes6()["default"]
        self.assertEqual([r["dev"] for r in routes], [dev])
        self.assertPings()
        # From now on it is like any other of ours.
        self.net.client.run("ip", "-6", "route", "del", "default")
        c.wait_log("repair=put-back.*route add default", start=at)
        eventually(lambda: "default" in self.net.client.routes6(), PATIENCE,
                   "put back")
        self.assertEqual(len(c.lines(added)), 1)
        self.assertStops(c, before)

    def test_default_route_is_not_added_while_there_is_no_session(self):
        self.net.client.ip("link set wan addrgenmode none",
                           "addr add fd00:f::1/64 dev wan nodad",
                           "route add default via fd00:f::2 metric 2048")
        server = self.serve()
        c = self.up("-t", "host", "-l", "--retry-min", "60",
                    "--retry-max", "60")
        c.wait_log("route add default .*: left out")
        server.control("cut")
        c.wait_state("waiting")
        self.net.client.ip("route del default via fd00:f::2")
        # What is told of later was not overlooked before.
        at = c.mark()
        self.net.client.ip(f"addr del {CLIENT6} dev {self.tunnel()}")
        c.wait_log("repair=put-back.*address add", start=at)
        self.assertNotIn("default", self.net.client.routes6())
        self.assertEqual(c.stop(), 0)

    def test_the_second_instance_gets_its_route_when_the_first_ends(self):
        self.serve()
        before = self.net.client.snapshot()
        one = self.up("-t", "host")
        two = self.up("-t", "host")
        two.wait_log("route add default .*: left out")
        at = two.mark()
        self.assertEqual(one.stop(), 0)
        two.wait_log("route add default .*: added, the other one is gone",
                     start=at)
        routes = self.net.client.routes6()["default"]
        self.assertEqual([r["dev"] for r in routes], [self.tunnel()])
        self.assertStops(two, before)

    def test_usr1_says_how_things_are(self):
        self.serve()
        c = self.up("-t", "host")
        self.assertPings()
        c.send(signal.SIGUSR1)
        line = c.wait_log("info state=up.*").group(0)
        self.assertRegex(line, r"client6=2001:db8:ffff::6 .* in=\d")
        self.assertEqual(c.stop(), 0)
