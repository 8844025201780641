"""Google's analyzer and evaluator as a process that others ask: a line of JSON in, a line of JSON out.

`{"check": sql, "tables": {name: {column: type}}}` is answered by `{"error": null}` or the sentence that says what is
wrong; `{"rows": sql, "tables": {name: [{column: type}, rows]}}` by
`{"columns": {column: type}, "rows": [{column: value}]}`, or an error.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from emulator import compiled


def main() -> None:
    """Answer until there are no more lines."""
    compiled.keep()
    from zetasql.core.exceptions import ServerError

    from emulator.analyzer import Analyzer
    from emulator.evaluator import evaluate

    def answer(asked: dict[str, Any]) -> dict[str, Any]:
        if "check" in asked:
            return {"error": Analyzer(asked["tables"]).check(asked["check"])}
        # The process is for a whole session: it answers whatever it is asked.
        try:
            columns, rows = evaluate(asked["rows"], asked["tables"])
            return {"columns": columns, "rows": rows}
        except (ServerError, ValueError, KeyError, TypeError) as error:
            return {"error": " ".join(str(getattr(error, "raw_error", None) or repr(error)).split())}

    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
