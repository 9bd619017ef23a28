"""Runs the test server and waits for its events."""

import json
import os
import subprocess
import threading
import time

SERVER = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                      "dtcp_server.py")


class Lines:
    """Lines of a stream, gathered by a thread, and waiting for one of them.

    decode turns a line into what is kept; None drops it.
    """

    def __init__(self, stream, decode=None, log=None):
        self.items = []
        self.changed = threading.Condition()
        self.ended = False
        self._decode = decode or (lambda line: line)
        self._log = log
        self._thread = threading.Thread(target=self._read, args=(stream,),
                                        daemon=True)
        self._thread.start()

    def _read(self, stream):
        for raw in stream:
            line = raw.decode("utf-8", "replace").rstrip("\n")
            if self._log:
                self._log(line)
            item = self._decode(line)
            with self.changed:
                if item is not None:
                    self.items.append(item)
                self.changed.notify_all()
        stream.close()
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def join(self, timeout=5):
        """Wait for the end of the stream."""
        self._thread.join(timeout)

    def wait(self, match, timeout, start=0):
        """The first item from start on that matches, and its index.

        Raises TimeoutError; the caller knows what it was waiting for.
        """
        limit = time.monotonic() + timeout
        at = start
        with self.changed:
            while True:
                for i in range(at, len(self.items)):
                    if match(self.items[i]):
                        return self.items[i], i
                at = max(start, len(self.items))
                left = limit - time.monotonic()
                if left <= 0 or self.ended:
                    raise TimeoutError
                self.changed.wait(left)

    def count(self):
        with self.changed:
            return len(self.items)


def decode_event(line):
    try:
        return json.loads(line)
    except ValueError:
        return {"event": "output", "line": line}


class ServerProcess:
    """The server as a child; prefix puts it elsewhere (ip netns exec ...)."""

    def __init__(self, *args, prefix=(), log=None):
        # A server in a namespace of its own: it ends with our end of the
        # pipe, whatever happens to us.
        self.child = subprocess.Popen(
            [*prefix, "python3", SERVER, "--control", *args],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        self.lines = Lines(self.child.stdout, decode_event, log)
        try:
            self.port = self.wait("listen", 20)["port"]
        except BaseException:
            self.stop()
            raise

    def wait(self, event, timeout=10, start=0, **fields):
        """The first event of that name and those fields, from start on."""
        def match(e):
            return e["event"] == event and all(
                e.get(k) == v for k, v in fields.items())
        try:
            return self.lines.wait(match, timeout, start)[0]
        except TimeoutError:
            raise AssertionError(
                f"no server event {event} {fields} in {timeout} s; last: "
                f"{self.lines.items[-5:]}") from None

    def mark(self):
        """How many events there have been: where to start to wait."""
        return self.lines.count()

    def events(self, name, start=0, **fields):
        return [e for e in self.lines.items[start:] if e["event"] == name
                and all(e.get(k) == v for k, v in fields.items())]

    def live(self):
        """Connections that have a tunnel now."""
        live = {e["conn"] for e in self.events("tunnel-up")}
        return live - {e["conn"] for e in self.events("close")}

    def control(self, command):
        """Have a command done."""
        start = self.mark()
        self.child.stdin.write(command.encode() + b"\n")
        self.child.stdin.flush()
        self.wait("control", 10, start)

    def behave(self, *specs):
        self.control("behave " + ";".join(specs))

    def send(self, number):
        self.child.send_signal(number)

    def stop(self):
        try:
            self.child.stdin.close()
        except BrokenPipeError:
            pass
        try:
            self.child.wait(5)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        self.lines.join()
