"""A network namespace of the test's own, with cables (veth pairs) in it; it ends with the test."""

import subprocess
import sys
from pathlib import Path


class Network:
    """No address and no route leads out of it, nor into it."""

    def __enter__(self) -> "Network":
        # A process that holds the namespace; it ends at the end of its input, so also when the test is killed.
        self._holder = subprocess.Popen(
            ["unshare", "--net", "sh", "-c", "echo ready; cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._holder.stdout is not None
        assert self._holder.stdout.readline() == b"ready\n"
        self.run("ip", "link", "set", "lo", "up")
        return self

    def __exit__(self, *_: object) -> None:
        self._holder.communicate(timeout=10)

    def inside(self, *command: str) -> list[str]:
        """The command that runs `command` in there."""
        return ["nsenter", "--target", str(self._holder.pid), "--net", *command]

    def run(self, *command: str) -> None:
        done = subprocess.run(self.inside(*command), capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr

    def plug(self, name: str) -> None:
        """A cable from `name`, where one can listen, to `{name}x`, where packets go in."""
        self.run("ip", "link", "add", name, "type", "veth", "peer", "name", f"{name}x")
        for end in (name, f"{name}x"):
            # It would say things by itself.
            self.run("sh", "-c", f"echo 1 > /proc/sys/net/ipv6/conf/{end}/disable_ipv6")
            self.run("ip", "link", "set", end, "mtu", "9000", "up")

    def unplug(self, name: str) -> None:
        self.run("ip", "link", "del", name)

    def send(self, name: str, capture: Path) -> None:
        """Plays a capture's packets into the cable of `name`."""
        self.run(sys.executable, "-m", "tests.support.replay", f"{name}x", str(capture))
