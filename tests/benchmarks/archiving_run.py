"""Plain COPY of a folder's documents, and of their messages, into tables without an index.

    python -m tests.benchmarks.archiving_run URL FOLDER

The same bytes that the archive gets, and nothing else done with them.
"""

import sys
from pathlib import Path

import msgspec
import psycopg
from psycopg.types.json import set_json_dumps


class _Messages(msgspec.Struct):
    messages: list[str]


def main(url: str, folder: Path) -> None:
    texts: list[tuple[str, int, str]] = []
    with psycopg.connect(url) as connection:
        set_json_dumps(bytes, connection)
        with connection.cursor().copy("COPY bare_sessions FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(("text", "jsonb"))
            for path in sorted((folder / "sessions").iterdir()):
                document = path.read_bytes()
                copy.write_row((path.stem, document))
                messages = msgspec.json.decode(document, type=_Messages).messages
                texts += ((path.stem, number, text) for number, text in enumerate(messages))
        with connection.cursor().copy("COPY bare_messages FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(("text", "int4", "text"))
            for row in texts:
                copy.write_row(row)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
