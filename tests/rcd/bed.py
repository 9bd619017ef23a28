"""What the tests of the service scripts stand on: a mount namespace in which
the folders of the build are empty but for what a test puts there, dash, the
rc.subr beside this file, and hosts as in tests/e2e/lib.py.
"""

import argparse
import glob
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(TOP, "tests", "e2e"))

import lib  # noqa: E402
from lib import alive, eventually  # noqa: E402

# The command line; --client alone may be missing.
ARGS = argparse.Namespace()


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class ServiceMixin:
    """A host with a script and a configuration, for a test case."""

    name = ""           # of the script and of its program
    old_conf = ""       # what rc.conf says at first

    def setUp(self):
        super().setUp()
        self.dir = tempfile.mkdtemp(prefix="dtcp-rcd-")
        self.addCleanup(shutil.rmtree, self.dir)
        self.addCleanup(self.sweep)
        text, count = re.subn(
            r"^\. /etc/rc\.subr$", f". {HERE}/rc.subr",
            read(ARGS.script), flags=re.M)
        self.assertEqual(count, 1, "/etc/rc.subr is read once")
        self.script = self.write(self.name, text)
        self.record = self.write("record", "")
        self.conf(self.old_conf)

    @property
    def host(self):
        """Where the service runs."""
        raise NotImplementedError

    def write(self, name, text):
        path = os.path.join(self.dir, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def conf(self, text):
        self.write("rc.conf", text)

    def private(self, name, text):
        """A file below etc that nobody else can read."""
        path = os.path.join(ARGS.sysconfdir, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o600)

    def sweep(self):
        """End what a failed test leaves, and its files."""
        for path in glob.glob(os.path.join(ARGS.rundir, "*.pid")):
            pid = self.running(path)
            if pid:
                os.kill(pid, signal.SIGKILL)
                eventually(lambda: not alive(pid), 10, f"end of {pid}")
        for folder in ARGS.rundir, ARGS.sysconfdir:
            for path in glob.glob(os.path.join(folder, self.name + "*")):
                os.unlink(path)

    def running(self, path):
        """The process of a pid file, if it is one of the program's."""
        try:
            pid = int(read(path))
            words = read(f"/proc/{pid}/cmdline").split("\0")
        except (OSError, ValueError):
            return 0
        return pid if os.path.basename(words[0]) == self.name else 0

    def pidfile(self, instance=None):
        name = f"{self.name}-{instance}" if instance else self.name
        return os.path.join(ARGS.rundir, name + ".pid")

    def pid(self, instance=None):
        return self.running(self.pidfile(instance))

    def environment(self, **more):
        return {"PATH": os.environ["PATH"], "RC_RECORD": self.record,
                "RC_CONF": os.path.join(self.dir, "rc.conf"), **more}

    def service(self, *words, sourced=False, cwd=None, **env):
        """Its exit status and the lines it said."""
        argv = ["dash", self.script, *words]
        if sourced:     # as rc(8) does
            argv = ["dash", "-c", f"set -- {' '.join(words)}; . {self.script}"]
        done = subprocess.run(
            [*self.host.enter, *argv], env=self.environment(**env), cwd=cwd,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=30)
        self.note("service", f"{words}: {done.returncode} {done.stdout}")
        return done.returncode, done.stdout.splitlines()

    def good(self, *words, **more):
        status, said = self.service(*words, **more)
        self.assertEqual(status, 0, said)
        return said

    def assertRefused(self, words, pattern, **env):
        """One line that says why, and exit status 1."""
        status, said = self.service(*words, **env)
        self.assertEqual(status, 1, said)
        self.assertEqual(len(said), 1, said)
        self.assertRegex(said[0], pattern)

    def command(self, instance=None):
        """What the daemon was started with."""
        return read(f"/proc/{self.pid(instance)}/cmdline").split("\0")[:-1]

    def recorder(self):
        """A program that notes how it was called, instead of the daemon; a
        word that is not one for the shell is in brackets."""
        path = self.write(
            "recorder", "#!/bin/sh\nfor word; do\n\tcase $word in\n"
            "\t'' | *[!-A-Za-z0-9_.,:/]*) word=\"<$word>\" ;;\n\tesac\n"
            "\tsaid=\"$said $word\"\ndone\n"
            f"echo \"ran$said\" >>{self.record}\n")
        os.chmod(path, 0o755)
        return f"{self.name}_program={path}\n"

    def recorded(self):
        text = read(self.record)
        self.write("record", "")
        return text.splitlines()

    def start_without_module(self, more):
        """Exit status, what was said, and what was run."""
        self.conf(self.old_conf + self.recorder() + more)
        return (*self.service("start", RC_NO_KLD="yes"), self.recorded())

    def assertSoft(self, more):
        """It goes on without the module, with a warning."""
        status, said, ran = self.start_without_module(more)
        self.assertEqual((status, len(said)), (0, 3), said)
        self.assertRegex(said[0], "Unable to load kernel module if_gif")
        self.assertRegex(said[1], "WARNING: without if_gif: .*tun")
        self.assertEqual(ran[0], "load_kld if_gif")
        self.assertRegex(ran[1], "^ran ")

    def assertNeedsModule(self, more):
        """It stops without it."""
        status, said, ran = self.start_without_module(more)
        self.assertEqual(status, 1, said)
        self.assertRegex(said[0], "Unable to load kernel module if_gif")
        self.assertEqual(ran, ["load_kld if_gif"])

    def assertLoadsNothing(self, more):
        status, said, ran = self.start_without_module(more)
        self.assertEqual((status, said), (0, [f"Starting {self.name}."]))
        self.assertEqual(len(ran), 1, ran)
        self.assertRegex(ran[0], "^ran ")

    def assertKeywords(self):
        """What rcorder(8) reads."""
        said = re.findall(r"^# (\w+): (.*)$", read(self.script), flags=re.M)
        self.assertEqual(said, [
            ("PROVIDE", self.name), ("REQUIRE", "DAEMON"),
            ("BEFORE", "LOGIN"), ("KEYWORD", "shutdown nojailvnet")])

    def assertSyslogSample(self, *names):
        """It takes every instance's lines: the name in the log is the pid
        file's, without its end."""
        sample = read(f"{TOP}/etc/freebsd/syslog.d/{self.name}.conf.sample")
        begin = re.findall(r'^:programname, startswith, "(.*)"$', sample,
                           flags=re.M)
        found = re.findall(r"^\s*pidfile=.*/(.*)\.pid$", read(self.script),
                           flags=re.M)
        self.assertEqual(len(begin), 1)
        self.assertEqual(found, list(names))
        for name in names:
            self.assertTrue(name.startswith(begin[0]), name)


def skip(why):
    print(f"skipped: {why}")
    sys.exit(77)


def prepare():
    """Into a mount namespace, and what it must hold."""
    if os.geteuid() != 0:
        skip("needs root")
    for tool in "dash", "ip", "nsenter", "unshare", "mount":
        if not shutil.which(tool):
            skip(f"needs {tool}")
    enter = ["unshare", "--mount", "--propagation", "private"]
    if "DTCP_RCD_INSIDE" not in os.environ:
        if subprocess.run([*enter, "true"], capture_output=True).returncode:
            skip("no mount namespaces")
        os.environ["DTCP_RCD_INSIDE"] = "yes"
        os.execvp(enter[0], [*enter, sys.executable, *sys.argv])
    for path in ARGS.sbindir, ARGS.sysconfdir, ARGS.rundir:
        if path in ("/sbin", "/usr/sbin", "/etc") or not os.path.isdir(path):
            skip(f"cannot do without what is in {path}")
        lib.sh("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", path)
    shutil.copy(ARGS.program, ARGS.sbindir)
    try:
        lib.Namespace("probe").delete()
    except AssertionError as error:
        skip(str(error))


def main():
    p = argparse.ArgumentParser()
    for name in "script", "program", "sbindir", "sysconfdir", "rundir":
        p.add_argument("--" + name, required=True)
    p.add_argument("--client")
    _, rest = p.parse_known_args(namespace=ARGS)
    prepare()
    if ARGS.client:
        lib.DTCPC = ARGS.client
    unittest.main("__main__", argv=[sys.argv[0], *rest])
