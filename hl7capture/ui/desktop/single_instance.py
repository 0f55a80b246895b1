"""One window for each user and folder of sessions: a second start hands its files to the first, and ends.

What is said, over a socket that the user alone may open: one line of JSON, `{"files": ["/absolute/path", …]}`, and
where sessions are to be brought back from the archive, `"restore": ["sessionId", …]`; the answer is `ok`. A socket that
a crash has left behind is taken over.
"""

import hashlib
import json
import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, QStandardPaths, QTimer, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from hl7capture.model.session import is_session_id

log = logging.getLogger(__name__)

MOST_BYTES = 1 << 20  # of one request
_MOST_CLIENTS = 16
_LONGEST_PATH = 4096  # characters
_CONNECT_MS, _ANSWER_MS, _LOCK_MS = 1000, 3000, 5000
_CLIENT_MS = 5000  # that a client has to say its line
_ANSWER = b"ok\n"


def server_name(folder: Path) -> str:
    """The same for every start of this user with this folder of sessions."""
    user = str(os.getuid()) if hasattr(os, "getuid") else os.environ.get("USERNAME", "")
    digest = hashlib.sha256(f"{user}\n{folder.absolute()}".encode(errors="surrogateescape")).hexdigest()[:24]
    name = f"hl7capture-{digest}"
    if sys.platform == "win32":
        return name  # of a pipe
    runtime = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.RuntimeLocation)  # the user's alone
    return str(Path(runtime) / name) if runtime else name


class SingleInstance(QObject):
    """`claim` before the window is made; `files_wanted` then tells what later starts want."""

    files_wanted = Signal(list)  # list[Path], also empty: the window is to come to the front
    sessions_wanted = Signal(list)  # list[str]: ids of sessions to be brought back from the archive

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = server_name(folder)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.setMaxPendingConnections(_MOST_CLIENTS)
        self._server.newConnection.connect(self._on_connections)
        self._clients: set[QLocalSocket] = set()
        self.is_taking: Callable[[], bool] = lambda: True  # False: the window is closing, the next start needs its own

    def claim(self, files: Sequence[Path], restored: Sequence[str] = ()) -> bool:
        """False: another window has it, and has been given files and ids of sessions.

        Takes a moment; waits a few seconds at most.
        """
        lock = QLockFile(f"{self._name}.lock" if sys.platform != "win32" else _windows_lock(self._name))
        is_locked = lock.tryLock(_LOCK_MS)  # of two starts at once, one comes first
        try:
            if _hand_over(self._name, files, restored):
                return False
            if not self._server.listen(self._name):
                QLocalServer.removeServer(self._name)  # nobody answers there: a crash has left it behind
                if not self._server.listen(self._name):
                    log.warning("Later starts will not find this window: %s", self._server.errorString())
            return True
        finally:
            if is_locked:
                lock.unlock()

    def _on_connections(self) -> None:
        while (client := self._server.nextPendingConnection()) is not None:
            if len(self._clients) >= _MOST_CLIENTS:
                client.abort()
                client.deleteLater()
                continue
            self._clients.add(client)
            client.setReadBufferSize(MOST_BYTES + 1)
            client.readyRead.connect(lambda client=client: self._on_data(client))
            client.disconnected.connect(lambda client=client: self._part_with(client))
            QTimer.singleShot(_CLIENT_MS, client, client.abort)
            self._on_data(client)

    def _part_with(self, client: QLocalSocket) -> None:
        if client in self._clients:
            self._clients.discard(client)
            client.deleteLater()

    def _on_data(self, client: QLocalSocket) -> None:
        if client not in self._clients:
            return
        if not client.canReadLine():
            if client.bytesAvailable() > MOST_BYTES:
                client.abort()
            return
        line = bytes(client.readLine(MOST_BYTES).data())
        files, restored = files_in(line), restored_in(line)
        if files is None or restored is None or not self.is_taking():
            client.abort()
            return
        client.write(_ANSWER)
        client.disconnectFromServer()
        self.files_wanted.emit(files)
        if restored:
            self.sessions_wanted.emit(restored)


def files_in(line: bytes) -> list[Path] | None:
    """The files of a request: absolute paths and nothing else. None where it is no request."""
    names = _texts(line, "files", None)
    if names is None:
        return None
    paths = [Path(name) for name in names if "\0" not in name and len(name) <= _LONGEST_PATH]
    return paths if len(paths) == len(names) and all(path.is_absolute() for path in paths) else None


def restored_in(line: bytes) -> list[str] | None:
    """The ids of sessions in a request; None where it is none."""
    ids = _texts(line, "restore", [])
    return ids if ids is not None and all(map(is_session_id, ids)) else None


def _texts(line: bytes, name: str, default: list[str] | None) -> list[str] | None:
    """A list of texts in a request; None where it is none."""
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return None
    texts = said.get(name, default) if isinstance(said, dict) else None
    return texts if isinstance(texts, list) and all(isinstance(text, str) for text in texts) else None


def _hand_over(name: str, files: Sequence[Path], restored: Sequence[str]) -> bool:
    """Whether a window was there that has taken them."""
    socket = QLocalSocket()
    socket.connectToServer(name)
    if not socket.waitForConnected(_CONNECT_MS):
        return False
    said = {"files": [str(path.absolute()) for path in files], **({"restore": list(restored)} if restored else {})}
    line = json.dumps(said).encode() + b"\n"
    if len(line) > MOST_BYTES:
        log.error("These are too many files to hand to the window that is open; open them there")
        return True
    socket.write(line)
    socket.flush()
    while not socket.canReadLine():
        if not socket.waitForReadyRead(_ANSWER_MS):
            log.warning("The window that is open does not answer; another one opens")
            return False
    return bytes(socket.readLine().data()) == _ANSWER


def _windows_lock(name: str) -> str:
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.TempLocation)
    return str(Path(folder) / f"{name}.lock")
