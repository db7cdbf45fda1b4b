"""A use case that could not be done becomes a page that says why and what to do."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from krisenfest.errors import KrisenfestError, RefusedError, StaleError, StepError
from krisenfest.web.desk.messages import in_german

STATUS = {RefusedError: 403, StaleError: 409, StepError: 409}


class TellProblems:
    """Turns errors of the use cases into answers; every other error stays one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The page for an error of a use case."""
        if not isinstance(exception, KrisenfestError):
            return None
        status = STATUS.get(type(exception), 400)
        return render(request, "desk/problem.html", {"message": in_german(str(exception))}, status=status)
