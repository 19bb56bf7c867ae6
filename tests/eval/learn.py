"""``python -m tests.eval.learn``: learn from the example sentences which words and letters speak for which tool.

A linear support vector machine for each tool against all others, on features weighed by their rarity, each sentence of
length one. Weights are kept in 255 steps. Beside them stand the marks of every sentence, for
:mod:`pam_agent.rules.likeness`. The same sentences make the same file.
"""

import zlib
from collections import Counter, defaultdict
from math import log
from pathlib import Path

import numpy as np
import orjson
from scipy.sparse import csr_matrix
from sklearn.preprocessing import normalize
from sklearn.svm import LinearSVC

from pam_agent.rules.learned import PATH, features_of
from pam_agent.rules.lexicon import ASKED, EXAMPLES
from pam_agent.rules.marks import marks_of

STRICTNESS = 2.0
"""How much an example on the wrong side costs (liblinear's C)."""
LETTERS = 0.7
"""What runs of letters count beside words."""
LEAST = {"~": 3}
"""Sentences a run of letters has to be in, to be a feature; of words two."""
STEPS = 127
WIDEST = 99.9
"""Percentile of the weights that is the widest step; those beyond are cut."""


def main() -> None:
    """Learn, and write the file beside the rules."""
    told = [(tool, features_of(sentence)) for tool, sentences in ASKED.items() for sentence in sentences]
    counts = Counter(feature for _, features in told for feature in features)
    kept = sorted(feature for feature, count in counts.items() if count >= LEAST.get(feature[0], 2))
    rarity = [log(1 + len(told) / counts[feature]) * (LETTERS if feature[0] == "~" else 1) for feature in kept]
    places = {feature: place for place, feature in enumerate(kept)}
    rows = [[places[feature] for feature in sorted(features) if feature in places] for _, features in told]
    ends = np.cumsum([0, *map(len, rows)])
    columns = np.concatenate([np.array(row, dtype=int) for row in rows])
    matrix = csr_matrix((np.array(rarity)[columns], columns, ends), shape=(len(rows), len(kept)))
    machine = LinearSVC(C=STRICTNESS, random_state=0).fit(normalize(matrix), [tool for tool, _ in told])
    weights = machine.coef_.T * np.array(rarity)[:, None]
    step = float(np.percentile(np.abs(weights), WIDEST)) / STEPS
    body = np.clip(np.round(weights / step), -STEPS, STEPS).astype(np.int8).tobytes()
    holders = _holders([sentence for sentences in ASKED.values() for sentence in sentences])
    head = {
        "from": EXAMPLES,
        "tools": machine.classes_.tolist(),
        "bias": [round(bias, 5) for bias in machine.intercept_.tolist()],
        "step": step,
        "rarity": [round(rare, 4) for rare in rarity],
        "features": kept,
        "marks": [*holders],
        "holders": [*holders.values()],
    }
    path = Path(str(PATH))
    path.write_bytes(zlib.compress(orjson.dumps(head) + b"\n" + body, 9))
    print(f"{len(told)} sentences, {len(kept)} features, {path.stat().st_size // 1024} KiB")


def _holders(sentences: list[str]) -> dict[str, list[int]]:
    """Return all marks, each with the numbers of the sentences that hold it."""
    holders: dict[str, list[int]] = defaultdict(list)
    for number, sentence in enumerate(sentences):
        for mark in marks_of(sentence):
            holders[mark].append(number)
    return dict(sorted(holders.items()))


if __name__ == "__main__":
    main()
