"""Start: what is refused, with one line, one exit status, and no trace."""

import os
import pty
import shutil
import signal
import socket
import subprocess

from lib import (CLIENT4, DTCPC, PATIENCE, SERVER4, Case, Client, alive,
                 eventually, sh)

USAGE, NOT_PERMITTED = 64, 77
PIDFILE = "/run/dtcpc.pid"


class TestRefusals(Case):

    def refused(self, client, status, pattern):
        before = self.net.client.snapshot()
        files = sorted(os.listdir(client.dir))
        client.start()
        self.assertEqual(client.wait_exit(), status)
        self.assertOneLine(client, pattern)
        self.assertUnchanged(before)
        self.assertEqual(sorted(os.listdir(client.dir)), files)

    def test_plain_user(self):
        c = self.client("-t", "host", wrap=[
            "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"])
        os.chmod(c.dir, 0o777)
        os.chown(c.auth, 65534, 65534)
        self.refused(c, NOT_PERMITTED, "root|permitted|privilege")

    def test_an_interface_of_a_lan_that_is_not_there(self):
        self.refused(self.client("-t", "network", "-P", "nosuch0/1"), 1,
                     "-P nosuch0: no such interface")

    def test_each_interface_that_cannot_be_used_has_a_line(self):
        c = self.client("-t", "network", "-P", "nosuch0/1,lo/2,nosuch1/3")
        c.start()
        self.assertEqual(c.wait_exit(), 1)
        for pattern, line in zip((
                "-P nosuch0: no such interface",
                "-P lo: no hardware address for an EUI-64",
                "-P nosuch1: no such interface"), c.errors(), strict=True):
            self.assertRegex(line, pattern)

    def test_no_dev_net_tun(self):
        self.serve()
        before = self.net.client.snapshot()
        c = self.client("-t", "host", wrap=[
            "unshare", "-m", "sh", "-c",
            "mount -t tmpfs none /dev/net && exec \"$@\"", "sh"])
        c.start()
        self.assertEqual(c.wait_exit(), 1)
        c.wait_log("/dev/net/tun")
        self.assertEqual(len(c.lines("/dev/net/tun")), 1)
        self.assertUnchanged(before)

    def test_no_kernel_device(self):
        self.serve()
        before = self.net.client.snapshot()
        c = self.client("-t", "host", "--encap", "kernel").start()
        if c.wait_log("state=up|reason=.*sit").group(0) != "state=up":
            self.assertEqual(c.wait_exit(), 1)
            self.assertUnchanged(before)

    def test_auth_file_that_others_can_read(self):
        self.refused(self.client("-t", "host", mode=0o644), NOT_PERMITTED,
                     "chmod")

    def test_no_entry_and_no_terminal(self):
        self.refused(self.client("-t", "host", entry="other:foo:bar\n",
                                 wrap=["setsid", "-w"]), 1,
                     f"no password for foo at {SERVER4}.*no terminal.*"
                     f"add a line {SERVER4}:foo:PASSWORD$")

    def test_unknown_user_to_run_as(self):
        self.refused(self.client("-t", "host", "--runas", "nosuchuser"), 1,
                     "nosuchuser")

    def test_busy_pid_file(self):
        self.serve()
        first = self.up("-t", "host")
        before = self.net.client.snapshot()
        second = Client(self, self.net, "-f", first.pidfile).start()
        self.assertEqual(second.wait_exit(), 1)
        self.assertOneLine(second, f"already running as pid {first.pid}")
        self.assertUnchanged(before)
        self.assertEqual(first.status()[0], 0)
        self.assertEqual(first.stop(), 0)

    def test_stale_pid_file_is_no_obstacle(self):
        self.serve()
        c = self.client("-t", "host")
        with open(c.pidfile, "w") as f:
            f.write("1\n")
        c.start().wait_state("up")
        with open(c.pidfile) as f:
            self.assertEqual(int(f.read()), c.pid)
        self.assertEqual(c.stop(), 0)

    def test_damaged_undo_file_is_told(self):
        c = self.client("-t", "host")
        with open(c.pidfile + ".undo", "w") as f:
            f.write("junk")
        os.chmod(c.pidfile + ".undo", 0o600)
        c.start()
        c.wait_log(r"\.undo")
        if c.child.poll() is None:
            c.stop()


class TestUsage(Case):

    def usage(self, *options, pattern):
        done = subprocess.run([DTCPC, *options], capture_output=True,
                              text=True)
        self.assertEqual(done.returncode, USAGE, options)
        first, _, rest = done.stderr.partition("\n")
        self.assertRegex(first, pattern)
        self.assertEqual(done.stdout, "")
        return rest

    def test_unknown_option(self):
        self.assertEqual(self.usage("--nosuch", "server",
                                    pattern="--nosuch"), "")
        self.usage("-Z", "server", pattern="-Z")

    def test_values(self):
        for option, value in (("-m", "1279"), ("-p", "0"), ("-p", "65536"),
                              ("-t", "nosuch"), ("-r", "maybe"),
                              ("-A", "2001:db8::1/129"), ("-A", "ff02::1"),
                              ("-R", "192.0.2.1"), ("-i", "a/b"),
                              ("--retry-min", "-1"), ("--encap", "magic"),
                              ("--ping-interval", "0")):
            self.usage(option, value, "server", pattern=option)

    def test_no_server_and_too_many(self):
        self.assertIn("usage: dtcpc", self.usage(pattern="server"))
        self.usage("a", "b", pattern="b")

    def test_no_clone_needs_a_name(self):
        self.usage("-c", "server", pattern="-i")

    def test_udp(self):
        self.usage("-U", "--encap", "kernel", "server",
                   pattern="-U and --encap kernel")
        self.usage("-U", "-m", "65508", "server", pattern="-m 65508.*65507")
        self.usage("-b", "0", "server", pattern="-b 0")
        self.usage("-B", "65536", "server", pattern="-B 65536")

    def test_lans(self):
        for option, value in (("-P", "eth0/x"), ("-P", "eth0/1,eth1/1"),
                              ("-P", "tunnel/1"), ("--rdnss", "fd00::1"),
                              ("--dnssl", "example.net")):
            self.usage("-t", "network", option, value, "server",
                       pattern=option)
        self.usage("-P", "eth0/1", "server", pattern="-P needs -t network")

    def test_no_routing_tables_to_choose_from(self):
        self.usage("-F", "1", "-u", "foo", "server",
                   pattern="-F 1: this system has no FIBs")

    def test_help_and_version(self):
        self.assertIn("--reconnect", sh(DTCPC, "--help"))
        self.assertRegex(sh(DTCPC, "--version"), r"^dtcpc \d+\.\d+")


class TestRunning(Case):

    def test_status(self):
        self.serve(behave=["sold-out", "ok"])
        c = self.client("-t", "host", "-l", "--retry-min", "60",
                        "--retry-max", "60")
        self.assertEqual(c.status()[0], 4)
        c.start().wait_state("waiting")
        status, words = c.status()
        self.assertEqual((status, words["state"]), (3, "waiting"))
        self.assertIn("sold out", words["reason"])
        c.send(signal.SIGHUP)
        c.wait_state("up")
        status, words = c.status()
        self.assertEqual(status, 0)
        self.assertEqual(int(words["pid"]), c.pid)
        self.assertEqual(words["local4"], CLIENT4)
        self.assertEqual(words["remote4"], SERVER4)
        self.assertEqual(c.stop(), 0)
        self.assertEqual(c.status()[0], 4)

    def status_said(self, *options, program=DTCPC, user=None):
        done = subprocess.run(
            [program, "--status", *options],
            capture_output=True, text=True, user=user)
        self.assertEqual(done.stdout, "")
        return done.returncode, done.stderr.strip()

    def test_status_says_what_to_do(self):
        c = self.client()
        self.assertEqual(
            self.status_said("-f", c.pidfile),
            (4, f"dtcpc: not running: nobody holds {c.pidfile}"))
        if not os.path.exists(PIDFILE):
            self.assertEqual(
                self.status_said(),
                (4, f"dtcpc: not running: nobody holds {PIDFILE}; another "
                    "instance: -f its pid file"))
        with open(c.pidfile, "w"):
            os.chmod(c.pidfile, 0o600)
        os.chmod(c.dir, 0o755)
        # The tree may lie where nobody else may look.
        program = shutil.copy(DTCPC, c.dir)
        self.assertEqual(
            self.status_said("-f", c.pidfile, program=program, user=65534),
            (NOT_PERMITTED,
             f"dtcpc: {c.pidfile}: Permission denied; run as root"))

    def test_daemon(self):
        self.serve()
        before = self.net.client.snapshot()
        c = self.client("-t", "host", "-D").start()
        # The parent leaves with the status of the start, at once.
        self.assertEqual(c.wait_exit(), 0)
        # Nobody holds on to the terminal: our end of its stderr is closed.
        self.assertTrue(c.log.ended)
        with open(c.pidfile) as f:
            pid = int(f.read())
        self.addCleanup(lambda: alive(pid) and os.kill(pid, signal.SIGKILL))
        eventually(lambda: c.status()[0] == 0, 10, "up")
        self.assertPings()
        self.assertEqual(os.getsid(pid), pid)
        self.assertEqual(os.readlink(f"/proc/{pid}/cwd"), "/")
        os.kill(pid, signal.SIGTERM)
        eventually(lambda: not alive(pid), 3 * PATIENCE, "ended")
        self.assertUnchanged(before)

    def test_daemon_that_cannot_start_says_so_to_who_started_it(self):
        c = self.client("-t", "host", "-D", mode=0o644).start()
        self.assertEqual(c.wait_exit(), NOT_PERMITTED)

    def test_processes_are_confined(self):
        self.serve()
        c = self.up("-t", "host")
        engine = c.engine
        with open(f"/proc/{engine}/status") as f:
            text = f.read()
        self.assertRegex(text, r"Uid:\t65534\t65534\t65534\t65534")
        self.assertRegex(text, r"NoNewPrivs:\t1")
        self.assertRegex(text, r"CapEff:\t0000000000000000")
        self.assertNotEqual(os.readlink(f"/proc/{engine}/root"), "/")
        self.assertEqual(c.stop(), 0)

    def test_password_is_in_no_childs_memory_and_no_argv(self):
        secret = "correct horse battery staple"
        server = self.serve("--user", f"foo:{secret}")
        c = self.up("-t", "host", password=secret)
        for pid in (c.pid, c.engine):
            with open(f"/proc/{pid}/cmdline") as f:
                self.assertNotIn(secret, f.read())
        found = self.search(c.engine, secret.encode())
        self.assertEqual(found, 0)
        # The search does find it where it has to be.
        self.assertGreater(self.search(c.pid, secret.encode()), 0)
        self.assertEqual(c.stop(), 0)
        self.assertTrue(server.events("auth", ok=True))

    def search(self, pid, needle):
        count = 0
        with open(f"/proc/{pid}/maps") as maps, \
                open(f"/proc/{pid}/mem", "rb", 0) as mem:
            for line in maps:
                area, mode = line.split()[:2]
                if "w" not in mode:
                    continue
                start, end = (int(x, 16) for x in area.split("-"))
                if end - start > 1 << 28:
                    continue    # a sanitizer's shadow
                try:
                    mem.seek(start)
                    count += mem.read(end - start).count(needle)
                except OSError:
                    continue
        return count

    def test_password_from_the_terminal(self):
        self.serve()
        c = self.client("-t", "host", entry="# nothing\n")
        pid, tty = pty.fork()
        if pid == 0:
            os.execvp(c.prefix[0], c.prefix + c.argv)
        self.addCleanup(lambda: alive(pid) and os.kill(pid, signal.SIGKILL))
        said = b""
        while b"assword" not in said:
            said += os.read(tty, 1000)
        os.write(tty, b"bar\n")
        while b"state=up" not in said:
            said += os.read(tty, 1000)
        self.assertNotIn(b"bar", said)
        os.kill(pid, signal.SIGTERM)
        while True:
            try:
                if not os.read(tty, 1000):
                    break
            except OSError:
                break
        self.assertEqual(os.waitpid(pid, 0)[1], 0)

    def test_service_manager_is_told(self):
        self.serve()
        path = os.path.join("/tmp", f"dtcp-e2e-{os.getpid()}.notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
            s.bind(path)
            self.addCleanup(os.unlink, path)
            s.settimeout(10)
            c = self.client("-t", "host",
                            wrap=["env", f"NOTIFY_SOCKET={path}"]).start()
            self.assertEqual(s.recv(100), b"READY=1")
            c.wait_state("up")
            self.assertEqual(c.stop(), 0)
            self.assertEqual(s.recv(100), b"STOPPING=1")

    def test_two_instances_side_by_side(self):
        self.serve()
        before = self.net.client.snapshot()
        one = self.up("-t", "host")
        two = self.up("-t", "host", "--metric", "3000")
        self.assertEqual(one.stop(), 0)
        self.assertEqual(two.status()[0], 0)
        self.assertIn("default", self.net.client.routes6())
        self.assertStops(two, before)
