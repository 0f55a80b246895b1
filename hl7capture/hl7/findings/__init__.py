"""What is wrong or odd in a session, with its evidence; `report.report_of` and `report.findings_of` are the way in.

A rule says what the capture proves, says of what is only likely that it is, and names no side where both are possible
(docs/decisions/0047).
"""
