"""Which message was answered, how and when.

`tracker.AcknowledgementTracker` takes sessions in their order and pairs also what is answered in a later session of the
same connection; `tracker.acknowledgements_of` looks at one session alone.
"""
