"""The database itself refuses to change or delete an entry."""

from __future__ import annotations

from typing import Any

from django.db import migrations

SQLITE = [
    f"""CREATE TRIGGER audit_entry_no_{what.lower()} BEFORE {what} ON audit_entry
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"""
    for what in ("UPDATE", "DELETE")
]
POSTGRES = [
    """CREATE FUNCTION audit_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$""",
    """CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_entry_refuse()""",
]


def protect(apps: Any, editor: Any) -> None:
    """Add the triggers of this database."""
    for statement in POSTGRES if editor.connection.vendor == "postgresql" else SQLITE:
        editor.execute(statement)


class Migration(migrations.Migration):
    """Append-only."""

    dependencies = (("audit", "0001_initial"),)
    operations = (migrations.RunPython(protect, migrations.RunPython.noop),)
