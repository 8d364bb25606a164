"""The case database, by subject, under one migration history."""

from clew.records.models.board import (
    Argument,
    Hypothesis,
    Presence,
    Side,
    Subject,
    Task,
    TaskState,
    TaskStep,
    Weighing,
    Weight,
)
from clew.records.models.connections import (
    Connection,
    ConnectionState,
    Decision,
    Merging,
    Step,
)
from clew.records.models.contributions import (
    OPEN_STATES,
    ContributedFile,
    Contribution,
    FileState,
    Standing,
    Upload,
)
from clew.records.models.custody import CustodyEntry, Exhibit, Source
from clew.records.models.desk import DeskChoices, Exposure, SavedFilter, SetAside
from clew.records.models.entities import (
    Category,
    Entity,
    EntityKind,
    Observation,
    Particular,
)
from clew.records.models.exports import (
    Export,
    ExportAnswer,
    ExportEnd,
    ExportKind,
    ExportMaking,
)
from clew.records.models.leading import LeadChange, LeadStep
from clew.records.models.media import (
    Folder,
    Media,
    Original,
    Sighting,
    StoredMatch,
    StoredTrace,
)
from clew.records.models.notices import Notice, NoticeKind
from clew.records.models.retention import (
    Deletion,
    DeletionEnd,
    Hold,
    Restriction,
    Review,
    Tombstone,
)
from clew.records.models.scope import ScopeDecision, ScopedMedia
from clew.records.models.victims import STAGES, AskedAgain, Aspect, Finding, Grade
from clew.records.models.watching import Alert, Asked, Quota, Watch
from clew.records.models.written import Certainty, Sharing, Written

__all__ = [
    "OPEN_STATES",
    "STAGES",
    "Alert",
    "Argument",
    "Asked",
    "AskedAgain",
    "Aspect",
    "Category",
    "Certainty",
    "Connection",
    "ConnectionState",
    "ContributedFile",
    "Contribution",
    "CustodyEntry",
    "Decision",
    "Deletion",
    "DeletionEnd",
    "DeskChoices",
    "Entity",
    "EntityKind",
    "Exhibit",
    "Export",
    "ExportAnswer",
    "ExportEnd",
    "ExportKind",
    "ExportMaking",
    "Exposure",
    "FileState",
    "Finding",
    "Folder",
    "Grade",
    "Hold",
    "Hypothesis",
    "LeadChange",
    "LeadStep",
    "Media",
    "Merging",
    "Notice",
    "NoticeKind",
    "Observation",
    "Original",
    "Particular",
    "Presence",
    "Quota",
    "Restriction",
    "Review",
    "SavedFilter",
    "ScopeDecision",
    "ScopedMedia",
    "SetAside",
    "Sharing",
    "Side",
    "Sighting",
    "Source",
    "Standing",
    "Step",
    "StoredMatch",
    "StoredTrace",
    "Subject",
    "Task",
    "TaskState",
    "TaskStep",
    "Tombstone",
    "Upload",
    "Watch",
    "Weighing",
    "Weight",
    "Written",
]
