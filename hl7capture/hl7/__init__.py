"""What the bytes mean: HL7 v2 (ER7) and ASTM E1394 messages as trees and summaries. Pure; no Qt, no I/O.

`tree.parse` makes a tree of `Node`, `summary.summarise` the line that a list shows, `escapes.unescape` the text
that a person reads, `names.preload` warms the names of an HL7 version.
"""
