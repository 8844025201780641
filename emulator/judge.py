"""`python -m emulator.judge`: reads JSON, asks Google's analyzer and evaluator, and writes JSON.

In: `tables` (columns and types by full name), `statements`, `questions`. Out: `refused` (pairs of reason and
statement) and `answers` (rows for each question). Statements are taken in their order: what one makes, the next knows.
"""

from __future__ import annotations

import json
import sys

from emulator.analyzer import Analyzer
from emulator.evaluator import rows

asked = json.load(sys.stdin)
analyzer = Analyzer(asked.get("tables", {}))
refused = [(reason, sql) for sql in asked.get("statements", ()) if (reason := analyzer.refusal(sql))]
answers = [rows(analyzer, sql) for sql in asked.get("questions", ())]
json.dump({"refused": refused, "answers": answers}, sys.stdout, default=str)
