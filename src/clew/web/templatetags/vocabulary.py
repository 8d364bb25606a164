"""``{% load vocabulary %}``: words of the vocabulary in the language of the page."""

from __future__ import annotations

from django import template

from clew.web.event_words import event_words
from clew.web.media import sharing_words
from clew.web.menu import role_words
from clew.web.refusals import told
from clew.web.series import stage_words
from clew.web.vocabulary_words import in_words, said_in_words

register = template.Library()
register.filter("in_words", in_words)
register.filter("said_in_words", said_in_words)
register.filter("told", told)


@register.filter
def event_in_words(event: str) -> str:
    """What an event of the log is called."""
    return event_words().get(event, (event, ""))[0]


@register.filter
def sharing_in_words(sharing: str) -> str:
    """With whom something is shared."""
    return sharing_words().get(sharing, sharing)


@register.filter
def stage_in_words(stage: str) -> str:
    """How far a victim's identity, whereabouts or safety is."""
    return stage_words().get(stage, stage)


@register.filter
def role_in_words(role: str) -> str:
    """What an officer's role is called."""
    words = {one.value: said for one, said in role_words().items()}
    return words.get(role, role)
