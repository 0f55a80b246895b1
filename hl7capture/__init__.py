"""HL7 Capture: the conversation between medical devices and the LIS, seen, explained and kept."""

__version__ = "0.1.0"
