"""What a database says its tables are, in a form in which two databases can be compared."""

from collections.abc import Set

import sqlalchemy as sa

_POSTGRES = """
SELECT 'column', c.relname, a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' null:' || (NOT a.attnotnull)
    || ' collation:' || coalesce(l.collname, '') || ' default:' || coalesce(pg_get_expr(d.adbin, d.adrelid), '')
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_collation l ON l.oid = a.attcollation LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE n.nspname = 'public' AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT 'constraint', conrelid::regclass::text, conname || ' ' || pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
UNION ALL SELECT 'index', tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'trigger', tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'function', proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
"""
_SQLITE = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL"

Definitions = set[tuple[str, str, object]]


def definitions(connection: sa.Connection, without: Set[str]) -> Definitions:
    """Every column, constraint, index, trigger and function, but those of the tables `without`."""
    rows = connection.exec_driver_sql(_POSTGRES if connection.dialect.name == "postgresql" else _SQLITE)
    found = {(str(kind), str(name), str(text)) for kind, name, text in rows}
    mine = {row for row in found if row[1] not in without and not row[1].startswith("sqlite_")}
    return {(kind, name, _parts(text) if kind == "table" else text) for kind, name, text in mine}


def _parts(create_table: str) -> tuple[str, ...]:
    """The columns and constraints of a CREATE TABLE, sorted: an added column stands behind the constraints."""
    parts, depth, text = [""], 0, " ".join(create_table.split())
    for letter in text[text.index("(") + 1 : text.rindex(")")]:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return (*sorted(part.strip() for part in parts), text[text.rindex(")") :])
