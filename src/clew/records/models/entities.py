"""What connections end in beside media, and what is said of both."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from clew.records.models.media import Media
from clew.records.models.written import Certainty, Shared, Written


class EntityKind(models.TextChoices):
    """What can be connected with media and with each other."""

    SERIES = "series"
    """Media believed to show the same victim or victims."""
    PERSON = "person"
    PLACE = "place"
    CAMERA = "camera"
    VOICE = "voice"
    OBJECT = "object"
    ONLINE_IDENTITY = "online identity"


class Category(models.TextChoices):
    """In which way a person is concerned."""

    VICTIM = "victim"
    SUSPECT = "suspect"
    CONVICTED = "convicted"
    WITNESS = "witness"
    OTHER = "other"


class Entity(Shared):
    """A series, person, place, camera, voice, object or online identity.

    ``agency`` is the one that leads. What follows from the history beside it (``title``,
    ``category``, ``identity``, ``whereabouts``, ``safety``, ``merged_into``, ``restricted``)
    is written by the database when the history grows, and by nobody else.
    """

    kind = models.CharField(max_length=15, choices=EntityKind.choices)
    title = models.CharField(max_length=200)
    """A working title for everybody who sees it; names are :class:`Particular`."""
    category = models.CharField(max_length=10, choices=Category.choices, default="", blank=True)
    identity = models.CharField(max_length=20, default="", blank=True)
    whereabouts = models.CharField(max_length=20, default="", blank=True)
    safety = models.CharField(max_length=20, default="", blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged")
    """The one it is believed to be the same as; it stays, and its number leads there."""

    restricted = models.BooleanField(default=False)
    """Kept, but seen by data-protection officers alone."""

    objects: ClassVar[models.Manager[Entity]]

    class Meta(Shared.Meta):
        """Persons, and nobody else, have a category."""

        constraints: ClassVar = [
            *Shared.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind__in=EntityKind.values), name="an_entity_is_of_a_known_kind"
            ),
            models.CheckConstraint(
                condition=Q(category="") | Q(kind=EntityKind.PERSON, category__in=Category.values),
                name="persons_have_a_category",
            ),
            models.CheckConstraint(condition=~Q(title=""), name="an_entity_has_a_title"),
            models.CheckConstraint(
                condition=~Q(merged_into=F("id")), name="nothing_is_merged_into_itself"
            ),
        ]


class Particular(Written):
    """A name, date of birth, address or account: for the officers of the lead agency alone."""

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="particulars")
    kind = models.CharField(max_length=50)
    words = models.CharField(max_length=1000)
    """Empty when what it replaces was wrong and nothing stands in its place."""
    certainty = models.CharField(max_length=10, choices=Certainty.choices)
    source = models.CharField(max_length=500)
    """From what: a document, a register, a media, a person."""
    replaces = models.OneToOneField("self", models.PROTECT, null=True, related_name="replaced_by")

    objects: ClassVar[models.Manager[Particular]]

    class Meta:
        """It says what it is and where it comes from."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(certainty__in=Certainty.values) & ~Q(source="") & ~Q(kind=""),
                name="a_particular_has_a_source",
            ),
        ]


class Observation(Shared):
    """What somebody saw, heard or concluded, of a media or an entity. It is never changed.

    What was wrong is replaced by a further one, which may be empty; both stay.
    """

    media = models.ForeignKey(Media, models.PROTECT, null=True, related_name="observations")
    entity = models.ForeignKey(Entity, models.PROTECT, null=True, related_name="observations")
    type = models.CharField(max_length=50)
    """One of the vocabulary (casework/vocabularies/observations.json)."""
    words = models.TextField(blank=True)
    certainty = models.CharField(max_length=10, choices=Certainty.choices)
    from_sighting = models.BigIntegerField(null=True)
    """Number of a sighting. No foreign key: a scan takes back sightings that are no more (of an
    archive read anew), and what was said from one stays."""
    from_media = models.ForeignKey(Media, models.PROTECT, null=True, related_name="+")
    from_person = models.ForeignKey(Entity, models.PROTECT, null=True, related_name="+")
    region = ArrayField(models.FloatField(), size=4, null=True)
    """Left, top, right, bottom as shares of the picture."""
    start = models.FloatField(null=True)
    """Seconds into the media; ``end`` likewise."""
    end = models.FloatField(null=True)
    replaces = models.OneToOneField("self", models.PROTECT, null=True, related_name="replaced_by")

    objects: ClassVar[models.Manager[Observation]]

    class Meta(Shared.Meta):
        """It is about one thing, and says whether it is fact or assessment."""

        constraints: ClassVar = [
            *Shared.Meta.constraints,
            models.CheckConstraint(
                condition=Q(media__isnull=True, entity__isnull=False)
                | Q(media__isnull=False, entity__isnull=True),
                name="an_observation_is_about_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(certainty__in=Certainty.values),
                name="an_observation_is_fact_or_assessment",
            ),
            models.CheckConstraint(
                condition=~Q(words="") | Q(replaces__isnull=False),
                name="only_what_was_said_is_taken_back",
            ),
            models.CheckConstraint(
                condition=Q(start__isnull=True)
                | Q(end__isnull=True)
                | Q(start__gte=0, end__gte=F("start")),
                name="an_observation_ends_after_it_begins",
            ),
        ]
