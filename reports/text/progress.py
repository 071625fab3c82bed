"""How far a study is, in words: an unfinished design is in progress, not broken."""

# The promise that every run has a folder: as long as it is not kept, work goes on.
PROGRESS_CODE = "DES-1"


def progress(present: int, declared: int, made: int, planned: int) -> str:
    """ "complete", or "in progress, 4 of 8 runs" of the design, or all its runs but "7 of 8" of their replicates."""
    if present >= declared:
        return "complete" if made >= planned else f"in progress, {made} of {planned} replicates"
    return f"in progress, {present} of {declared} runs" if present else f"not begun, 0 of {declared} runs"
