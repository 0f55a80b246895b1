"""The parts of the welcome page, one file each."""
