"""dtcps' start, its options, what it is bounded by."""

import os
import re
import signal
import socket
import subprocess
import unittest

from broker import BrokerCase
from lib import (CLIENT4, DELEGATED, DTCPS, PATIENCE, PREFIX6, ROUTER4,
                 SERVER4, UML, alive, eventually, sh)
from traffic import Traffic

USAGE, NOT_PERMITTED = 64, 77
SOLD_OUT = "-ERR tunnel interface sold out"


class TestDtcpsRefusals(BrokerCase):

    def refused(self, broker, status, pattern):
        """One line, one exit status, and no trace."""
        self.net.server.run("sysctl", "-qw", "net.ipv6.conf.all.forwarding=1")
        before = self.net.server.snapshot()
        files = sorted(os.listdir(broker.dir))
        broker.start()
        self.assertEqual(broker.wait_exit(), status, broker.log.items)
        self.assertEqual(len(broker.log.items), 1, broker.log.items)
        self.assertRegex(broker.log.items[0], pattern)
        self.assertServerUnchanged(before)
        self.assertEqual(sorted(os.listdir(broker.dir)), files)

    def test_plain_user(self):
        b = self.broker(wrap=["setpriv", "--reuid=65534", "--regid=65534",
                              "--clear-groups"])
        os.chmod(b.dir, 0o777)
        for path in b.users, b.routes:
            os.chown(path, 65534, 65534)
        self.refused(b, NOT_PERMITTED, "root|permitted|privilege")

    def test_no_users_file(self):
        b = self.broker()
        os.unlink(b.users)
        self.refused(b, 1, "dtcps.users.*dtcpauth")

    def test_no_route_table_is_none(self):
        b = self.broker()
        os.unlink(b.routes)
        b.start().wait_listening()
        self.assertEqual(
            len(b.lines("warning: route table .*; nobody has a prefix")), 1)
        self.assertEqual(self.talk().tunnel("network"),
                         "-ERR unsupported tunnel type network")

    def test_users_file_that_others_can_read(self):
        b = self.broker()
        os.chmod(b.users, 0o644)
        self.refused(b, NOT_PERMITTED, "dtcps.users.*chmod")

    def test_bad_users_file(self):
        self.refused(self.broker(users="foo:bar\nno-colon\n"), 1,
                     "dtcps.users line 2")
        self.refused(self.broker(users="foo:bar\nfoo:baz\n"), 1,
                     "dtcps.users line 2.*foo")

    def test_bad_route_table(self):
        self.refused(self.broker(routes="foo 2001:db8:1::1/48\n"), 1,
                     "dtcps.routes line 1")
        b = self.broker()
        os.chmod(b.routes, 0o666)
        self.refused(b, NOT_PERMITTED, "dtcps.routes")

    def test_port_taken(self):
        Traffic(self, self.net.server, "echo", SERVER4)
        self.refused(self.broker("-p", "7"), 1, "7.*in use")

    def test_address_that_is_not_ours(self):
        self.refused(self.broker("--listen", "203.0.113.77"), 1,
                     r"203\.0\.113\.77")

    def test_unknown_user_to_run_as(self):
        self.refused(self.broker("--runas", "nosuchuser"), 1, "nosuchuser")

    def test_interface_that_is_not_there(self):
        self.refused(self.broker("-c", "-i", "nosuch"), 1, "nosuch")
        self.refused(self.broker("-i", "nosuch[0-9]"), 1, r"nosuch\[0-9\]")

    def test_busy_pid_file(self):
        first = self.serve()
        second = self.broker("-f", first.pidfile)
        self.refused(second, 1, f"already running as pid {first.pid}")
        self.assertServed()
        self.assertEqual(first.stop(), 0)

    def test_no_dev_net_tun(self):
        before = self.net.server.snapshot()
        b = self.broker("-U", wrap=[
            "unshare", "-m", "sh", "-c",
            "mount -t tmpfs none /dev/net && exec \"$@\"", "sh"]).start()
        self.assertEqual(b.wait_exit(), 1)
        self.assertEqual(len(b.lines("/dev/net/tun")), 1, b.log.items)
        self.assertServerUnchanged(before)

    def test_damaged_undo_file_is_told(self):
        b = self.broker()
        with open(b.pidfile + ".undo", "w") as f:
            f.write("junk")
        os.chmod(b.pidfile + ".undo", 0o600)
        b.start().wait_log(r"\.undo")
        if b.child.poll() is None:
            b.stop()


class TestDtcpsUsage(unittest.TestCase):
    uml = False

    def usage(self, *options, pattern):
        done = subprocess.run([DTCPS, *options], capture_output=True,
                              text=True)
        self.assertEqual(done.returncode, USAGE, (options, done.stderr))
        self.assertRegex(done.stderr.partition("\n")[0], pattern)
        self.assertEqual(done.stdout, "")

    def test_values(self):
        for option, value in (("-p", "0"), ("-p", "65536"), ("-b", "0"),
                              ("-g", "300.1.1.1"), ("-g", "224.0.0.1"),
                              ("--max-sessions", "0"),
                              ("--max-sessions", "16001"), ("-i", "a/b"),
                              ("--listen", "nowhere"), ("-i", "x[0-9"),
                              ("--mtu", "1279"), ("--encap", "magic")):
            self.usage(option, value, PREFIX6, pattern=option)

    def test_prefix(self):
        for prefix in ("2001:db8:ffff::/48", "2001:db8:ffff::1", "fe80::",
                       "ff02::", "192.0.2.1", "2001:db8::1::", ""):
            self.usage("-D", prefix, pattern=re.escape(prefix) or "prefix")
        self.usage(PREFIX6, PREFIX6, pattern=PREFIX6)

    def test_what_does_not_go_together(self):
        self.usage("-a", pattern="-a")
        self.usage("-b", "5000", PREFIX6, pattern="-b needs -U")
        self.usage("-U", "-b", "65000", PREFIX6, pattern="-b 65000")
        self.usage("-c", PREFIX6, pattern="-c needs -i")
        self.usage("-U", "-i", "six0", "-I", "six0", PREFIX6,
                   pattern="-I six0")

    def test_unknown_option(self):
        self.usage("--nosuch", pattern="--nosuch")
        self.usage("-Z", pattern="-Z")

    def test_help_and_version(self):
        self.assertIn("--max-sessions", sh(DTCPS, "--help"))
        self.assertRegex(sh(DTCPS, "--version"), r"^dtcps \d+\.\d+")


class TestDtcpsRunning(BrokerCase):

    def test_status(self):
        b = self.broker()
        self.assertEqual(b.status()[0], 4)
        b.start().wait_listening()
        eventually(lambda: b.status()[0] == 0, PATIENCE, "up")
        words = b.status()[1]
        self.assertEqual((int(words["pid"]), words["sessions"],
                          words["users"]), (b.pid, "0", "3"))
        talk = self.talk()
        self.assertEqual(talk.tunnel("host", password="no"),
                         "-ERR authentication failed.")
        self.assertRegex(talk.tunnel("host"), r"^\+OK ")
        eventually(lambda: "session" in b.status()[1], PATIENCE, "a session")
        self.assertRegex(b.status()[1]["session"],
                         r"^foo type=\w+ client4=192\.0\.2\.2 tunnel=dtcp0 "
                         r"encap=\w+ .*since=\d{10}$")
        eventually(lambda: (b.status()[1]["sessions"],
                            b.status()[1]["refused"]) == ("1", "1"),
                   PATIENCE, "one that has a tunnel, one that was refused")
        self.assertEqual(b.stop(), 0)
        self.assertEqual(b.status()[0], 4)

    def test_usr1_says_how_things_are(self):
        self.serve()
        self.assertRegex(self.talk().tunnel("host"), r"^\+OK ")
        start = self.server.mark()
        self.server.send(signal.SIGUSR1)
        self.server.wait_log(r"\bsessions=1 .*users=3", 10, start)

    def test_debug_shows_the_lines_without_what_is_secret(self):
        self.serve("-U", "-d")
        talk = self.talk()
        asked = talk.request("host", keys="proto=udp")
        reply = talk.ask(asked)
        digest, key = asked.split()[2], reply.rpartition("=")[2]
        self.server.wait_log(r"> \+OK .* port=4028 key=\*\*\*\*")
        self.server.wait_log(r"< tunnel foo \*\*\*\* host proto=udp")
        said = "\n".join(self.server.log.items)
        self.assertNotIn(digest, said)
        self.assertNotIn(key, said)
        self.server.stop()
        self.serve("-U")
        self.assertRegex(self.talk().tunnel("host"), r"^\+OK ")
        self.assertEqual(self.server.lines("tunnel foo"), [])

    def test_forwarding_is_told_where_it_is_off(self):
        off = "warning: forwarding is off: .*; sysctl "
        name = "net.ipv6.conf.all.forwarding=1"
        self.serve().wait_log(off + re.escape(name))
        self.server.stop()
        self.net.server.run("sysctl", "-qw", name)
        self.serve()
        self.assertServed()
        self.assertEqual(self.server.lines(off), [])

    def test_daemon(self):
        before = self.net.server.snapshot()
        b = self.broker()
        b.argv.remove("-D")
        b.start()
        self.assertEqual(b.wait_exit(), 0)
        # Nobody holds on to the terminal, and it serves already.
        self.assertTrue(b.log.ended)
        with open(b.pidfile) as f:
            pid = int(f.read())
        self.addCleanup(lambda: alive(pid) and os.kill(pid, signal.SIGKILL))
        self.assertServed()
        self.assertEqual(os.getsid(pid), pid)
        self.assertEqual(os.readlink(f"/proc/{pid}/cwd"), "/")
        os.kill(pid, signal.SIGTERM)
        eventually(lambda: not alive(pid), 3 * PATIENCE, "ended")
        self.assertServerUnchanged(before)

    def test_daemon_that_cannot_start_says_so_to_who_started_it(self):
        b = self.broker("-p", "7")
        b.argv.remove("-D")
        Traffic(self, self.net.server, "echo", SERVER4)
        b.start()
        self.assertEqual(b.wait_exit(), 1)

    def test_service_manager_is_told(self):
        path = os.path.join("/tmp", f"dtcps-e2e-{os.getpid()}.notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
            s.bind(path)
            self.addCleanup(os.unlink, path)
            s.settimeout(10)
            b = self.serve(wrap=["env", f"NOTIFY_SOCKET={path}"])
            self.assertEqual(s.recv(100), b"READY=1")
            self.assertEqual(b.stop(), 0)
            self.assertEqual(s.recv(100), b"STOPPING=1")

    def test_where_it_listens(self):
        self.serve("--listen", f"{SERVER4},{ROUTER4}", "-p", "2020")
        for address in SERVER4, ROUTER4:
            self.assertRegex(
                self.talk(server=address, port=2020).tunnel("tunnelonly"),
                rf"^\+OK {CLIENT4} {address}$")
        self.server.stop()
        self.serve("--listen", SERVER4)
        with self.assertRaises(ConnectionRefusedError):
            self.talk(server=ROUTER4)

    def test_two_servers_side_by_side(self):
        before = self.net.server.snapshot()
        one = self.serve("--listen", SERVER4)
        two = self.serve("--listen", ROUTER4, prefix=("2001:db8:eeee::",),
                         routes="")
        self.assertRegex(self.talk().tunnel("host"), r"^\+OK ")
        talk = self.talk(server=ROUTER4)
        self.assertRegex(talk.tunnel("host"), " 2001:db8:eeee::0006 ")
        self.assertEqual(one.stop(), 0)
        self.assertRegex(talk.ask("ping"), r"^\+OK ")
        self.assertRegex(talk.tunnel("host"), r"^\+OK ")
        self.assertEqual(two.stop(), 0)
        self.assertServerUnchanged(before)


class TestDtcpsInterfaces(BrokerCase):
    """-i, -c, -o, -I."""

    def tun(self, *names):
        for name in names:
            # Up once: that is when it gets its queueing discipline.
            self.net.server.ip(f"tuntap add dev {name} mode tun",
                               f"link set {name} up",
                               f"link set {name} down")

    def only(self, user="foo", password="bar"):
        talk = self.talk()
        return talk, talk.tunnel("tunnelonly", user=user, password=password,
                                 keys="proto=udp")

    def assertAsBefore(self, before):
        after = self.net.server.snapshot()
        for show in ("-d addr show", "-6 route show table all"):
            self.assertEqual(before[show], after[show])

    def test_existing_interfaces(self):
        self.tun("tun70", "tun71", "tun8")
        before = self.net.server.snapshot()
        self.serve("-U", "-i", "tun7[0-9]")
        first, reply = self.only()
        self.assertRegex(reply, r"^\+OK ")
        self.server.wait_log("login .*tunnel=tun70 ")
        self.assertRegex(self.only()[1], r"^\+OK ")
        self.server.wait_log("login .*tunnel=tun71 ")
        self.assertEqual(self.only()[1], SOLD_OUT)
        # It is given back, and given to the next.
        first.ask("quit")
        self.server.wait_sessions(1)
        self.assertNotIn("UP", self.net.server.links()["tun70"]["flags"])
        self.assertRegex(self.only()[1], r"^\+OK ")
        self.assertEqual(self.server.stop(), 0)
        self.assertAsBefore(before)

    def test_existing_by_name(self):
        self.tun("tun70")
        before = self.net.server.snapshot()
        self.serve("-U", "-c", "-i", "tun70")
        self.assertRegex(self.only()[1], r"^\+OK ")
        self.assertEqual(self.only()[1], SOLD_OUT)
        os.kill(self.server.pid, signal.SIGKILL)
        self.server.wait_exit()
        self.server.start().wait_listening()
        self.assertEqual(self.server.stop(), 0)
        self.assertAsBefore(before)

    def test_names_to_make(self):
        before = self.net.server.snapshot()
        self.serve("-U", "-i", "six0,six1")
        self.assertRegex(self.only()[1], r"^\+OK ")
        self.assertRegex(self.only()[1], r"^\+OK ")
        self.assertEqual(self.only()[1], SOLD_OUT)
        self.assertTrue({"six0", "six1"} <= set(self.devices()))
        self.assertStoppedAs(before)

    def test_the_name_of_the_shared_one(self):
        before = self.net.server.snapshot()
        self.serve("-U", "-I", "many")
        self.udp().assertAnswered()
        self.assertEqual(self.devices(), ["many"])
        self.assertStoppedAs(before)

    def test_kept(self):
        before = self.net.server.snapshot()
        self.serve("-U", "-o", "-I", "many", "-i", "six0")
        self.assertRegex(self.only()[1], r"^\+OK ")
        self.udp().assertAnswered()
        self.assertEqual(self.server.stop(), 0)
        for name in "many", "six0":
            link = self.net.server.links()[name]
            self.assertNotIn("UP", link["flags"])
            self.assertNotIn("ifalias", link)
            self.assertEqual(link["addr_info"], [])
        # They can be had again, and by nobody else's leave they go then.
        self.serve("-U", "-o", "-I", "many", "-i", "six0")
        self.assertRegex(self.only()[1], r"^\+OK ")
        self.udp().assertAnswered()
        self.assertEqual(self.server.stop(), 0)
        self.net.server.ip("link del many", "link del six0")
        self.assertServerUnchanged(before)


class TestDtcpsKernelDevices(BrokerCase):
    uml = True

    @unittest.skipUnless(UML, "needs the kernel's own tunnels")
    def test_a_device_each(self):
        before = self.net.server.snapshot()
        self.serve("-i", "six0,six1")
        nobody = self.net.server.snapshot()
        talk = self.talk()
        self.assertRegex(talk.tunnel("network"), r"^\+OK ")
        self.assertEqual(self.devices(), ["six0"])
        self.assertIn(DELEGATED, self.net.server.routes6())
        talk.ask("quit")
        self.server.wait_sessions(0)
        self.assertServerUnchanged(nobody)
        self.assertStoppedAs(before)

    @unittest.skipUnless(UML, "needs the kernel's own tunnels")
    def test_existing_sit_device(self):
        self.net.server.ip("tunnel add mine mode sit remote 203.0.113.77 "
                           "ttl 64", "link set mine up", "link set mine down")
        self.serve("-c", "-i", "mine")
        self.up("-t", "host")
        self.assertPings()
        self.assertEqual(self.server.stop(), 0)
        link = self.net.server.links()["mine"]
        self.assertEqual(link["addr_info"], [])
        self.assertNotIn("ifalias", link)


class TestDtcpsLimits(BrokerCase):

    def test_max_sessions(self):
        self.serve("-U", "--max-sessions", "2")
        one, two = self.udp(), self.udp()
        talk = self.talk()
        self.assertEqual(talk.tunnel("host", keys="proto=udp"), SOLD_OUT)
        # Who has one may exchange it for another.
        self.assertRegex(one.talk.tunnel("network", keys="proto=udp"),
                         r"^\+OK ")
        two.talk.ask("quit")
        self.server.wait_sessions(1)
        self.assertRegex(talk.tunnel("host", keys="proto=udp"), r"^\+OK ")

    def test_descriptors_for_all_sessions(self):
        """A connection, a device and a socket each, and those to come."""
        b = self.serve("--max-sessions", "5000", "-U",
                       wrap=["prlimit", "--nofile=1024:"])
        with open(f"/proc/{b.engine}/limits") as f:
            limit = re.search(r"^Max open files +(\d+)", f.read(), re.M)
        self.assertGreaterEqual(int(limit.group(1)), 3 * 5000 + 1024)

    def test_dtcpc_waits_when_sold_out(self):
        self.serve("-U", "--max-sessions", "1")
        one = self.udp()
        client = self.client("-U", "-l", "-t", "host").start()
        client.wait_log("state=waiting.*sold out")
        one.talk.ask("quit")
        client.wait_state("up")
        self.assertPings()

    def test_ports_that_others_have_are_left_out(self):
        Traffic(self, self.net.server, "hold", SERVER4, 4029)
        self.serve("-U")
        self.assertEqual([self.udp().port for _ in range(3)],
                         [4028, 4030, 4031])

    def test_no_ports_left(self):
        Traffic(self, self.net.server, "hold", SERVER4, 65535)
        self.serve("-U", "-b", "65534", "--max-sessions", "2")
        self.assertEqual(self.udp().port, 65534)
        talk = self.talk()
        self.assertEqual(talk.tunnel("host", keys="proto=udp"), SOLD_OUT)
        self.assertEqual(talk.tunnel("network"),
                         f"+OK {CLIENT4} {SERVER4} {DELEGATED}")

    def test_a_hundred_sessions(self):
        # Two descriptors each, and a shell that allows fewer.
        self.serve("-U", wrap=["sh", "-c", "ulimit -Sn 64 && exec \"$@\"",
                               "sh"])
        users = [self.udp() for _ in range(100)]
        self.assertEqual(len({u.own6 for u in users}), 100)
        for user in users[::7]:
            user.assertAnswered()
        self.assertEqual(len(self.devices()), 1)
        self.server.wait_sessions(100)
        for user in users:
            user.talk.say("quit")
        self.server.wait_sessions(0)
