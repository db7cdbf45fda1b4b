"""Which form belongs to which verb and kind of record."""

from __future__ import annotations

from collections.abc import Mapping

from krisenfest.domain.approval import Verb
from krisenfest.web.desk import forms
from krisenfest.web.desk.recap import RecapForm
from krisenfest.web.desk.record_form import RecordForm
from krisenfest.web.desk.repeating import SeriesForm

FORMS_BY: Mapping[tuple[Verb, str], type[RecordForm]] = {
    **forms.FORMS_BY,
    (Verb.INVITE, "event"): SeriesForm,
    (Verb.RECAP, "event"): RecapForm,
}


def form_for(verb: Verb, kind: str) -> type[RecordForm]:
    """The form of a verb for a kind of record."""
    return FORMS_BY[verb, kind]
