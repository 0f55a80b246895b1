"""What goes wrong inside the program: the log, the report, and the banner that leads to it."""
