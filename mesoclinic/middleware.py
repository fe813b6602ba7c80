"""What every request and every response goes through."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_cache_control
from django.views.defaults import bad_request

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def refuse_unreadable_input(get_response: GetResponse) -> GetResponse:
    """Answer 400 to a NUL in an address: PostgreSQL raises on it, SQLite does not."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        query = request.META.get("QUERY_STRING", "")
        if "\x00" in request.path_info or "%00" in query or "\x00" in query:
            return bad_request(request, ValueError("NUL in the address"))
        return get_response(request)

    return middleware


def keep_out_of_caches(get_response: GetResponse) -> GetResponse:
    """Let no browser or proxy keep a page of somebody signed in."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if request.user.is_authenticated:
            patch_cache_control(response, private=True, no_store=True)
        return response

    return middleware
