"""Shrink a play that breaks a law: remove turns, and shrink each remaining turn as a case.

Often only one answer is wrong, at the end of a long play. Up to that answer, the model's states are those of the
reference. So a play that begins later, at a state of the reference, asks the same prompts, and costs nothing to try.

1. Remove turns before and after the first divergence; first, all turns except that of the divergence.
2. Try cases that the model answered wrongly, for any law, as plays of one turn.
3. Shrink each turn as a case (`turncheck.properties.checking.shrink`): the state and the orders of the first turn, the
   orders of a later turn, because its state follows.
4. Remove single turns. If step 3 or 4 found a simpler play, repeat from step 3.

A play counts only if it breaks the law in the same failure mode and the law applies to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

import attrs

from turncheck.engine.domain import AnyCase, Domain
from turncheck.engine.play import Play
from turncheck.properties.checking.asking import LimitReachedError, Stop
from turncheck.properties.checking.counterexamples import Counterexample, ask_all, counterexample, counterexamples
from turncheck.properties.checking.law import Law, text_of
from turncheck.properties.checking.shrink import KNOWN, shrink_until
from turncheck.properties.checking.subject import Subject


def shrink_play(law: Law, subject: Subject, found: Counterexample) -> tuple[Counterexample, Stop | None]:
    """Return a small play that breaks the law in the same mode, and what stopped the search.

    Args:
        law: a law about plays.
        subject: the subject. It is asked in batches, and remembers its answers.
        found: the counterexample to start from, a play.
    """
    search = _Search(law, subject, found)
    try:
        search.run()
    except (LimitReachedError, KeyboardInterrupt) as stop:
        return search.best, stop
    return search.best, None


@attrs.define
class _Search:
    """The simplest play so far."""

    law: Law
    subject: Subject
    best: Counterexample

    @property
    def play(self) -> Play:
        """The simplest play so far."""
        play: Play = self.best.case
        return play

    def run(self) -> None:
        """Take all steps."""
        domain = self.subject.domain
        any(self.finds(plays) for plays in _parts(self.play, self.best.place, domain))
        self.finds(_of_one_turn(case, domain) for _, case in islice(self.subject.answered_wrongly(), KNOWN))
        before = None
        while before != self.best:
            before = self.best
            for place in range(len(self.play.orders)):
                self.shrink_turn(place)
            while self.finds(_without_a_turn(self.play)):
                pass

    def finds(self, plays: Iterable[Play]) -> bool:
        """Ask for the simpler plays. Return True and update `best` if one breaks the law in the same mode."""
        worth = [play for play in plays if self._is_worth_asking(play)]
        ask_all(self.law, self.subject, worth)
        broken = counterexamples(self.law, self.subject, worth)
        found = [each for each in broken if each.mode is self.best.mode]
        self.best = min([self.best, *found], key=lambda each: each.simplicity)
        return bool(found)

    def _is_worth_asking(self, play: Play) -> bool:
        domain = self.subject.domain
        is_simpler = domain.simplicity(text_of(play, domain)) < self.best.simplicity
        return is_simpler and _is_played(play, domain) and self.law.applies(play, domain)

    def shrink_turn(self, place: int) -> None:
        """Shrink one turn as a case. All other orders stay.

        Raises:
            LimitReachedError: a limit is reached. `best` is the simplest play until then.
            KeyboardInterrupt: likewise, if the user interrupts it.
        """
        domain, turn = self.subject.domain, _Turn(self.play, place)
        law = turn.law(self.law)
        start = counterexample(law, self.subject, turn.case(domain))
        if start is None:
            return
        found, stop = shrink_until(law, self.subject, start)
        self.finds([turn.play_with(found.case, domain)])
        if stop is not None:
            raise stop


# --- simpler plays ---------------------------------------------------------------------------------------------------


def _parts(play: Play, place: int, domain: Domain) -> Iterator[list[Play]]:
    """Yield lists of the parts of a play that contain the turn at `place`, one list per length, the shortest first."""
    states = [domain.codec.parted(case)[0] for case in domain.turns(play)]
    for length in range(1, len(play.orders)):
        first, last = max(place - length + 1, 0), min(place, len(play.orders) - length)
        yield [Play(states[at], play.orders[at : at + length]) for at in range(first, last + 1)]


def _of_one_turn(case: AnyCase, domain: Domain) -> Play:
    state, orders = domain.codec.parted(case)
    return Play(state, (orders,))


def _without_a_turn(play: Play) -> list[Play]:
    """Return the plays with one turn less."""
    places = range(len(play.orders)) if len(play.orders) > 1 else ()
    return [Play(play.state, play.orders[:place] + play.orders[place + 1 :]) for place in places]


def _is_played(play: Play, domain: Domain) -> bool:
    """Return whether the orders are valid in each state that the reference reaches."""
    return all(domain.is_case(domain.write(case)) for case in domain.turns(play))


# --- a turn of a play as a case --------------------------------------------------------------------------------------


@attrs.frozen
class _Turn:
    """A turn of a play, which is shrunk as a case while the other turns keep their orders.

    Attributes:
        play: the play.
        place: which of its turns, from 0.
    """

    play: Play
    place: int

    def case(self, domain: Domain) -> AnyCase:
        """Return the case of the turn, as the reference reaches it."""
        return next(islice(domain.turns(self.play), self.place, None))

    def play_with(self, case: AnyCase, domain: Domain) -> Play:
        """Return the play with this case as its turn: with the state too if it is the first."""
        state, orders = domain.codec.parted(case)
        before, after = self.play.orders[: self.place], self.play.orders[self.place + 1 :]
        return Play(self.play.state if before else state, (*before, orders, *after))

    def law(self, law: Law) -> Law:
        """Return the law as a law about that case."""
        return attrs.evolve(
            law,
            form="case",
            applies=lambda case, domain: self._is_reached(case, domain) and self._applies(law, case, domain),
            prompts=lambda case, domain, answers: law.prompts(self.play_with(case, domain), domain, answers),
            holds=lambda case, answers, domain: law.holds(self.play_with(case, domain), answers, domain),
        )

    def _is_reached(self, case: AnyCase, domain: Domain) -> bool:
        """Return whether the play leads to the state of the case: the first turn may have any state."""
        if not self.place:
            return True
        reached, of_case = (domain.codec.parted(each)[0] for each in (self.case(domain), case))
        return domain.write_answer(reached) == domain.write_answer(of_case)

    def _applies(self, law: Law, case: AnyCase, domain: Domain) -> bool:
        play = self.play_with(case, domain)
        return _is_played(play, domain) and law.applies(play, domain)
