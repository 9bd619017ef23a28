"""docs/quickstart.md is true: its lines for Linux, as they stand there, make a
LAN's host reach the Internet.  Left out are packages and the build; a unit is
started by what it says, not by systemd.
"""

import os
import re
import shlex
import unittest

from broker import BrokerCase
from lan import WORLD6, LanCase
from lib import DTCPS, ROUTER4, TOP, UML, Program

BUILD = os.path.dirname(DTCPS)
SUBNET = "2001:db8:0:101::/64"      # the page's prefix and eth1/1

# What lies where the page and the units say, empty and the host's alone.
OWN = """
for dir in /usr/local/etc /etc/sysctl.d /run /var/lib; do
    mount -t tmpfs -o mode=755 none $dir
done
mkdir /run/dtcps /run/dtcpc /var/lib/dtcpc
"""
# As systemd reads such a file and splits what the command takes from it.
START = """
while IFS='=' read -r name value; do
    export "$name=$value"
done <{conf}
set -f
exec {command}
"""


def read(*path):
    with open(os.path.join(TOP, *path)) as f:
        return f.read()


def steps(heading):
    """The commands below a heading of the page."""
    section = re.search(rf"(?ms)^## {heading}$(.*?)^## ",
                        read("docs", "quickstart.md")).group(1)
    return re.findall(r"(?m)^    (.+)$", section)


def start(unit, instance=""):
    """What systemd would do for systemctl enable --now."""
    text = read("etc", unit + ".service.in")
    command = re.search(r"(?m)^ExecStart=(.*)$", text).group(1)
    conf = re.search(r"(?m)^EnvironmentFile=-(.*)$", text).group(1)
    preset = re.search(r"(?m)^Environment=(.*)$", text).group(1)
    script = "".join(f"export {word}\n" for word in re.findall(
        r"\w+=\S*", preset)) + START.format(command=command, conf=conf)
    for name, value in (("@CMAKE_INSTALL_FULL_SBINDIR@", BUILD),
                        ("@DTCP_SYSCONFDIR@", "/usr/local/etc"),
                        ("@DTCP_RUNDIR@", "/run"), ("%S", "/var/lib"),
                        ("%i", instance)):
        script = script.replace(name, value)
    return script


def tried(line):
    """A line of the page as the test runs it; empty: it does not."""
    if re.match(r"(apt-get|cmake) ", line):
        return ""
    unit = re.fullmatch(r"systemctl daemon-reload && "
                        r"systemctl enable --now (\w+@?)(\S*)", line)
    if unit:
        return start(*unit.groups())
    if "systemctl" in line:
        raise AssertionError(f"not a line that is known: {line}")
    # More than the namespace's would change.
    line = re.sub(r"> (/etc/sysctl\.d/\S+) && sysctl --system",
                  r"> \1 && sysctl -qp \1", line)
    if line.startswith("dtcpauth --user"):
        line = "echo PASSWORD | " + line
    return line


class Host(Program):
    """One that somebody set up by the page."""

    def __init__(self, case, name, namespace, lines):
        self.name = name
        self.folder(case)
        script = "\n".join(["set -e", f"PATH={shlex.quote(BUILD)}:$PATH", OWN,
                            *map(tried, lines)])
        self.argv = ["sh", "-c", script]
        self.prefix = [*namespace.enter, "unshare", "--mount"]


@unittest.skipIf(UML, "the page's servers carry the packets themselves")
class TestQuickstart(LanCase, BrokerCase):
    forwarding = False      # the page sees to that

    def test_linux(self):
        self.assertEqual(ROUTER4, "192.0.2.1", "the page's server")
        server = steps("The server, Linux")
        home = [line.replace("eth1", "lan0")
                for line in steps("The home, Linux")]
        # "In ten lines on each".
        self.assertLessEqual(max(len(server), len(home)), 10)
        self.server = Host(self, "dtcps", self.net.server, server).start()
        self.server.wait_log("listening on")
        client = Host(self, "dtcpc", self.net.client, home).start()
        client.wait_log(r"\bstate=up\b")
        self.host.wait_slaac(SUBNET)
        self.assertTrue(self.host.ping(WORLD6))
        login = self.server.wait_log(r"login user=alice .*").group(0)
        self.assertRegex(login, r" type=network .*encap=user udp=4028 .*"
                         r"prefix=2001:db8:0:100::/56$")
        self.assertEqual(self.server.lines("warning|error"), [])
        self.assertEqual(client.lines("warning:|error:"), [])
        self.assertEqual(client.stop(), 0)
        self.assertEqual(self.server.stop(), 0)
