"""What every request and every response goes through."""

from collections.abc import Callable, Iterable

from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_cache_control
from django.views.defaults import bad_request

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def refuse_unreadable_input(get_response: GetResponse) -> GetResponse:
    """Answer 400 to a NUL in an address or a cookie: PostgreSQL raises on it.

    A cookie in quotes may carry one as `\\000`, and a session is found by its cookie.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        query = request.META.get("QUERY_STRING", "")
        if "%00" in query or any(
            "\x00" in text for text in (request.path_info, query, *_cookies(request))
        ):
            return bad_request(request, ValueError("NUL in the address or a cookie"))
        return get_response(request)

    return middleware


def _cookies(request: HttpRequest) -> Iterable[str]:
    return (*request.COOKIES.keys(), *request.COOKIES.values())


def keep_out_of_caches(get_response: GetResponse) -> GetResponse:
    """Let no browser or proxy keep a page of somebody signed in."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if request.user.is_authenticated:
            patch_cache_control(response, private=True, no_store=True)
        return response

    return middleware
