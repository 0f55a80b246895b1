"""What a piece of a message tells about somebody."""

from enum import StrEnum


class Kind(StrEnum):
    """The value is how a report calls it."""

    NAME = "names"
    PERSON = "staff"  # physicians, operators: id and name
    ID = "ids"
    ADDRESS = "addresses"
    PHONE = "phones"
    DATE = "dates"  # of a life: birth, death
    TIME = "times"  # of what was done: visits, orders, specimens, results, messages
    TEXT = "free text"
    ERROR = "error texts"  # stay readable: long numbers and known names in them go
    DOCUMENT = "documents"
    UNREAD = "unread text"  # no standard explains it, so all of it goes
    ELSEWHERE = "known values elsewhere"  # learnt from the fields above, found in others


# What is worth looking for elsewhere.
LEARNT = frozenset({Kind.NAME, Kind.PERSON, Kind.ID, Kind.ADDRESS, Kind.PHONE, Kind.DATE})
