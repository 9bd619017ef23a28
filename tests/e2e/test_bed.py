"""The test bed itself."""

from lib import CLIENT4, ROUTER4, SERVER4, Case


class TestBed(Case):
    uml = True

    def test_hosts_reach_each_other(self):
        self.net.client.run("ping", "-c", "1", "-W", "5", SERVER4)
        self.net.server.run("ping", "-c", "1", "-W", "5", CLIENT4)

    def test_blackhole_swallows(self):
        with self.net.blackhole():
            with self.assertRaises(AssertionError):
                self.net.client.run("ping", "-c", "1", "-W", "1", SERVER4)
        self.net.client.run("ping", "-c", "1", "-W", "5", SERVER4)

    def test_snapshot_sees_each_kind_of_change(self):
        net = self.net.client
        before = net.snapshot()
        self.assertUnchanged(before)
        for change, back in (
                ("link add x type veth", "link del x"),
                ("addr add 2001:db8::1/128 dev wan nodad",
                 "addr del 2001:db8::1/128 dev wan"),
                ("rule add from 192.0.2.9 table 77",
                 "rule del from 192.0.2.9 table 77"),
                ("route add 2001:db8:5::/48 dev wan table 77",
                 "route del 2001:db8:5::/48 dev wan table 77"),
                ("route add unreachable 2001:db8:5::/48",
                 "route del unreachable 2001:db8:5::/48"),
                (f"route add 203.0.113.0/24 via {ROUTER4}",
                 "route del 203.0.113.0/24")):
            net.ip(change)
            self.assertNotEqual(net.snapshot(), before, change)
            net.ip(back)
            self.assertUnchanged(before, change)
        name = "/proc/sys/net/ipv6/conf/wan/accept_ra"
        net.run("sh", "-c", f"echo 0 >{name}")
        self.assertNotEqual(net.snapshot(), before)
