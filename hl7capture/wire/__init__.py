"""Packets to be written: what the simulator says and what a session held, as a capture that every program reads."""
