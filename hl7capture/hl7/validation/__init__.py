"""What HL7 v2 says of a message, against what stands in it; `validation.faults_of` is the way in.

hl7apy's tables of the standard say it; its own validator is not used (docs/decisions/0054).
"""
