#!/usr/bin/env python3
"""A proxy on 127.0.0.1 that breaks connections as it is told.

    fault_proxy.py LISTEN_PORT TARGET_PORT CONTROL_FILE

The control file holds one fault as JSON, read anew for each connection; a changed file starts the counting anew:

    {"kind": "reset"}                  the connection is reset at once
    {"kind": "cut", "direction": "up" | "down", "bytes": N, "reset": true | false}
                                       that many bytes pass, then the connection ends
    {"kind": "stall", "direction": "up" | "down", "bytes": N}
                                       that many bytes pass, then nothing, for ever
    {"kind": "answer", "text": "HTTP/1.1 503 …"}
                                       a request is answered by the proxy itself

and, beside it, "times": how many connections have the fault (all, if not said); "skip": how many before have not.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import sys
from pathlib import Path


class Faults:
    """The fault that the next connection has."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = ""
        self.seen = 0
        self.used = 0

    def next(self) -> dict:
        text = self.path.read_text() if self.path.exists() else ""
        if text != self.text:
            self.text, self.seen, self.used = text, 0, 0
        try:
            fault = json.loads(text) if text else {}
        except ValueError:
            # The file is being written: the connection after this one will see it whole.
            self.text = ""
            return {}
        if not fault:
            return {}
        self.seen += 1
        if self.seen <= fault.get("skip", 0) or self.used >= fault.get("times", sys.maxsize):
            return {}
        self.used += 1
        return fault


def end(writer: asyncio.StreamWriter, by_reset: bool) -> None:
    if by_reset:
        connection = writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
    else:
        writer.close()


async def pump(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, fault: dict, both: list[asyncio.StreamWriter]
) -> None:
    """Passes bytes in one direction until the end, or until the fault."""
    left = fault.get("bytes")
    try:
        while piece := await reader.read(16384):
            if left is not None and len(piece) >= left:
                writer.write(piece[:left])
                await writer.drain()
                if fault["kind"] == "stall":
                    await asyncio.Event().wait()
                for one in both:
                    end(one, fault.get("reset", False))
                return
            if left is not None:
                left -= len(piece)
            writer.write(piece)
            await writer.drain()
        writer.write_eof()
    except OSError:
        for one in both:
            end(one, False)


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, text: str) -> None:
    """Reads one request without a body of its own account, answers it, and closes."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
    if b"expect: 100-continue" in head.lower():
        length = 0
    await reader.readexactly(length)
    writer.write(text.encode())
    await writer.drain()
    writer.close()


async def serve(listen: int, target: int, control: Path) -> None:
    faults = Faults(control)

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fault = faults.next()
        try:
            if fault.get("kind") == "reset":
                end(writer, True)
                return
            if fault.get("kind") == "answer":
                await answer(reader, writer, fault["text"])
                return
            there, back = await asyncio.open_connection("127.0.0.1", target)
            both = [writer, back]
            up = fault if fault.get("direction") == "up" else {}
            down = fault if fault.get("direction") == "down" else {}
            await asyncio.gather(pump(reader, back, up, both), pump(there, writer, down, both))
        except (OSError, asyncio.IncompleteReadError):
            end(writer, False)

    server = await asyncio.start_server(connection, "127.0.0.1", listen)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])))
