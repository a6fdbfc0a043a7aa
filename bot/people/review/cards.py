"""What the staff see of an answer that waits for them, and what stands around it for the customer."""

from datetime import datetime

from bot.delivery.buttons import keyboard_of
from bot.domain import Answer, Button, Keyboard, Light
from bot.domain.reviews import Review, ReviewStatus
from bot.guard.personal_data import named_labels
from bot.people.review.why import check_names, clip, why_row
from bot.tenant import Tenant
from bot.texts.catalogue import Texts
from bot.texts.literal import literal
from bot.texts.reviewing import ReviewText

SEND, EDIT, DECLINE = "review:ok:", "review:edit:", "review:no:"
"""Begin the data of the buttons; the review's number follows."""
_QUESTION, _ANSWER, _SOURCES, _ABOUT = 500, 2_600, 3, 120


class ReviewCards:
    """In the staff's language; times are the tenant's."""

    def __init__(self, texts: Texts, language: str, tenant: Tenant) -> None:
        self._texts = texts
        self._language = language
        self._zone = tenant.zone

    def text(self, review: Review, answer: Answer) -> str:
        """The whole of what is to be decided."""
        words = named_labels(review.answer)
        if len(words) > _ANSWER:
            words = f"{words[:_ANSWER]}\n{self._say(ReviewText.CARD_REST)}"
        return self._say(
            ReviewText.CARD,
            light=self._say(_LIGHTS[review.light]),
            question=self._question(review),
            answer=words,
            reasons="\n".join(self._reasons(answer)),
        ).strip()

    def overflow(self, review: Review) -> str:
        """The whole answer where it has no room on the card; else nothing."""
        words = named_labels(review.answer)
        return words if len(words) > _ANSWER else ""

    def reminder(self, review: Review, answer: Answer, now: datetime) -> str:
        minutes = int((now - review.created_at).total_seconds() // 60)
        return f"{self._say(ReviewText.CARD_REMINDER, minutes=minutes)}\n\n{self.text(review, answer)}"

    def late(self, review: Review, answer: Answer) -> str:
        return f"{self._say(ReviewText.CARD_LATE)}\n\n{self.text(review, answer)}"

    def decided(self, review: Review, who: str) -> str:
        at = review.decided_at or review.created_at
        return self._say(
            _DECIDED[review.status],
            who=literal(who),
            at=f"{at.astimezone(self._zone):%d.%m %H:%M}",
            question=self._question(review),
            answer=clip(named_labels(review.final), _ANSWER),
        )

    def undelivered(self, review: Review) -> str:
        return self._say(
            ReviewText.CARD_UNDELIVERED, question=self._question(review), answer=clip(review.final, _ANSWER)
        )

    def withheld(self, review: Review, operator: str) -> str:
        """`operator`: who talks with the customer."""
        return self._say(
            ReviewText.CARD_WITHHELD,
            operator=operator,
            question=self._question(review),
            answer=clip(named_labels(review.final), _ANSWER),
        ).strip()

    def keyboard(self, review: Review) -> Keyboard:
        number = review.review_id
        send = Button(text=self._say(ReviewText.SEND), data=f"{SEND}{number}")
        edit = Button(text=self._say(ReviewText.EDIT), data=f"{EDIT}{number}")
        decline = Button(text=self._say(ReviewText.DECLINE), data=f"{DECLINE}{number}")
        return Keyboard(rows=((send, edit), (decline, *self._why(review))))

    def why_alone(self, review: Review) -> Keyboard | None:
        row = self._why(review)
        return Keyboard(rows=(row,)) if row else None

    def about(self, review: Review) -> str:
        """For the customer, which of several questions it answers."""
        question = literal(clip(named_labels(review.question), _ABOUT))
        return self._texts.say(ReviewText.ABOUT, review.language, question=question)

    def under(self, answer: Answer) -> Keyboard | None:
        """What the customer may tap under the answer."""
        keyboard = keyboard_of(answer.choices, answer.offers)
        return keyboard if keyboard.rows else None

    def _why(self, review: Review) -> tuple[Button, ...]:
        return why_row(self._texts, self._language, review.turn_id)

    def _question(self, review: Review) -> str:
        return literal(clip(named_labels(review.question), _QUESTION))

    def _reasons(self, answer: Answer) -> list[str]:
        if answer.sources:
            sources = "; ".join(literal(source) for source in answer.sources[:_SOURCES])
            lines = [self._say(ReviewText.CARD_SOURCES, sources=sources)]
        else:
            lines = [self._say(ReviewText.CARD_NO_SOURCES)]
        failed = check_names(self._texts, self._language, answer)
        if failed and answer.light is not Light.GREEN:  # a green one was repaired
            lines.append(self._say(ReviewText.CARD_FAILED, checks="; ".join(failed)))
        return lines

    def _say(self, text: ReviewText, **values: object) -> str:
        return self._texts.say(text, self._language, **values)


_LIGHTS = {Light.GREEN: ReviewText.GREEN, Light.YELLOW: ReviewText.YELLOW, Light.RED: ReviewText.RED}
_DECIDED = {
    ReviewStatus.APPROVED: ReviewText.CARD_SENT,
    ReviewStatus.EDITED: ReviewText.CARD_EDITED,
    ReviewStatus.DECLINED: ReviewText.CARD_DECLINED,
}
