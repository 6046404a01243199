"""Tables that only grow: the database itself refuses to update, delete or truncate them."""

from __future__ import annotations

from typing import Final

from django.db.migrations.operations import RunSQL

_FUNCTION: Final = """
CREATE OR REPLACE FUNCTION parindex_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""


def append_only(table: str) -> RunSQL:
    """The migration step after which a table only grows."""
    return RunSQL(
        sql=f"""{_FUNCTION}
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION parindex_append_only();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION parindex_append_only();
""",
        reverse_sql=f"""
DROP TRIGGER {table}_append_only ON {table};
DROP TRIGGER {table}_no_truncate ON {table};
""",
    )
