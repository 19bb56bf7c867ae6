"""The rules against sentences of members: the right tool, the right arguments, and never a write in doubt."""

import re

import pytest

from pam_agent.rules.learned import HOLDERS, LEARNED_FROM, MARKS
from pam_agent.rules.lexicon import ASKED, EXAMPLES
from pam_agent.rules.likeness import NONE
from pam_agent.rules.marks import marks_of
from pam_shared.contracts.tools import Effect, Visibility
from tests.eval.measure import carrying, judged, manifests, sentences, share

pytestmark = pytest.mark.unit

LEAST = 0.95
WRITES = {tool.name for tool in manifests() if tool.effect is not Effect.READ}


@pytest.mark.parametrize("name", ["utterances", "paraphrases"])
def test_nineteen_of_twenty_sentences_find_their_tool_and_their_arguments(name):
    """R-A4: without a model members are understood all the same."""
    verdicts = judged(sentences(name))
    wrong = [verdict.sentence.text for verdict in verdicts if not verdict.is_right_tool]
    assert share(verdicts, "is_right_tool") >= LEAST, wrong
    wrong = [verdict.sentence.text for verdict in carrying(verdicts) if not verdict.has_right_arguments]
    assert share(carrying(verdicts), "has_right_arguments") >= LEAST, wrong


def test_what_asks_for_no_tool_never_sets_off_a_write():
    """R-A4: a question, a denial, a plan, somebody else's doing: nothing is written."""
    quiet = [
        each for name in ("utterances", "paraphrases") for each in sentences(name) if each.domain in {"none", "refuse"}
    ]
    assert len(quiet) > 50
    assert [each.sentence.text for each in judged(quiet) if WRITES & {call.tool for call in each.found.calls}] == []


def test_every_tool_that_members_are_offered_has_a_paraphrase():
    """R-A4: a tool nobody can ask for without a model would be missed only when it is needed."""
    told = {each.expected_tool for each in sentences("paraphrases")}
    assert {tool.name for tool in manifests() if tool.visibility is Visibility.LLM} - told == set()


def test_paraphrases_are_other_words():
    """R-A4: four words in a row of an utterance in a paraphrase would be the same sentence again."""
    known = {run for each in sentences("utterances") for run in _runs(each.text)}
    assert [each.text for each in sentences("paraphrases") if known & _runs(each.text)] == []


def test_what_is_measured_is_not_known_by_heart():
    """R-A4: a sentence the rules hold as an example proves nothing."""
    known_by_heart = {_plain(sentence) for sentences_ in ASKED.values() for sentence in sentences_}
    asked = [each.text for name in ("utterances", "paraphrases") for each in sentences(name)]
    assert [text for text in asked if _plain(text) in known_by_heart] == []


def test_every_tool_that_members_are_offered_has_examples():
    """R-A4: what no example asks for is found by its evidence alone; an example of no tool leads nowhere."""
    assert {tool.name for tool in manifests()} | {NONE} == ASKED.keys()


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9']+", text.lower()))


def _runs(text: str) -> set[tuple[str, ...]]:
    words = text.lower().split()
    return {tuple(words[n : n + 4]) for n in range(len(words) - 3)}


def test_the_model_was_learned_from_the_examples_there_are():
    """R-A4: who adds an example runs "make learn"."""
    assert LEARNED_FROM == EXAMPLES, 'The examples changed: run "make learn".'
    sentences = [sentence for sentences in ASKED.values() for sentence in sentences]
    told = {(mark, number) for number, sentence in enumerate(sentences) for mark in marks_of(sentence)}
    known = {(mark, number) for mark, numbers in zip(MARKS, HOLDERS, strict=True) for number in numbers}
    assert known == told, 'What sentences are compared by changed: run "make learn".'
