"""Stopping, dying, and what others do to the tunnel: nothing stays, nothing
of others is touched."""

import os
import signal
import time

from lib import (CLIENT6, PATIENCE, ROUTER4, SERVER6, Case, alive,
                 children, eventually, holds)

CALM = ("--ping-interval", "60", "--ping-timeout", "20")


class TestStop(Case):
    uml = True

    def stop_in(self, state, *behave, options=()):
        """SIGTERM in a state that the server's behaviour holds it in."""
        before = self.net.client.snapshot()
        self.serve("--idle", "3600:3600", behave=behave)
        client = self.client("-t", "host", "-l", *CALM, *options).start()
        client.wait_state(state)
        self.assertStops(client, before)
        return client

    def test_term_while_connecting(self):
        before = self.net.client.snapshot()
        with self.net.blackhole():
            client = self.client("-l").start()
            client.wait_state("connecting")
            eventually(lambda: len(children(client.pid)) == 2, 10,
                       "engine and dialler")
            self.assertStops(client, before)

    def test_term_while_greeting(self):
        self.stop_in("greeting", "stall@connect")

    def test_term_while_requesting(self):
        self.stop_in("requesting", "stall@request")

    def test_term_in_the_grant(self):
        before = self.net.client.snapshot()
        self.serve(behave=["stall@grant"])
        client = self.client("-t", "host", "-l").start()
        self.server.wait("behave", point="grant")
        self.assertStops(client, before)

    def test_term_while_configuring(self):
        # The state is short: signals at many moments hit it somewhere.
        before = self.net.client.snapshot()
        self.serve()
        for delay in range(20):
            client = self.client("-t", "host", "-l").start()
            client.wait_state("requesting")
            time.sleep(delay * 0.0005)
            self.assertStops(client, before)

    def test_term_while_up(self):
        self.stop_in("up", "ok")
        self.server.wait("quit")

    def test_int_while_up(self):
        before = self.net.client.snapshot()
        self.serve()
        client = self.up("-t", "host")
        self.assertStops(client, before, signal.SIGINT)
        self.server.wait("quit")

    def test_term_while_probing(self):
        before = self.net.client.snapshot()
        self.serve(behave=["stall@up"])
        client = self.up("-t", "host", "-l", *CALM)
        self.net.client.ip("route del default",
                           f"route add default via {ROUTER4} metric 5")
        client.wait_state("probing", 10, client.at)
        self.net.client.ip("route del default metric 5",
                           f"route add default via {ROUTER4}")
        self.assertStops(client, before)

    def test_term_while_leaving(self):
        before = self.net.client.snapshot()
        self.serve(behave=["stall@up"])
        client = self.up("-t", "host", "-l", *CALM)
        client.send(signal.SIGHUP)
        client.wait_state("leaving", 10, client.at)
        self.assertStops(client, before)

    def test_term_while_waiting(self):
        before = self.net.client.snapshot()
        client = self.client("-l", "--retry-min", "60", "--retry-max",
                             "60").start()
        client.wait_state("waiting")
        self.assertStops(client, before)

    def test_term_while_waiting_after_a_session(self):
        before = self.net.client.snapshot()
        self.serve()
        client = self.up("-t", "host", "-l", "--retry-min", "60",
                         "--retry-max", "60")
        self.server.stop()
        client.wait_state("waiting", 10, client.at)
        self.assertStops(client, before)

    def test_many_terms(self):
        before = self.net.client.snapshot()
        self.serve(behave=["stall@up"])
        client = self.up("-t", "host", "-l", *CALM)
        for _ in range(5):
            client.send(signal.SIGTERM)
        self.assertEqual(client.wait_exit(5 * PATIENCE), 0)
        self.assertUnchanged(before)


class TestKill(Case):
    uml = True

    def test_kill_of_the_engine(self):
        before = self.net.client.snapshot()
        # The next session is held up, so that there is time to look.
        self.serve(behave=["ok", "stall@connect", "ok"])
        client = self.up("-t", "host", "-l", *CALM)
        engine = client.engine
        self.assertNotEqual(engine, client.pid)
        start = time.monotonic()
        os.kill(engine, signal.SIGKILL)
        eventually(lambda: self.net.client.snapshot() == before,
                   2 * PATIENCE, "the kernel is as before")
        self.assertLess(time.monotonic() - start, 2 * PATIENCE)
        self.server.control("cut")
        client.wait_state("up", 10 * PATIENCE, client.at)
        self.assertNotEqual(client.engine, engine)
        self.assertPingsAs(client)
        self.assertStops(client, before)

    def test_kill_of_the_engine_without_l(self):
        before = self.net.client.snapshot()
        self.serve()
        client = self.up("-t", "host", *CALM)
        os.kill(client.engine, signal.SIGKILL)
        self.assertEqual(client.wait_exit(2 * PATIENCE), 1)
        self.assertUnchanged(before)

    def test_kill_of_the_root_process(self):
        before = self.net.client.snapshot()
        self.serve("--inner-route", "2001:db8:a::/64")
        client = self.up("-t", "host", "-l", "-A", "2001:db8:a::2/64",
                         "-R", "default,2001:db8:5::/48", *CALM)
        engine = client.engine
        os.kill(client.pid, signal.SIGKILL)
        client.wait_exit()
        eventually(lambda: not alive(engine), 2 * PATIENCE,
                   "the engine ends, too")
        self.server.wait("close", conn=1)
        # The next start cleans up first: here one that gets no further.
        self.server.behave("stall@connect", "ok")
        client.start()
        client.wait_state("greeting")
        self.assertUnchanged(before)
        self.server.control("cut")
        client.wait_state("up", 10 * PATIENCE, client.at)
        self.assertPings(SERVER6, CLIENT6)
        self.assertStops(client, before)

    def test_kill_of_the_root_process_with_a_prefix(self):
        before = self.net.client.snapshot()
        self.serve("--pair")
        client = self.up("-t", "network", "-l", *CALM)
        os.kill(client.pid, signal.SIGKILL)
        client.wait_exit()
        self.server.wait("close", conn=1)
        self.server.behave("stall@connect")
        client.start()
        client.wait_state("greeting")
        self.assertStops(client, before)

    def test_kill_of_the_root_process_ends_the_dialler(self):
        self.serve()
        client = self.client("-t", "host", "-l")
        with self.net.blackhole():
            client.start().wait_state("connecting")
            family = eventually(
                lambda: len(children(client.pid)) == 2
                and children(client.pid), 10, "engine and dialler")
            os.kill(client.pid, signal.SIGKILL)
            client.wait_exit()
            eventually(lambda: not any(alive(p) for p in family), PATIENCE,
                       "neither outlives the root process")

    def test_kill_of_the_dialler(self):
        self.serve()
        client = self.client("-t", "host", "-l")
        with self.net.blackhole():
            client.start().wait_state("connecting")
            eventually(lambda: len(children(client.pid)) == 2, 10,
                       "engine and dialler")
            dialler, = [p for p in children(client.pid)
                        if p != client.engine]
            os.kill(dialler, signal.SIGKILL)
            client.wait_state("waiting", 2 * PATIENCE)
        client.wait_state("up", 10 * PATIENCE)

    def test_processes_give_up_root(self):
        self.serve()
        client = self.up("-t", "host")
        with open(f"/proc/{client.engine}/status") as f:
            status = f.read()
        self.assertRegex(status, r"Uid:\t65534\t65534\t65534\t65534")
        self.assertRegex(status, r"Gid:\t65534\t65534\t65534\t65534")
        self.assertRegex(status, r"CapEff:\t0+\n")
        self.assertRegex(status, r"CapPrm:\t0+\n")
        self.assertRegex(status, r"NoNewPrivs:\t1")
        self.assertEqual(children(client.pid), [client.engine])
        root = os.readlink(f"/proc/{client.engine}/root")
        self.assertNotEqual(root, "/")

    def test_password_is_in_no_childs_memory(self):
        secret = "correct-horse-battery-staple"
        self.serve("--user", f"jane:{secret}")
        client = self.up("-t", "host", user="jane", password=secret)
        self.assertFalse(holds(client.engine, secret.encode()))


class TestForeign(Case):
    """What was there before is there after, whatever happened."""
    uml = True

    def foreign(self):
        self.net.client.ip(
            "link add lan type veth peer name host",
            "link set lan addrgenmode none",
            "link set host addrgenmode none",
            "link set lan up", "link set host up",
            "addr add 2001:db8:e::2/64 dev lan nodad",
            "addr add 2001:db8:ffff::77/64 dev lan nodad",
            "route add default via 2001:db8:e::1 dev lan",
            "route add 2001:db8:5::/48 via 2001:db8:e::1 dev lan",
            "route add unreachable 2001:db8:6::/48",
            "rule add from 192.0.2.9 table 77")
        # As with "wan": the carrier is noticed a moment later.
        eventually(lambda: self.net.client.links()["lan"]["operstate"]
                   == "UP", 10, "the veth pair is up")

    def test_foreign_default_route_address_and_interface(self):
        self.foreign()
        before = self.net.client.snapshot()
        self.serve("--pair")
        client = self.up("-t", "network", "-l", *CALM, "-A",
                         "2001:db8:a::2/64", "-R",
                         "default,2001:db8:5::/48")
        self.server.control("cut")
        client.wait_state("up", 10 * PATIENCE, client.at)
        os.kill(client.engine, signal.SIGKILL)
        client.wait_state("up", 10 * PATIENCE, client.at)
        os.kill(client.pid, signal.SIGKILL)
        client.wait_exit()
        client.start()
        client.wait_state("up", 10 * PATIENCE)
        self.assertStops(client, before)

    def test_foreign_default_route_stays_the_first_choice(self):
        self.foreign()
        self.serve()
        self.up("-t", "host")
        got = self.net.client.show("route get 2001:db8:99::1")
        self.assertEqual(got[0]["dev"], "lan")

    def test_foreign_route_for_the_delegated_prefix_is_left(self):
        self.net.client.ip("route add unreachable 2001:db8:1::/48 "
                           "metric 2147483647")
        before = self.net.client.snapshot()
        self.serve("--pair")
        client = self.up("-t", "network")
        self.assertStops(client, before)


class TestRepair(Case):
    """Someone else removes what is ours."""
    uml = True

    def repair(self, *options, kind="host"):
        self.serve("--pair")
        self.before = self.net.client.snapshot()
        client = self.up("-t", kind, "-l", *CALM, *options)
        self.assertPings()
        self.dev = self.tunnel()
        self.whole = self.state()
        return client

    def state(self):
        """What has to be there again: not the interface's index."""
        links = self.net.client.links()
        dev = self.dev if self.dev in links else None
        routes = sorted((dst, r.get("dev"), r.get("type"), r["metric"])
                        for dst, rs in self.net.client.routes6().items()
                        for r in rs)
        return dev and (self.net.client.addresses6(dev),
                        links[dev]["mtu"], routes)

    def mended(self, client, what):
        client.wait_log(what, 5 * PATIENCE, client.at)
        eventually(lambda: self.state() == self.whole, 5 * PATIENCE,
                   f"as it was: {self.whole}")
        eventually(lambda: client.status()[0] == 0, 5 * PATIENCE, "up")
        self.assertPingsAs(client)
        self.assertStops(client, self.before)

    def test_interface_is_deleted(self):
        client = self.repair()
        self.net.client.ip(f"link del {self.dev}")
        self.mended(client, self.dev)

    def test_default_route_is_deleted(self):
        client = self.repair()
        self.net.client.ip(f"route del ::/0 dev {self.dev}")
        self.mended(client, "route")

    def test_reject_route_is_deleted(self):
        client = self.repair(kind="network")
        self.net.client.ip("route del unreachable 2001:db8:1::/48")
        self.mended(client, "2001:db8:1::/48")

    def test_address_is_deleted(self):
        client = self.repair()
        self.net.client.ip(f"addr del {CLIENT6} peer {SERVER6} "
                           f"dev {self.dev}")
        self.mended(client, "2001:db8:ffff::6")

    def test_interface_is_set_down(self):
        client = self.repair()
        self.net.client.ip(f"link set {self.dev} down")
        self.mended(client, self.dev)

    def test_it_is_put_back_five_times_and_then_left(self):
        client = self.repair()
        for _ in range(5):
            self.net.client.ip(f"route del ::/0 dev {self.dev}")
            eventually(lambda: self.state() == self.whole, 5 * PATIENCE,
                       "route is back")
        self.net.client.ip(f"route del ::/0 dev {self.dev}")
        client.wait_log("warning:.*(left|often|times)", 5 * PATIENCE)
        time.sleep(0.5)
        self.assertNotIn("default", self.net.client.routes6())
        self.assertStops(client, self.before)
