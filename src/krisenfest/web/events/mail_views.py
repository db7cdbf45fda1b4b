"""The page that a link in a reminder opens: no more of them."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from krisenfest.web.events import marks
from krisenfest.web.events.compose import spoken
from krisenfest.web.events.models import Registration


@csrf_exempt  # RFC 8058 3.2: a mail program posts without having been here; the signed address is what permits it
@require_http_methods(["GET", "HEAD", "POST"])
def quiet(request: HttpRequest, token: str) -> HttpResponse:
    """A button switches reminders off; opening the page does not, because robots open links."""
    found = marks.quiet_for(token)
    if found is None:
        raise Http404
    if request.method == "POST":
        on = request.POST.get("do") == "on"
        Registration.objects.filter(pk=found.pk).update(reminded=on)
        found.reminded = on
    lang = spoken(found.lang)
    texts = found.book.payload["texts"]
    title = next((each["title"] for each in texts if each["lang"] == lang and each.get("title")), texts[0]["title"])
    with translation.override(lang):
        return render(request, "events/quiet.html", {"wanted": found.reminded, "title": title})
