"""An exception in the emulator is answered with 500 and a broken connection, which clients try again for ten minutes.

It is answered with 400, which they show at once. There is also `/token`, where service accounts fetch theirs.
"""

import json
from typing import Any

import bqemulator.server as server


def close() -> None:
    make = server.create_app

    def create_app(context: Any) -> Any:
        app = make(context)
        app.exception_handlers.pop(Exception, None)
        app.add_middleware(_Answered)
        app.post("/token")(_token)
        return app

    server.create_app = create_app


def _token() -> dict[str, Any]:
    return {"access_token": "emulator", "expires_in": 3600, "token_type": "Bearer"}


class _Answered:
    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        has_begun = False

        async def noticed(message: Any) -> None:
            nonlocal has_begun
            has_begun = has_begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, noticed)
        except Exception as error:
            if scope["type"] != "http" or has_begun:
                raise
            await _answer(send, f"emulator bug: {type(error).__name__}: {error}"[:800])


async def _answer(send: Any, message: str) -> None:
    told = {"reason": "invalidQuery", "message": message}
    body = {"error": {"code": 400, "message": message, "errors": [told], "status": "INVALID_ARGUMENT"}}
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 400, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})
