"""A rule in sentences that an official can check against the norm, made from the rule itself.

The msgids are German. `say` is gettext of the catalogue `triggers`, or `str` for German; `tell` writes a day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

from krisenfest.domain.areas import LAENDER
from krisenfest.domain.trigger_rules import Rule, rules
from krisenfest.domain.triggers import Base, Counting, DayKind, Effective, Hours, Missing, Side, Trigger, Weekday, When


def N_(msgid: str) -> str:  # noqa: N802  the name by which gettext knows texts that are translated later
    """Mark a text for translation; it is translated where it is shown."""
    return msgid


NUMBERS = (
    *(N_("einem"), N_("zwei"), N_("drei"), N_("vier"), N_("fünf"), N_("sechs")),
    *(N_("sieben"), N_("acht"), N_("neun"), N_("zehn"), N_("elf"), N_("zwölf")),
)
BOUNDS = {
    "above": N_("über {value}"),
    "at_least": N_("bei mindestens {value}"),
    "below": N_("unter {value}"),
    "at_most": N_("bei höchstens {value}"),
}
WEEKDAYS = dict(
    zip(
        Weekday,
        (
            *(N_("Montag"), N_("Dienstag"), N_("Mittwoch"), N_("Donnerstag")),
            *(N_("Freitag"), N_("Samstag"), N_("Sonntag")),
        ),
        strict=True,
    )
)
# base of the days until effect, kind of days, how many (2: two or more say it with a number) -> words
EFFECTS = {
    (Base.LAST_DAY, DayKind.CALENDAR): (
        *(N_("ab demselben Tag"), N_("ab dem nächsten Tag"), N_("ab dem übernächsten Tag")),
        N_("ab dem {count}. Tag danach"),
    ),
    (Base.LAST_DAY, DayKind.WORKING): (
        *(N_("ab demselben Tag"), N_("ab dem nächsten Werktag"), N_("ab dem übernächsten Werktag")),
        N_("ab dem {count}. Werktag danach"),
    ),
    (Base.FIRST_DAY, DayKind.CALENDAR): (
        *(N_("ab dem ersten dieser Tage"), N_("ab dem Tag nach dem ersten dieser Tage")),
        *(
            N_("ab dem übernächsten Tag nach dem ersten dieser Tage"),
            N_("ab dem {count}. Tag nach dem ersten dieser Tage"),
        ),
    ),
    (Base.FIRST_DAY, DayKind.WORKING): (
        *(N_("ab dem ersten dieser Tage"), N_("ab dem Werktag nach dem ersten dieser Tage")),
        N_("ab dem übernächsten Werktag nach dem ersten dieser Tage"),
        N_("ab dem {count}. Werktag nach dem ersten dieser Tage"),
    ),
    (Base.ANNOUNCEMENT, DayKind.CALENDAR): (
        *(N_("ab dem Tag der Bekanntmachung"), N_("ab dem Tag nach der Bekanntmachung")),
        *(N_("ab dem übernächsten Tag nach der Bekanntmachung"), N_("ab dem {count}. Tag nach der Bekanntmachung")),
    ),
    (Base.ANNOUNCEMENT, DayKind.WORKING): (
        *(N_("ab dem Tag der Bekanntmachung"), N_("ab dem Werktag nach der Bekanntmachung")),
        N_("ab dem übernächsten Werktag nach der Bekanntmachung"),
        N_("ab dem {count}. Werktag nach der Bekanntmachung"),
    ),
}
WEEKDAY_AFTER = {
    Base.LAST_DAY: N_("ab dem ersten {weekday} danach"),
    Base.FIRST_DAY: N_("ab dem ersten {weekday} nach dem ersten dieser Tage"),
    Base.ANNOUNCEMENT: N_("ab dem ersten {weekday} nach der Bekanntmachung"),
}
COUNTING = {
    Counting.AFTER_EFFECT: N_("Gezählt wird dafür ab dem Tag, nachdem die vorige Änderung in Kraft getreten ist."),
    Counting.EFFECT: N_("Gezählt wird dafür ab dem Tag, an dem die vorige Änderung in Kraft tritt."),
}
MISSING = {
    Missing.BREAKS: N_("Fehlt ein Wert, beginnt die Zählung neu."),
    Missing.HOLDS: N_("Ein Tag ohne Wert zählt nicht mit und unterbricht die Zählung nicht."),
    Missing.UNKNOWN: N_("Fehlt ein Wert, beginnt die Zählung neu, und es wird gesagt, was entgangen sein kann."),
}


def numeric_day(day: date) -> str:
    """A day in figures, such as 24.04.2021."""
    return f"{day:%d.%m.%Y}"


def sentences(
    trigger: Trigger, say: Callable[[str], str] = str, tell: Callable[[date], str] = numeric_day
) -> tuple[str, ...]:
    """What a trigger does, one sentence after another; each says one thing."""
    return tuple(_Words(trigger, say, tell).all())


@dataclass(frozen=True, slots=True)
class _Words:
    trigger: Trigger
    say: Callable[[str], str]
    tell: Callable[[date], str]

    def all(self) -> Iterator[str]:
        staged = {stage.id: stage for stage in self.trigger.stages}
        for rule in rules(self.trigger, ""):
            stage = staged.get(rule.stage)
            during = stage.during if stage else self.trigger.during
            prefix = f"{stage.title}: " if stage else ""
            for sentence in self.rule(rule, during):
                yield prefix + sentence
        for land in sorted(self.trigger.laender):
            yield from self.land(land)
        yield from self.days()
        if any(each.during for each in (self.trigger, *self.trigger.stages)):
            yield self.say("Fehlt ein Wert, bleibt es bei dem, was vorher galt.")
        elif self.trigger.indicator_names:
            yield self.say(MISSING[self.trigger.missing])
        yield from self.span()
        if self.trigger.automatic:
            yield self.say("Die Regel schaltet von selbst; die Behörde macht den Tag nur bekannt.")
        else:
            yield self.say("Die Regel schlägt vor; zwei Personen entscheiden.")

    def rule(self, rule: Rule, during: When | None) -> Iterator[str]:
        """The sentences of one rule."""
        if during is not None:
            yield self.say("Gilt, solange {condition}.").format(condition=self.condition(during, None))
            return
        yield from self.side(rule.enter, self.say("Gilt {effect}, wenn {condition}."), self.say("Gilt {effect}."))
        if rule.leave.when is None:
            yield self.say("Endet erst, wenn die Behörde es bekannt macht.")
            return
        again = self.say("Außer Kraft {effect}, wenn {condition}.")
        yield from self.side(rule.leave, again, self.say("Außer Kraft {effect}."))

    def side(self, side: Side, with_condition: str, without: str) -> Iterator[str]:
        """What brings one change, and when counting for it starts."""
        effect = self.effect(side.effective)
        if side.when is None:
            yield without.format(effect=effect)
            return
        yield with_condition.format(effect=effect, condition=self.condition(side.when, side))
        if side.counting_starts in COUNTING:
            yield self.say(COUNTING[side.counting_starts])

    def effect(self, effective: Effective) -> str:
        """From when a change takes effect."""
        if effective.weekday is not None:
            weekday = self.say(WEEKDAYS[effective.weekday])
            text = self.say(WEEKDAY_AFTER[effective.base]).format(weekday=weekday)
            if effective.after:
                earliest = self.days_after(effective)
                text = self.say("{weekday}, frühestens {earliest}").format(weekday=text, earliest=earliest)
            return text
        return self.days_after(effective)

    def days_after(self, effective: Effective) -> str:
        """So many days after the base."""
        words = EFFECTS[effective.base, effective.days]
        return self.say(words[min(effective.after, 3)]).format(count=effective.after)

    def condition(self, when: When, side: Side | None) -> str:
        """A condition as a clause; `side` None is a `while`, which counts no days."""
        parts = when.any or when.all
        if not parts:
            return self.leaf(when, side)
        clauses = [
            f"({self.condition(each, side)})" if each.any or each.all else self.condition(each, side) for each in parts
        ]
        return self.listed(clauses, self.say("oder") if when.any else self.say("und"))

    def listed(self, clauses: Sequence[str], word: str) -> str:
        """Clauses joined by a word."""
        return f" {word} ".join(clauses)

    def leaf(self, when: When, side: Side | None) -> str:
        """One condition as a clause."""
        run = "" if side is None else self.run(side.run_of(when), side.days_of(when))
        if when.stage is not None:
            title = next(stage.title for stage in self.trigger.stages if stage.id == when.stage)
            return self.say("„{stage}“ {run} gilt").format(stage=title, run=run)
        bounds = [
            self.say(words).format(value=self.number(getattr(when, name)))
            for name, words in BOUNDS.items()
            if getattr(when, name) is not None
        ]
        name = self.trigger.indicator_of(when)
        title = self.trigger.about(name).title or name
        extra = " ".join(filter(None, [run, self.hours(when.hours) if when.hours else ""]))
        bound = self.listed(bounds, self.say("und"))
        if not extra:
            return self.say("der Wert „{title}“ {bound} liegt").format(title=title, bound=bound)
        return self.say("der Wert „{title}“ {when} {bound} liegt").format(title=title, when=extra, bound=bound)

    def run(self, count: int, kind: DayKind) -> str:
        """On how many days."""
        working = kind is DayKind.WORKING
        if count == 1:
            return self.say("an einem Werktag") if working else self.say("an einem Tag")
        text = self.say("an {count} aufeinander folgenden Tagen")
        if working:
            text = self.say("an {count} aufeinander folgenden Werktagen")
        return text.format(count=self.say(NUMBERS[count - 1]) if count <= len(NUMBERS) else count)

    def hours(self, hours: Hours) -> str:
        """Between which hours of the day."""
        until = "24:00" if hours.until == time.max else f"{hours.until:%H:%M}"
        return self.say("zwischen {start} und {until} Uhr").format(start=f"{hours.start:%H:%M}", until=until)

    def number(self, value: Decimal) -> str:
        """A threshold as the language writes it, with all its digits."""
        whole, _, fraction = f"{value.normalize():f}".partition(".")
        return self.say("{whole},{fraction}").format(whole=whole, fraction=fraction) if fraction else whole

    def land(self, land: str) -> Iterator[str]:
        """What one Land counts otherwise."""
        own = self.trigger.laender[land]
        (rule,) = rules(self.trigger, land)
        for said in self.rule(rule, own.during):
            if said not in tuple(self.rule(rules(self.trigger, "")[0], self.trigger.during)):
                yield self.say("In {land} anders: {sentence}").format(land=LAENDER[land][0], sentence=said)

    def days(self) -> Iterator[str]:
        """That Sundays and holidays are passed over, if they are."""
        everywhere = [rule for land in ("", *self.trigger.laender) for rule in rules(self.trigger, land)]
        sides = [side for rule in everywhere for side in (rule.enter, rule.leave) if side.when]
        if any(side.days_of(leaf) is DayKind.WORKING for side in sides if side.when for leaf in side.when.leaves):
            yield self.say("Sonn- und Feiertage zählen bei Werktagen nicht mit und unterbrechen die Zählung nicht.")

    def span(self) -> Iterator[str]:
        """When the norm applies."""
        applies, season = self.trigger.applies, self.trigger.season
        if applies.start and applies.through:
            text = self.say("Die Regel gilt vom {start} bis einschließlich {through}.")
            yield text.format(start=self.tell(applies.start), through=self.tell(applies.through))
        elif applies.start:
            yield self.say("Die Regel gilt seit dem {start}.").format(start=self.tell(applies.start))
        elif applies.through:
            text = self.say("Die Regel gilt bis einschließlich {through}.")
            yield text.format(through=self.tell(applies.through))
        if applies.readings_from:
            yield self.say("Werte zählen ab dem {day}.").format(day=self.tell(applies.readings_from))
        if season:
            start, through = (f"{each[3:]}.{each[:2]}." for each in (season.start, season.through))
            text = self.say("Nur in der Zeit vom {start} bis einschließlich {through} jedes Jahres.")
            yield text.format(start=start, through=through)
