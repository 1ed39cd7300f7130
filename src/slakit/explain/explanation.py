"""The explanation of one ticket, as a value, as text for people and as a page with a picture."""

from html import escape
from typing import TYPE_CHECKING, Any

from slakit._time import utc
from slakit._value import value
from slakit.errors import QueryError, did_you_mean
from slakit.explain.clock import ClockExplanation, clock_of
from slakit.explain.derivation import local, zone_of
from slakit.explain.picture import legend, timeline
from slakit.explain.stretches import Teller
from slakit.explain.words import Words
from slakit.judging import WALL

if TYPE_CHECKING:
    from datetime import tzinfo

    from slakit.judgement import Judgement


@value(repr=False)
class Explanation:
    """Why a ticket is where it is; two explanations are equal if they say the same.

    Attributes:
        ticket: id of the ticket.
        created_us: the instant of its creation, us.
        as_of: the instant up to which the log is known, us.
        clocks: each clock that some policy has a target for.
        zone: the zone in which times are shown.
    """

    ticket: str | int
    created_us: int
    as_of: int
    clocks: tuple[ClockExplanation, ...]
    zone: "tzinfo"

    def __getitem__(self, metric: str) -> ClockExplanation:
        """One clock.

        Raises:
            QueryError: ``unknown_metric``.
        """
        for clock in self.clocks:
            if clock.metric == metric:
                return clock
        message = f"no clock {metric!r} was judged: {did_you_mean(metric, (clock.metric for clock in self.clocks))}"
        raise QueryError(message, code="unknown_metric", given=metric)

    def text(self, language: str = "en") -> str:
        """The explanation in sentences that a customer understands.

        Args:
            language: ``"en"`` or ``"fa"``.

        Raises:
            QueryError: ``unknown_language``.
        """
        words = Words(language)
        return "\n".join([self._title(words), *(line for clock in self.clocks for line in clock.lines(words))])

    def _title(self, words: Words) -> str:
        when = words.moment(local(self.as_of, self.zone))
        return words.say("Ticket {ticket}, as of {when}", "تیکت {ticket}، تا {when}", ticket=self.ticket, when=when)

    def to_dict(self) -> dict[str, Any]:
        """Plain data: clocks with cycles, choices, derivations and stretches."""
        return {
            "ticket": self.ticket, "created_at": utc(self.created_us), "as_of": utc(self.as_of), "clocks": [clock.to_dict() for clock in self.clocks],
        }  # fmt: skip

    def to_html(self, language: str = "en") -> str:
        """A piece of HTML with the timeline as a picture; no scripts, nothing loaded from elsewhere.

        Args:
            language: ``"en"`` or ``"fa"``.

        Raises:
            QueryError: ``unknown_language``.
        """
        words = Words(language)
        start = min([self.created_us, *(one.start_us for clock in self.clocks for one in clock.stretches)])
        lines = [line for clock in self.clocks for line in clock.lines(words)]
        body = "".join(f"<p>{escape(line.strip())}</p>" if line.startswith("  ") else f"<h3>{escape(line)}</h3>" for line in lines)
        direction = "rtl" if words.persian else "ltr"
        picture = timeline(self.clocks, start, self.as_of, words, self.zone)
        return f'<section lang="{language}" dir="{direction}"><h2>{escape(self._title(words))}</h2>{picture}{legend(words)}{body}</section>'

    def _repr_html_(self) -> str:
        return self.to_html()

    def __repr__(self) -> str:
        """The text in English."""
        return self.text()


def explain(judgement: "Judgement", ticket: str | int) -> Explanation:
    """Explain one ticket of a judgement.

    Raises:
        QueryError: ``unknown_ticket``; ``not_known_yet`` for a ticket that begins after ``as_of``.
    """
    events = judgement.life(ticket)
    if not events:
        message = f"nothing of ticket {ticket!r} is known as of {utc(judgement.as_of):%Y-%m-%d %H:%M:%S}Z: ask as of a later instant"
        raise QueryError(message, code="not_known_yet", given=ticket)
    rows = judgement.of(ticket)
    teller = Teller(events, judgement.as_of, judgement.exclusions)
    clocks = tuple(clock_of(metric.name, [row for row in rows if row.metric is metric], teller) for metric in judgement.metrics)
    zone = next((zone_of(row) for row in rows if row.choice.schedule is not None), WALL.zone)
    return Explanation(ticket, events[0].at, judgement.as_of, clocks, zone)
