"""What goes wrong on demand, and what has happened: `GET` and `POST /control`, on loopback like all of the server.

A POST changes what it names and leaves the rest:

    {"faults": [{"kind": "status", "status": 503, "times": 2, "match": "insert", "headers": {"Retry-After": "1"}},
                {"kind": "drop", "when": "after"}, {"kind": "delay", "seconds": 3}],
     "warehouses": {"WH": {"state": "SUSPENDED", "auto_resume": false}}, "grants": {…} | null,
     "databases": {"LETTERBOXD_TEST_7": ["RAW", "MAIN"]}, "token_life": 2, "wait_seconds": 1, "partition_rows": 100}

`status` answers without doing anything; `drop` ends the connection before the statement is done or, which is the
worse case, after it; `delay` waits before. `times` is 1 if not said; `match` is a regular expression for method, path
and body. A GET answers how often each statement was run, and the requests with their answers' codes.
"""

from __future__ import annotations

import asyncio
import re
import threading

from starlette.requests import Request
from starlette.responses import JSONResponse

SETTINGS = ("token_life", "wait_seconds", "partition_rows", "lock_timeout")


class Faults:
    def __init__(self, server) -> None:
        self.server, self.account = server, server.account
        self.pending: list[dict] = []
        self.requests: list[dict] = []
        self.statements: list[dict] = []
        self.changed = threading.Lock()

    def taken(self, text: str) -> list[dict]:
        """The faults that this request has."""
        with self.changed:
            found = [one for one in self.pending if re.search(one.get("match", ""), text, re.IGNORECASE)][:1]
            for one in found:
                one["times"] = one.get("times", 1) - 1
            self.pending = [one for one in self.pending if one.get("times", 1) > 0]
            return found

    def ran(self, session, text: str) -> None:
        with self.changed:
            self.statements.append({
                "statement": text, "user": session.user.name, "role": session.role, "tag": session.tag,
                "handle": session.handle})

    async def control(self, request: Request) -> JSONResponse:
        if request.method == "POST":
            body = await request.json()
            with self.changed:
                if "faults" in body:
                    self.pending = body["faults"]
                if body.get("forget"):
                    self.requests.clear()
                    self.statements.clear()
            for name, one in body.get("warehouses", {}).items():
                self.account.warehouses[name] = one
            for name, schemas in body.get("databases", {}).items():
                self.server.make(name, schemas)
            if "grants" in body:
                self.account.grants = body["grants"]
            for name in SETTINGS:
                if name in body:
                    setattr(self.account, name, body[name])
        with self.changed:
            return JSONResponse({"faults": self.pending, "requests": self.requests, "statements": self.statements})


class FaultyApplication:
    """The application with faults before it and behind it."""

    def __init__(self, application, faults: Faults) -> None:
        self.application, self.faults = application, faults

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] != "http" or scope["path"] == "/control":
            await self.application(scope, receive, send)
            return
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        text = f"{scope['method']} {scope['path']}?{scope['query_string'].decode()} {body.decode(errors='replace')}"
        record = {
            "method": scope["method"], "path": scope["path"], "query": scope["query_string"].decode(), "status": None
        }
        with self.faults.changed:
            self.faults.requests.append(record)
        given = False

        async def again():
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def noted(message) -> None:
            if message["type"] == "http.response.start":
                record["status"] = message["status"]
            await send(message)

        async def swallowed(message) -> None:
            pass

        for fault in self.faults.taken(text):
            record["fault"] = fault["kind"]
            if fault["kind"] == "delay":
                await asyncio.sleep(fault["seconds"])
            elif fault["kind"] == "status":
                answer = JSONResponse(
                    fault.get("body", {"code": "000000", "message": "asked for"}), fault["status"], fault.get("headers"))
                await answer(scope, again, noted)
                return
            elif fault["kind"] == "drop":
                if fault.get("when", "after") == "after":
                    await self.application(scope, again, swallowed)
                # uvicorn's request knows its connection; there is no other way to end one without an answer.
                send.__self__.transport.abort()
                return
        await self.application(scope, again, noted)
