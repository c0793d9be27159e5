"""Kill runs and resume them: ``python -m tests.kills --runs 200``. Ends with status 1 where any bit differs."""

from __future__ import annotations

import argparse
import sys

from scenarios.question import try_arms
from tests.kills import kill_and_resume, question_of


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.kills", description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1, help="other moments (1)")
    parser.add_argument("--model", default="england", help="england, or an invented model of the tests")
    asked = parser.parse_args()
    question = question_of(asked.model)
    try_arms(question)
    stages, wrong = kill_and_resume(question, asked.runs, asked.seed)
    print(f"{asked.model}: {asked.runs} runs killed")
    for stage, times in sorted(stages.items()):
        print(f"  {times:4d} {stage}")
    print(f"{len(wrong)} differences after resuming")
    for what in wrong:
        print(f"  {what}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
