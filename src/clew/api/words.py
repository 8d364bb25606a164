"""Types that what is sent and answered is made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

Number = Annotated[int, Field(ge=1, le=2**63 - 1)]
"""Of something in the case database."""
Word = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""One line."""
Words = Annotated[str, Field(max_length=10_000, pattern=r"^[^\x00]*$")]
"""Text of any form; the database cannot keep the character of number 0."""
Reason = Annotated[str, Field(min_length=1, max_length=2_000, pattern=r"^[^\x00]*$")]
"""Why something was decided: whoever reads it later was not there."""
