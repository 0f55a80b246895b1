"""Patients' data in messages: where it stands, what takes its place, how it is hidden on the screen.

Pure: no files, no clock, no Qt. docs/privacy.md says what is replaced, what stays, and why.
"""
