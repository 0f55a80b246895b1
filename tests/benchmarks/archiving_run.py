"""Plain COPY of the documents of a folder into a table without index: python -m tests.benchmarks.archiving_run URL FOLDER"""

import sys
from pathlib import Path

import psycopg
from psycopg.types.json import set_json_dumps


def main(url: str, folder: Path) -> None:
    with psycopg.connect(url) as connection:
        set_json_dumps(bytes, connection)
        with connection.cursor().copy("COPY bare FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(("text", "jsonb"))
            for path in sorted((folder / "sessions").iterdir()):
                copy.write_row((path.stem, path.read_bytes()))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
