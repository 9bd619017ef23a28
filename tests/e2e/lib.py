"""What the end-to-end tests stand on.

    client's namespace                        server's namespace
    .-------------------------.               .--------------------------.
    | dtcpc                   |     veth      | dtcp_server.py           |
    | wan  192.0.2.2/24 ------+---------------+-- wan  192.0.2.1/24      |
    | default via 192.0.2.1   |               | lo   198.51.100.1/32     |
    | dtcp0  ...::6           | ==  6in4  ==  | dtcps0 2001:db8:ffff::5  |
    '-------------------------'               '--------------------------'

Each test has a pair of namespaces of its own and ends what it started.
"""

import concurrent.futures
import contextlib
import ctypes
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(TOP, "tests", "server"))

from process import Lines, ServerProcess  # noqa: E402

DTCPC = os.environ.get("DTCPC", os.path.join(TOP, "build", "dtcpc"))
DTCPS = os.environ.get("DTCPS", os.path.join(TOP, "build", "dtcps"))
UML = bool(os.environ.get("DTCP_UML"))

CLIENT4 = "192.0.2.2"
ROUTER4 = "192.0.2.1"
SERVER4 = "198.51.100.1"
CLIENT6 = "2001:db8:ffff::6"
SERVER6 = "2001:db8:ffff::5"
PREFIX6 = "2001:db8:ffff::"
DELEGATED = "2001:db8:1::/48"

# A bound in seconds that somebody was promised; these machines are loaded.
PATIENCE = 5

_counter = 0

CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def sh(*argv, check=True):
    """Run a command; its standard output."""
    done = subprocess.run(argv, capture_output=True, text=True)
    if check and done.returncode:
        raise AssertionError(
            f"{' '.join(argv)}: exit {done.returncode}: {done.stderr}")
    return done.stdout


def eventually(check, timeout, what):
    """Wait for something no event tells of; check() is cheap."""
    limit = time.monotonic() + timeout
    while True:
        got = check()
        if got:
            return got
        if time.monotonic() > limit:
            raise AssertionError(f"not in {timeout} s: {what}")
        time.sleep(0.02)


def inside(namespace, make, *args):
    """make() by a thread in that namespace: a socket made there stays."""
    def work():
        with open(f"/run/netns/{namespace.name}", "rb") as f:
            if _libc.setns(f.fileno(), CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns")
        return make(*args)

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


class Namespace:
    """A network namespace."""

    def __init__(self, name):
        self.name = name
        self.enter = ["nsenter", f"--net=/run/netns/{name}"]
        sh("ip", "netns", "add", name)

    def run(self, *argv, check=True):
        return sh(*self.enter, *argv, check=check)

    def ip(self, *commands):
        """ip(8) commands, in one process."""
        done = subprocess.run(["ip", "-n", self.name, "-batch", "-"],
                              input="\n".join(commands), text=True,
                              capture_output=True)
        if done.returncode:
            raise AssertionError(f"ip: {commands}: {done.stderr}")

    def show(self, command, *flags):
        """The answer of an ip(8) show command, parsed."""
        out = sh("ip", "-n", self.name, "-j", *flags, *command.split())
        return json.loads(out or "[]")

    def snapshot(self):
        """Everything that a client must not change for good."""
        def volatile(thing):
            if isinstance(thing, list):
                return sorted((volatile(t) for t in thing), key=repr)
            if isinstance(thing, dict):
                return {k: volatile(v) for k, v in thing.items()
                        if k not in ("expires", "stats64", "tentative")}
            return thing

        shot = {}
        for flags, command in (("-d", "link show"), ("-d", "addr show"),
                               ("-4", "rule show"), ("-6", "rule show"),
                               ("-4", "route show table all"),
                               ("-6", "route show table all")):
            shot[flags + " " + command] = volatile(self.show(command, flags))
        conf = self.run("grep", "-rs", ".", "/proc/sys/net/ipv6/conf",
                        "/proc/sys/net/ipv4/conf", check=False)
        # The kernel invents a secret for an address's sake, when it likes.
        shot["sysctl"] = sorted(line for line in conf.splitlines()
                                if "/stable_secret:" not in line)
        return shot

    def links(self):
        return {link["ifname"]: link for link in
                self.show("addr show", "-d")}

    def addresses6(self, dev):
        """"address/len" of what is global, with its peer if there is one."""
        found = []
        for info in self.links()[dev]["addr_info"]:
            if info["family"] == "inet6" and info["scope"] == "global":
                peer = info.get("address")
                found.append(info["local"] + (f" peer {peer}" if peer else "")
                             + f"/{info['prefixlen']}")
        return sorted(found)

    def routes6(self):
        """Destination -> list of routes, of the main table."""
        routes = {}
        for r in self.show("route show table main", "-6"):
            routes.setdefault(r["dst"], []).append(r)
        return routes

    @contextlib.contextmanager
    def silence(self, case):
        """Nothing changes here, not even for a moment."""
        child = subprocess.Popen(
            ["ip", "-n", self.name, "-o", "monitor", "link", "address",
             "route", "rule"], stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL)
        try:
            lines = Lines(child.stdout)
            # It listens once it reports what we do ourselves.
            mark, start = "127.9.9.9", 0
            limit = time.monotonic() + 10
            while not start and time.monotonic() < limit:
                self.ip(f"addr add {mark}/32 dev lo",
                        f"addr del {mark}/32 dev lo")
                with contextlib.suppress(TimeoutError):
                    start = lines.wait(lambda x: mark in x, 0.2)[1] + 1
            yield
            self.ip("addr add 127.9.9.10/32 dev lo",
                    "addr del 127.9.9.10/32 dev lo")
            end = lines.wait(lambda x: "127.9.9.10" in x, 10)[1]
            seen = [x for x in lines.items[start:end] if mark not in x]
            case.assertEqual(seen, [], "something changed")
        finally:
            child.kill()
            child.wait()

    def ping(self, target, *options):
        """Does ping succeed?"""
        done = subprocess.run(
            [*self.enter, "ping", "-6", "-n", "-c", "1", "-W", "5", *options,
             target], capture_output=True, text=True)
        return done.returncode == 0

    def delete(self):
        sh("ip", "netns", "del", self.name, check=False)


class Net:
    """The two hosts of the picture."""

    def __init__(self):
        global _counter
        _counter += 1
        tag = f"dtcp-e2e-{os.getpid()}-{_counter}"
        self.client = Namespace(tag + "-c")
        try:
            self.server = Namespace(tag + "-s")
        except BaseException:
            self.client.delete()
            raise
        try:
            self._connect()
        except BaseException:
            self.delete()
            raise

    def _connect(self):
        self.client.ip(
            "link set lo up",
            "link add wan type veth peer name wan netns " + self.server.name,
            # Link-local addresses come late and would blur snapshots; in
            # one command "up" would come first.
            "link set wan addrgenmode none", "link set wan up",
            f"addr add {CLIENT4}/24 dev wan")
        self.server.ip(
            "link set lo up", "link set wan addrgenmode none",
            "link set wan up",
            f"addr add {ROUTER4}/24 dev wan",
            f"addr add {SERVER4}/32 dev lo")
        self.client.ip(f"route add default via {ROUTER4}")
        # The carrier is noticed a moment later, and would blur snapshots.
        for host in self.client, self.server:
            eventually(lambda: host.links()["wan"]["operstate"] == "UP", 10,
                       "the veth pair is up")

    @contextlib.contextmanager
    def blackhole(self):
        """Nothing passes between the hosts, and nobody is told."""
        try:
            self.server.run("nft", "add table inet hole; "
                            "add chain inet hole in { type filter hook "
                            "prerouting priority -500; policy drop; }")
        except AssertionError as error:
            if UML and "not supported" in str(error):
                raise unittest.SkipTest("no nftables in this kernel") from None
            raise
        try:
            yield
        finally:
            self.server.run("nft", "delete table inet hole")

    def delete(self):
        self.client.delete()
        self.server.delete()


def children(pid):
    """Direct children: pid -> start of the command line."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as f:
            pids = [int(p) for p in f.read().split()]
    except FileNotFoundError:
        return []
    return [p for p in pids if alive(p)]


def alive(pid):
    """Does the process exist and is no zombie?"""
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def proc_status(pid):
    """The fields of /proc/PID/status."""
    with open(f"/proc/{pid}/status") as f:
        return dict(line.rstrip("\n").split(":\t", 1) for line in f
                    if ":\t" in line)


def rss_kb(pid):
    return int(proc_status(pid)["VmRSS"].split()[0])


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def holds(pid, needle):
    """Is that text anywhere in the process's writable memory?"""
    with open(f"/proc/{pid}/maps") as maps, \
            open(f"/proc/{pid}/mem", "rb", 0) as mem:
        for line in maps:
            span, access = line.split()[:2]
            if "r" not in access or "[v" in line:
                continue
            low, high = (int(x, 16) for x in span.split("-"))
            if high - low > 1 << 28:
                continue
            try:
                mem.seek(low)
                if needle in mem.read(high - low):
                    return True
            except (OSError, ValueError):
                continue
    return False


class Program:
    """A program in the foreground, with its log lines.

    self.argv is what runs, self.prefix what puts it in its place.
    """

    case = child = started = None

    def folder(self, case, **files):
        """A folder of its own, with files of mode 0600: name=text."""
        self.case = case
        self.dir = tempfile.mkdtemp(prefix="dtcp-e2e-")
        case.addCleanup(shutil.rmtree, self.dir, True)
        os.chmod(self.dir, 0o755)
        self.pidfile = os.path.join(self.dir, self.name + ".pid")
        for name, text in files.items():
            path = os.path.join(self.dir, f"{self.name}.{name}")
            with open(path, "w") as f:
                f.write(text)
            os.chmod(path, 0o600)
            setattr(self, name, path)

    def start(self):
        """Run it; also again after it ended."""
        self.started = time.monotonic()
        self.child = subprocess.Popen(
            self.prefix + self.argv, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.case.addCleanup(self.kill, self.child)
        self.log = Lines(self.child.stderr,
                         log=lambda line: self.case.note(self.name, line))
        return self

    @property
    def pid(self):
        return self.child.pid

    def kill(self, child):
        """Clean up: nothing of it survives the test."""
        if child.poll() is None:
            family = [child.pid] + children(child.pid)
            for pid in family:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            child.wait()

    # What it says

    def wait_log(self, pattern, timeout=10, start=0):
        """The first line from start on that matches, as its match."""
        found = re.compile(pattern)
        try:
            line, at = self.log.wait(found.search, timeout, start)
        except TimeoutError:
            ended = self.child.poll()
            raise AssertionError(
                f"no log line /{pattern}/ in {timeout} s"
                + (f", it ended with {ended}" if ended is not None else "")
                + "; log:\n" + "\n".join(self.log.items[start:][-30:])
                ) from None
        match = found.search(line)
        self.at = at + 1
        return match

    def mark(self):
        return self.log.count()

    def lines(self, pattern, start=0):
        return [line for line in self.log.items[start:]
                if re.search(pattern, line)]

    def status(self):
        """Exit status of --status and its lines as a dictionary."""
        done = subprocess.run([self.argv[0], "--status", "-f", self.pidfile],
                              capture_output=True, text=True)
        words = dict(line.partition("=")[::2]
                     for line in done.stdout.splitlines() if "=" in line)
        return done.returncode, words

    @property
    def engine(self):
        return int(self.status()[1]["engine"])

    # What it does

    def send(self, number):
        self.child.send_signal(number)

    def wait_exit(self, timeout=10):
        try:
            status = self.child.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(
                f"still running after {timeout} s; log:\n"
                + "\n".join(self.log.items[-30:])) from None
        self.log.join()
        return status

    def stop(self, number=signal.SIGTERM, timeout=PATIENCE * 3):
        """End it by a signal; its exit status."""
        self.send(number)
        return self.wait_exit(timeout)


class Client(Program):
    """dtcpc, with files of its own."""

    name = "dtcpc"

    def __init__(self, case, net, *options, server=SERVER4, user="foo",
                 password="bar", wrap=(), entry=None, mode=0o600, host=None):
        """wrap: a command in front of it.  entry: the auth file's text.
        host: where it runs, if not on the client of the picture."""
        self.folder(case, auth=entry if entry is not None
                    else f"{server}:{user}:{password}\n")
        os.chmod(self.auth, mode)
        self.state = os.path.join(self.dir, "state")
        os.mkdir(self.state)
        self.argv = [DTCPC, "-u", user, "-f", self.pidfile, "--auth-file",
                     self.auth, "--state-dir", self.state, *options, server]
        self.prefix = [*(host or net.client).enter, *wrap]

    def wait_state(self, state, timeout=10, start=0):
        return self.wait_log(rf"\bstate={state}\b", timeout, start)

    def errors(self):
        """What it said apart from changes of state."""
        return [line for line in self.log.items
                if not re.search(r"\bstate=", line)]


# Times that make tests quick; a test that is about one gives its own.
QUICK = ("--retry-min", "0.05", "--retry-max", "0.2",
         "--ping-interval", "1", "--ping-timeout", "1")
ENCAP = ("--encap", "kernel") if UML else ("--encap", "user")


@unittest.skipIf(os.geteuid() != 0, "needs root")
class Case(unittest.TestCase):
    """A test with two hosts, a server and clients."""

    maxDiff = None
    uml = False         # also below user-mode-linux
    network = Net

    def setUp(self):
        self.transcript = []
        self._began = time.monotonic()
        self._lock = threading.Lock()
        self.net = self.network()
        self.addCleanup(self.net.delete)

    def note(self, who, line):
        """For the report of a failure."""
        with self._lock:
            self.transcript.append(
                f"{time.monotonic() - self._began:8.3f} {who}: {line}")

    def serve(self, *options, behave=()):
        """The server, with what the picture says."""
        server = ServerProcess(
            "--listen", SERVER4, "--user", "foo:bar", "--prefix6", PREFIX6,
            "--route", f"foo={DELEGATED}",
            *(["--tunnel", "sit"] if UML else []),
            *[w for b in behave for w in ("--behave", b)], *options,
            prefix=self.net.server.enter,
            log=lambda line: self.note("server", line))
        self.addCleanup(server.stop)
        self.server = server
        return server

    def client(self, *options, **more):
        """A client that is not running yet."""
        return Client(self, self.net, *QUICK, *ENCAP, *options, **more)

    def up(self, *options, **more):
        """A client with its tunnel up."""
        client = self.client(*options, **more).start()
        client.wait_state("up")
        return client

    def tunnel(self):
        """The name of the client's tunnel interface."""
        names = [n for n in self.net.client.links()
                 if n not in ("lo", "wan", "lan0", "lan1", "sit0")]
        self.assertEqual(len(names), 1, names)
        return names[0]

    def assertPings(self, there=SERVER6, back=CLIENT6):
        """Through the tunnel, both ways."""
        self.assertTrue(self.net.client.ping(there), f"no way to {there}")
        self.assertTrue(self.net.server.ping(back), f"no way to {back}")

    def assertPingsAs(self, client):
        """Through the tunnel, with the addresses it says it has."""
        words = client.status()[1]
        self.assertPings(words["server6"], words["client6"])

    def assertUnchanged(self, before, what=""):
        self.assertSame(before, self.net.client.snapshot(), what)

    def assertSame(self, before, after, what=""):
        for show, was in before.items():
            gone = [x for x in was if x not in after[show]]
            new = [x for x in after[show] if x not in was]
            self.assertEqual((gone, new), ([], []), f"{what} {show}")

    def assertStops(self, client, before, number=signal.SIGTERM):
        """It ends well and nothing stays."""
        self.assertEqual(client.stop(number), 0)
        self.assertUnchanged(before)
        self.assertEqual(sorted(os.listdir(client.dir)),
                         ["dtcpc.auth", "state"])

    def assertOneLine(self, client, pattern):
        """Exactly one line besides changes of state, and it says why."""
        errors = client.errors()
        self.assertEqual(len(errors), 1, errors)
        self.assertRegex(errors[0], pattern)


def sweep():
    """Namespaces of runs that were killed."""
    for name in sh("ip", "netns", "list").split():
        m = re.match(r"dtcp-e2e-(\d+)-", name)
        if m and not alive(int(m.group(1))):
            sh("ip", "netns", "del", name, check=False)
