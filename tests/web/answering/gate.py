"""A road to the server that can be closed: what is turned away there never reached it."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading

# Closing sends a reset: the telephone learns at once that nobody is there.
_RESET = struct.pack("ii", 1, 0)


class Gate:
    """Listens on a port of its own and passes everything on, while it is open."""

    def __init__(self, to: tuple[str, int]) -> None:
        self._to = to
        self._is_open = True
        self._passing: set[socket.socket] = set()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://localhost:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._take, daemon=True).start()

    def open(self) -> None:
        """Let people through."""
        self._is_open = True

    def close(self) -> None:
        """Let nobody through, and break off what is on its way."""
        self._is_open = False
        for one in list(self._passing):
            _break_off(one)
        self._passing.clear()

    def end(self) -> None:
        """Be no more."""
        self.close()
        _break_off(self._listening)

    def _take(self) -> None:
        while True:
            try:
                here, _ = self._listening.accept()
            except OSError:
                return
            if not self._is_open:
                _break_off(here)
                continue
            there = socket.create_connection(self._to)
            self._passing |= {here, there}
            for one, other in ((here, there), (there, here)):
                threading.Thread(target=_pass_on, args=(one, other), daemon=True).start()


def _break_off(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        one.shutdown(socket.SHUT_RDWR)
    one.close()


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while content := one.recv(65_536):
            other.sendall(content)
    with contextlib.suppress(OSError):
        other.shutdown(socket.SHUT_WR)
