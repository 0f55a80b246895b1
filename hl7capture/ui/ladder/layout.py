"""Where everything of a session stands, from top to bottom; without Qt, so that it can be proved.

Steps stand one below the other: an element alone, or the frames of a message (`Frames`), which fold into one row. Each
element has one place, in the order in which they came. A session that grows costs what is new.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator
from itertools import accumulate, pairwise
from typing import NamedTuple

from hl7capture.model.elements import CONTROL, Element, ElementType
from hl7capture.model.session import Session
from hl7capture.ui.ladder.answer_times import AnswerTimes
from hl7capture.ui.ladder.frames import Frames
from hl7capture.ui.ladder.scale import is_silence, space_of


class Sizes(NamedTuple):
    """Heights in pixels. tall: of a message; small: of a control byte, and of what is unfolded."""

    tall: int
    small: int


class Place(NamedTuple):
    """step: from 0 on. inner: which of its unfolded elements; None: the whole step."""

    step: int
    inner: int | None = None


class Row(NamedTuple):
    """What stands at a place. number: index of its (first) element. top: in pixels, below the space before it.

    since: milliseconds since the element before it; 0 for the first one. frames: where the row stands for all of them.
    """

    place: Place
    number: int
    top: int
    height: int
    space: int
    since: float
    frames: Frames | None = None

    @property
    def bottom(self) -> int:
        return self.top + self.height


class Layout:
    """`grow` takes what is new of the session; nothing else looks at elements that were not taken yet."""

    def __init__(self, session: Session, sizes: Sizes, unfolded: Collection[int] = ()) -> None:
        """unfolded: first elements of the frames that are."""
        self.session = session
        self.sizes = sizes
        self._unfolded = set(unfolded)
        self._begin()

    def _begin(self) -> None:
        self.answer_times = AnswerTimes(self.session)
        self._framing = self.session.framing
        self._heard = 0
        self._firsts: list[int] = []  # of each step the index of its first element
        self._tops = [0]  # of each step, the space before it included; and where the last one ends
        self._frames: dict[int, Frames] = {}
        self.silences: list[int] = []  # steps after a silence
        self._unsettled: tuple[int, Element] | None = None  # the first frame of the message on its way
        self._messages = 0
        self.count = 0  # elements that have a place

    # -- growing -----------------------------------------------------------------------------------------------

    def grow(self, most: int | None = None) -> bool:
        """Takes what is new, `most` elements of it at the most; False where that leaves some."""
        if self.session.framing is not self._framing:  # what ENQ had left open is known now
            self._begin()
        self._settle()
        elements = self.session.elements
        end = len(elements) if most is None else min(len(elements), self.count + most)
        for number in range(self.count, end):
            element = elements[number]
            if number == self._heard:
                self.answer_times.hear(number, element)
                self._heard += 1
            self._add(number, element)
        self.count = end
        self._messages = len(self.session.messages)
        return end == len(elements)

    def _settle(self) -> None:
        """When a message is finished its refused frames leave it: they are laid out again from its first one on."""
        if self._unsettled is None:
            return
        number, element = self._unsettled
        if len(self.session.messages) == self._messages and self.session.elements[number] is element:
            return
        step = bisect_left(self._firsts, number)
        del self._firsts[step:], self._tops[step + 1 :]
        self._frames = {at: frames for at, frames in self._frames.items() if at < step}
        del self.silences[bisect_left(self.silences, step) :]
        self.count, self._unsettled = number, None

    def _add(self, number: int, element: Element) -> None:
        last = self._frames.get(len(self._firsts) - 1)
        if last is not None and last.takes(element):
            height = self._add_to(last, number, element)
            self._tops[-1] += height if last.is_open else 0
            return
        since = self.since(number)
        if is_silence(since):
            self.silences.append(len(self._firsts))
        height = space_of(since) + (self.sizes.small if element.type in CONTROL else self.sizes.tall)
        if element.type is ElementType.FRAME and element.message is not None:
            if self._unsettled is None and element.message >= len(self.session.messages):
                self._unsettled = number, element
            earlier = next(reversed(self._frames.values()), None)
            is_continued = earlier is not None and earlier.message == element.message
            frames = Frames(number, element.message, element.direction, is_continued, number in self._unfolded)
            self._frames[len(self._firsts)] = frames
            self._add_to(frames, number, element)
            height += frames.height
        self._firsts.append(number)
        self._tops.append(self._tops[-1] + height)

    def _add_to(self, frames: Frames, number: int, element: Element) -> int:
        space = space_of(self.since(number)) if len(frames) else 0  # before the first one the step has it
        took = self.answer_times.of(number)
        height = space + self.sizes.small
        frames.add(element, height, took.milliseconds if took else None)
        return height

    # -- places ------------------------------------------------------------------------------------------------

    @property
    def height(self) -> int:
        """Of everything, in pixels."""
        return self._tops[-1]

    @property
    def steps(self) -> int:
        """How many there are."""
        return len(self._firsts)

    def since(self, number: int) -> float:
        """Milliseconds between an element and the one before it; 0 for the first one."""
        elements = self.session.elements
        return elements[number].timestamp - elements[number - 1].timestamp if number else 0.0

    def frames_of(self, step: int) -> Frames | None:
        """Those that a step is made of."""
        return self._frames.get(step)

    def is_open(self, step: int) -> bool:
        """Are its frames unfolded?"""
        frames = self._frames.get(step)
        return frames is not None and frames.is_open

    def size_of(self, step: int) -> int:
        """How many elements a step has."""
        frames = self._frames.get(step)
        return len(frames) if frames else 1

    def place_of(self, number: int, *, is_whole: bool = False) -> Place:
        """Of an element that has one. is_whole: of its step, even where that is unfolded."""
        step = bisect_right(self._firsts, number) - 1
        is_inner = self.is_open(step) and not is_whole
        return Place(step, number - self._firsts[step] if is_inner else None)

    def place_at(self, y: float) -> Place:
        """What stands at a height, in pixels from the top; the nearest where there is nothing. Needs a `count`."""
        step = min(max(bisect_right(self._tops, y) - 1, 0), len(self._firsts) - 1)
        frames = self._frames.get(step)
        if frames is not None and frames.is_open:
            below = y - self.row(Place(step)).bottom
            if below >= 0:
                return Place(step, min(bisect_right(frames.tops, below), len(frames)) - 1)
        return Place(step)

    def first_at(self, y: float) -> int:
        """The first element of what stands at a height; 0 where there is nothing."""
        return self.row(self.place_at(y)).number if self._firsts else 0

    def first(self) -> Place:
        """The uppermost place."""
        return Place(0)

    def last(self) -> Place:
        """The lowest place."""
        step = len(self._firsts) - 1
        frames = self._frames.get(step)
        return Place(step, len(frames) - 1 if frames and frames.is_open else None)

    def after(self, place: Place) -> Place | None:
        """The next place below."""
        frames = self._frames.get(place.step)
        if frames is not None and frames.is_open:
            inner = 0 if place.inner is None else place.inner + 1
            if inner < len(frames):
                return Place(place.step, inner)
        return Place(place.step + 1) if place.step + 1 < len(self._firsts) else None

    def before(self, place: Place) -> Place | None:
        """The next place above."""
        if place.inner is not None:
            return Place(place.step, place.inner - 1 if place.inner else None)
        if place.step == 0:
            return None
        frames = self._frames.get(place.step - 1)
        return Place(place.step - 1, len(frames) - 1 if frames and frames.is_open else None)

    def row(self, place: Place) -> Row:
        """What stands at a place."""
        number = self._firsts[place.step]
        since = self.since(number)
        space = space_of(since)
        top = self._tops[place.step] + space
        frames = self._frames.get(place.step)
        if frames is None:
            return Row(place, number, top, self._tops[place.step + 1] - top, space, since)
        if place.inner is None:
            return Row(place, number, top, self.sizes.tall, space, since, frames)
        number += place.inner
        since = self.since(number)
        space = space_of(since) if place.inner else 0
        bottom = top + self.sizes.tall + frames.tops[place.inner + 1]
        return Row(place, number, bottom - self.sizes.small, self.sizes.small, space, since)

    def rows(self, top: float, bottom: float) -> Iterator[Row]:
        """What stands between two heights, in pixels from the top, from above to below."""
        if not self._firsts:
            return
        place: Place | None = self.place_at(top)
        while place is not None:
            row = self.row(place)
            if row.top - row.space >= bottom:
                return
            yield row
            place = self.after(place)

    # -- folding -----------------------------------------------------------------------------------------------

    @property
    def unfolded(self) -> frozenset[int]:
        """First elements of the frames that are unfolded."""
        return frozenset(self._unfolded)

    def unfold(self, step: int, is_open: bool = True) -> bool:
        """Shows the frames of a message one by one, or as one row; False where nothing changes."""
        frames = self._frames.get(step)
        if frames is None or frames.is_open is is_open:
            return False
        before = frames.height
        frames.is_open = is_open
        (self._unfolded.add if is_open else self._unfolded.discard)(frames.first)
        by = frames.height - before
        self._tops[step + 1 :] = [top + by for top in self._tops[step + 1 :]]
        return True

    def unfold_all(self, is_open: bool = True) -> None:
        """The same for all messages."""
        heights = [below - top for top, below in pairwise(self._tops)]
        for step, frames in self._frames.items():
            before = frames.height
            frames.is_open = is_open
            heights[step] += frames.height - before
        self._tops = list(accumulate(heights, initial=0))
        self._unfolded = {frames.first for frames in self._frames.values()} if is_open else set()
