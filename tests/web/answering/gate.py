"""A road to the server that can be closed: what is refused there never left the telephone's hand."""

from __future__ import annotations

import contextlib
import socket
import threading


class Gate:
    """Listens on a port of its own and passes everything on, while it is open."""

    def __init__(self, to: tuple[str, int]) -> None:
        self._to = to
        self._listening: socket.socket | None = None
        self._passing: set[socket.socket] = set()
        self.port = 0
        self.open()

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    def open(self) -> None:
        """Let people through, at the same port as before."""
        self._listening = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._take, args=(self._listening,), daemon=True).start()

    def close(self) -> None:
        """Let nobody through, and break off what is on its way."""
        if self._listening is None:
            return
        for one in (self._listening, *self._passing):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._listening = None
        self._passing.clear()

    def _take(self, listening: socket.socket) -> None:
        while True:
            try:
                here, _ = listening.accept()
            except OSError:
                return
            there = socket.create_connection(self._to)
            self._passing |= {here, there}
            for one, other in ((here, there), (there, here)):
                threading.Thread(target=_pass_on, args=(one, other), daemon=True).start()


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while content := one.recv(65_536):
            other.sendall(content)
    with contextlib.suppress(OSError):
        other.shutdown(socket.SHUT_WR)
