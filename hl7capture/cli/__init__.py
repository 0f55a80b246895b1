"""The commands. `--json`: one session document a line on standard output, and nothing else there."""

COMMANDS = ("interfaces", "capture", "read", "explain", "diff", "stats", "sessions", "simulate", "settings", "archive")
