"""Which category a transaction belongs to."""

from typing import Literal

from pydantic import Field

from pam_shared.money import Amount
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_budget import merchants
from pam_tools_budget.categories import ExpenseCategory


class Transaction(Arguments):
    """A line of a bank statement or receipt."""

    description: str = Field(
        min_length=1,
        max_length=500,
        examples=["KOA HOLIDAY BILLINGS MT"],
        description="The transaction's text, as the bank or the member wrote it.",
    )
    amount: Amount | None = Field(None, description="What it cost; a few dollars at a fuel stop are rarely fuel.")
    merchant: str | None = Field(None, max_length=200, description="Who was paid, when that is known apart.")


class Categorized(Result):
    """The likeliest category; ``score`` is 0 to 1, ``matched_terms`` are the words it was known by."""

    category: ExpenseCategory
    confidence: Literal["high", "low"]
    score: float
    matched_terms: list[str]

    @property
    def is_empty(self) -> bool:
        """Whether nothing in the text was known."""
        return not self.matched_terms


@tool(effect="read", timeout=2)
async def categorize_transaction(ctx: ToolContext, args: Transaction) -> Categorized:
    """Guess the expense category of a transaction from its text; records nothing."""
    guess = merchants.guess(args.description, args.merchant or "", args.amount)
    ctx.confidence = guess.score
    return Categorized(
        message=_sentence(args, guess),
        category=guess.category,
        confidence="high" if guess.sure else "low",
        score=guess.score,
        matched_terms=guess.terms,
    )


def _sentence(args: Transaction, guess: merchants.Guess) -> str:
    if not guess.terms:
        return f'I don\'t know what "{args.description}" is for. Tell me the category, or I would file it under other.'
    by = " and ".join(f'"{term}"' for term in guess.terms)
    looks = "is" if guess.sure else "looks like, though I am not sure,"
    return f'"{args.description}" {looks} {guess.category.spoken}, by the word{"s"[: len(guess.terms) > 1]} {by}.'
