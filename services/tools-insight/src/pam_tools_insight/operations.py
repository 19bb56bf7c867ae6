"""What operators do to rows, one at a time or several together: arguments that can apply themselves."""

from abc import abstractmethod
from typing import Annotated, Any, Literal

from pydantic import Field

from pam_shared.errors import ConflictError, InvalidRequestError
from pam_shared.postgres.pool import Connection
from pam_shared.tools.declaration import Arguments
from pam_tools_insight import row_rules
from pam_tools_insight.allowed import TABLES, TableName
from pam_tools_insight.queries import rows
from pam_tools_insight.rules import listed
from pam_tools_insight.sizes import at_most

MOST_RECORDS = 500
RowData = Annotated[dict[str, Any], at_most(50)]
SomeFilters = Annotated[
    dict[str, row_rules.Filter],
    Field(
        min_length=1,
        max_length=20,
        description="By column: {'status': {'eq': 'active'}, 'created_at': {'gte': '2026-01-01T00:00:00Z'}}.",
    ),
]
TABLE = Field(description="A table of the allow-list.", examples=["pam_recommendations"])
EXAMPLE_FILTERS = {"type": {"eq": "maintenance"}, "priority_level": {"in": ["low", "medium"]}}
MEMBER = "0190f3a0-0000-7000-8000-000000000001"


class Operation(Arguments):
    """One thing done to one table."""

    table: TableName = TABLE

    @abstractmethod
    async def apply(self, db: Connection) -> int:
        """Do it, with operators' rights, and return how many rows it concerned."""


class Create(Operation):
    """Make one row."""

    data: RowData = Field(
        description="Values by column.",
        examples=[{"user_id": MEMBER, "type": "maintenance", "content": "Check your tyres before the desert."}],
    )

    async def create(self, db: Connection) -> dict[str, Any]:
        """Make the row and return it. Raises ConflictError when there is one of that name."""
        row = row_rules.new_row(self.table, self.data)
        made = await rows.create(db, self.table, row, row_rules.columns(self.table, []))
        if made is None:
            unique = listed(TABLES[self.table].unique)
            raise ConflictError(f"data: {self.table} has a row with this {unique} already; update it instead.")
        return made

    async def apply(self, db: Connection) -> int:
        """Make the row."""
        await self.create(db)
        return 1


class Update(Operation):
    """Change the rows that fulfil the filters."""

    filters: SomeFilters = Field(examples=[EXAMPLE_FILTERS])
    data: RowData = Field(description="New values by column.", examples=[{"priority_level": "high"}])

    async def apply(self, db: Connection) -> int:
        """Change the rows."""
        where = row_rules.conditions(self.table, self.filters)
        return await rows.update(db, self.table, where, row_rules.changes(self.table, self.data))


class Delete(Operation):
    """Delete the rows that fulfil the filters."""

    filters: SomeFilters = Field(examples=[EXAMPLE_FILTERS])
    confirm: Literal[True] = Field(description="Must be true: what is deleted is gone.", examples=[True])

    async def apply(self, db: Connection) -> int:
        """Delete the rows."""
        if not TABLES[self.table].deletable:
            raise InvalidRequestError(f"table: rows of {self.table} stay; they cannot be deleted.")
        return await rows.delete(db, self.table, row_rules.conditions(self.table, self.filters))


class Upsert(Operation):
    """Make rows, or change those of the same name."""

    table: TableName = Field(description="A table of the allow-list.", examples=["analytics_daily"])
    records: list[RowData] = Field(
        min_length=1,
        max_length=MOST_RECORDS,
        description="Rows, as values by column.",
        examples=[[{"date": "2026-05-10", "log_count": 12, "unique_users": 3, "metrics": {}}]],
    )
    conflict_columns: list[str] = Field(
        min_length=1, max_length=5, description="The columns that name a row.", examples=[["date"]]
    )

    async def apply(self, db: Connection) -> int:
        """Make or change each row."""
        unique = TABLES[self.table].unique
        if not unique or set(self.conflict_columns) != set(unique):
            told = f"name a row of {self.table} by {listed(unique)}" if unique else f"rows of {self.table} have no name"
            raise InvalidRequestError(f"conflict_columns: {told}.")
        wanted = [
            row_rules.new_row(self.table, record, f"records.{place}") for place, record in enumerate(self.records)
        ]
        for row in wanted:
            await rows.upsert(db, self.table, row, unique)
        return len(wanted)
