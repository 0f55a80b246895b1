"""The words of the field as types: elements, sessions, events, settings. Pure values; no I/O, no Qt."""
