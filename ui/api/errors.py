"""Errors in OpenAI's shape, and the route class that turns every failure into one."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from records.store import RecordsError
from runtime.types import BackendError
from sandboxes import SandboxError
from ui import chat_auth

_log = logging.getLogger("mica.api")


class ApiError(Exception):
    """A request that gets an error: HTTP `status`, OpenAI's `code` and `param`."""

    def __init__(
        self, status: int, message: str, *, code: str | None = None, param: str | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.code, self.param = status, message, code, param

    def body(self) -> dict[str, Any]:
        """Return the error as OpenAI's clients expect it."""
        kind = "invalid_request_error" if self.status < 500 else "server_error"
        return {
            "error": {
                "message": self.message,
                "type": kind,
                "code": self.code,
                "param": self.param,
            }
        }

    def response(self) -> Response:
        """Return the error as a response, which clients must not try again by themselves."""
        headers = {"x-should-retry": "false"}
        return JSONResponse(self.body(), self.status, headers=headers)


def explained(error: Exception) -> ApiError:
    """Return what is said of a failure; one that nobody foresaw goes to the log in full."""
    if isinstance(error, ApiError):
        return error
    if isinstance(error, BackendError | RecordsError | SandboxError):
        return ApiError(503, str(error), code="unavailable")
    _log.error("a request failed", exc_info=error)
    return ApiError(500, f"a fault in Mica ({type(error).__name__}); the log has the details")


class ApiRoute(APIRoute):
    """A route whose failures are OpenAI errors and whose answers carry `x-request-id`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the handler."""
        handler = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                if not chat_auth.is_trusted(request.headers):
                    raise ApiError(
                        403,
                        "this address or host is not trusted; see MICA_TRUST_CLIENTS and "
                        "MICA_TRUST_HOSTS",
                        code="not_trusted",
                    )
                response = await handler(request)
            except RequestValidationError as error:
                response = ApiError(400, str(error), code="invalid_request").response()
            except Exception as error:
                response = explained(error).response()
            response.headers["x-request-id"] = f"req_{uuid.uuid4().hex}"
            return response

        return guarded
