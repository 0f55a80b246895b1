"""From a capture's bytes to sessions, sans-IO: feed bytes, get events. No Qt, no files, no clock."""
