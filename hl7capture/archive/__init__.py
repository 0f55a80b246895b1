"""The shared archive: sessions of many probes in one PostgreSQL, written behind the capture's back.

It is optional: without `archiveUrl`, or without the extra `hl7capture[archive]`, everything else is whole. psycopg is
imported in this package alone, and not before it is needed. docs/archive.md tells how it is set up.
"""
