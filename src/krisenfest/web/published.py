"""What became public, told to the rooms that follow it, so that the desk need not know them.

`published` is sent in the transaction that says so, with `municipality`, `exercise`, `kind`, `record_id`, `payload`
(the record as canonical JSON, None when it was taken out) and `at`. A receiver that raises stops the publication.
"""

from __future__ import annotations

from django.dispatch import Signal

published = Signal()
# Asked when somebody begins the recap of an event, with `municipality`, `exercise` and `record_id`: a receiver answers
# with what happened, as fields of the recap's form (`desk.recap.recap_fields` makes them), or with None.
recap_begun = Signal()
