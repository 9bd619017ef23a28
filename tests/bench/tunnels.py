"""Two hosts in network namespaces, and what tunnels there are between them.

The namespaces and all processes in them end with the program, however it ends.
"""
import contextlib
import ctypes
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
CLONE_NEWNS, CLONE_NEWNET = 0x00020000, 0x40000000
PR_SET_PDEATHSIG = 1
PATIENCE = 10           # seconds until something counts as broken
PORT = 4028
HZ = os.sysconf("SC_CLK_TCK")
LIBC = ctypes.CDLL(None, use_errno=True)


class Broken(Exception):
    """A tunnel that cannot be had here; one line says why."""


def wait_for(probe, what):
    """Poll for something that comes within milliseconds."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if probe():
            return
        time.sleep(0.01)
    raise Broken(f"{what}: nothing within {PATIENCE} s")


def ticks(pid):
    """What a process used of the processors so far, in seconds."""
    stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    user, system = stat.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / HZ


def own_namespaces():
    """Network, and a /run where no other program's sockets are."""
    if LIBC.unshare(CLONE_NEWNET | CLONE_NEWNS) != 0:
        sys.exit("no namespaces: " + os.strerror(ctypes.get_errno()))
    for command in ("mount --make-rprivate /", "mount -t tmpfs tmpfs /run",
                    "ip link set lo up"):
        subprocess.run(command.split(), check=True)


class Host:
    """One of the two ends, and what runs on it."""

    def __init__(self, number, work, enter):
        self.number, self.work, self.enter = number, work, enter
        self.outer = f"192.0.2.{number}"
        self.inner = f"2001:db8:1::{number}"
        self.tun = f"tun{number}"
        self.log = work / f"log{number}"
        self.processes = []

    def run(self, *command, check=True):
        """A command that ends by itself; what it printed."""
        return subprocess.run([*self.enter, *map(str, command)], check=check,
                              capture_output=True, text=True).stdout

    def start(self, *command):
        """One that has to be stopped; it dies with us at the latest."""
        with open(self.log, "a", encoding="utf-8") as log:
            process = subprocess.Popen(
                [*self.enter, *map(str, command)], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log,
                preexec_fn=lambda: LIBC.prctl(PR_SET_PDEATHSIG,
                                              signal.SIGKILL))
        self.processes.append(process)
        return process

    def stop(self, processes=None):
        """Those, or all."""
        for process in processes or self.processes[::-1]:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            self.processes.remove(process)

    def has(self, device):
        """Is there a device of that name?"""
        return device + ":" in self.run("cat", "/proc/net/dev")

    def set_up(self, device, mtu):
        """The inner address on it, and the size of its packets."""
        wait_for(lambda: self.has(device), f"{device} of {self.last_word()}")
        self.run("ip", "link", "set", device, "mtu", mtu, "up")
        self.run("ip", "addr", "add", self.inner + "/64", "dev", device,
                 "nodad")

    def last_word(self):
        """What was said last, as the reason why something is not there."""
        lines = self.log.read_text(errors="replace").splitlines()
        return lines[-1] if lines else "nobody"


class Network:
    """Both hosts, joined by a veth pair."""

    def __init__(self, work):
        own_namespaces()
        keeper = subprocess.Popen(["unshare", "--net", "sh", "-c",
                                   "ip link set lo up; echo; read end"],
                                  stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE)
        keeper.stdout.readline()
        self.keeper = keeper        # ends when our end of its input does
        self.near = Host(1, work, [])
        self.far = Host(2, work, ["nsenter", "-t", str(keeper.pid), "-n"])
        self.near.run("ip", "link", "add", "ether0", "type", "veth",
                      "peer", "name", "ether0", "netns", keeper.pid)
        for host in self.hosts():
            host.run("ip", "addr", "add", host.outer + "/24", "dev", "ether0")
            host.run("ip", "link", "set", "ether0", "up")

    def hosts(self):
        """Near, far."""
        return self.near, self.far

    @contextlib.contextmanager
    def tunnel(self, start, mtu, gso=True):
        """Up for as long as the block lasts; gives its processes."""
        near, far = self.hosts()
        try:
            for host in self.hosts():
                host.log.write_text("")
                host.run("ethtool", "-K", "ether0", "tx-udp-segmentation",
                         "on" if gso else "off")
            start(near, far, mtu)
            start(far, near, mtu)
            ends = near.processes + far.processes
            wait_for(lambda: "64 bytes" in near.run(
                "ping", "-n", "-c", 1, "-W", 1, far.inner, check=False),
                f"no answer through the tunnel; {near.last_word()}")
            yield ends
        finally:
            for host in self.hosts():
                host.stop()
                host.run("ip", "link", "del", host.tun, check=False)
                host.run("ip", "-6", "addr", "flush", "dev", "ether0",
                         "scope", "global")
                host.run("ip", "link", "set", "ether0", "mtu", 1500)


# ---- What can be between them: the name of each, and how one end is started

def none(here, _there, mtu):
    """No tunnel: packets of the same size on the pair itself."""
    here.set_up("ether0", mtu)


def openvpn(here, there, mtu):
    """In the clear, and with what it has to be faster."""
    here.start("openvpn", "--dev", here.tun, "--dev-type", "tun",
               "--proto", "udp4", "--local", here.outer, "--port", PORT,
               "--remote", there.outer, PORT, "--cipher", "none",
               "--auth", "none", "--tun-mtu", mtu, "--mssfix", 0,
               "--fast-io", "--disable-dco")
    here.set_up(here.tun, mtu)


def fastd(here, there, mtu):
    """Method null: keys for the handshake only."""
    for host in here, there:
        key = host.work / f"fastd{host.number}"
        if not key.exists():
            key.write_text(host.run("fastd", "--generate-key"))
    keys = [host.work.joinpath(f"fastd{host.number}").read_text().split()
            for host in (here, there)]      # Secret: x Public: y
    conf = here.work / f"fastd{here.number}.conf"
    conf.write_text(f'log level warn; mode tun; method "null"; mtu {mtu};\n'
                    f'interface "{here.tun}"; secret "{keys[0][1]}";\n'
                    f'bind {here.outer}:{PORT};\npeer "there" {{\n'
                    f'\tkey "{keys[1][3]}";\n'
                    f'\tremote {there.outer}:{PORT};\n}}\n')
    here.start("fastd", "--config", conf)
    here.set_up(here.tun, mtu)


def wireguard_go(here, there, mtu):
    """Encrypts: there is no other way."""
    for host in here, there:
        key = host.work / f"wg{host.number}"
        if not key.exists():
            key.write_text(host.run("wg", "genkey"))
    secret = there.work / f"wg{there.number}"
    public = subprocess.run(["wg", "pubkey"], input=secret.read_text(),
                            capture_output=True, text=True, check=True).stdout
    here.start("wireguard-go", "-f", here.tun)
    socket = pathlib.Path(f"/run/wireguard/{here.tun}.sock")
    wait_for(socket.exists, f"wireguard-go: {here.last_word()}")
    here.run("wg", "set", here.tun, "listen-port", PORT,
             "private-key", here.work / f"wg{here.number}",
             "peer", public.strip(), "allowed-ips", "::/0",
             "endpoint", f"{there.outer}:{PORT}")
    here.set_up(here.tun, mtu)


def socat(here, there, mtu):
    """A packet at a time from one descriptor to the other."""
    here.start("socat", f"TUN,tun-type=tun,iff-no-pi,tun-name={here.tun}",
               f"UDP4-DATAGRAM:{there.outer}:{PORT},"
               f"bind={here.outer}:{PORT}")
    here.set_up(here.tun, mtu)


def ours(port, build):
    """The relay, by relay_end; port 0 is protocol 41."""
    def start(here, there, mtu):
        here.start(build / "tests/bench/relay_end", here.tun, here.outer,
                   there.outer, port, mtu, here.inner + "/64")
        wait_for(lambda: "vnet=" in here.log.read_text(), here.last_word())
    return start


PEERS = {"openvpn": openvpn, "fastd": fastd, "wireguard-go": wireguard_go,
         "socat": socat}
PACKAGES = ("openvpn", "fastd", "wireguard-go", "wireguard-tools", "socat",
            "iperf3", "ethtool", "iproute2", "iputils-ping")


def missing():
    """Peers that are not installed."""
    return [name for name in PEERS if shutil.which(name) is None or
            (name == "wireguard-go" and shutil.which("wg") is None)]


def install():
    """All of them; none of their services is started."""
    refuse = pathlib.Path("/usr/sbin/policy-rc.d")
    made = not refuse.exists()
    if made:
        refuse.touch(0o755)
        refuse.write_text("#!/bin/sh\nexit 101\n")
    try:
        subprocess.run(["apt-get", "install", "-qq", "-y",
                        "--no-install-recommends", *PACKAGES], check=True,
                       env={**os.environ,
                            "DEBIAN_FRONTEND": "noninteractive"})
    finally:
        if made:
            refuse.unlink()
