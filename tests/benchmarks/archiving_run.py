"""Plain COPY of a folder's sessions into tables without keys and indexes, in one transaction.

    python -m tests.benchmarks.archiving_run bytes|rows URL FOLDER

bytes: the documents and their messages' texts, and nothing else is looked at. rows: all that the archive gets of them.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import psycopg
from psycopg.types.json import set_json_dumps

from hl7capture.archive.rows import Rows, rows_of
from hl7capture.archive.sending import FINDINGS, MESSAGES, SESSIONS, copy_rows
from hl7capture.store.document import from_document

_CODES = (("ack-missing", "error"), ("clock", "note"))  # as the index has them


class _Messages(msgspec.Struct):
    messages: list[str]


def copy_bytes(connection: "psycopg.Connection[tuple[object, ...]]", folder: Path) -> None:
    texts: list[tuple[str, int, str]] = []
    with connection.cursor().copy("COPY bare_documents FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(("text", "jsonb"))
        for path in sorted(folder.iterdir()):
            document = path.read_bytes()
            copy.write_row((path.stem, document))
            messages = msgspec.json.decode(document, type=_Messages).messages
            texts += ((path.stem, number, text) for number, text in enumerate(messages))
    with connection.cursor().copy("COPY bare_texts FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(("text", "int4", "text"))
        for row in texts:
            copy.write_row(row)


def copy_all(connection: "psycopg.Connection[tuple[object, ...]]", folder: Path) -> None:
    others: list[Rows] = []

    def sessions() -> Iterator[tuple[object, ...]]:
        for path in sorted(folder.iterdir()):
            document = path.read_bytes()
            rows = rows_of(from_document(document), document, _CODES)
            others.append(rows._replace(session=rows.session._replace(document=b"")))
            yield rows.session

    copy_rows(connection, SESSIONS, sessions(), "bare_sessions")
    copy_rows(connection, MESSAGES, (row for rows in others for row in rows.messages), "bare_messages")
    copy_rows(connection, FINDINGS, (row for rows in others for row in rows.findings), "bare_findings")


def main(what: str, url: str, folder: Path) -> None:
    with psycopg.connect(url) as connection:
        set_json_dumps(bytes, connection)
        {"bytes": copy_bytes, "rows": copy_all}[what](connection, folder / "sessions")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
